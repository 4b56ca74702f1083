//! A depot to try things on, and a courier that can be made to fail.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use diesel::prelude::*;
use diesel::sql_types::BigInt;
use kernel::{FixedClock, OrderId, Timestamp};
use platform::Fut;
use platform::db::schema::outbox;
use platform::db::{Conn, Db, DbError};
use platform::on_both;
use platform::ports::{Answers, Call, Ctx, Unavailable};
use platform::testing;
use shipping::Host;
use shipping::api::*;
use shipping::clockwork::{Clockwork, Next, PAUSE};
use shipping::courier::{Courier, CourierError, Parcel, Tracking};
use shipping::sandbox::SandboxCourier;

/// The sandbox's courier, who sometimes cannot be reached.
pub struct Van {
    sandbox: SandboxCourier,
    pub is_away: AtomicBool,
}

impl Courier for Van {
    fn track(&self, parcel: Parcel, now: Timestamp) -> Fut<'_, Result<Tracking, CourierError>> {
        if self.is_away.load(Ordering::SeqCst) {
            let away = Err(CourierError::Unreachable("no signal".to_owned()));
            return Box::pin(std::future::ready(away));
        }
        self.sandbox.track(parcel, now)
    }
}

pub struct Depot {
    pub db: Db,
    pub clock: Arc<FixedClock>,
    pub host: Arc<Host>,
    pub van: Arc<Van>,
    pub clockwork: Arc<Clockwork>,
    _folder: Option<tempfile::TempDir>,
}

impl Depot {
    pub fn on_sqlite() -> Self {
        let (folder, db) = testing::sqlite(shipping::NAME, shipping::migrations());
        Self::on(db, Some(folder))
    }

    #[cfg(feature = "postgres-tests")]
    pub fn on_postgres() -> Self {
        Self::on(
            testing::postgres(shipping::NAME, shipping::migrations()),
            None,
        )
    }

    fn on(db: Db, folder: Option<tempfile::TempDir>) -> Self {
        let clock = testing::clock();
        let van = Arc::new(Van {
            sandbox: SandboxCourier::new(1.0),
            is_away: AtomicBool::new(false),
        });
        let (host, clockwork) = start(&db, &clock, &van);
        Self {
            db,
            clock,
            host,
            van,
            clockwork,
            _folder: folder,
        }
    }

    /// The process dies and starts again.
    pub fn restart(&mut self) {
        (self.host, self.clockwork) = start(&self.db, &self.clock, &self.van);
    }

    pub async fn try_ask<C: Call>(&self, call: C) -> Result<C::Answer, Unavailable>
    where
        Host: Answers<C>,
    {
        self.host
            .answer(call, &Ctx::background(Duration::from_secs(30)))
            .await
    }

    pub async fn request(&self, order: OrderId, postcode: &str) {
        let address = Address {
            recipient: "김나무".to_owned(),
            phone: "010-0000-0000".to_owned(),
            postcode: postcode.to_owned(),
            line1: "세종대로 110".to_owned(),
            line2: String::new(),
        };
        self.try_ask(RequestDelivery { order, address })
            .await
            .unwrap();
    }

    pub async fn dispatch(&self, order: OrderId) {
        self.try_ask(Dispatch { order }).await.unwrap();
    }

    /// Requested and dispatched.
    pub async fn send(&self, order: OrderId, postcode: &str) {
        self.request(order, postcode).await;
        self.dispatch(order).await;
    }

    pub async fn cancel(&self, order: OrderId) -> Cancellation {
        self.try_ask(CancelDelivery { order }).await.unwrap()
    }

    pub async fn tick(&self) -> Next {
        self.clockwork.tick().await.unwrap()
    }

    pub async fn after(&self, seconds: u64) -> Next {
        self.clock.turn(Duration::from_secs(seconds));
        self.tick().await
    }

    pub fn in_seconds(&self, seconds: u64) -> Next {
        Next::At(kernel::Clock::now(&*self.clock).after(Duration::from_secs(seconds)))
    }

    /// Events told about an order, in order: the last word of the type and the reason.
    pub async fn told(&self, order: OrderId) -> Vec<String> {
        let rows: Result<Vec<(String, String)>, DbError> = self
            .db
            .read(move |conn| {
                Ok(outbox::table
                    .filter(outbox::aggregate.eq(order.to_string()))
                    .order(outbox::id)
                    .select((outbox::kind, outbox::data))
                    .load(conn)?)
            })
            .await;
        let word = |(kind, data): (String, String)| {
            let reason = ["undeliverable", "lost"]
                .into_iter()
                .find(|reason| data.contains(reason));
            let word = kind.split('.').nth(4).unwrap();
            reason.map_or_else(|| word.to_owned(), |reason| format!("{word} {reason}"))
        };
        rows.unwrap().into_iter().map(word).collect()
    }

    /// Parcels of which it is known where they go.
    pub async fn addresses(&self) -> i64 {
        #[derive(QueryableByName)]
        struct Count {
            #[diesel(sql_type = BigInt)]
            n: i64,
        }
        let sql = "SELECT COUNT(*) AS n FROM shipments \
                   WHERE COALESCE(recipient, phone, postcode, line1, line2) IS NOT NULL";
        let count = move |conn: &mut Conn| {
            Ok::<Count, DbError>(on_both!(conn, |c| diesel::sql_query(sql).get_result(c))?)
        };
        self.db.read(count).await.unwrap().n
    }
}

fn start(db: &Db, clock: &Arc<FixedClock>, van: &Arc<Van>) -> (Arc<Host>, Arc<Clockwork>) {
    let host = Arc::new(Host::with(db.clone(), clock.clone()));
    let clockwork = Clockwork {
        db: db.clone(),
        clock: clock.clone(),
        courier: van.clone(),
        wake: Arc::default(),
        pause: PAUSE,
    };
    (host, Arc::new(clockwork))
}

pub fn order(n: u8) -> OrderId {
    OrderId::new(Timestamp::from_micros(0), [n; 10])
}
