use super::shape::Shape;
use super::{Side, TransferError, target};

/// Refuses what a move would refuse before it copies anything. Locks nothing and changes nothing.
pub fn check(from: &Side, to: &Side) -> Result<(), TransferError> {
    let owner = from.owner()?;
    let owner = owner.ok_or_else(|| TransferError::Missing(from.location().to_owned()))?;
    if !from.is_meant_by(&owner.holder) {
        return Err(TransferError::NotOwner {
            location: from.location().to_owned(),
            holder: owner.holder,
        });
    }
    let Some(mut conn) = to.connect()? else {
        return Ok(());
    };
    let shape = Shape::of(&mut conn, to.context())?;
    target::must_be_free(&mut conn, to, &shape, (from.location(), &owner))
}
