//! What orders hears: what becomes of parcels, money and goods that left its hands, and members who leave.

use std::sync::Arc;

use kernel::{MemberId, OrderId, Timestamp};
use platform::db::{Conn, Db, DbError};
use platform::events::{Event as Heard, Inbound, InboundError, Stamp};
use serde::Deserialize;
use sha2::{Digest as _, Sha256};

use crate::OrdersError;
use crate::domain::{Event, Goods, Order, Payment, Reason, Status};
use crate::journal::Journal;
use crate::store::{self, Append};

const SHIPPED: &str = "shop.banyan.shipping.shipment.shipped.v1";
const DELIVERED: &str = "shop.banyan.shipping.shipment.delivered.v1";
const FAILED: &str = "shop.banyan.shipping.shipment.failed.v1";
const REFUNDED: &str = "shop.banyan.payments.payment.refunded.v1";
const RESTOCKED: &str = "shop.banyan.stock.reservation.restocked.v1";
const WRITTEN_OFF: &str = "shop.banyan.stock.reservation.written_off.v1";
const WITHDRAWN: &str = "shop.banyan.members.member.withdrawn.v1";

pub const TYPES: &[&str] = &[
    SHIPPED,
    DELIVERED,
    FAILED,
    REFUNDED,
    RESTOCKED,
    WRITTEN_OFF,
    WITHDRAWN,
];

pub struct Ear {
    pub journal: Arc<Journal>,
}

#[derive(Deserialize)]
struct OfOrder {
    order: OrderId,
}

#[derive(Deserialize)]
struct ShipmentFailed {
    reason: Failure,
}

#[derive(Deserialize)]
#[serde(rename_all = "snake_case")]
enum Failure {
    Undeliverable,
    Lost,
}

#[derive(Deserialize)]
struct MemberWithdrawn {
    member: MemberId,
}

impl Inbound for Ear {
    fn db(&self) -> &Db {
        &self.journal.db
    }

    fn types(&self) -> &'static [&'static str] {
        TYPES
    }

    fn apply(&self, conn: &mut Conn, heard: &Heard, now: Timestamp) -> Result<(), InboundError> {
        let event = match heard.kind.as_str() {
            WITHDRAWN => {
                let MemberWithdrawn { member } = heard.read()?;
                return Ok(store::erase_contacts(conn, member)?);
            }
            SHIPPED => Event::Shipped,
            DELIVERED => Event::Delivered,
            FAILED => Event::Cancelling(match heard.read::<ShipmentFailed>()?.reason {
                Failure::Undeliverable => Reason::Undeliverable,
                Failure::Lost => Reason::Lost,
            }),
            REFUNDED => Event::Refunded,
            RESTOCKED => Event::Released,
            WRITTEN_OFF => Event::WrittenOff,
            _ => return Ok(()),
        };
        let OfOrder { order } = heard.read()?;
        Ok(note_down(conn, order, event, stamp(heard, now))?)
    }

    fn applied(&self) {
        self.journal.hub.stir();
    }
}

fn note_down(conn: &mut Conn, id: OrderId, event: Event, stamp: Stamp) -> Result<(), OrdersError> {
    let Some(order) = store::load(conn, id)? else {
        tracing::warn!(order = %id, ?event, "an event about an order that was never placed here");
        return Ok(());
    };
    if is_known(&order, &event) {
        return Ok(());
    }
    let mut events = vec![event];
    let (next, append) = Append::new(&order, &events, stamp.clone())?;
    // the last of those who settle a failed delivery has spoken
    if next.leaving.is_some_and(Reason::is_the_couriers) && next.is_settled() {
        events.push(Event::Cancelled);
        let (_, append) = Append::new(&order, &events, stamp)?;
        return store::append(conn, &append);
    }
    store::append(conn, &append)
}

/// Our own saga may have asked for it and heard it by the answer.
fn is_known(order: &Order, event: &Event) -> bool {
    match event {
        Event::Shipped => matches!(order.status, Status::Shipped | Status::Delivered),
        Event::Delivered => order.status == Status::Delivered,
        Event::Cancelling(reason) => order.leaving == Some(*reason),
        Event::Refunded => order.payment == Payment::Refunded,
        Event::Released => order.goods == Goods::Returned,
        Event::WrittenOff => order.goods == Goods::Lost,
        _ => false,
    }
}

/// The same for every time that the event is applied.
fn stamp(heard: &Heard, at: Timestamp) -> Stamp {
    let digest: [u8; 32] = Sha256::digest(heard.id.as_bytes()).into();
    let mut random = [0; 10];
    random.copy_from_slice(&digest[..10]);
    Stamp {
        id: OrderId::new(heard.time, random).as_uuid(),
        at,
        traceparent: heard.traceparent.clone(),
    }
}

impl From<OrdersError> for InboundError {
    fn from(error: OrdersError) -> Self {
        match error {
            OrdersError::Db(e) => Self::Db(e),
            OrdersError::Stale => Self::Db(DbError::Conflict(
                "the order has changed meanwhile".to_owned(),
            )),
            other => Self::Rejected(other.to_string()),
        }
    }
}
