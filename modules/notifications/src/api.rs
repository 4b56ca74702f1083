//! What others may ask of notifications.

use std::fmt;

use kernel::{Locale, Timestamp};
use platform::ports::Call;
use serde::{Deserialize, Serialize};

use crate::domain::State;

/// Sends a mail to an address that the asker knows. Asked again with the same key, it is still one mail.
#[derive(Debug, Serialize, Deserialize)]
pub struct SendMail {
    pub key: String,
    pub to: Recipient,
    pub mail: Message,
}

#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Recipient {
    pub email: String,
    pub name: String,
    pub locale: Locale,
}

#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Message {
    /// "Here you can choose a new password." The link works once, for 30 minutes.
    PasswordReset { link: String },
}

/// The newest mails, whatever became of them.
#[derive(Debug, Serialize, Deserialize)]
pub struct Mailbox {
    pub limit: i64,
}

#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct MailSummary {
    pub id: String,
    /// Name and address; the member's id until the address is known.
    pub to: String,
    pub subject: String,
    /// When it was sent or kept; until then when it was asked for.
    pub at: Timestamp,
    /// `queued`, `sent`, `kept` or `failed`
    pub state: String,
}

/// `None` when there is no such mail, or no longer.
#[derive(Debug, Serialize, Deserialize)]
pub struct MailById {
    pub id: String,
}

#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Mail {
    pub id: String,
    pub to: String,
    pub subject: String,
    pub at: Timestamp,
    pub text: String,
    pub html: String,
    pub state: String,
}

impl MailSummary {
    /// The key of the text that says how it stands.
    pub fn state_key(&self) -> &'static str {
        State::text_key(&self.state)
    }
}

impl Mail {
    /// The key of the text that says how it stands.
    pub fn state_key(&self) -> &'static str {
        State::text_key(&self.state)
    }
}

/// Whom it is for is nobody else's business.
impl fmt::Debug for Recipient {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Recipient")
    }
}

/// The link is a secret.
impl fmt::Debug for Message {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::PasswordReset { .. } => f.write_str("PasswordReset"),
        }
    }
}

impl fmt::Debug for MailSummary {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "MailSummary({}, {}, {})",
            self.id, self.subject, self.state
        )
    }
}

impl fmt::Debug for Mail {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Mail({}, {}, {})", self.id, self.subject, self.state)
    }
}

impl Call for SendMail {
    type Answer = ();
    const NAME: &'static str = "send-mail";
    const SAFE: bool = false;
}
impl Call for Mailbox {
    type Answer = Vec<MailSummary>;
    const NAME: &'static str = "mailbox";
    const SAFE: bool = true;
}
impl Call for MailById {
    type Answer = Option<Mail>;
    const NAME: &'static str = "mail-by-id";
    const SAFE: bool = true;
}
