use std::collections::HashSet;

use diesel::prelude::*;
use kernel::{OrderId, Timestamp};
use platform::db::Conn;
use platform::on_both;

use super::record::{self, EventRow};
use crate::OrdersError;
use crate::domain::{Address, Event, Order};
use crate::schema::{contacts, order_events, orders};

/// So many orders share a statement: both databases limit how much one may carry.
const CHUNK: usize = 250;

/// An order of the past, with the events that it is folded from.
pub struct Past {
    pub order: Order,
    pub events: Vec<(Timestamp, Event)>,
    pub address: Address,
}

#[derive(Insertable)]
#[diesel(table_name = orders)]
struct OrderRow {
    order_id: String,
    number: String,
    member: String,
    status: &'static str,
    payment: &'static str,
    total: i64,
    placed_at: i64,
}

#[derive(Insertable)]
#[diesel(table_name = contacts)]
struct ContactRow<'a> {
    order_id: String,
    recipient: &'a str,
    phone: &'a str,
    postcode: &'a str,
    line1: &'a str,
    line2: &'a str,
    withdrawn: bool,
}

/// Leaves out those that are there already, and those whose number belongs to another order: these it answers.
pub fn put_past(conn: &mut Conn, pasts: &[Past]) -> Result<HashSet<OrderId>, OrdersError> {
    let mut left_out = HashSet::new();
    for chunk in pasts.chunks(CHUNK) {
        let ids: Vec<String> = chunk.iter().map(|past| past.order.id.to_string()).collect();
        let known: Vec<String> = orders::table
            .filter(orders::order_id.eq_any(ids))
            .select(orders::order_id)
            .load(conn)?;
        let known: HashSet<String> = known.into_iter().collect();
        let new = chunk
            .iter()
            .filter(|past| !known.contains(&past.order.id.to_string()));
        let numbers = new.clone().map(|past| past.order.placed.number.as_str());
        let taken: Vec<String> = orders::table
            .filter(orders::number.eq_any(numbers))
            .select(orders::number)
            .load(conn)?;
        let is_taken = |past: &&Past| taken.iter().any(|n| n == past.order.placed.number.as_str());
        let (taken, new): (Vec<&Past>, Vec<&Past>) = new.partition(is_taken);
        left_out.extend(taken.iter().map(|past| past.order.id));
        let rows: Vec<OrderRow> = new.iter().map(|past| OrderRow::of(&past.order)).collect();
        let addresses: Vec<ContactRow<'_>> = new.iter().map(|past| ContactRow::of(past)).collect();
        let events: Vec<EventRow> = new.iter().flat_map(|past| past.event_rows()).collect();
        on_both!(conn, |c| {
            diesel::insert_into(orders::table)
                .values(&rows)
                .execute(c)?;
            diesel::insert_into(contacts::table)
                .values(&addresses)
                .execute(c)?;
            diesel::insert_into(order_events::table)
                .values(&events)
                .execute(c)?;
        });
    }
    Ok(left_out)
}

impl Past {
    fn event_rows(&self) -> Vec<EventRow> {
        let id = self.order.id.to_string();
        (1..)
            .zip(&self.events)
            .map(|(version, (at, event))| record::row(&id, version, *at, event))
            .collect()
    }
}

impl OrderRow {
    fn of(order: &Order) -> Self {
        Self {
            order_id: order.id.to_string(),
            number: order.placed.number.to_string(),
            member: order.placed.member.to_string(),
            status: order.status.as_str(),
            payment: order.payment.as_str(),
            total: order.placed.total.amount,
            placed_at: order.placed_at().as_micros(),
        }
    }
}

impl<'a> ContactRow<'a> {
    fn of(past: &'a Past) -> Self {
        let Address {
            recipient,
            phone,
            postcode,
            line1,
            line2,
        } = &past.address;
        Self {
            order_id: past.order.id.to_string(),
            recipient,
            phone,
            postcode,
            line1,
            line2,
            withdrawn: false,
        }
    }
}
