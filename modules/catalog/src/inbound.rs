use kernel::{Sku, Timestamp};
use platform::db::{Conn, Db};
use platform::events::{Event, Inbound, InboundError};
use serde::Deserialize;

use crate::store::popularity;

const CONFIRMED: &str = "shop.banyan.orders.order.confirmed.v1";

pub const TYPES: &[&str] = &[CONFIRMED];

/// Hears what was bought.
pub struct Ear {
    pub db: Db,
}

#[derive(Deserialize)]
struct Confirmed {
    lines: Vec<Line>,
}

#[derive(Deserialize)]
struct Line {
    /// The product's code.
    product: Sku,
    quantity: u32,
}

impl Inbound for Ear {
    fn db(&self) -> &Db {
        &self.db
    }

    fn types(&self) -> &'static [&'static str] {
        TYPES
    }

    fn apply(&self, conn: &mut Conn, event: &Event, _: Timestamp) -> Result<(), InboundError> {
        if event.kind == CONFIRMED {
            let Confirmed { lines } = event.read()?;
            let bought: Vec<(String, i64)> = lines
                .into_iter()
                .map(|line| (line.product.to_string(), i64::from(line.quantity)))
                .collect();
            popularity::count(conn, &bought)?;
        }
        Ok(())
    }
}
