use std::time::Duration;

const MINUTE: Duration = Duration::from_mins(1);
const DAY: Duration = Duration::from_hours(24);

/// Mails and what is known of orders are erased then.
pub const KEPT: Duration = Duration::from_hours(30 * 24);

/// What is heard later than this is news to nobody.
pub const NEWS: Duration = DAY;

/// How long a mail is worth sending.
pub const PATIENCE: Duration = DAY;

/// How long a link for a new password works.
pub const LINK: Duration = Duration::from_mins(30);

/// What became of a mail.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum State {
    Queued,
    /// The mail server has taken it.
    Sent,
    /// There is no mail server: it stays in the mailbox.
    Kept,
    /// Refused for good, or for too long.
    Failed,
}

impl State {
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Queued => "queued",
            Self::Sent => "sent",
            Self::Kept => "kept",
            Self::Failed => "failed",
        }
    }

    pub fn text_key(word: &str) -> &'static str {
        match word {
            "sent" => "notifications-state-sent",
            "kept" => "notifications-state-kept",
            "failed" => "notifications-state-failed",
            _ => "notifications-state-queued",
        }
    }
}

/// The pause after the `attempts`-th failure of one mail: 30 seconds, doubling up to an hour.
pub fn backoff(attempts: i64) -> Duration {
    let doublings = u32::try_from((attempts - 1).clamp(0, 10)).unwrap_or(0);
    (Duration::from_secs(30) * 2_u32.pow(doublings)).min(60 * MINUTE)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pauses_grow_up_to_an_hour() {
        for (attempts, minutes) in [
            (0, 0.5),
            (1, 0.5),
            (2, 1.0),
            (3, 2.0),
            (8, 60.0),
            (9, 60.0),
            (i64::MAX, 60.0),
        ] {
            assert!(
                (backoff(attempts).as_secs_f64() - minutes * 60.0).abs() < 1.0,
                "{attempts}"
            );
        }
    }

    #[test]
    fn every_state_has_its_text() {
        for state in [State::Queued, State::Sent, State::Kept, State::Failed] {
            let key = State::text_key(state.as_str());
            assert!(key.ends_with(state.as_str()));
            for (_, texts) in crate::texts() {
                assert!(texts.contains(&format!("\n{key} = ")), "{key}");
            }
        }
    }
}
