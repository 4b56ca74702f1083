use kernel::MemberId;
use platform::db::Conn;

use super::Service;
use crate::domain::{Email, MembersError, Password};
use crate::host::audited;
use crate::secret::Secret;
use crate::store::{members, resets, sessions};

impl Service {
    /// Notes that a link is wanted; the letter is written behind the answer, which is the same for addresses of nobody.
    pub async fn request_reset(&self, email: &Email) -> Result<(), MembersError> {
        let (email, id, now) = (email.clone(), self.new_id(), self.shell.now());
        let write = move |conn: &mut Conn| -> Result<(), MembersError> {
            if let Some(member) = members::by_email(conn, &email)? {
                resets::request(
                    conn,
                    &resets::Request {
                        id: id.clone(),
                        member: member.id,
                        at: now,
                    },
                )?;
            }
            Ok(())
        };
        self.host.db.write(write).await?;
        self.letters.notify_one();
        Ok(())
    }

    /// Whose link it is.
    pub async fn of_link(&self, token: &str) -> Result<MemberId, MembersError> {
        let hash = Secret::shown(token).ok_or(MembersError::StaleLink)?.hash();
        let now = self.shell.now();
        self.host
            .db
            .read(move |conn| resets::of_link(conn, &hash, now)?.ok_or(MembersError::StaleLink))
            .await
    }

    /// The link works once; all sessions of the member end.
    pub async fn reset_password(&self, token: &str, new: &str) -> Result<(), MembersError> {
        self.of_link(token).await?;
        let new = Password::choose("new_password", new)?;
        let password = self
            .host
            .passwords
            .hash(new, self.shell.random_bytes())
            .await?;
        let hash = Secret::shown(token).ok_or(MembersError::StaleLink)?.hash();
        let now = self.shell.now();
        let write = move |conn: &mut Conn| {
            // read again: of two who use it at once, one finds it gone
            let member = resets::of_link(conn, &hash, now)?.ok_or(MembersError::StaleLink)?;
            resets::forget(conn, member)?;
            if !members::set_password(conn, member, &password)? {
                return Err(MembersError::StaleLink);
            }
            sessions::end_all(conn, member, None)?;
            Ok(audited(
                conn,
                member,
                "member.password_reset",
                (&format!("member:{member}"), now),
            )?)
        };
        self.host.db.write(write).await
    }
}
