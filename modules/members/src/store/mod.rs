//! The tables. Every function runs in the caller's transaction.

pub mod addresses;
pub mod keys;
pub mod members;
pub mod resets;
pub mod sessions;

use kernel::MemberId;
use platform::db::{Conn, DbError};

/// Everything of a member goes. `false` when there was none.
pub fn erase(conn: &mut Conn, member: MemberId) -> Result<bool, DbError> {
    sessions::end_all(conn, member, None)?;
    keys::revoke_all(conn, member)?;
    addresses::remove_all(conn, member)?;
    resets::forget(conn, member)?;
    members::remove(conn, member)
}

/// An id that we wrote ourselves.
fn id_of<T>(text: &str) -> Result<kernel::Id<T>, DbError> {
    text.parse()
        .map_err(|e| DbError::Query(diesel::result::Error::DeserializationError(Box::new(e))))
}
