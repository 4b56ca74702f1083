use diesel::prelude::*;
use kernel::{MemberId, OrderId, Sku, Timestamp};
use platform::db::schema::idempotency;
use platform::db::{Conn, DbError};
use platform::on_both;

use super::record::{self, scope};
use crate::OrdersError;
use crate::domain::{Address, Event, Order};
use crate::schema::{contacts, order_events, orders};

/// The events of an order, folded.
pub fn load(conn: &mut Conn, id: OrderId) -> Result<Option<Order>, OrdersError> {
    let key = id.to_string();
    let rows: Vec<(i64, String, String)> = on_both!(conn, |c| order_events::table
        .filter(order_events::order_id.eq(&key))
        .order(order_events::version)
        .select((order_events::at, order_events::what, order_events::data))
        .load(c))?;
    let mut order = None;
    for (at, what, data) in rows {
        let at = Timestamp::from_micros(at);
        let event = record::read(&what, &data)?;
        match (&mut order, event) {
            (None, Event::Placed(placed)) => order = Some(Order::place(id, at, placed)),
            (Some(order), event) => order
                .apply(at, &event)
                .map_err(|e| OrdersError::Corrupt(key.clone(), e.to_string()))?,
            (None, _) => return Err(OrdersError::Corrupt(key, "it was never placed".to_owned())),
        }
    }
    Ok(order)
}

type ContactRow = (String, String, String, String, String);

/// `None` once it is erased.
pub fn contact(conn: &mut Conn, id: OrderId) -> Result<Option<Address>, DbError> {
    let key = id.to_string();
    let row: Option<ContactRow> = on_both!(conn, |c| contacts::table
        .find(&key)
        .select((
            contacts::recipient,
            contacts::phone,
            contacts::postcode,
            contacts::line1,
            contacts::line2
        ))
        .first(c)
        .optional())?;
    Ok(
        row.map(|(recipient, phone, postcode, line1, line2)| Address {
            recipient,
            phone,
            postcode,
            line1,
            line2,
        }),
    )
}

/// What is known of an idempotency key.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Kept {
    pub order: OrderId,
    pub fingerprint: String,
}

pub fn remembered(conn: &mut Conn, member: MemberId, key: &str) -> Result<Option<Kept>, DbError> {
    let scope = scope(member);
    let row: Option<(String, Option<String>)> = on_both!(conn, |c| idempotency::table
        .find((&scope, key))
        .select((idempotency::fingerprint, idempotency::answer))
        .first(c)
        .optional())?;
    Ok(row.and_then(|(fingerprint, answer)| {
        Some(Kept {
            order: answer?.parse().ok()?,
            fingerprint,
        })
    }))
}

/// A line of the staff's list.
#[derive(Clone, Debug, Queryable, Selectable)]
#[diesel(table_name = orders)]
pub struct Listed {
    pub order_id: String,
    pub number: String,
    pub member: String,
    pub status: String,
    pub payment: String,
    pub total: i64,
    pub placed_at: i64,
}

/// The newest first, after `before`; ids grow with time.
pub fn list(
    conn: &mut Conn,
    status: Option<&str>,
    before: Option<&str>,
    limit: i64,
) -> Result<Vec<Listed>, DbError> {
    let mut query = orders::table
        .order(orders::order_id.desc())
        .limit(limit)
        .select(Listed::as_select())
        .into_boxed();
    if let Some(status) = status {
        query = query.filter(orders::status.eq(status.to_owned()));
    }
    if let Some(before) = before {
        query = query.filter(orders::order_id.lt(before.to_owned()));
    }
    Ok(query.load(conn)?)
}

pub fn by_number(conn: &mut Conn, number: &str) -> Result<Option<Listed>, DbError> {
    Ok(orders::table
        .filter(orders::number.eq(number))
        .select(Listed::as_select())
        .first(conn)
        .optional()?)
}

/// The newest order of `member` that is decided: confirmed, or cancelled. Ids grow with time.
pub fn newest_decided(conn: &mut Conn, member: MemberId) -> Result<Option<String>, DbError> {
    let decided = orders::table
        .filter(orders::member.eq(member.to_string()))
        .filter(orders::status.ne("pending"))
        .order(orders::order_id.desc())
        .select(orders::order_id);
    Ok(on_both!(conn, |c| decided.first(c).optional())?)
}

/// Whether `member` has an order with `product` that is theirs to keep, or on its way.
pub fn bought(conn: &mut Conn, member: MemberId, product: &Sku) -> Result<bool, DbError> {
    let escaped = product.as_str().replace('_', "\\_");
    let found: Option<i64> = order_events::table
        .inner_join(orders::table.on(orders::order_id.eq(order_events::order_id)))
        .filter(orders::member.eq(member.to_string()))
        .filter(orders::status.eq_any(["confirmed", "shipped", "delivered"]))
        .filter(order_events::version.eq(1))
        .filter(
            order_events::data
                .like(format!("%\"product\":\"{escaped}\"%"))
                .escape('\\'),
        )
        .select(order_events::version)
        .first(conn)
        .optional()?;
    Ok(found.is_some())
}
