use std::sync::Arc;

use kernel::{MemberId, OrderId};
use platform::audit;

use super::{Orders, Shown};
use crate::OrdersError;
use crate::domain::{Event, Order, Reason, Status};
use crate::needs::{CalledBack, Ctx};

/// Who cancels.
#[derive(Clone, Copy, Debug)]
pub enum By {
    /// Only their own.
    Shopper(MemberId),
    Staff(MemberId),
}

/// The saga writes at the same time: so often we try again.
const TRIES: u32 = 8;

impl Orders {
    /// Accepts the wish; the saga carries it out. An order that goes back already is fine as it is.
    pub async fn cancel(&self, by: By, id: OrderId, ctx: &Ctx) -> Result<Shown, OrdersError> {
        for _ in 0..TRIES {
            let shown = match by {
                By::Shopper(member) => self.show_to(member, id).await?,
                By::Staff(_) => self.show(id).await?,
            };
            match self.cancel_once(by, &shown.order, ctx).await {
                Err(OrdersError::Stale) => {}
                Ok(order) => {
                    return Ok(Shown {
                        order,
                        address: shown.address,
                    });
                }
                Err(e) => return Err(e),
            }
        }
        Err(OrdersError::Stale)
    }

    async fn cancel_once(
        &self,
        by: By,
        order: &Arc<Order>,
        ctx: &Ctx,
    ) -> Result<Arc<Order>, OrdersError> {
        if !order.may_be_cancelled() {
            let goes_back_anyway = order
                .leaving
                .is_some_and(|reason| !reason.is_the_couriers());
            return if goes_back_anyway {
                Ok(order.clone())
            } else {
                Err(OrdersError::TooLate)
            };
        }
        let (reason, audit) = match by {
            By::Shopper(_) => (Reason::Shopper, None),
            By::Staff(member) => (Reason::Staff, Some(self.entry(member, order))),
        };
        let next = self
            .journal
            .intervene(order, Event::Cancelling(reason), audit)
            .await?;
        // whoever asks is told the truth at once, if it can be known
        if order.status == Status::Confirmed
            && self.needs.courier.cancel(order.id, ctx).await == Ok(CalledBack::TooLate)
        {
            return Err(OrdersError::TooLate);
        }
        Ok(Arc::new(next))
    }

    fn entry(&self, member: MemberId, order: &Order) -> audit::Entry {
        audit::Entry {
            at: self.journal.shell.now(),
            who: format!("member:{member}"),
            what: "order.cancelled",
            subject: order.id.to_string(),
            detail: serde_json::json!({ "number": order.placed.number.as_str(), "status": order.status.as_str() }),
        }
    }
}
