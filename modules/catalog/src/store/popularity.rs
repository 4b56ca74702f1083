//! How often a product was bought: what "popular" sorts by.

use diesel::prelude::*;
use platform::db::{Conn, DbError};

use crate::schema::products;

/// By code; products that are gone are passed over.
pub fn count(conn: &mut Conn, bought: &[(String, i64)]) -> Result<(), DbError> {
    for (code, quantity) in bought {
        diesel::update(products::table.filter(products::code.eq(code)))
            .set(products::sold.eq(products::sold + quantity))
            .execute(conn)?;
    }
    Ok(())
}
