//! Events that a consumer keeps refusing, parked in the publisher's database until a person has looked.

use std::collections::HashSet;

use diesel::prelude::*;
use kernel::Timestamp;
use serde::{Deserialize, Serialize};

use super::{Delivery, Event, Outcome};
use crate::db::schema::dead_letters;
use crate::db::{Conn, Db, DbError};

/// Why an event waits that was not refused itself.
pub const BEHIND: &str = "waits behind an earlier event of the same aggregate";

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, Queryable, Selectable)]
#[diesel(table_name = dead_letters)]
pub struct DeadLetter {
    pub id: i64,
    pub consumer: String,
    pub event_id: String,
    pub kind: String,
    pub aggregate: String,
    /// The whole event, as JSON.
    pub event: String,
    pub error: String,
    pub attempts: i64,
    /// In microseconds.
    pub parked_at: i64,
}

#[derive(Debug, thiserror::Error)]
pub enum ReplayError {
    #[error(transparent)]
    Db(#[from] DbError),
    #[error("there is no such dead letter")]
    Unknown,
    #[error("the event is not valid: {0}")]
    Invalid(String),
    #[error("still refused: {0}")]
    Refused(String),
}

pub fn list(conn: &mut Conn, limit: i64) -> Result<Vec<DeadLetter>, DbError> {
    Ok(dead_letters::table
        .order(dead_letters::id)
        .limit(limit)
        .select(DeadLetter::as_select())
        .load(conn)?)
}

pub fn count(conn: &mut Conn) -> Result<i64, DbError> {
    Ok(dead_letters::table.count().get_result(conn)?)
}

pub(super) fn aggregates(conn: &mut Conn, consumer: &str) -> Result<HashSet<String>, DbError> {
    let all: Vec<String> = dead_letters::table
        .filter(dead_letters::consumer.eq(consumer))
        .select(dead_letters::aggregate)
        .distinct()
        .load(conn)?;
    Ok(all.into_iter().collect())
}

/// `why`: the last refusal, and after how many attempts.
pub(super) fn park(
    conn: &mut Conn,
    consumer: &str,
    event: &Event,
    why: (&str, u32),
    now: Timestamp,
) -> Result<(), DbError> {
    let row = (
        dead_letters::consumer.eq(consumer),
        dead_letters::event_id.eq(&event.id),
        dead_letters::kind.eq(&event.kind),
        dead_letters::aggregate.eq(&event.subject),
        dead_letters::event.eq(serde_json::to_string(event).unwrap_or_default()),
        dead_letters::error.eq(why.0),
        dead_letters::attempts.eq(i64::from(why.1)),
        dead_letters::parked_at.eq(now.as_micros()),
    );
    crate::on_both!(conn, |c| diesel::insert_into(dead_letters::table)
        .values(row)
        .on_conflict_do_nothing()
        .execute(c))?;
    Ok(())
}

/// Delivers the letter, and those of its aggregate that wait behind it, again. `corrected` replaces its data first.
/// Answers how many were delivered.
pub async fn replay(
    db: &Db,
    delivery: &dyn Delivery,
    id: i64,
    corrected: Option<serde_json::Value>,
) -> Result<usize, ReplayError> {
    let letters = db
        .read(move |conn| queue_of(conn, id))
        .await?
        .ok_or(ReplayError::Unknown)?;
    let mut delivered = 0;
    for letter in letters {
        let mut event: Event =
            serde_json::from_str(&letter.event).map_err(|e| ReplayError::Invalid(e.to_string()))?;
        if let (Some(data), true) = (&corrected, letter.id == id) {
            event.data = data.clone();
        }
        let outcomes = delivery
            .deliver(&letter.consumer, vec![event])
            .await
            .map_err(|e| ReplayError::Refused(e.to_string()))?;
        match outcomes.into_iter().next() {
            Some(Outcome::Done) => discard(db, letter.id).await?,
            Some(Outcome::Rejected(reason)) => return Err(ReplayError::Refused(reason)),
            Some(Outcome::HeldBack) | None => return Err(ReplayError::Refused(BEHIND.to_owned())),
        }
        delivered += 1;
    }
    Ok(delivered)
}

/// Gives the letter up: its consumer will never hear it.
pub async fn discard(db: &Db, id: i64) -> Result<(), DbError> {
    db.write(move |conn| {
        diesel::delete(dead_letters::table.find(id)).execute(conn)?;
        Ok(())
    })
    .await
}

/// The letter and all others of its aggregate at the same consumer, oldest first.
fn queue_of(conn: &mut Conn, id: i64) -> Result<Option<Vec<DeadLetter>>, DbError> {
    let letter: Option<DeadLetter> = dead_letters::table
        .find(id)
        .select(DeadLetter::as_select())
        .first(conn)
        .optional()?;
    let Some(letter) = letter else {
        return Ok(None);
    };
    let queue = dead_letters::table
        .filter(dead_letters::consumer.eq(letter.consumer))
        .filter(dead_letters::aggregate.eq(letter.aggregate))
        .order(dead_letters::id)
        .select(DeadLetter::as_select())
        .load(conn)?;
    Ok(Some(queue))
}
