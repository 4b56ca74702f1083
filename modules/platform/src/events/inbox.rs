use std::collections::HashSet;
use std::sync::Arc;

use diesel::prelude::*;
use kernel::Timestamp;

use super::{Event, Outcome};
use crate::db::schema::inbox;
use crate::db::{Conn, Db, DbError, WriteError};

/// A context's ear. `apply` runs in the transaction that also marks the event as seen: the effect happens once.
pub trait Inbound: Send + Sync {
    fn db(&self) -> &Db;

    /// The types that it wants to hear.
    fn types(&self) -> &'static [&'static str];

    /// May run more than once before it commits: no clock, no ids, no I/O.
    fn apply(&self, conn: &mut Conn, event: &Event, now: Timestamp) -> Result<(), InboundError>;

    /// After a commit: wake whoever has work now.
    fn applied(&self) {}
}

#[derive(Debug, thiserror::Error)]
pub enum InboundError {
    #[error(transparent)]
    Db(#[from] DbError),
    /// It will not get better by itself: after a few tries the event is parked for a person.
    #[error("{0}")]
    Rejected(String),
}

impl From<diesel::result::Error> for InboundError {
    fn from(error: diesel::result::Error) -> Self {
        Self::Db(error.into())
    }
}

impl WriteError for InboundError {
    fn as_db(&self) -> Option<&DbError> {
        match self {
            Self::Db(e) => Some(e),
            Self::Rejected(_) => None,
        }
    }
}

/// Applies a batch in one commit. A rejected event holds back the later ones of its aggregate, and nothing else.
///
/// `Err` when the database could not: the whole batch comes again.
pub async fn consume(
    inbound: &Arc<dyn Inbound>,
    events: Vec<Event>,
    now: Timestamp,
) -> Result<Vec<Outcome>, DbError> {
    let ear = inbound.clone();
    let outcomes = inbound
        .db()
        .write(move |conn| apply_all(conn, &*ear, &events, now))
        .await?;
    inbound.applied();
    Ok(outcomes)
}

fn apply_all(
    conn: &mut Conn,
    ear: &dyn Inbound,
    events: &[Event],
    now: Timestamp,
) -> Result<Vec<Outcome>, DbError> {
    let mut blocked: HashSet<&str> = HashSet::new();
    let mut outcomes = Vec::with_capacity(events.len());
    for event in events {
        if blocked.contains(event.subject.as_str()) {
            outcomes.push(Outcome::HeldBack);
            continue;
        }
        #[expect(
            clippy::disallowed_methods,
            reason = "a savepoint per event within the batch's Db::write"
        )]
        let applied = conn.transaction(|conn| {
            if first_time(conn, ear.db().context(), &event.id, now)? {
                ear.apply(conn, event, now)
            } else {
                Ok(())
            }
        });
        match applied {
            Ok(()) => outcomes.push(Outcome::Done),
            Err(InboundError::Db(e)) if e.is_transient() => return Err(e),
            Err(e) => {
                blocked.insert(&event.subject);
                outcomes.push(Outcome::Rejected(e.to_string()));
            }
        }
    }
    Ok(outcomes)
}

fn first_time(
    conn: &mut Conn,
    consumer: &str,
    event_id: &str,
    now: Timestamp,
) -> Result<bool, DbError> {
    let row = (
        inbox::consumer.eq(consumer),
        inbox::event_id.eq(event_id),
        inbox::at.eq(now.as_micros()),
    );
    let inserted = crate::on_both!(conn, |c| diesel::insert_into(inbox::table)
        .values(row)
        .on_conflict_do_nothing()
        .execute(c))?;
    Ok(inserted == 1)
}
