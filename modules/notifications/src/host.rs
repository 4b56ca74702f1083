use std::sync::Arc;

use platform::db::{Conn, Db};
use platform::ports::{Answers, Calls, Ctx, Unavailable};
use platform::shell::Shell;
use tokio::sync::Notify;

use crate::api::*;
use crate::error::MailError;
use crate::letter::Letter;
use crate::store::{self, MailRow, NewMail, Whom};
use crate::{NAME, render};

const MOST_LISTED: i64 = 500;

/// Answers what others ask of notifications. Asks nobody.
pub struct Host {
    pub db: Db,
    pub shell: Arc<Shell>,
    /// The sender has work.
    pub(crate) wake: Arc<Notify>,
}

impl Host {
    pub fn new(db: Db, shell: Arc<Shell>) -> Self {
        Self {
            db,
            shell,
            wake: Arc::default(),
        }
    }

    pub fn calls(self: &Arc<Self>) -> Calls {
        Calls::default()
            .answer::<SendMail, _>(self)
            .answer::<Mailbox, _>(self)
            .answer::<MailById, _>(self)
    }

    fn summary(&self, row: &MailRow) -> Result<MailSummary, MailError> {
        let to = row.recipient();
        let locale = to.as_ref().map(|to| to.locale).unwrap_or_default();
        Ok(MailSummary {
            id: row.id.to_string(),
            to: address(row, to.as_ref()),
            subject: render::subject(&self.shell, &row.letter()?, locale),
            at: row.at(),
            state: row.state.clone(),
        })
    }

    fn mail(&self, row: &MailRow) -> Result<Mail, MailError> {
        let MailSummary {
            id,
            to,
            subject,
            at,
            state,
        } = self.summary(row)?;
        let recipient = row.recipient().unwrap_or_else(|| Recipient {
            email: String::new(),
            name: "…".to_owned(),
            locale: kernel::Locale::default(),
        });
        let written = render::write(&self.shell, &row.letter()?, &recipient)?;
        Ok(Mail {
            id,
            to,
            subject,
            at,
            text: written.text,
            html: written.html,
            state,
        })
    }
}

fn address(row: &MailRow, to: Option<&Recipient>) -> String {
    match to {
        Some(to) => format!("{} <{}>", to.name, to.email),
        None => row
            .member_id
            .as_deref()
            .map(|member| format!("member:{member}"))
            .unwrap_or_default(),
    }
}

fn failed(error: MailError) -> Unavailable {
    match error {
        MailError::Db(e) => e.of(NAME),
        other @ MailError::Unwritable(_) => Unavailable::new(NAME, other),
    }
}

impl Answers<SendMail> for Host {
    async fn answer(&self, ask: SendMail, _: &Ctx) -> Result<(), Unavailable> {
        let now = self.shell.now();
        let Message::PasswordReset { link } = ask.mail;
        let letter = Letter::PasswordReset { link: Some(link) };
        // events have keys of their own
        let key = format!("call:{}", ask.key);
        let write = move |conn: &mut Conn| {
            store::queue(
                conn,
                &NewMail {
                    key: &key,
                    whom: Whom::Address(&ask.to),
                    letter: &letter,
                },
                now,
            )
        };
        self.db.write(write).await.map_err(failed)?;
        self.wake.notify_one();
        Ok(())
    }
}

impl Answers<Mailbox> for Host {
    async fn answer(&self, ask: Mailbox, _: &Ctx) -> Result<Vec<MailSummary>, Unavailable> {
        let limit = ask.limit.clamp(0, MOST_LISTED);
        let rows = self
            .db
            .read(move |conn| Ok::<_, MailError>(store::newest(conn, limit)?))
            .await
            .map_err(failed)?;
        rows.iter()
            .map(|row| self.summary(row).map_err(failed))
            .collect()
    }
}

impl Answers<MailById> for Host {
    async fn answer(&self, ask: MailById, _: &Ctx) -> Result<Option<Mail>, Unavailable> {
        let Ok(id) = ask.id.parse() else {
            return Ok(None);
        };
        let row = self
            .db
            .read(move |conn| Ok::<_, MailError>(store::by_id(conn, id)?))
            .await
            .map_err(failed)?;
        row.map(|row| self.mail(&row).map_err(failed)).transpose()
    }
}
