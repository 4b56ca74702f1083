use std::sync::Arc;

use kernel::{OrderId, Timestamp};
use platform::db::{Conn, Db};
use platform::events::{Event, Inbound, InboundError};
use serde::Deserialize;
use tokio::sync::Notify;

use crate::{store, till};

pub const TYPES: &[&str] = &[CANCELLING];
const CANCELLING: &str = "shop.banyan.orders.order.cancelling.v1";

/// Hears that a delivery has failed: the money goes back. The provider is asked by the worker, after the commit.
pub struct Ear {
    pub db: Db,
    pub wake: Arc<Notify>,
}

#[derive(Deserialize)]
struct OrderCancelling {
    order: OrderId,
    /// Absent when the order's own saga settles the money.
    settle: Option<Settle>,
}

#[derive(Deserialize)]
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
        if let Some(Settle::Restock | Settle::WriteOff) = settle
            && let Some(payment) = till::start_reversal(conn, order)?
        {
            store::reverse(conn, payment.order, now)?;
        }
        Ok(())
    }

    fn applied(&self) {
        self.wake.notify_one();
    }
}
