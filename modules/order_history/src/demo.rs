//! The history of a made-up past, in bulk, as the events of its orders would have left it. For `banyan demo`, on this
//! machine; not offered to other processes.

use std::collections::{BTreeMap, HashSet};

use diesel::prelude::*;
use kernel::{MemberId, OrderId, Timestamp};
use platform::db::{Conn, DbError};
use platform::on_both;

use crate::api::Item;
use crate::schema::orders;
use crate::store::{self, OrderRow};
use crate::{Host, search};

/// Rows per statement: within the number of values that either database takes.
const CHUNK: usize = 1000;

/// An order that has ended.
#[derive(Clone, Debug)]
pub struct DemoOrder {
    pub order: OrderId,
    pub number: String,
    pub member: MemberId,
    pub status: &'static str,
    pub payment: &'static str,
    /// In won.
    pub total: i64,
    pub items: Vec<Item>,
    pub placed_at: Timestamp,
    pub ended_at: Timestamp,
}

impl Host {
    /// Writes those that are not there yet, and adds them to the figures.
    pub async fn put_demo_orders(&self, orders: Vec<DemoOrder>) -> Result<(), DbError> {
        self.db.write(move |conn| put(conn, &orders)).await
    }
}

fn put(conn: &mut Conn, demo: &[DemoOrder]) -> Result<(), DbError> {
    let ids = demo.iter().map(|order| order.order.to_string());
    let there: Vec<String> = orders::table
        .filter(orders::id.eq_any(ids))
        .select(orders::id)
        .load(conn)?;
    let there: HashSet<String> = there.into_iter().collect();
    let new: Vec<&DemoOrder> = demo
        .iter()
        .filter(|order| !there.contains(&order.order.to_string()))
        .collect();
    let rows: Vec<OrderRow> = new.iter().map(|order| row(order)).collect();
    for chunk in rows.chunks(CHUNK) {
        on_both!(conn, |c| diesel::insert_into(orders::table)
            .values(chunk)
            .execute(c))?;
    }
    for (date, by) in days(&rows) {
        store::add_to_day(conn, &date, by)?;
    }
    for item in sold(&new) {
        store::add_to_seller(conn, &item, 1)?;
    }
    Ok(())
}

fn row(order: &DemoOrder) -> OrderRow {
    OrderRow {
        id: order.order.to_string(),
        words: search::words_of(&order.number, &order.items),
        number: order.number.clone(),
        member: Some(order.member.to_string()),
        status: order.status.to_owned(),
        payment: order.payment.to_owned(),
        total: order.total,
        items: serde_json::to_string(&order.items).unwrap_or_default(),
        counted: is_sold(order),
        placed_at: order.placed_at.as_micros(),
        moved_at: order.ended_at.as_micros(),
    }
}

fn is_sold(order: &DemoOrder) -> bool {
    order.status == "delivered"
}

/// Orders, cancelled ones and revenue of each day.
fn days(rows: &[OrderRow]) -> BTreeMap<String, (i64, i64, i64)> {
    let mut days: BTreeMap<String, (i64, i64, i64)> = BTreeMap::new();
    for row in rows {
        let day = days.entry(row.date()).or_default();
        day.0 += 1;
        day.1 += i64::from(!row.counted);
        day.2 += if row.counted { row.total } else { 0 };
    }
    days
}

/// One item for each product, with all that was sold of it.
fn sold(new: &[&DemoOrder]) -> Vec<Item> {
    let mut sold: BTreeMap<&str, Item> = BTreeMap::new();
    for item in new
        .iter()
        .filter(|order| is_sold(order))
        .flat_map(|order| &order.items)
    {
        match sold.get_mut(item.product.as_str()) {
            Some(known) => {
                known.quantity += item.quantity;
                known.subtotal += item.subtotal;
            }
            None => {
                sold.insert(item.product.as_str(), item.clone());
            }
        }
    }
    sold.into_values().collect()
}
