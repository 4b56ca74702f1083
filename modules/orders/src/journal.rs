//! The one way in which events are added to orders, outside of what is heard from other contexts.

use std::sync::Arc;
use std::time::Duration;

use platform::audit;
use platform::db::{Db, Isolation};
use platform::events::Stamp;
use platform::shell::Shell;
use tokio_util::sync::CancellationToken;

use crate::OrdersError;
use crate::domain::{Event, Order};
use crate::hub::Hub;
use crate::saga::Bell;
use crate::store::{self, Append, Placing, Underway};

pub struct Journal {
    pub db: Db,
    pub shell: Arc<Shell>,
    pub hub: Hub,
    pub bell: Bell,
}

impl Journal {
    pub fn new(db: Db, shell: Arc<Shell>) -> Self {
        Self {
            db,
            shell,
            hub: Hub::default(),
            bell: Bell::default(),
        }
    }

    pub fn stamp(&self, traceparent: Option<String>) -> Stamp {
        Stamp {
            id: self.shell.new_id::<Stamp>().as_uuid(),
            at: self.shell.now(),
            traceparent,
        }
    }

    /// The order exists once this has returned.
    pub async fn place(&self, new: Arc<Placing>) -> Result<(), OrdersError> {
        let order = new.order.id;
        self.db
            .write_with(Isolation::ReadCommitted, move |conn| {
                store::place(conn, &new)
            })
            .await?;
        tracing::info!(%order, "an order was placed");
        Ok(())
    }

    /// A step of the saga is done; `saga` is then as it stands afterwards.
    pub async fn step(&self, saga: &mut Underway, events: &[Event]) -> Result<(), OrdersError> {
        let (next, append) = Append::new(&saga.order, events, self.stamp(None))?;
        let append = if saga.attempts > 0 {
            append.calming()
        } else {
            append
        };
        saga.wake = append.alarm().unwrap_or(saga.wake);
        saga.order = self.append(next, append).await?;
        saga.attempts = 0;
        Ok(())
    }

    /// Somebody wants something of the order: the worker must look at it.
    pub async fn intervene(
        &self,
        order: &Order,
        event: Event,
        audit: Option<audit::Entry>,
    ) -> Result<Order, OrdersError> {
        let (next, append) = Append::new(order, &[event], self.stamp(None))?;
        let next = self.append(next, append.waking().audited(audit)).await?;
        self.bell.ring();
        Ok(next)
    }

    async fn append(&self, next: Order, append: Append) -> Result<Order, OrdersError> {
        // each order's next version is a key that only one can insert: no more isolation is needed
        let isolation = if append.is_audited() {
            Isolation::Serializable
        } else {
            Isolation::ReadCommitted
        };
        self.db
            .write_with(isolation, move |conn| store::append(conn, &append))
            .await?;
        self.hub.changed(&next);
        Ok(next)
    }
}

const KEYS_ARE_KEPT: Duration = Duration::from_hours(24);
const BETWEEN_LOOKS: Duration = Duration::from_hours(1);

/// Idempotency keys are kept for a day, and an hour more at most.
pub async fn forget_keys(journal: Arc<Journal>, stop: CancellationToken) {
    while !stop.is_cancelled() {
        let then = journal.shell.now().before(KEYS_ARE_KEPT);
        if let Err(error) = journal
            .db
            .write(move |conn| store::forget_keys(conn, then))
            .await
        {
            tracing::warn!(%error, "old idempotency keys were not forgotten");
        }
        tokio::select! {
            () = stop.cancelled() => {}
            () = tokio::time::sleep(BETWEEN_LOOKS) => {}
        }
    }
}
