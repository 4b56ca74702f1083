//! What orders tells the others. No personal data: members by their id.

mod published;

use kernel::{MemberId, Money, OrderId, Sku, Timestamp};
use platform::db::{Conn, DbError};
use platform::events::{Stamp, publish, sample};
use serde::Serialize;

use crate::domain::{Event, Line, Order, Reason};

#[derive(Serialize)]
pub struct OrderPlaced {
    #[serde(flatten)]
    pub order: Standing,
    pub lines: Vec<PublishedLine>,
    /// In won.
    pub total: i64,
}

#[derive(Serialize)]
pub struct PublishedLine {
    pub sku: Sku,
    pub product: Sku,
    pub name: PublishedNames,
    pub quantity: u32,
    pub price: i64,
    pub subtotal: i64,
}

#[derive(Serialize)]
pub struct PublishedNames {
    pub ko: String,
    pub en: String,
}

/// How an order stands after the event that is told.
#[derive(Serialize)]
pub struct Standing {
    pub order: OrderId,
    pub number: String,
    pub member: MemberId,
    pub status: &'static str,
    pub payment: &'static str,
    pub at: Timestamp,
}

#[derive(Serialize)]
pub struct OrderConfirmed {
    #[serde(flatten)]
    pub order: Standing,
    pub lines: Vec<SoldLine>,
}

#[derive(Serialize)]
pub struct SoldLine {
    pub sku: Sku,
    pub product: Sku,
    pub quantity: u32,
}

#[derive(Serialize)]
#[serde(transparent)]
pub struct OrderPaid(pub Standing);

#[derive(Serialize)]
#[serde(transparent)]
pub struct OrderShipped(pub Standing);

#[derive(Serialize)]
#[serde(transparent)]
pub struct OrderDelivered(pub Standing);

/// The delivery has failed: payments refunds, and stock does what `settle` says. A cancellation that somebody asked
/// for is not told before it is done: the saga settles that one by calls.
#[derive(Serialize)]
pub struct OrderCancelling {
    #[serde(flatten)]
    pub order: Standing,
    /// `restock` or `write_off`
    pub settle: &'static str,
}

#[derive(Serialize)]
pub struct OrderCancelled {
    #[serde(flatten)]
    pub order: Standing,
    pub reason: &'static str,
}

/// One of the above.
pub enum Message {
    Placed(OrderPlaced),
    Confirmed(OrderConfirmed),
    Paid(OrderPaid),
    Shipped(OrderShipped),
    Delivered(OrderDelivered),
    Cancelling(OrderCancelling),
    Cancelled(OrderCancelled),
}

impl Message {
    /// What others are told of `event`; `order` is how it stands after it.
    pub fn of(event: &Event, order: &Order, at: Timestamp) -> Option<Self> {
        let standing = || Standing::of(order, at);
        Some(match event {
            Event::Placed(_) => Self::Placed(OrderPlaced::of(order, at)),
            Event::Confirmed => {
                let lines = order.placed.lines.iter().map(SoldLine::of).collect();
                Self::Confirmed(OrderConfirmed {
                    order: standing(),
                    lines,
                })
            }
            Event::Captured => Self::Paid(OrderPaid(standing())),
            Event::Shipped => Self::Shipped(OrderShipped(standing())),
            Event::Delivered => Self::Delivered(OrderDelivered(standing())),
            Event::Cancelling(Reason::Undeliverable) => Self::Cancelling(OrderCancelling {
                order: standing(),
                settle: "restock",
            }),
            Event::Cancelling(Reason::Lost) => Self::Cancelling(OrderCancelling {
                order: standing(),
                settle: "write_off",
            }),
            Event::Cancelled => {
                let reason = order.leaving.map_or("", Reason::as_str);
                Self::Cancelled(OrderCancelled {
                    order: standing(),
                    reason,
                })
            }
            _ => return None,
        })
    }

    pub fn publish(&self, conn: &mut Conn, stamp: &Stamp) -> Result<(), DbError> {
        match self {
            Self::Placed(event) => publish(conn, stamp, event),
            Self::Confirmed(event) => publish(conn, stamp, event),
            Self::Paid(event) => publish(conn, stamp, event),
            Self::Shipped(event) => publish(conn, stamp, event),
            Self::Delivered(event) => publish(conn, stamp, event),
            Self::Cancelling(event) => publish(conn, stamp, event),
            Self::Cancelled(event) => publish(conn, stamp, event),
        }
    }
}

impl Standing {
    fn of(order: &Order, at: Timestamp) -> Self {
        Self {
            order: order.id,
            number: order.placed.number.to_string(),
            member: order.placed.member,
            status: order.status.as_str(),
            payment: order.payment.as_str(),
            at,
        }
    }
}

impl OrderPlaced {
    fn of(order: &Order, at: Timestamp) -> Self {
        let placed = &order.placed;
        Self {
            order: Standing::of(order, at),
            lines: placed.lines.iter().map(PublishedLine::of).collect(),
            total: placed.total.amount,
        }
    }
}

impl PublishedLine {
    fn of(line: &Line) -> Self {
        Self {
            sku: line.sku.clone(),
            product: line.product.clone(),
            name: PublishedNames {
                ko: line.name.ko.clone(),
                en: line.name.en.clone(),
            },
            quantity: line.quantity,
            price: line.price.amount,
            subtotal: line.subtotal().unwrap_or(Money::ZERO).amount,
        }
    }
}

impl SoldLine {
    fn of(line: &Line) -> Self {
        Self {
            sku: line.sku.clone(),
            product: line.product.clone(),
            quantity: line.quantity,
        }
    }
}

/// One of each, for the test that feeds them to every consumer.
pub fn samples() -> Vec<(&'static str, serde_json::Value)> {
    vec![
        sample::<OrderPlaced>(),
        sample::<OrderConfirmed>(),
        sample::<OrderPaid>(),
        sample::<OrderShipped>(),
        sample::<OrderDelivered>(),
        sample::<OrderCancelling>(),
        sample::<OrderCancelled>(),
    ]
}
