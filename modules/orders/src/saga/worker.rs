use std::collections::{HashMap, HashSet};
use std::sync::Arc;
use std::time::Duration;

use kernel::{OrderId, Timestamp};
use tokio::task::{self, JoinError, JoinSet};
use tokio::time::Instant;
use tokio_util::sync::CancellationToken;

use super::Saga;
use crate::OrdersError;
use crate::store::{self, Underway};

/// So many orders are taken through their steps side by side: their writes share commits.
const SIDE_BY_SIDE: usize = 512;
/// Whoever has something to do rings; this is for what was not heard.
const POLL: Duration = Duration::from_secs(1);
/// When more are due than can be read at once.
const SOON: Duration = Duration::from_millis(50);
const AFTER_AN_ERROR: Duration = Duration::from_secs(2);

type Ended = Result<(task::Id, Option<Timestamp>), JoinError>;

/// Runs under the lease: one process at a time drives the sagas.
pub struct SagaWorker {
    saga: Arc<Saga>,
    in_hand: HashSet<OrderId>,
    running: JoinSet<Option<Timestamp>>,
    orders: HashMap<task::Id, OrderId>,
    look: Instant,
}

impl SagaWorker {
    pub fn new(saga: Arc<Saga>) -> Self {
        Self {
            saga,
            in_hand: HashSet::new(),
            running: JoinSet::new(),
            orders: HashMap::new(),
            look: Instant::now(),
        }
    }

    pub async fn run(mut self, stop: CancellationToken) {
        let journal = self.saga.journal.clone();
        let mut others = journal.db.others();
        self.wake_all().await;
        journal.bell.open();
        while !stop.is_cancelled() {
            for fresh in journal.bell.take(self.room()) {
                let driver = self.saga.clone();
                let id = fresh.order.id;
                self.start(id, async move { drive(&driver, fresh).await });
            }
            if Instant::now() >= self.look && self.room() > 0 {
                self.look_for_work().await;
            }
            let has_room = self.room() > 0;
            tokio::select! {
                () = stop.cancelled() => {}
                Some(ended) = self.running.join_next_with_id() => self.ended(ended),
                in_database = journal.bell.rung(), if has_room => if in_database {
                    self.look = Instant::now();
                },
                Ok(()) = others.changed(), if has_room => self.look = Instant::now(),
                () = tokio::time::sleep_until(self.look), if has_room => {}
            }
        }
        // whoever comes next finds the orders in the database, after their last finished step
        journal.bell.close();
    }

    fn room(&self) -> usize {
        SIDE_BY_SIDE - self.in_hand.len()
    }

    fn start(
        &mut self,
        id: OrderId,
        work: impl Future<Output = Option<Timestamp>> + Send + 'static,
    ) {
        if self.in_hand.insert(id) {
            let task = self.running.spawn(work);
            self.orders.insert(task.id(), id);
        }
    }

    async fn look_for_work(&mut self) {
        let journal = self.saga.journal.clone();
        let now = journal.shell.now();
        // those in hand are due as well
        let due = journal.db.read(move |conn| {
            store::due(conn, now, i64::try_from(SIDE_BY_SIDE).unwrap_or(i64::MAX))
        });
        let due = due.await.unwrap_or_else(|error| {
            tracing::warn!(%error, "no sagas could be read");
            Vec::new()
        });
        let more_wait = due.len() == SIDE_BY_SIDE;
        self.look = Instant::now() + if more_wait { SOON } else { POLL };
        for id in due {
            if self.room() > 0 {
                let driver = self.saga.clone();
                self.start(id, async move { pick_up(&driver, id).await });
            }
        }
    }

    fn ended(&mut self, ended: Ended) {
        let mut next = Some(ended);
        while let Some(ended) = next {
            let (task, wake) = match ended {
                Ok((task, wake)) => (task, wake),
                Err(error) => {
                    tracing::error!(%error, "a saga broke off");
                    (error.id(), None)
                }
            };
            if let Some(id) = self.orders.remove(&task) {
                self.in_hand.remove(&id);
            }
            if let Some(wake) = wake {
                let pause = wake.since(self.saga.journal.shell.now());
                self.look = self.look.min(Instant::now() + pause);
            }
            next = self.running.try_join_next_with_id();
        }
    }

    async fn wake_all(&self) {
        let journal = &self.saga.journal;
        let now = journal.shell.now();
        let woken: Result<usize, OrdersError> = journal
            .db
            .write(move |conn| Ok(store::wake_all(conn, now)?))
            .await;
        if let Err(error) = woken {
            tracing::warn!(%error, "sleeping sagas were not woken");
        }
    }
}

async fn pick_up(driver: &Saga, id: OrderId) -> Option<Timestamp> {
    match driver
        .journal
        .db
        .read(move |conn| store::underway(conn, id))
        .await
    {
        Ok(Some(saga)) => drive(driver, saga).await,
        Ok(None) => None,
        Err(error) => rest(id, &error).await,
    }
}

async fn drive(driver: &Saga, saga: Underway) -> Option<Timestamp> {
    let id = saga.order.id;
    match driver.drive(saga).await {
        Ok(wake) => wake,
        Err(error) => rest(id, &error).await,
    }
}

/// Our own database could not: keep it in hand for a moment, or the next look would find it at once.
async fn rest(id: OrderId, error: &OrdersError) -> Option<Timestamp> {
    tracing::warn!(order = %id, %error, "a saga rests");
    tokio::time::sleep(AFTER_AN_ERROR).await;
    None
}
