use diesel::prelude::*;

use super::{Side, TransferError, target};
use crate::db::ownership::{self, Owner};
use crate::db::schema::owner;
use crate::db::{Conn, DbError};

/// Makes `side`, which `previous` handed over to, its own owner. Done twice it is as well; refused where the copy is not
/// of the epoch that was handed over.
pub fn finish(side: &Side, previous: &str, ours: &Owner) -> Result<(), TransferError> {
    let mut conn = side.open()?;
    let from = Owner {
        epoch: ours.epoch - 1,
        holder: previous.to_owned(),
    };
    take(&mut conn, &from, ours).map_err(|source| match source {
        DbError::NotOwner { holder } => TransferError::NotOwner {
            location: side.location().to_owned(),
            holder,
        },
        source => TransferError::at(side.location())(source),
    })
}

/// From `before` to `ours`, if `before` is still what the database says; nothing if it is `ours` already.
pub(in crate::db) fn take(conn: &mut Conn, before: &Owner, ours: &Owner) -> Result<(), DbError> {
    target::begin(conn, "BEGIN")?;
    let found = ownership::owner(conn)?;
    let outcome = if found.epoch >= ours.epoch {
        Ok(())
    } else if found == *before {
        diesel::insert_into(owner::table)
            .values((owner::epoch.eq(ours.epoch), owner::holder.eq(&ours.holder)))
            .execute(conn)
            .map(drop)
            .map_err(DbError::from)
    } else {
        Err(DbError::NotOwner {
            holder: found.holder,
        })
    };
    target::commit(conn)?;
    outcome
}

/// Tells a database that is neither end of a move who owns the data now, so that nobody has to follow a trail.
pub fn tell(side: &Side, now: &Owner) -> Result<(), TransferError> {
    let mut conn = side.open()?;
    let at = TransferError::at::<DbError>(side.location());
    target::begin(&mut conn, "BEGIN").map_err(&at)?;
    let found = ownership::owner(&mut conn).map_err(&at)?;
    if found.epoch < now.epoch {
        diesel::insert_into(owner::table)
            .values((owner::epoch.eq(now.epoch), owner::holder.eq(&now.holder)))
            .execute(&mut conn)
            .map_err(|e| at(e.into()))?;
    }
    target::commit(&mut conn).map_err(&at)
}
