use diesel::prelude::*;

use super::{AfterCopy, Copied, Progress, Side, TransferError, copy, target};
use crate::db::ownership::{self, Owner};
use crate::db::schema::owner;
use crate::db::{Conn, DbError};

/// The source, locked against writers: they wait for 5 s and are then told to come again. Falls with this value or its
/// process; readers notice nothing.
pub struct Fence {
    conn: Conn,
    side: Side,
    owner: Owner,
}

impl Fence {
    /// Waits for writes that are under way. Refused where the data is served elsewhere.
    pub fn raise(side: &Side) -> Result<Self, TransferError> {
        let at = TransferError::at::<DbError>(side.location());
        let mut conn = side.open()?;
        // no snapshot is taken before the lock is held
        target::begin(&mut conn, "BEGIN ISOLATION LEVEL REPEATABLE READ").map_err(&at)?;
        let owner = ownership::owner(&mut conn).map_err(&at)?;
        if !side.is_meant_by(&owner.holder) {
            return Err(TransferError::NotOwner {
                location: side.location().to_owned(),
                holder: owner.holder,
            });
        }
        Ok(Self {
            conn,
            side: side.clone(),
            owner,
        })
    }

    /// Who owns the source.
    pub fn owner(&self) -> &Owner {
        &self.owner
    }

    /// Fills `to`, whose tables must be there, and compares what is then in it with what was read. Nothing of it is seen
    /// by others before [`Copied::keep`]. `tell` hears now and then how far it has come.
    pub fn copy(
        &mut self,
        to: &Side,
        after: Option<AfterCopy>,
        tell: &mut dyn FnMut(Progress),
    ) -> Result<Copied, TransferError> {
        let source = copy::Source {
            conn: &mut self.conn,
            side: &self.side,
            owner: &self.owner,
        };
        copy::copy(source, to, after, tell)
    }

    /// The one commit: the source names `to` as its owner, and will not be served any more. Answers with the new epoch.
    pub fn hand_over(mut self, to: &Side) -> Result<i64, TransferError> {
        let at = TransferError::at::<DbError>(self.side.location());
        let epoch = self.owner.epoch + 1;
        let row = (owner::epoch.eq(epoch), owner::holder.eq(to.location()));
        diesel::insert_into(owner::table)
            .values(row)
            .execute(&mut self.conn)
            .map_err(|e| at(e.into()))?;
        target::commit(&mut self.conn).map_err(&at)?;
        Ok(epoch)
    }
}
