//! Sends what is due. Runs under the lease of the database.

use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;

use kernel::{Locale, MemberId, Timestamp};
use platform::db::{Conn, DbError};
use platform::ports::Ctx;
use tokio_util::sync::CancellationToken;

use crate::Host;
use crate::api::Recipient;
use crate::domain::KEPT;
use crate::error::MailError;
use crate::letter::Letter;
use crate::needs::Recipients;
use crate::render;
use crate::smtp::{Outgoing, Smtp, Untaken};
use crate::store::{self, MailRow, Outcome, Settlement};

const AT_ONCE: i64 = 128;
/// Mails wake the sender; this is for those that another process queued, and for those that wait for their time.
const POLL: Duration = Duration::from_secs(5);
const LONGEST_PAUSE: Duration = Duration::from_mins(5);
/// For members to answer.
const PATIENCE: Duration = Duration::from_secs(10);
const TIDY: Duration = Duration::from_hours(1);
const MEMBERS_SILENT: &str = "members did not answer";

pub struct Sender {
    pub host: Arc<Host>,
    pub recipients: Arc<dyn Recipients>,
    /// `None`: mails are kept in the mailbox.
    pub smtp: Option<Smtp>,
}

/// How a round went.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Round {
    Nothing,
    /// So many mails were settled, for now or for good.
    Settled(usize),
    /// No mail can leave; the mails as such have no fault.
    ServerDown(String),
}

/// A mail that can be written.
struct Ready {
    row: MailRow,
    letter: Letter,
    to: Recipient,
}

impl Sender {
    /// Until `stop`.
    pub async fn run(&self, stop: CancellationToken) {
        let mut failures = 0;
        while !stop.is_cancelled() {
            let pause = match self.send_due(&stop).await {
                Ok(Round::Settled(_)) => Duration::ZERO,
                Ok(Round::Nothing) => POLL,
                Ok(Round::ServerDown(reason)) => {
                    failures += 1;
                    tracing::warn!(
                        reason,
                        failures,
                        "mails wait: the mail server does not take them"
                    );
                    longer(failures)
                }
                Err(error) => {
                    failures += 1;
                    tracing::warn!(%error, failures, "mails wait");
                    longer(failures)
                }
            };
            if pause <= POLL {
                failures = 0;
            }
            tokio::select! {
                () = stop.cancelled() => {}
                () = self.host.wake.notified(), if failures == 0 => {}
                () = tokio::time::sleep(pause) => {}
            }
        }
    }

    /// One round, the oldest mails first.
    pub async fn send_due(&self, stop: &CancellationToken) -> Result<Round, MailError> {
        let now = self.host.shell.now();
        let due = self
            .host
            .db
            .read(move |conn| store::due(conn, now, AT_ONCE))
            .await?;
        if due.is_empty() {
            return Ok(Round::Nothing);
        }
        let mut settled = due.len();
        let (ready, unsent) = self.sort_out(due, now).await;
        settled -= ready.len();
        self.settle(unsent).await?;
        let Some(smtp) = &self.smtp else {
            settled += ready.len();
            self.settle(
                ready
                    .into_iter()
                    .map(|mail| mail.settled(Outcome::Kept))
                    .collect(),
            )
            .await?;
            return Ok(Round::Settled(settled));
        };
        for mail in ready {
            if stop.is_cancelled() {
                break;
            }
            let outcome = match self.hand_over(smtp, &mail, now).await {
                Ok(()) => Outcome::Sent,
                Err(Untaken::Never(why)) => Outcome::Failed(why),
                Err(Untaken::NotNow(why)) => Outcome::Later(why),
                Err(Untaken::Server(why)) => return Ok(Round::ServerDown(why)),
            };
            if outcome != Outcome::Sent {
                tracing::warn!(mail = mail.row.id, ?outcome, "a mail was not taken");
            }
            self.settle(vec![mail.settled(outcome)]).await?;
            settled += 1;
        }
        Ok(Round::Settled(settled))
    }

    /// What can be sent now, and what became of the rest.
    async fn sort_out(&self, due: Vec<MailRow>, now: Timestamp) -> (Vec<Ready>, Vec<Settlement>) {
        let (mut ready, mut unsent) = (Vec::with_capacity(due.len()), Vec::new());
        let known = self.whom(&due).await;
        for row in due {
            let letter = match row.letter() {
                Ok(letter) => letter,
                Err(error) => {
                    unsent.push(settlement(&row, None, Outcome::Failed(error.to_string())));
                    continue;
                }
            };
            let outcome = if row.give_up_at <= now.as_micros() {
                Outcome::Failed("too late to be of use".to_owned())
            } else {
                match whom_of(&row, known.as_ref()) {
                    Ok(to) => {
                        ready.push(Ready { row, letter, to });
                        continue;
                    }
                    Err(outcome) => outcome,
                }
            };
            unsent.push(settlement(&row, Some(&letter), outcome));
        }
        (ready, unsent)
    }

    /// `None` when members cannot be asked.
    async fn whom(&self, due: &[MailRow]) -> Option<HashMap<MemberId, Recipient>> {
        let mut members: Vec<MemberId> = due
            .iter()
            .filter_map(|row| row.member_id.as_deref()?.parse().ok())
            .collect();
        members.sort_unstable();
        members.dedup();
        if members.is_empty() {
            return Some(HashMap::new());
        }
        match self
            .recipients
            .recipients(members, &Ctx::background(PATIENCE))
            .await
        {
            Ok(known) => Some(
                known
                    .into_iter()
                    .map(|a| {
                        (
                            a.member,
                            Recipient {
                                email: a.email,
                                name: a.name,
                                locale: a.locale,
                            },
                        )
                    })
                    .collect(),
            ),
            Err(error) => {
                tracing::debug!(%error, "mails wait for their addresses");
                None
            }
        }
    }

    async fn hand_over(&self, smtp: &Smtp, mail: &Ready, now: Timestamp) -> Result<(), Untaken> {
        let shell = &self.host.shell;
        let written = render::write(shell, &mail.letter, &mail.to)
            .map_err(|error| Untaken::Never(error.to_string()))?;
        let outgoing = Outgoing {
            id: mail.row.id,
            created_at: Timestamp::from_micros(mail.row.created_at),
            to: &mail.to,
            written: &written,
            now,
        };
        smtp.send(&outgoing, &shell.texts.t(Locale::En, "frame-brand"))
            .await
    }

    async fn settle(&self, settlements: Vec<Settlement>) -> Result<(), MailError> {
        if settlements.is_empty() {
            return Ok(());
        }
        let now = self.host.shell.now();
        self.host
            .db
            .write(move |conn: &mut Conn| {
                settlements
                    .iter()
                    .try_for_each(|settled| store::settle(conn, settled, now))
            })
            .await
    }
}

impl Ready {
    fn settled(self, outcome: Outcome) -> Settlement {
        Settlement {
            to: Some(self.to),
            ..settlement(&self.row, Some(&self.letter), outcome)
        }
    }
}

/// What can no longer be sent, or was, keeps no secret; what is kept in the mailbox is read there.
fn settlement(row: &MailRow, letter: Option<&Letter>, outcome: Outcome) -> Settlement {
    let over = matches!(outcome, Outcome::Sent | Outcome::Failed(_));
    Settlement {
        id: row.id,
        attempts: row.attempts,
        give_up_at: row.give_up_at,
        to: None,
        letter: letter.filter(|_| over).and_then(Letter::without_secret),
        outcome,
    }
}

fn whom_of(
    row: &MailRow,
    known: Option<&HashMap<MemberId, Recipient>>,
) -> Result<Recipient, Outcome> {
    let Some(member) = &row.member_id else {
        return row
            .recipient()
            .ok_or_else(|| Outcome::Failed("it is for nobody".to_owned()));
    };
    let known = known.ok_or_else(|| Outcome::Later(MEMBERS_SILENT.to_owned()))?;
    member
        .parse()
        .ok()
        .and_then(|member: MemberId| known.get(&member))
        .cloned()
        .ok_or(Outcome::Gone)
}

fn longer(failures: u32) -> Duration {
    (POLL * 2_u32.pow(failures.min(10))).min(LONGEST_PAUSE)
}

/// Erases what is older than 30 days, now and then, until `stop`.
pub async fn tidy(host: Arc<Host>, stop: CancellationToken) {
    while !stop.is_cancelled() {
        match erase_old(&host).await {
            Ok(0) => {}
            Ok(erased) => tracing::debug!(erased, "old mails are erased"),
            Err(error) => tracing::warn!(%error, "old mails could not be erased"),
        }
        tokio::select! {
            () = stop.cancelled() => {}
            () = tokio::time::sleep(TIDY) => {}
        }
    }
}

/// Answers how many rows are gone.
pub async fn erase_old(host: &Host) -> Result<usize, DbError> {
    let before = host.shell.now().before(KEPT);
    host.db
        .write(move |conn| store::erase_before(conn, before))
        .await
}
