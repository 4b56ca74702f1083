//! What happens to the units of an order. Every function runs inside the caller's transaction.

use kernel::{OrderId, Sku, Timestamp};
use platform::db::Conn;

use crate::api::{Line, Reservation};
use crate::domain::{State, StockError};
use crate::store;

pub fn reserve(
    conn: &mut Conn,
    order: OrderId,
    lines: &[Line],
    now: Timestamp,
) -> Result<Reservation, StockError> {
    if !store::begin(conn, order, State::Held, now)? {
        return Ok(match store::state(conn, order)? {
            Some(State::Held | State::Committed | State::Expired) => Reservation::Reserved,
            _ => Reservation::SoldOut(Vec::new()),
        });
    }
    let mut lines = lines.to_vec();
    lines.sort_by(|a, b| a.sku.cmp(&b.sku));
    let mut short = Vec::new();
    for line in &lines {
        if !store::hold(conn, line.sku.as_str(), i64::from(line.quantity))? {
            short.push(line.sku.clone());
        }
    }
    if short.is_empty() {
        store::add_lines(conn, order, &lines)?;
        Ok(Reservation::Reserved)
    } else {
        Err(StockError::SoldOut(short))
    }
}

pub fn commit(conn: &mut Conn, order: OrderId) -> Result<Reservation, StockError> {
    let state = match store::state(conn, order)? {
        Some(State::Committed) => return Ok(Reservation::Reserved),
        Some(state @ (State::Held | State::Expired)) => state,
        _ => return Ok(Reservation::SoldOut(Vec::new())),
    };
    let mut short = Vec::new();
    for (sku, quantity) in store::lines(conn, order)? {
        let held = state == State::Held || store::hold(conn, &sku, quantity)?;
        if !(held && store::take_held(conn, &sku, quantity)?) {
            short.extend(sku.parse::<Sku>().ok());
        }
    }
    if !short.is_empty() {
        return Err(StockError::SoldOut(short));
    }
    store::set_state(conn, order, State::Committed)?;
    Ok(Reservation::Reserved)
}

pub fn release(conn: &mut Conn, order: OrderId, now: Timestamp) -> Result<(), StockError> {
    if store::begin(conn, order, State::Released, now)? {
        return Ok(());
    }
    match store::state(conn, order)? {
        Some(State::Held) => give_back(conn, order, store::unhold)?,
        Some(State::Committed) => give_back(conn, order, store::put_back)?,
        Some(State::Expired) => {}
        _ => return Ok(()),
    }
    Ok(store::set_state(conn, order, State::Released)?)
}

/// `false` when it is no longer held.
pub fn expire(conn: &mut Conn, order: OrderId) -> Result<bool, StockError> {
    if store::state(conn, order)? != Some(State::Held) {
        return Ok(false);
    }
    give_back(conn, order, store::unhold)?;
    store::set_state(conn, order, State::Expired)?;
    Ok(true)
}

/// After a failed delivery. `false` when the order holds nothing that could come back.
pub fn settle(conn: &mut Conn, order: OrderId, into: State) -> Result<bool, StockError> {
    if store::state(conn, order)? != Some(State::Committed) {
        return Ok(false);
    }
    if into == State::Restocked {
        give_back(conn, order, store::put_back)?;
    }
    store::set_state(conn, order, into)?;
    Ok(true)
}

fn give_back<E>(
    conn: &mut Conn,
    order: OrderId,
    how: impl Fn(&mut Conn, &str, i64) -> Result<(), E>,
) -> Result<(), StockError>
where
    StockError: From<E>,
{
    for (sku, quantity) in store::lines(conn, order)? {
        how(conn, &sku, quantity)?;
    }
    Ok(())
}
