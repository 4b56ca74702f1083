//! Events and words as they lie in the database.

use std::sync::Arc;

use diesel::prelude::*;
use kernel::{MemberId, Money, Sku, Timestamp};
use serde::{Deserialize, Serialize};

use crate::OrdersError;
use crate::domain::{Event, Line, Names, Number, Placed, Reason};
use crate::schema::order_events;

#[derive(Clone, Insertable)]
#[diesel(table_name = order_events)]
pub struct EventRow {
    pub order_id: String,
    pub version: i64,
    pub at: i64,
    pub what: &'static str,
    pub data: String,
}

#[derive(Serialize, Deserialize)]
struct PlacedRecord {
    number: String,
    member: MemberId,
    total: i64,
    lines: Vec<LineRecord>,
}

/// `store::bought` looks for `"product":"…"` in the text of these.
#[derive(Serialize, Deserialize)]
struct LineRecord {
    sku: Sku,
    product: Sku,
    ko: String,
    en: String,
    quantity: u32,
    price: i64,
}

#[derive(Serialize, Deserialize)]
struct CancellingRecord {
    reason: String,
}

/// The word and the data of `event`.
pub fn write(event: &Event) -> (&'static str, String) {
    let what = match event {
        Event::Placed(placed) => return ("placed", placed_json(placed)),
        Event::Cancelling(reason) => return ("cancelling", cancelling_json(*reason)),
        Event::Reserved => "reserved",
        Event::Authorised => "authorised",
        Event::Declined => "declined",
        Event::Confirmed => "confirmed",
        Event::Captured => "captured",
        Event::Shipped => "shipped",
        Event::Delivered => "delivered",
        Event::Voided => "voided",
        Event::Refunded => "refunded",
        Event::Released => "released",
        Event::WrittenOff => "written_off",
        Event::Cancelled => "cancelled",
    };
    (what, String::new())
}

pub fn read(what: &str, data: &str) -> Result<Event, OrdersError> {
    let bad = |why: &str| OrdersError::Corrupt(String::new(), format!("{what}: {why}"));
    Ok(match what {
        "placed" => {
            let record: PlacedRecord =
                serde_json::from_str(data).map_err(|e| bad(&e.to_string()))?;
            Event::Placed(Arc::new(record.into_domain()))
        }
        "cancelling" => {
            let record: CancellingRecord =
                serde_json::from_str(data).map_err(|e| bad(&e.to_string()))?;
            Event::Cancelling(
                Reason::parse(&record.reason).ok_or_else(|| bad("an unknown reason"))?,
            )
        }
        "reserved" => Event::Reserved,
        "authorised" => Event::Authorised,
        "declined" => Event::Declined,
        "confirmed" => Event::Confirmed,
        "captured" => Event::Captured,
        "shipped" => Event::Shipped,
        "delivered" => Event::Delivered,
        "voided" => Event::Voided,
        "refunded" => Event::Refunded,
        "released" => Event::Released,
        "written_off" => Event::WrittenOff,
        "cancelled" => Event::Cancelled,
        _ => return Err(bad("an unknown event")),
    })
}

pub fn row(order_id: &str, version: i64, at: Timestamp, event: &Event) -> EventRow {
    let (what, data) = write(event);
    EventRow {
        order_id: order_id.to_owned(),
        version,
        at: at.as_micros(),
        what,
        data,
    }
}

/// Idempotency keys are each member's own.
pub fn scope(member: MemberId) -> String {
    format!("orders/{member}")
}

fn placed_json(placed: &Placed) -> String {
    let lines = placed.lines.iter().map(LineRecord::of).collect();
    let record = PlacedRecord {
        number: placed.number.to_string(),
        member: placed.member,
        total: placed.total.amount,
        lines,
    };
    serde_json::to_string(&record).unwrap_or_default()
}

fn cancelling_json(reason: Reason) -> String {
    serde_json::to_string(&CancellingRecord {
        reason: reason.as_str().to_owned(),
    })
    .unwrap_or_default()
}

impl LineRecord {
    fn of(line: &Line) -> Self {
        Self {
            sku: line.sku.clone(),
            product: line.product.clone(),
            ko: line.name.ko.clone(),
            en: line.name.en.clone(),
            quantity: line.quantity,
            price: line.price.amount,
        }
    }
}

impl PlacedRecord {
    fn into_domain(self) -> Placed {
        let lines = self.lines.into_iter().map(|line| Line {
            sku: line.sku,
            product: line.product,
            name: Names {
                ko: line.ko,
                en: line.en,
            },
            quantity: line.quantity,
            price: Money::krw(line.price),
        });
        Placed {
            number: Number::stored(self.number),
            member: self.member,
            lines: lines.collect(),
            total: Money::krw(self.total),
        }
    }
}
