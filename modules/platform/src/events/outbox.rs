use diesel::prelude::*;
use kernel::Timestamp;

use super::{Event, Published, Stamp};
use crate::db::schema::{outbox, relay};
use crate::db::{Conn, DbError};

#[derive(Queryable, Selectable)]
#[diesel(table_name = outbox)]
pub(super) struct OutboxRow {
    pub id: i64,
    pub xid: i64,
    event_id: String,
    kind: String,
    aggregate: String,
    at: i64,
    traceparent: Option<String>,
    data: String,
}

/// Puts `event` into the outbox of the database that `conn` writes: it leaves if, and only if, this commits.
///
/// One write tells the same type of event about the same aggregate once.
pub fn publish<E: Published>(conn: &mut Conn, stamp: &Stamp, event: &E) -> Result<(), DbError> {
    let data = serde_json::to_string(event)
        .map_err(|e| DbError::Query(diesel::result::Error::SerializationError(e.into())))?;
    let aggregate = event.aggregate();
    let row = (
        outbox::event_id.eq(format!("{}:{}:{aggregate}", stamp.id, E::TYPE)),
        outbox::kind.eq(E::TYPE),
        outbox::aggregate.eq(&aggregate),
        outbox::at.eq(stamp.at.as_micros()),
        outbox::traceparent.eq(stamp.traceparent.as_deref()),
        outbox::data.eq(data),
    );
    crate::on_both!(conn, |c| diesel::insert_into(outbox::table)
        .values(row)
        .execute(c))?;
    Ok(())
}

/// Where a consumer stands in the outbox. On PostgreSQL ids alone would lose rows: sequences commit out of order.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Position {
    pub xid: i64,
    pub id: i64,
}

pub(super) fn position(conn: &mut Conn, consumer: &str) -> Result<Position, DbError> {
    let row: Option<(i64, i64)> = relay::table
        .find(consumer)
        .select((relay::xid, relay::id))
        .first(conn)
        .optional()?;
    Ok(row
        .map(|(xid, id)| Position { xid, id })
        .unwrap_or_default())
}

pub(super) fn advance(
    conn: &mut Conn,
    consumer: &str,
    to: Position,
    now: Timestamp,
) -> Result<(), DbError> {
    let row = (
        relay::xid.eq(to.xid),
        relay::id.eq(to.id),
        relay::at.eq(now.as_micros()),
    );
    if diesel::update(relay::table.find(consumer))
        .set(row)
        .execute(conn)?
        == 0
    {
        diesel::insert_into(relay::table)
            .values((relay::consumer.eq(consumer), row))
            .execute(conn)?;
    }
    Ok(())
}

/// The next rows after `from`, whatever their type, in the order in which they may be passed on.
pub(super) fn next(conn: &mut Conn, from: Position, limit: i64) -> Result<Vec<OutboxRow>, DbError> {
    let after = outbox::xid
        .gt(from.xid)
        .or(outbox::xid.eq(from.xid).and(outbox::id.gt(from.id)));
    let rows = match conn {
        Conn::Sqlite(c) => outbox::table
            .filter(outbox::id.gt(from.id))
            .order(outbox::id)
            .limit(limit)
            .select(OutboxRow::as_select())
            .load(c)?,
        Conn::Postgres(c) => outbox::table
            .filter(after)
            // rows of transactions that may still be open, or older ones that are, come later
            .filter(diesel::dsl::sql::<diesel::sql_types::Bool>(
                "xid < pg_snapshot_xmin(pg_current_snapshot())::text::bigint",
            ))
            .order((outbox::xid, outbox::id))
            .limit(limit)
            .select(OutboxRow::as_select())
            .load(c)?,
    };
    Ok(rows)
}

impl OutboxRow {
    pub fn position(&self) -> Position {
        Position {
            xid: self.xid,
            id: self.id,
        }
    }

    pub fn kind(&self) -> &str {
        &self.kind
    }

    pub fn into_event(self, context: &str) -> Event {
        Event {
            specversion: "1.0".to_owned(),
            id: self.event_id,
            kind: self.kind,
            source: format!("/{context}"),
            subject: self.aggregate,
            time: Timestamp::from_micros(self.at),
            traceparent: self.traceparent,
            data: serde_json::from_str(&self.data).unwrap_or_default(),
        }
    }
}

/// How far a consumer is behind.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct Lag {
    pub consumer: String,
    /// Rows that it has not passed, of any type.
    pub waiting: i64,
    /// When the oldest of them was written.
    pub oldest: Option<Timestamp>,
}

pub fn lag(conn: &mut Conn) -> Result<Vec<Lag>, DbError> {
    let consumers: Vec<(String, i64, i64)> = relay::table
        .select((relay::consumer, relay::xid, relay::id))
        .order(relay::consumer)
        .load(conn)?;
    let mut lags = Vec::with_capacity(consumers.len());
    for (consumer, xid, id) in consumers {
        let (waiting, oldest): (i64, Option<i64>) = outbox::table
            .filter(
                outbox::xid
                    .gt(xid)
                    .or(outbox::xid.eq(xid).and(outbox::id.gt(id))),
            )
            .select((diesel::dsl::count_star(), diesel::dsl::min(outbox::at)))
            .first(conn)?;
        lags.push(Lag {
            consumer,
            waiting,
            oldest: oldest.map(Timestamp::from_micros),
        });
    }
    Ok(lags)
}
