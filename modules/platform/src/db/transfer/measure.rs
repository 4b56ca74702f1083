use super::copy::sum_of;
use super::shape::Shape;
use super::{Amount, Side, TransferError};

/// How much would be copied out of `side`, as it is now. Locks nothing and changes nothing.
pub fn measure(side: &Side) -> Result<Vec<Amount>, TransferError> {
    let mut conn = side.open()?;
    let shape = Shape::of(&mut conn, side.context())?;
    let mut amounts = Vec::with_capacity(shape.tables.len());
    for table in &shape.tables {
        let sum = sum_of(&mut conn, table, || ())?;
        amounts.push(Amount {
            table: table.name.clone(),
            rows: sum.rows,
            bytes: sum.bytes,
        });
    }
    Ok(amounts)
}
