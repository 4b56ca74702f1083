//! Who is asking: the question that nearly every request begins with.

use kernel::Timestamp;
use platform::db::DbError;
use platform::ports::{Answers, Ctx, Unavailable};

use super::{Host, failed, roles};
use crate::api::{Who, WhoIs};
use crate::domain::USE_NOTED;
use crate::secret::Secret;
use crate::store::sessions::{self, Found};

impl Answers<WhoIs> for Host {
    async fn answer(&self, ask: WhoIs, _: &Ctx) -> Result<Option<Who>, Unavailable> {
        let now = self.shell.now();
        let is_key = ask.api_key.is_some();
        let Some(secret) = ask
            .api_key
            .or(ask.session)
            .and_then(|text| Secret::shown(&text))
        else {
            return Ok(None);
        };
        let hash = secret.hash();
        let of = hash.clone();
        let read = self.db.read(move |conn| {
            if is_key {
                sessions::of_key(conn, &of)
            } else {
                sessions::of_token(conn, &of, now)
            }
        });
        let Some(found) = read.await.map_err(failed)? else {
            return Ok(None);
        };
        self.note_use(&found, hash, now);
        Ok(Some(Who {
            member: found.member,
            session_id: found.session,
            roles: roles(found.is_admin),
            locale: found.locale,
        }))
    }
}

impl Host {
    /// Written behind the answer, which does not wait for it; should it fail, the next use tries again.
    fn note_use(&self, found: &Found, hash: String, now: Timestamp) {
        if found
            .last_used
            .is_some_and(|used| now.since(used) < USE_NOTED)
        {
            return;
        }
        let (db, of_session) = (self.db.clone(), found.session.is_some());
        tokio::spawn(async move {
            let note = if of_session {
                sessions::note_use
            } else {
                sessions::note_key_use
            };
            let noted: Result<(), DbError> = db.write(move |conn| note(conn, &hash, now)).await;
            if let Err(error) = noted {
                tracing::debug!(%error, "a use could not be noted");
            }
        });
    }
}
