use kernel::MemberId;
use platform::db::Conn;

use super::Service;
use crate::domain::{self, MOST_KEYS, MembersError};
use crate::secret::Secret;
use crate::store::keys::{self, ApiKey};

/// The one time that a key is shown.
pub struct NewKey {
    pub id: String,
    pub key: Secret,
}

impl Service {
    pub async fn add_key(&self, member: MemberId, name: &str) -> Result<NewKey, MembersError> {
        let name =
            domain::name(name).ok_or(MembersError::invalid("name", "members-key-name-wrong"))?;
        let key = Secret::new_key(&self.shell);
        let new = ApiKey {
            id: self.new_id(),
            name,
            created_at: self.shell.now(),
            last_used_at: None,
        };
        let (id, hash) = (new.id.clone(), key.hash());
        let write = move |conn: &mut Conn| {
            if keys::list(conn, member)?.len() >= MOST_KEYS {
                return Err(MembersError::Full("members-keys-full"));
            }
            Ok(keys::add(conn, member, &hash, &new)?)
        };
        self.host.db.write(write).await?;
        Ok(NewKey { id, key })
    }

    /// The newest first.
    pub async fn keys(&self, member: MemberId) -> Result<Vec<ApiKey>, MembersError> {
        self.host
            .db
            .read(move |conn| Ok(keys::list(conn, member)?))
            .await
    }

    pub async fn key(&self, member: MemberId, id: &str) -> Result<ApiKey, MembersError> {
        self.keys(member)
            .await?
            .into_iter()
            .find(|key| key.id == id)
            .ok_or(MembersError::Unknown)
    }

    pub async fn revoke_key(&self, member: MemberId, id: String) -> Result<(), MembersError> {
        let write = move |conn: &mut Conn| {
            if keys::revoke(conn, member, &id)? {
                Ok(())
            } else {
                Err(MembersError::Unknown)
            }
        };
        self.host.db.write(write).await
    }
}
