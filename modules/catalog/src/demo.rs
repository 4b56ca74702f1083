//! For `banyan demo`, on this machine; not offered to other processes.

use diesel::prelude::*;
use kernel::Sku;
use platform::db::{Conn, DbError};

use crate::Host;
use crate::schema::products;

impl Host {
    /// How often each product, by its code, was bought in a made-up past. Products that sold more keep their figure.
    pub async fn put_demo_sales(&self, sold: Vec<(Sku, i64)>) -> Result<(), DbError> {
        self.db.write(move |conn| raise(conn, &sold)).await
    }
}

fn raise(conn: &mut Conn, sold: &[(Sku, i64)]) -> Result<(), DbError> {
    for (code, units) in sold {
        let less = products::table
            .filter(products::code.eq(code.as_str()))
            .filter(products::sold.lt(units));
        diesel::update(less)
            .set(products::sold.eq(units))
            .execute(conn)?;
    }
    Ok(())
}
