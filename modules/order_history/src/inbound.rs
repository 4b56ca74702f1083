use kernel::{MemberId, OrderId, Timestamp};
use platform::db::{Conn, Db};
use platform::events::{Event, Inbound, InboundError};
use serde::Deserialize;

use crate::api::Item;
use crate::search;
use crate::store::{self, OrderRow};

const PLACED: &str = "shop.banyan.orders.order.placed.v1";
const WITHDRAWN: &str = "shop.banyan.members.member.withdrawn.v1";

pub const TYPES: &[&str] = &[
    PLACED,
    "shop.banyan.orders.order.confirmed.v1",
    "shop.banyan.orders.order.paid.v1",
    "shop.banyan.orders.order.shipped.v1",
    "shop.banyan.orders.order.delivered.v1",
    "shop.banyan.orders.order.cancelling.v1",
    "shop.banyan.orders.order.cancelled.v1",
    WITHDRAWN,
];

/// Hears what becomes of orders, and that members leave.
pub struct Ear {
    pub db: Db,
}

#[derive(Deserialize)]
struct Placed {
    number: String,
    member: MemberId,
    lines: Vec<Item>,
    total: i64,
}

/// How an order stands after an event, which every event of orders tells.
#[derive(Deserialize)]
struct Standing {
    order: OrderId,
    status: String,
    payment: String,
    at: Timestamp,
}

#[derive(Deserialize)]
struct MemberWithdrawn {
    member: MemberId,
}

impl Inbound for Ear {
    fn db(&self) -> &Db {
        &self.db
    }

    fn types(&self) -> &'static [&'static str] {
        TYPES
    }

    fn apply(&self, conn: &mut Conn, event: &Event, _: Timestamp) -> Result<(), InboundError> {
        match event.kind.as_str() {
            PLACED => place(conn, event.read()?, event.read()?),
            WITHDRAWN => {
                let MemberWithdrawn { member } = event.read()?;
                Ok(store::forget_member(conn, &member.to_string())?)
            }
            _ => advance(conn, event.read()?),
        }
    }
}

fn place(conn: &mut Conn, placed: Placed, standing: Standing) -> Result<(), InboundError> {
    let member = placed.member.to_string();
    let member = if store::has_left(conn, &member)? {
        None
    } else {
        Some(member)
    };
    let row = OrderRow {
        id: standing.order.to_string(),
        words: search::words_of(&placed.number, &placed.lines),
        number: placed.number,
        member,
        status: standing.status,
        payment: standing.payment,
        total: placed.total,
        items: serde_json::to_string(&placed.lines)
            .map_err(|e| InboundError::Rejected(e.to_string()))?,
        counted: false,
        placed_at: standing.at.as_micros(),
        moved_at: standing.at.as_micros(),
    };
    if store::add(conn, &row)? {
        store::add_to_day(conn, &row.date(), (1, 0, 0))?;
    }
    Ok(())
}

/// News that is older than what is known changes nothing.
fn advance(conn: &mut Conn, standing: Standing) -> Result<(), InboundError> {
    let unheard =
        || InboundError::Rejected(format!("order {} was never placed here", standing.order));
    let mut row = store::find(conn, standing.order)?.ok_or_else(unheard)?;
    if standing.at.as_micros() < row.moved_at {
        return Ok(());
    }
    let was_cancelled = row.status == "cancelled";
    row.status = standing.status;
    row.payment = standing.payment;
    row.moved_at = standing.at.as_micros();
    let is_cancelled = row.status == "cancelled";
    let is_sold = ["confirmed", "shipped", "delivered"].contains(&row.status.as_str());
    if is_cancelled && !was_cancelled {
        store::add_to_day(conn, &row.date(), (0, 1, 0))?;
    }
    if is_sold != row.counted && (is_sold || is_cancelled) {
        count(conn, &row, if is_sold { 1 } else { -1 })?;
        row.counted = is_sold;
    }
    Ok(store::change(conn, &row)?)
}

fn count(conn: &mut Conn, row: &OrderRow, sign: i64) -> Result<(), InboundError> {
    store::add_to_day(conn, &row.date(), (0, 0, sign * row.total))?;
    for item in row.items() {
        store::add_to_seller(conn, &item, sign)?;
    }
    Ok(())
}
