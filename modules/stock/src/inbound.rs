use kernel::{OrderId, Timestamp};
use platform::db::{Conn, Db};
use platform::events::{Event, Inbound, InboundError, Stamp, publish};
use serde::Deserialize;

use crate::domain::{State, StockError};
use crate::events::{ReservationRestocked, ReservationWrittenOff};
use crate::reservations;

pub const TYPES: &[&str] = &[CANCELLING];
const CANCELLING: &str = "shop.banyan.orders.order.cancelling.v1";

/// Hears that a delivery has failed: the units come back, or are lost.
pub struct Ear {
    pub db: Db,
}

#[derive(Deserialize)]
struct OrderCancelling {
    order: OrderId,
    /// Absent when the order's own saga settles the stock.
    settle: Option<Settle>,
}

#[derive(Clone, Copy, Deserialize)]
#[serde(rename_all = "snake_case")]
enum Settle {
    Restock,
    WriteOff,
}

impl Inbound for Ear {
    fn db(&self) -> &Db {
        &self.db
    }

    fn types(&self) -> &'static [&'static str] {
        TYPES
    }

    fn apply(&self, conn: &mut Conn, event: &Event, now: Timestamp) -> Result<(), InboundError> {
        let OrderCancelling { order, settle } = event.read()?;
        let Some(settle) = settle else { return Ok(()) };
        let into = match settle {
            Settle::Restock => State::Restocked,
            Settle::WriteOff => State::WrittenOff,
        };
        // whether or not anything was left to settle, it is settled now, and the order waits to hear so
        reservations::settle(conn, order, into).map_err(rejected)?;
        let stamp = Stamp {
            id: order.as_uuid(),
            at: now,
            traceparent: event.traceparent.clone(),
        };
        match settle {
            Settle::Restock => publish(conn, &stamp, &ReservationRestocked { order })?,
            Settle::WriteOff => publish(conn, &stamp, &ReservationWrittenOff { order })?,
        }
        Ok(())
    }
}

fn rejected(error: StockError) -> InboundError {
    match error {
        StockError::Db(e) => InboundError::Db(e),
        other => InboundError::Rejected(other.to_string()),
    }
}
