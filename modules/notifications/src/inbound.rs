use std::sync::Arc;

use kernel::{MemberId, Money, OrderId, Timestamp};
use platform::db::{Conn, Db};
use platform::events::{Event, Inbound, InboundError};
use serde::Deserialize;

use crate::Host;
use crate::domain::NEWS;
use crate::error::MailError;
use crate::letter::{Contents, Letter, Line, Names, Parcel};
use crate::store::{self, NewMail, Whom};

pub const TYPES: &[&str] = &[
    PLACED, CONFIRMED, SHIPPED, DELIVERED, CANCELLED, JOINED, WITHDRAWN,
];
const PLACED: &str = "shop.banyan.orders.order.placed.v1";
const CONFIRMED: &str = "shop.banyan.orders.order.confirmed.v1";
const SHIPPED: &str = "shop.banyan.orders.order.shipped.v1";
const DELIVERED: &str = "shop.banyan.orders.order.delivered.v1";
const CANCELLED: &str = "shop.banyan.orders.order.cancelled.v1";
const JOINED: &str = "shop.banyan.members.member.joined.v1";
const WITHDRAWN: &str = "shop.banyan.members.member.withdrawn.v1";

/// Hears what people want to be told.
pub struct Ear {
    pub host: Arc<Host>,
}

#[derive(Deserialize)]
struct Placed {
    order: OrderId,
    member: MemberId,
    lines: Vec<PlacedLine>,
    total: i64,
}

#[derive(Deserialize)]
struct PlacedLine {
    name: Names,
    quantity: i64,
    subtotal: i64,
}

#[derive(Deserialize)]
struct Standing {
    order: OrderId,
    number: String,
    member: MemberId,
    payment: String,
    #[serde(default)]
    reason: String,
}

#[derive(Deserialize)]
struct Member {
    member: MemberId,
}

impl Inbound for Ear {
    fn db(&self) -> &Db {
        &self.host.db
    }

    fn types(&self) -> &'static [&'static str] {
        TYPES
    }

    fn apply(&self, conn: &mut Conn, event: &Event, now: Timestamp) -> Result<(), InboundError> {
        if event.kind == WITHDRAWN {
            let Member { member } = event.read()?;
            return Ok(store::erase_member(conn, member)?);
        }
        if now.since(event.time) > NEWS {
            return Ok(());
        }
        match event.kind.as_str() {
            PLACED => remember(conn, event),
            JOINED => {
                let Member { member } = event.read()?;
                tell(conn, event, (member, &Letter::Welcome), now)
            }
            _ => about_an_order(conn, event, now),
        }
    }

    fn applied(&self) {
        self.host.wake.notify_one();
    }
}

fn remember(conn: &mut Conn, event: &Event) -> Result<(), InboundError> {
    let placed: Placed = event.read()?;
    let contents = Contents {
        lines: placed.lines.into_iter().map(Line::from).collect(),
        total: Money::krw(placed.total),
    };
    store::remember(conn, (placed.order, placed.member), &contents, event.time).map_err(rejected)
}

impl From<PlacedLine> for Line {
    fn from(line: PlacedLine) -> Self {
        Self {
            name: line.name,
            quantity: line.quantity,
            subtotal: Money::krw(line.subtotal),
        }
    }
}

fn about_an_order(conn: &mut Conn, event: &Event, now: Timestamp) -> Result<(), InboundError> {
    let Standing {
        order,
        number,
        member,
        payment,
        reason,
    } = event.read()?;
    let contents = store::contents(conn, order).map_err(rejected)?;
    let parcel = Parcel {
        order,
        number,
        contents,
    };
    let letter = match event.kind.as_str() {
        CONFIRMED => Letter::OrderConfirmed(parcel),
        SHIPPED => Letter::OrderShipped(parcel),
        DELIVERED => Letter::OrderDelivered(parcel),
        CANCELLED => Letter::OrderCancelled {
            parcel,
            reason,
            payment,
        },
        other => return Err(InboundError::Rejected(format!("{other}: not heard here"))),
    };
    if matches!(event.kind.as_str(), DELIVERED | CANCELLED) {
        store::forget(conn, order)?;
    }
    tell(conn, event, (member, &letter), now)
}

fn tell(
    conn: &mut Conn,
    event: &Event,
    (member, letter): (MemberId, &Letter),
    now: Timestamp,
) -> Result<(), InboundError> {
    let mail = NewMail {
        key: &event.id,
        whom: Whom::Member(member),
        letter,
    };
    store::queue(conn, &mail, now).map_err(rejected)
}

fn rejected(error: MailError) -> InboundError {
    match error {
        MailError::Db(e) => InboundError::Db(e),
        other @ MailError::Unwritable(_) => InboundError::Rejected(other.to_string()),
    }
}
