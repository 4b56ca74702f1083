//! What members and administrators do here. Passwords are hashed before a write begins, never within.

mod accounts;
mod admins;
mod book;
mod keys;
mod resets;

use std::sync::Arc;

use kernel::{Id, MemberId};
use platform::problem::FieldError;
use platform::shell::Shell;
use tokio::sync::Notify;

pub use accounts::{Details, LoggedIn};

use crate::Host;
use crate::domain::{MembersError, Password};
use crate::store::members;

pub struct Service {
    pub host: Arc<Host>,
    pub shell: Arc<Shell>,
    /// Somebody waits for a letter.
    pub letters: Notify,
}

/// Marks the ids of what only this context has: sessions, keys, addresses.
enum Own {}

impl Service {
    pub fn new(host: Arc<Host>, shell: Arc<Shell>) -> Self {
        Self {
            host,
            shell,
            letters: Notify::new(),
        }
    }

    fn new_id(&self) -> String {
        let id: Id<Own> = self.shell.new_id();
        id.to_string()
    }

    /// The stored hash that `shown` fits, so that a write can see to it that it still is the stored one.
    async fn confirmed(
        &self,
        member: MemberId,
        shown: &str,
        field: &'static str,
    ) -> Result<String, MembersError> {
        let stored = self
            .host
            .db
            .read(move |conn| members::password(conn, member))
            .await?;
        let fits = self
            .host
            .passwords
            .verify(Password::shown(shown), stored.clone())
            .await?;
        stored
            .filter(|_| fits)
            .ok_or_else(|| MembersError::invalid(field, "members-password-wrong"))
    }
}

impl From<FieldError> for MembersError {
    fn from(error: FieldError) -> Self {
        Self::Invalid(vec![error])
    }
}
