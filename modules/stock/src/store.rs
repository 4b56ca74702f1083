use diesel::prelude::*;
use kernel::{OrderId, Sku, Timestamp};
use platform::db::{Conn, DbError};
use platform::on_both;

use crate::api::{Available, Line, OnHand};
use crate::domain::{RESERVATION, State, StockError};
use crate::schema::{corrections, items, reservation_lines, reservations};

/// So many at most are looked up one by one.
const FEW: usize = 6;

/// One SKU as the shopkeeper sees it.
#[derive(Clone, Debug, PartialEq, Eq, Queryable)]
pub struct ItemRow {
    pub sku: String,
    pub on_hand: i64,
    pub held: i64,
}

impl ItemRow {
    pub fn available(&self) -> i64 {
        (self.on_hand - self.held).max(0)
    }
}

pub fn available(conn: &mut Conn, skus: &[Sku]) -> Result<Vec<Available>, DbError> {
    let rows = rows_of(conn, skus)?;
    Ok(skus
        .iter()
        .map(|sku| Available {
            sku: sku.clone(),
            quantity: rows
                .iter()
                .find(|row| row.sku == sku.as_str())
                .map_or(0, ItemRow::available),
        })
        .collect())
}

pub fn on_hand(conn: &mut Conn, skus: &[Sku]) -> Result<Vec<OnHand>, DbError> {
    let rows = rows_of(conn, skus)?;
    Ok(rows
        .into_iter()
        .filter_map(|row| {
            Some(OnHand {
                sku: row.sku.parse().ok()?,
                on_hand: row.on_hand,
            })
        })
        .collect())
}

/// A few by their key, each a statement that is prepared already: SQLite prepares an `IN (…)` anew every time.
fn rows_of(conn: &mut Conn, skus: &[Sku]) -> Result<Vec<ItemRow>, DbError> {
    if skus.len() > FEW {
        let names: Vec<&str> = skus.iter().map(Sku::as_str).collect();
        return on_both!(conn, |c| Ok(items::table
            .filter(items::sku.eq_any(&names))
            .load(c)?));
    }
    let mut rows = Vec::with_capacity(skus.len());
    for sku in skus {
        let row = on_both!(conn, |c| items::table
            .find(sku.as_str())
            .first(c)
            .optional())?;
        rows.extend(row);
    }
    Ok(rows)
}

pub fn item(conn: &mut Conn, sku: &str) -> Result<Option<ItemRow>, DbError> {
    Ok(items::table.find(sku).first(conn).optional()?)
}

/// SKUs after `after` that contain `query`, in order; with `below` only those that run out.
pub fn list(
    conn: &mut Conn,
    query: &str,
    after: &str,
    below: Option<i64>,
) -> Result<Vec<ItemRow>, DbError> {
    let pattern = format!("%{}%", query.replace(['%', '_', '\\'], ""));
    let rows = items::table
        .filter(items::sku.gt(after.to_owned()))
        .filter(items::sku.like(pattern))
        .filter((items::on_hand - items::held).lt(below.unwrap_or(i64::MAX)))
        .order(items::sku)
        .limit(51)
        .load(conn)?;
    Ok(rows)
}

pub fn low(conn: &mut Conn, below: i64, limit: i64) -> Result<Vec<Available>, DbError> {
    let rows: Vec<ItemRow> = items::table
        .filter((items::on_hand - items::held).lt(below))
        .order((items::on_hand - items::held, items::sku))
        .limit(limit)
        .load(conn)?;
    let low = rows.into_iter().filter_map(|row| {
        let quantity = row.available();
        Some(Available {
            sku: row.sku.parse().ok()?,
            quantity,
        })
    });
    Ok(low.collect())
}

/// States what is on hand; answers what was there before.
pub fn put(
    conn: &mut Conn,
    row: &OnHand,
    why: (&str, &str),
    now: Timestamp,
) -> Result<Option<i64>, DbError> {
    let before: Option<i64> = items::table
        .find(row.sku.as_str())
        .select(items::on_hand)
        .first(conn)
        .optional()?;
    if before == Some(row.on_hand) {
        return Ok(before);
    }
    let values = (
        items::sku.eq(row.sku.as_str()),
        items::on_hand.eq(row.on_hand),
        items::held.eq(0),
    );
    on_both!(conn, |c| diesel::insert_into(items::table)
        .values(values)
        .on_conflict(items::sku)
        .do_update()
        .set(items::on_hand.eq(row.on_hand))
        .execute(c))?;
    let correction = (
        corrections::sku.eq(row.sku.as_str()),
        corrections::before_on_hand.eq(before.unwrap_or(0)),
        corrections::after_on_hand.eq(row.on_hand),
        corrections::reason.eq(why.0),
        corrections::who.eq(why.1),
        corrections::at.eq(now.as_micros()),
    );
    on_both!(conn, |c| diesel::insert_into(corrections::table)
        .values(correction)
        .execute(c))?;
    Ok(before)
}

/// The state of an order's reservation, if it has one.
pub fn state(conn: &mut Conn, order: OrderId) -> Result<Option<State>, DbError> {
    let text: Option<String> = reservations::table
        .find(order.to_string())
        .select(reservations::state)
        .first(conn)
        .optional()?;
    Ok(text.as_deref().and_then(State::parse))
}

/// `false` when the order has a reservation already, whatever its state.
pub fn begin(
    conn: &mut Conn,
    order: OrderId,
    state: State,
    now: Timestamp,
) -> Result<bool, DbError> {
    let row = (
        reservations::order_id.eq(order.to_string()),
        reservations::state.eq(state.as_str()),
        reservations::expires_at.eq(now.after(RESERVATION).as_micros()),
    );
    let inserted = on_both!(conn, |c| diesel::insert_into(reservations::table)
        .values(row)
        .on_conflict_do_nothing()
        .execute(c))?;
    Ok(inserted == 1)
}

pub fn set_state(conn: &mut Conn, order: OrderId, state: State) -> Result<(), DbError> {
    diesel::update(reservations::table.find(order.to_string()))
        .set(reservations::state.eq(state.as_str()))
        .execute(conn)?;
    Ok(())
}

pub fn add_lines(conn: &mut Conn, order: OrderId, lines: &[Line]) -> Result<(), DbError> {
    let order = order.to_string();
    let rows: Vec<_> = lines
        .iter()
        .map(|line| {
            (
                reservation_lines::order_id.eq(&order),
                reservation_lines::sku.eq(line.sku.as_str()),
                reservation_lines::quantity.eq(i64::from(line.quantity)),
            )
        })
        .collect();
    on_both!(conn, |c| diesel::insert_into(reservation_lines::table)
        .values(&rows)
        .execute(c))?;
    Ok(())
}

/// In SKU order: whoever locks several rows locks them in the same order.
pub fn lines(conn: &mut Conn, order: OrderId) -> Result<Vec<(String, i64)>, DbError> {
    Ok(reservation_lines::table
        .filter(reservation_lines::order_id.eq(order.to_string()))
        .order(reservation_lines::sku)
        .select((reservation_lines::sku, reservation_lines::quantity))
        .load(conn)?)
}

/// `false` when too few are available.
pub fn hold(conn: &mut Conn, sku: &str, quantity: i64) -> Result<bool, DbError> {
    let enough = (items::on_hand - items::held).ge(quantity);
    let changed = diesel::update(items::table.filter(items::sku.eq(sku)).filter(enough))
        .set(items::held.eq(items::held + quantity))
        .execute(conn)?;
    Ok(changed == 1)
}

pub fn unhold(conn: &mut Conn, sku: &str, quantity: i64) -> Result<(), DbError> {
    diesel::update(items::table.find(sku))
        .set(items::held.eq(items::held - quantity))
        .execute(conn)?;
    Ok(())
}

/// Takes units off the shelf that are held for this order. `false` when a correction left fewer than that.
pub fn take_held(conn: &mut Conn, sku: &str, quantity: i64) -> Result<bool, DbError> {
    let changed = diesel::update(
        items::table
            .filter(items::sku.eq(sku))
            .filter(items::on_hand.ge(quantity)),
    )
    .set((
        items::on_hand.eq(items::on_hand - quantity),
        items::held.eq(items::held - quantity),
    ))
    .execute(conn)?;
    Ok(changed == 1)
}

pub fn put_back(conn: &mut Conn, sku: &str, quantity: i64) -> Result<(), DbError> {
    diesel::update(items::table.find(sku))
        .set(items::on_hand.eq(items::on_hand + quantity))
        .execute(conn)?;
    Ok(())
}

/// Orders whose time is up.
pub fn due(conn: &mut Conn, now: Timestamp, limit: i64) -> Result<Vec<OrderId>, StockError> {
    let ids: Vec<String> = reservations::table
        .filter(reservations::state.eq(State::Held.as_str()))
        .filter(reservations::expires_at.le(now.as_micros()))
        .order(reservations::expires_at)
        .limit(limit)
        .select(reservations::order_id)
        .load(conn)?;
    Ok(ids.iter().filter_map(|id| id.parse().ok()).collect())
}
