use std::sync::Arc;

use kernel::Clock;
use platform::db::{Db, DbError, Isolation};
use platform::ports::{Answers, Calls, Ctx, Unavailable};

use crate::api::*;
use crate::domain::StockError;
use crate::{NAME, reservations, store};

/// Answers what others ask of stock. Asks nobody.
pub struct Host {
    pub db: Db,
    pub clock: Arc<dyn Clock>,
}

impl Host {
    pub fn calls(self: &Arc<Self>) -> Calls {
        Calls::default()
            .answer::<Availability, _>(self)
            .answer::<Reserve, _>(self)
            .answer::<CommitReservation, _>(self)
            .answer::<Release, _>(self)
            .answer::<PutOnHand, _>(self)
            .answer::<LowStock, _>(self)
            .answer::<OnHandOf, _>(self)
    }
}

fn failed(error: DbError) -> Unavailable {
    error.of(NAME)
}

/// Too few is an answer, not a failure.
fn answered(result: Result<Reservation, StockError>) -> Result<Reservation, Unavailable> {
    match result {
        Err(StockError::SoldOut(skus)) => Ok(Reservation::SoldOut(skus)),
        Err(StockError::Db(e)) => Err(failed(e)),
        Err(e @ StockError::Unknown) => Err(Unavailable::new(NAME, e)),
        Ok(reservation) => Ok(reservation),
    }
}

impl Answers<Availability> for Host {
    async fn answer(&self, ask: Availability, _: &Ctx) -> Result<Vec<Available>, Unavailable> {
        self.db
            .read(move |conn| store::available(conn, &ask.skus))
            .await
            .map_err(failed)
    }
}

impl Answers<Reserve> for Host {
    async fn answer(&self, ask: Reserve, _: &Ctx) -> Result<Reservation, Unavailable> {
        let now = self.clock.now();
        let write = move |conn: &mut platform::db::Conn| {
            reservations::reserve(conn, ask.order, &ask.lines, now)
        };
        answered(self.db.write_with(Isolation::ReadCommitted, write).await)
    }
}

impl Answers<CommitReservation> for Host {
    async fn answer(&self, ask: CommitReservation, _: &Ctx) -> Result<Reservation, Unavailable> {
        let write = move |conn: &mut platform::db::Conn| reservations::commit(conn, ask.order);
        answered(self.db.write(write).await)
    }
}

impl Answers<Release> for Host {
    async fn answer(&self, ask: Release, _: &Ctx) -> Result<(), Unavailable> {
        let now = self.clock.now();
        let written: Result<(), StockError> = self
            .db
            .write(move |conn| reservations::release(conn, ask.order, now))
            .await;
        written.map_err(|e| Unavailable::new(NAME, e))
    }
}

impl Answers<PutOnHand> for Host {
    async fn answer(&self, ask: PutOnHand, _: &Ctx) -> Result<(), Unavailable> {
        let now = self.clock.now();
        self.db
            .write(move |conn| {
                ask.rows.iter().try_for_each(|row| {
                    store::put(conn, row, (&ask.reason, &ask.who), now).map(|_| ())
                })
            })
            .await
            .map_err(failed)
    }
}

impl Answers<LowStock> for Host {
    async fn answer(&self, ask: LowStock, _: &Ctx) -> Result<Vec<Available>, Unavailable> {
        self.db
            .read(move |conn| store::low(conn, ask.below, ask.limit))
            .await
            .map_err(failed)
    }
}

impl Answers<OnHandOf> for Host {
    async fn answer(&self, ask: OnHandOf, _: &Ctx) -> Result<Vec<OnHand>, Unavailable> {
        self.db
            .read(move |conn| store::on_hand(conn, &ask.skus))
            .await
            .map_err(failed)
    }
}
