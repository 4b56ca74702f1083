use std::sync::Arc;

use kernel::Timestamp;
use platform::db::{Db, DbError};
use platform::ports::{Answers, Calls, Ctx, Unavailable};

use crate::api::{Bought, SagaFigures, Sagas, StuckSaga};
use crate::{NAME, store};

/// A step that has failed so often in a row deserves a look.
const STUCK: i64 = 3;
const MOST_STUCK: i64 = 100;

/// Answers for orders, from its own database alone.
pub struct Host {
    pub db: Db,
}

impl Host {
    pub fn calls(self: &Arc<Self>) -> Calls {
        Calls::default()
            .answer::<Bought, _>(self)
            .answer::<Sagas, _>(self)
    }
}

impl Answers<Bought> for Host {
    async fn answer(&self, ask: Bought, _: &Ctx) -> Result<bool, Unavailable> {
        let found: Result<bool, DbError> = self
            .db
            .read(move |conn| store::bought(conn, ask.member, &ask.product))
            .await;
        found.map_err(|e| e.of(NAME))
    }
}

impl Answers<Sagas> for Host {
    async fn answer(&self, _: Sagas, _: &Ctx) -> Result<SagaFigures, Unavailable> {
        let figures: Result<SagaFigures, DbError> = self
            .db
            .read(|conn| {
                let stuck = store::stuck(conn, STUCK, MOST_STUCK)?
                    .into_iter()
                    .filter_map(StuckSaga::of);
                Ok(SagaFigures {
                    under_way: store::under_way(conn)?,
                    stuck: stuck.collect(),
                })
            })
            .await;
        figures.map_err(|e| e.of(NAME))
    }
}

impl StuckSaga {
    fn of(row: store::Stuck) -> Option<Self> {
        Some(Self {
            order: row.order.parse().ok()?,
            number: row.number,
            status: row.status,
            attempts: row.attempts,
            since: Timestamp::from_micros(row.since),
            next_try: Timestamp::from_micros(row.wake),
            error: row.error,
        })
    }
}
