use kernel::{MemberId, Timestamp};
use platform::db::{Conn, Db};
use platform::events::{Event, Inbound, InboundError};
use serde::Deserialize;

use crate::store;

pub const TYPES: &[&str] = &["shop.banyan.members.member.withdrawn.v1"];

/// Hears that a member has left.
pub struct Ear {
    pub db: Db,
}

#[derive(Deserialize)]
struct MemberWithdrawn {
    member: MemberId,
}

impl Inbound for Ear {
    fn db(&self) -> &Db {
        &self.db
    }

    fn types(&self) -> &'static [&'static str] {
        TYPES
    }

    fn apply(&self, conn: &mut Conn, event: &Event, now: Timestamp) -> Result<(), InboundError> {
        let MemberWithdrawn { member } = event.read()?;
        store::forget(conn, member, now)?;
        Ok(())
    }
}
