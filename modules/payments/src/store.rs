use diesel::prelude::*;
use kernel::{Money, OrderId, Timestamp};
use platform::db::{Conn, DbError};
use platform::on_both;

use crate::domain::State;
use crate::schema::payments;

/// A payment as it is written.
#[derive(Clone, Debug)]
pub struct Payment {
    pub order: OrderId,
    pub amount: Money,
    pub token: Option<String>,
    pub state: State,
    /// The money is to go back.
    pub reversing: bool,
    pub asks: i64,
}

type Columns = (i64, Option<String>, String, bool, i64);

pub fn find(conn: &mut Conn, order: OrderId) -> Result<Option<Payment>, DbError> {
    let found: Option<Columns> = payments::table
        .find(order.to_string())
        .select((
            payments::amount,
            payments::token,
            payments::state,
            payments::reversing,
            payments::asks,
        ))
        .first(conn)
        .optional()?;
    Ok(found.and_then(|(amount, token, state, reversing, asks)| {
        let (amount, state) = (Money::krw(amount), State::parse(&state)?);
        Some(Payment {
            order,
            amount,
            token,
            state,
            reversing,
            asks,
        })
    }))
}

/// `false` when the order has a payment already.
pub fn begin(
    conn: &mut Conn,
    payment: &Payment,
    ask_at: Option<Timestamp>,
) -> Result<bool, DbError> {
    let row = (
        payments::order_id.eq(payment.order.to_string()),
        payments::amount.eq(payment.amount.amount),
        payments::token.eq(payment.token.as_deref()),
        payments::state.eq(payment.state.as_str()),
        payments::reversing.eq(payment.reversing),
        payments::ask_at.eq(ask_at.map(Timestamp::as_micros)),
    );
    let inserted = on_both!(conn, |c| diesel::insert_into(payments::table)
        .values(row)
        .on_conflict_do_nothing()
        .execute(c))?;
    Ok(inserted == 1)
}

/// What the provider said. The card is forgotten: it is never charged again. Whoever writes this comes before the
/// others who would: on PostgreSQL those run again and see it. `false` when the payment was not in `from`.
pub fn settle(
    conn: &mut Conn,
    order: OrderId,
    (from, to): (State, State),
    ask_at: Option<Timestamp>,
) -> Result<bool, DbError> {
    let there = payments::table
        .find(order.to_string())
        .filter(payments::state.eq(from.as_str()));
    let changed = diesel::update(there)
        .set((
            payments::state.eq(to.as_str()),
            payments::token.eq(None::<String>),
            payments::asks.eq(0),
            payments::ask_at.eq(ask_at.map(Timestamp::as_micros)),
        ))
        .execute(conn)?;
    Ok(changed == 1)
}

/// From now on the money is to go back.
pub fn reverse(conn: &mut Conn, order: OrderId, ask_at: Timestamp) -> Result<(), DbError> {
    diesel::update(payments::table.find(order.to_string()))
        .set((
            payments::reversing.eq(true),
            payments::ask_at.eq(ask_at.as_micros()),
        ))
        .execute(conn)?;
    Ok(())
}

/// Payments about which the provider is to be asked by now.
pub fn due(conn: &mut Conn, now: Timestamp, limit: i64) -> Result<Vec<OrderId>, DbError> {
    let ids: Vec<String> = payments::table
        .filter(payments::ask_at.le(now.as_micros()))
        .order(payments::ask_at)
        .limit(limit)
        .select(payments::order_id)
        .load(conn)?;
    Ok(ids.iter().filter_map(|id| id.parse().ok()).collect())
}

/// Takes it upon the caller to ask about this payment until `until`. `false` when it is not due (any more).
pub fn claim(
    conn: &mut Conn,
    order: OrderId,
    now: Timestamp,
    until: Timestamp,
) -> Result<bool, DbError> {
    let due = payments::table
        .find(order.to_string())
        .filter(payments::ask_at.le(now.as_micros()));
    Ok(diesel::update(due)
        .set(payments::ask_at.eq(until.as_micros()))
        .execute(conn)?
        == 1)
}

/// The provider was asked in vain.
pub fn put_off(conn: &mut Conn, order: OrderId, until: Timestamp) -> Result<(), DbError> {
    let open = payments::table
        .find(order.to_string())
        .filter(payments::ask_at.is_not_null());
    diesel::update(open)
        .set((
            payments::asks.eq(payments::asks + 1),
            payments::ask_at.eq(until.as_micros()),
        ))
        .execute(conn)?;
    Ok(())
}
