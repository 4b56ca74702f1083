use diesel::prelude::*;
use kernel::{OrderId, Timestamp};
use platform::db::{Conn, DbError};
use platform::on_both;

use super::read::{contact, load};
use crate::OrdersError;
use crate::domain::{Address, Order};
use crate::schema::{orders, sagas};

/// All that a step needs: an order, the card that pays it, the way to its buyer.
#[derive(Clone, Debug)]
pub struct Underway {
    pub order: Order,
    pub token: String,
    /// `None` once it is erased, which is after the courier has it.
    pub address: Option<Address>,
    /// How often in a row the next step has failed.
    pub attempts: i64,
    /// The alarm, in microseconds: due when that is past.
    pub wake: i64,
}

/// Orders for which there is something to do, the longest waiting first.
pub fn due(conn: &mut Conn, now: Timestamp, limit: i64) -> Result<Vec<OrderId>, DbError> {
    let ids: Vec<String> = on_both!(conn, |c| sagas::table
        .filter(sagas::wake.le(now.as_micros()))
        .order(sagas::wake)
        .limit(limit)
        .select(sagas::order_id)
        .load(c))?;
    Ok(ids.iter().filter_map(|id| id.parse().ok()).collect())
}

/// `None` when the worker has nothing to do with the order (any more).
pub fn underway(conn: &mut Conn, id: OrderId) -> Result<Option<Underway>, OrdersError> {
    let row: Option<(String, i64, i64)> = sagas::table
        .find(id.to_string())
        .select((sagas::token, sagas::attempts, sagas::wake))
        .first(conn)
        .optional()?;
    let (Some((token, attempts, wake)), Some(order)) = (row, load(conn, id)?) else {
        return Ok(None);
    };
    Ok(Some(Underway {
        order,
        token,
        address: contact(conn, id)?,
        attempts,
        wake,
    }))
}

/// When and how the next step is tried again.
#[derive(Clone, Debug)]
pub struct Postponed {
    pub order: OrderId,
    /// The alarm that is known.
    pub known: i64,
    pub wake: i64,
    pub attempts: i64,
    pub error: String,
}

/// Not before `wake` again; `false` if somebody has set the alarm meanwhile: then theirs counts.
pub fn postpone(conn: &mut Conn, to: &Postponed) -> Result<bool, DbError> {
    let change = (
        sagas::wake.eq(to.wake),
        sagas::attempts.eq(to.attempts),
        sagas::error.eq(&to.error),
    );
    let saga = sagas::table
        .filter(sagas::order_id.eq(to.order.to_string()))
        .filter(sagas::wake.eq(to.known));
    Ok(diesel::update(saga).set(change).execute(conn)? == 1)
}

/// A worker that starts looks at everything: the one before it may have died between two steps.
pub fn wake_all(conn: &mut Conn, now: Timestamp) -> Result<usize, DbError> {
    let asleep = sagas::table.filter(sagas::wake.gt(now.as_micros()));
    Ok(diesel::update(asleep)
        .set(sagas::wake.eq(now.as_micros()))
        .execute(conn)?)
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Stuck {
    pub order: String,
    pub number: String,
    pub status: String,
    pub attempts: i64,
    pub since: i64,
    pub wake: i64,
    pub error: String,
}

type StuckRow = (String, String, String, i64, i64, i64, String);

/// Sagas whose next step has failed at least `attempts` times in a row.
pub fn stuck(conn: &mut Conn, attempts: i64, limit: i64) -> Result<Vec<Stuck>, DbError> {
    let rows: Vec<StuckRow> = sagas::table
        .inner_join(orders::table.on(orders::order_id.eq(sagas::order_id)))
        .filter(sagas::attempts.ge(attempts))
        .order(sagas::since)
        .limit(limit)
        .select((
            sagas::order_id,
            orders::number,
            orders::status,
            sagas::attempts,
            sagas::since,
            sagas::wake,
            sagas::error,
        ))
        .load(conn)?;
    let stuck =
        rows.into_iter().map(
            |(order, number, status, attempts, since, wake, error)| Stuck {
                order,
                number,
                status,
                attempts,
                since,
                wake,
                error,
            },
        );
    Ok(stuck.collect())
}

/// Orders that have not ended.
pub fn under_way(conn: &mut Conn) -> Result<i64, DbError> {
    Ok(orders::table
        .filter(orders::status.eq_any(["pending", "confirmed", "shipped"]))
        .count()
        .get_result(conn)?)
}
