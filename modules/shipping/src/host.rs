use std::sync::Arc;

use kernel::{Clock, OrderId};
use platform::db::{Conn, Db};
use platform::ports::{Answers, Calls, Ctx, Unavailable};
use platform::shell::Shell;
use tokio::sync::Notify;

use crate::api::*;
use crate::domain::{ShippingError, State};
use crate::{NAME, store};

/// Answers what others ask of shipping. Asks nobody.
pub struct Host {
    pub db: Db,
    clock: Arc<dyn Clock>,
    /// Wakes the clock.
    pub(crate) wake: Arc<Notify>,
}

impl Host {
    pub fn new(db: Db, shell: Arc<Shell>) -> Self {
        Self::with(db, shell.clock.clone())
    }

    pub fn with(db: Db, clock: Arc<dyn Clock>) -> Self {
        Self {
            db,
            clock,
            wake: Arc::default(),
        }
    }

    pub fn calls(self: &Arc<Self>) -> Calls {
        Calls::default()
            .answer::<RequestDelivery, _>(self)
            .answer::<Dispatch, _>(self)
            .answer::<CancelDelivery, _>(self)
    }
}

fn failed(error: ShippingError) -> Unavailable {
    match error {
        ShippingError::Db(e) => e.of(NAME),
        e @ ShippingError::Unknown => Unavailable::new(NAME, e),
    }
}

impl Answers<RequestDelivery> for Host {
    async fn answer(&self, ask: RequestDelivery, _: &Ctx) -> Result<(), Unavailable> {
        let written = self
            .db
            .write(move |conn| Ok(store::request(conn, ask.order, &ask.address)?))
            .await;
        fail::fail_point!("shipping::requested", |_| std::process::abort());
        written.map(|_| ()).map_err(failed)
    }
}

impl Answers<Dispatch> for Host {
    async fn answer(&self, ask: Dispatch, _: &Ctx) -> Result<(), Unavailable> {
        let now = self.clock.now();
        let handed_over = self
            .db
            .write(move |conn| {
                let handed_over = store::hand_over(conn, ask.order, now)?;
                if !handed_over && store::state(conn, ask.order)?.is_none() {
                    return Err(ShippingError::Unknown);
                }
                Ok(handed_over)
            })
            .await;
        fail::fail_point!("shipping::dispatched", |_| std::process::abort());
        if handed_over.map_err(failed)? {
            self.wake.notify_one();
        }
        Ok(())
    }
}

impl Answers<CancelDelivery> for Host {
    async fn answer(&self, ask: CancelDelivery, _: &Ctx) -> Result<Cancellation, Unavailable> {
        let cancelled = self.db.write(move |conn| cancel(conn, ask.order)).await;
        fail::fail_point!("shipping::cancelled", |_| std::process::abort());
        cancelled.map_err(failed)
    }
}

fn cancel(conn: &mut Conn, order: OrderId) -> Result<Cancellation, ShippingError> {
    if store::cancel(conn, order)? || store::remember_cancelled(conn, order)? {
        return Ok(Cancellation::Cancelled);
    }
    Ok(match store::state(conn, order)? {
        Some(State::Cancelled) => Cancellation::Cancelled,
        _ => Cancellation::AlreadyShipped,
    })
}
