use kernel::MemberId;
use platform::db::Conn;

use super::Service;
use crate::domain::{Address, MOST_ADDRESSES, MembersError};
use crate::store::addresses::{self, Entry};

impl Service {
    /// The default first.
    pub async fn addresses(&self, member: MemberId) -> Result<Vec<Entry>, MembersError> {
        self.host
            .db
            .read(move |conn| Ok(addresses::list(conn, member)?))
            .await
    }

    pub async fn address(&self, member: MemberId, id: String) -> Result<Entry, MembersError> {
        self.host.db.read(move |conn| of(conn, member, &id)).await
    }

    /// The first of a book is its default, whatever `is_default` says.
    pub async fn add_address(
        &self,
        member: MemberId,
        address: &Address,
        is_default: bool,
    ) -> Result<Entry, MembersError> {
        let address = Address::check(address).map_err(MembersError::Invalid)?;
        let entry = Entry {
            id: self.new_id(),
            address,
            is_default: false,
        };
        let write = move |conn: &mut Conn| {
            let there = addresses::list(conn, member)?;
            if there.len() >= MOST_ADDRESSES {
                return Err(MembersError::Full("members-addresses-full"));
            }
            addresses::add(conn, member, &entry)?;
            if is_default || there.is_empty() {
                addresses::set_default(conn, member, &entry.id)?;
            }
            of(conn, member, &entry.id)
        };
        self.host.db.write(write).await
    }

    /// A default stays one: another becomes it by being made so.
    pub async fn change_address(
        &self,
        member: MemberId,
        id: String,
        change: (&Address, bool),
    ) -> Result<Entry, MembersError> {
        let address = Address::check(change.0).map_err(MembersError::Invalid)?;
        let make_default = change.1;
        let write = move |conn: &mut Conn| {
            let old = of(conn, member, &id)?;
            addresses::replace(
                conn,
                &Entry {
                    id: old.id,
                    address: address.clone(),
                    is_default: old.is_default,
                },
            )?;
            if make_default {
                addresses::set_default(conn, member, &id)?;
            }
            of(conn, member, &id)
        };
        self.host.db.write(write).await
    }

    pub async fn make_default(&self, member: MemberId, id: String) -> Result<(), MembersError> {
        let write = move |conn: &mut Conn| {
            of(conn, member, &id)?;
            Ok(addresses::set_default(conn, member, &id)?)
        };
        self.host.db.write(write).await
    }

    /// After the default goes, the newest of the others takes its place.
    pub async fn remove_address(&self, member: MemberId, id: String) -> Result<(), MembersError> {
        let write = move |conn: &mut Conn| {
            let old = of(conn, member, &id)?;
            addresses::remove(conn, &id)?;
            if old.is_default
                && let Some(next) = addresses::list(conn, member)?.first()
            {
                addresses::set_default(conn, member, &next.id)?;
            }
            Ok(())
        };
        self.host.db.write(write).await
    }
}

/// One of the member's own.
fn of(conn: &mut Conn, member: MemberId, id: &str) -> Result<Entry, MembersError> {
    addresses::list(conn, member)?
        .into_iter()
        .find(|entry| entry.id == id)
        .ok_or(MembersError::Unknown)
}
