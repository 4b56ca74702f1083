//! The outbox is numbered anew: one server's transaction ids mean nothing on another, and SQLite's relay reads by id alone.
//! Rows become `(xid 0, id 1 … n)` in the order in which they are relayed; every consumer stands behind the same row as
//! before.

use diesel::prelude::*;

use super::TransferError;
use super::rows::{Value, Values};
use super::shape::Table;
use super::side::Count;
use crate::db::schema::{outbox, relay};
use crate::db::{Conn, DbError};

pub(super) const OUTBOX: &str = "outbox";
pub(super) const RELAY: &str = "relay";

/// How rows of `table` are read, in relay order where there is one.
pub(super) fn select(table: &Table, is_postgres: bool) -> String {
    let order = match (table.name.as_str(), is_postgres) {
        (OUTBOX, true) => " ORDER BY xid, id",
        (OUTBOX, false) => " ORDER BY id",
        _ => "",
    };
    format!("SELECT {} FROM {}{order}", table.columns(), table.quoted())
}

/// Gives a row of the outbox its new place.
pub(super) fn renumber(table: &Table, row: &mut Values, number: u64) {
    let number = i64::try_from(number).unwrap_or(i64::MAX);
    put(table, row, "xid", 0);
    put(table, row, "id", number);
}

/// All rows of `relay`, with the places that the consumers have in the outbox once it is numbered anew.
pub(super) fn positions(conn: &mut Conn, table: &Table) -> Result<Vec<Values>, TransferError> {
    let failed = |e: diesel::result::Error| DbError::from(e);
    let read = |conn: &mut Conn| -> Result<Vec<Values>, DbError> {
        let stands: Vec<(String, i64, i64, i64)> = relay::table
            .select((relay::consumer, relay::xid, relay::id, relay::at))
            .load(conn)
            .map_err(failed)?;
        let mut rows = Vec::with_capacity(stands.len());
        for (consumer, xid, id, at) in stands {
            let passed = passed(conn, xid, id)?;
            let mut row = vec![Value::Null; table.columns.len()];
            set(table, &mut row, "consumer", Value::Text(consumer));
            put(table, &mut row, "xid", 0);
            put(table, &mut row, "id", passed);
            put(table, &mut row, "at", at);
            rows.push(row);
        }
        Ok(rows)
    };
    read(conn).map_err(TransferError::at(RELAY))
}

/// So many rows has a consumer at this place behind it.
fn passed(conn: &mut Conn, xid: i64, id: i64) -> Result<i64, DbError> {
    let before = outbox::xid
        .lt(xid)
        .or(outbox::xid.eq(xid).and(outbox::id.le(id)));
    Ok(match conn {
        Conn::Sqlite(c) => outbox::table
            .filter(outbox::id.le(id))
            .count()
            .get_result(c)?,
        Conn::Postgres(c) => outbox::table.filter(before).count().get_result(c)?,
    })
}

pub(super) fn count(conn: &mut Conn, table: &Table) -> Result<u64, DbError> {
    let sql = format!("SELECT count(*) AS count FROM {}", table.quoted());
    let found: Count = diesel::sql_query(sql).get_result(conn)?;
    Ok(u64::try_from(found.count).unwrap_or_default())
}

fn put(table: &Table, row: &mut Values, column: &str, number: i64) {
    set(table, row, column, Value::Integer(number));
}

fn set(table: &Table, row: &mut Values, column: &str, value: Value) {
    let at = table.columns.iter().position(|c| c.name == column);
    if let Some(place) = at.and_then(|at| row.get_mut(at)) {
        *place = value;
    }
}
