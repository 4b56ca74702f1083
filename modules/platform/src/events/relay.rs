use std::collections::HashSet;
use std::sync::Arc;
use std::time::Duration;

use kernel::Clock;
use tokio_util::sync::CancellationToken;

use super::outbox::{self, Position};
use super::{Delivery, Event, Outcome, dead_letters};
use crate::db::{Db, DbError};

const BATCH: i64 = 256;
/// Commits wake the relay; this is for those that it did not see.
const POLL: Duration = Duration::from_secs(1);
/// A moment to let a burst of commits gather into one batch.
const GATHER: Duration = Duration::from_millis(4);
const ATTEMPTS: u32 = 5;
const LONGEST_PAUSE: Duration = Duration::from_secs(5);

/// Who hears what of one context's events.
#[derive(Clone, Debug)]
pub struct Subscriber {
    pub context: &'static str,
    pub types: &'static [&'static str],
}

/// Takes events from the outbox of one context to all who want them. A polling publisher that commits wake.
pub struct Relay {
    pub db: Db,
    pub subscribers: Vec<Subscriber>,
    pub delivery: Arc<dyn Delivery>,
    pub clock: Arc<dyn Clock>,
}

/// What one consumer gets next.
struct Batch {
    events: Vec<Event>,
    end: Position,
}

impl Relay {
    /// Every consumer has a loop of its own: one that is down holds up nobody else. Runs until `stop`.
    pub async fn run(&self, stop: &CancellationToken) {
        futures_util::future::join_all(self.subscribers.iter().map(|s| self.serve(s, stop))).await;
    }

    async fn serve(&self, to: &Subscriber, stop: &CancellationToken) {
        let (mut commits, mut others) = (self.db.commits(), self.db.others());
        let mut failures = 0;
        while !stop.is_cancelled() {
            match self.pass_on(to, failures).await {
                Ok(true) => failures = 0,
                Ok(false) => {
                    failures = 0;
                    tokio::select! {
                        () = stop.cancelled() => {}
                        _ = commits.changed() => tokio::time::sleep(GATHER).await,
                        _ = others.changed() => {}
                        () = tokio::time::sleep(POLL) => {}
                    }
                    others.mark_unchanged();
                    commits.mark_unchanged();
                }
                Err(reason) => {
                    failures += 1;
                    tracing::debug!(
                        consumer = to.context,
                        from = self.db.context(),
                        reason,
                        failures,
                        "events wait"
                    );
                    let pause = Duration::from_millis(50) * 2_u32.pow(failures.min(10));
                    tokio::select! {
                        () = stop.cancelled() => {}
                        () = tokio::time::sleep(pause.min(LONGEST_PAUSE)) => {}
                    }
                }
            }
        }
    }

    /// One batch. `Ok(false)` when there was nothing; `Err` when it must come again.
    async fn pass_on(&self, to: &Subscriber, failures: u32) -> Result<bool, String> {
        let Some(batch) = self.next_batch(to).await.map_err(|e| e.to_string())? else {
            return Ok(false);
        };
        let (direct, mut parked) = self
            .split_parked(to, batch.events)
            .await
            .map_err(|e| e.to_string())?;
        if !direct.is_empty() {
            let outcomes = self
                .delivery
                .deliver(to.context, direct.clone())
                .await
                .map_err(|e| e.to_string())?;
            let rejected = outcomes.iter().find_map(|outcome| match outcome {
                Outcome::Rejected(reason) => Some(reason.clone()),
                _ => None,
            });
            if let Some(reason) = rejected
                && failures + 1 < ATTEMPTS
            {
                return Err(reason);
            }
            parked.extend(
                direct
                    .into_iter()
                    .zip(outcomes)
                    .filter_map(|(event, outcome)| match outcome {
                        Outcome::Done => None,
                        Outcome::Rejected(reason) => Some((event, reason)),
                        Outcome::HeldBack => Some((event, dead_letters::BEHIND.to_owned())),
                    }),
            );
        }
        self.finish(to, parked, batch.end)
            .await
            .map_err(|e| e.to_string())?;
        Ok(true)
    }

    async fn next_batch(&self, to: &Subscriber) -> Result<Option<Batch>, DbError> {
        let (consumer, types, context) = (to.context, to.types, self.db.context());
        self.db
            .read(move |conn| {
                let from = outbox::position(conn, consumer)?;
                let rows = outbox::next(conn, from, BATCH)?;
                let Some(end) = rows.last().map(outbox::OutboxRow::position) else {
                    return Ok(None);
                };
                let wanted = rows.into_iter().filter(|row| types.contains(&row.kind()));
                let events = wanted.map(|row| row.into_event(context)).collect();
                Ok(Some(Batch { events, end }))
            })
            .await
    }

    /// Events whose aggregate has parked ones line up behind them.
    async fn split_parked(
        &self,
        to: &Subscriber,
        events: Vec<Event>,
    ) -> Result<(Vec<Event>, Vec<(Event, String)>), DbError> {
        let consumer = to.context;
        let stuck: HashSet<String> = self
            .db
            .read(move |conn| dead_letters::aggregates(conn, consumer))
            .await?;
        let (behind, direct): (Vec<_>, Vec<_>) =
            events.into_iter().partition(|e| stuck.contains(&e.subject));
        Ok((
            direct,
            behind
                .into_iter()
                .map(|event| (event, dead_letters::BEHIND.to_owned()))
                .collect(),
        ))
    }

    async fn finish(
        &self,
        to: &Subscriber,
        parked: Vec<(Event, String)>,
        end: Position,
    ) -> Result<(), DbError> {
        let (consumer, now) = (to.context, self.clock.now());
        for (event, reason) in &parked {
            tracing::warn!(
                consumer,
                event = event.id,
                reason,
                "an event is parked as a dead letter"
            );
        }
        self.db
            .write(move |conn| {
                for (event, reason) in &parked {
                    dead_letters::park(conn, consumer, event, (reason, ATTEMPTS), now)?;
                }
                outbox::advance(conn, consumer, end, now)
            })
            .await
    }
}
