use std::sync::Arc;
use std::time::Duration;

use kernel::Timestamp;
use platform::db::DbError;

use super::milestone;
use super::steps::{self, Came};
use crate::OrdersError;
use crate::domain::{Event, Step};
use crate::journal::Journal;
use crate::needs::{Ctx, Needs};
use crate::store::{self, Postponed, Underway};

/// A step waits for its supplier no longer than this. Payment providers are slow.
const PATIENCE: Duration = Duration::from_secs(15);
/// No news of a parcel for so long: the courier is told again.
const NO_NEWS: Duration = Duration::from_secs(10);
const FIRST_PAUSE: Duration = Duration::from_millis(200);
const LONGEST_PAUSE: Duration = Duration::from_secs(10);

/// Takes orders through their steps.
#[derive(Clone)]
pub struct Saga {
    pub journal: Arc<Journal>,
    pub needs: Arc<Needs>,
}

impl Saga {
    /// As far as it goes now. Answers when to look again; `None`: others act next, or nobody.
    pub async fn drive(&self, mut saga: Underway) -> Result<Option<Timestamp>, OrdersError> {
        // a sleeper whose alarm is set needs no other
        let mut is_alarm_set = false;
        loop {
            let ctx = Ctx::background(PATIENCE);
            match steps::take(&saga, &self.needs, &ctx).await {
                Ok(Came::To(events)) => {
                    match self.journal.step(&mut saga, &events).await {
                        Ok(()) => {
                            milestones(&events);
                            is_alarm_set = saga.order.next_step() == Step::Dispatch;
                        }
                        // somebody cancelled, or an event came in: look at it as it is now
                        Err(OrdersError::Stale) => match self.reload(&saga).await? {
                            Some(now) => saga = now,
                            None => return Ok(None),
                        },
                        Err(e) => return Err(e),
                    }
                }
                Ok(Came::Undecided { why, ask_again }) => {
                    return self
                        .postpone(&saga, ask_again, saga.attempts, why.to_owned())
                        .await;
                }
                Ok(Came::Nothing) if saga.order.next_step() == Step::Dispatch && !is_alarm_set => {
                    return self.postpone(&saga, NO_NEWS, 0, String::new()).await;
                }
                Ok(Came::Nothing) => return Ok(None),
                Err(unavailable) => {
                    let attempts = saga.attempts + 1;
                    return self
                        .postpone(&saga, pause(attempts), attempts, unavailable.to_string())
                        .await;
                }
            }
        }
    }

    async fn reload(&self, saga: &Underway) -> Result<Option<Underway>, OrdersError> {
        let id = saga.order.id;
        self.journal
            .db
            .read(move |conn| store::underway(conn, id))
            .await
    }

    async fn postpone(
        &self,
        saga: &Underway,
        by: Duration,
        attempts: i64,
        error: String,
    ) -> Result<Option<Timestamp>, OrdersError> {
        let (order, now) = (&saga.order, self.journal.shell.now());
        tracing::debug!(order = %order.id, step = ?order.next_step(), attempts, error, "a step must wait");
        let wake = now.after(by);
        let to = Postponed {
            order: order.id,
            known: saga.wake,
            wake: wake.as_micros(),
            attempts,
            error,
        };
        let written: Result<bool, DbError> = self
            .journal
            .db
            .write(move |conn| store::postpone(conn, &to))
            .await;
        Ok(Some(if written? { wake } else { now }))
    }
}

/// 0.2 s, doubled with every failure up to 10 s.
fn pause(attempts: i64) -> Duration {
    let doublings = u32::try_from(attempts - 1).unwrap_or(0).min(10);
    (FIRST_PAUSE * 2_u32.pow(doublings)).min(LONGEST_PAUSE)
}

fn milestones(committed: &[Event]) {
    for event in committed {
        milestone(match event {
            Event::Reserved => "orders::reserved",
            Event::Authorised => "orders::authorised",
            Event::Declined => "orders::declined",
            Event::Confirmed => "orders::confirmed",
            Event::Captured => "orders::captured",
            Event::Voided | Event::Refunded => "orders::reversed",
            Event::Cancelled => "orders::cancelled",
            _ => continue,
        });
    }
}
