//! The context with its world, one verb per thing that people or time do to it.

use std::sync::Arc;
use std::time::Duration;

use kernel::{Clock, FixedClock, MemberId, OrderId, Timestamp};
use platform::db::Db;
use platform::events::{Event as Told, Inbound, Outcome, consume};
use platform::locale::{FRAME, Texts};
use platform::shell::Shell;
use platform::testing;

use super::World;
use crate::OrdersError;
use crate::domain::{Address, Reason};
use crate::inbound::Ear;
use crate::journal::Journal;
use crate::needs::{Ctx, Item};
use crate::saga::Saga;
use crate::service::{By, Checkout, Claimed, Orders, Shown};
use crate::store;

pub struct Shop {
    pub world: Arc<World>,
    pub orders: Arc<Orders>,
    pub saga: Saga,
    pub ear: Arc<dyn Inbound>,
    pub clock: Arc<FixedClock>,
    pub shell: Arc<Shell>,
    _folder: Option<tempfile::TempDir>,
}

pub fn member() -> MemberId {
    MemberId::new(Timestamp::from_micros(1), [9; 10])
}

pub fn address() -> Address {
    Address {
        recipient: "김하늘".to_owned(),
        phone: "010-1234-5678".to_owned(),
        postcode: "04524".to_owned(),
        line1: "서울특별시 중구 세종대로 110".to_owned(),
        line2: String::new(),
    }
}

pub fn ctx() -> Ctx {
    Ctx::background(Duration::from_secs(5))
}

/// Fresh ones, empty.
pub fn databases() -> Vec<(Option<tempfile::TempDir>, Db)> {
    let (folder, sqlite) = testing::sqlite(crate::NAME, crate::migrations());
    let mut all = vec![(Some(folder), sqlite)];
    if cfg!(feature = "postgres-tests") {
        all.push((None, testing::postgres(crate::NAME, crate::migrations())));
    }
    all
}

impl Shop {
    /// One per database, with so many mugs.
    pub fn open(mugs: i64) -> Vec<Self> {
        databases()
            .into_iter()
            .map(|(folder, db)| Self::on(folder, db, mugs))
            .collect()
    }

    /// At noon, until it is told to wait.
    pub fn on(folder: Option<tempfile::TempDir>, db: Db, mugs: i64) -> Self {
        let clock = testing::clock();
        Self {
            clock: clock.clone(),
            ..Self::with_clock(folder, db, mugs, clock)
        }
    }

    pub fn with_clock(
        folder: Option<tempfile::TempDir>,
        db: Db,
        mugs: i64,
        clock: Arc<dyn Clock>,
    ) -> Self {
        let sources: Vec<_> = FRAME.into_iter().chain(crate::texts()).collect();
        let shell = Arc::new(Shell {
            clock,
            ..Shell::sample(Texts::new(&sources).unwrap())
        });
        let world = World::with(mugs);
        let needs = Arc::new(world.needs());
        let journal = Arc::new(Journal::new(db, shell.clone()));
        let orders = Arc::new(Orders::new(journal.clone(), needs.clone()));
        assert!(world.orders.set(orders.clone()).is_ok());
        let saga = Saga {
            journal: journal.clone(),
            needs,
        };
        Self {
            world,
            orders,
            saga,
            ear: Arc::new(Ear { journal }),
            clock: testing::clock(),
            shell,
            _folder: folder,
        }
    }

    pub fn fill_cart(&self, sku: &str, quantity: u32) {
        let items = vec![Item {
            sku: sku.parse().unwrap(),
            quantity,
        }];
        self.world
            .state
            .lock()
            .unwrap()
            .cart
            .insert(member(), items);
    }

    pub async fn try_to_place(&self, key: &str, body: &str) -> Result<Shown, OrdersError> {
        match self
            .orders
            .claim(member(), key.to_owned(), body.to_owned())
            .await?
        {
            Claimed::Known(order) => self.orders.show_to(member(), order).await,
            Claimed::Ours(claim) => {
                let checkout = Checkout {
                    address: address(),
                    token: "tok_ok".to_owned(),
                    seen: None,
                };
                self.orders.place(claim, checkout, None, &ctx()).await
            }
        }
    }

    pub async fn place(&self, mugs: u32) -> OrderId {
        self.fill_cart("MUG", mugs);
        let key: kernel::Id<()> = self.shell.new_id();
        self.try_to_place(&key.to_string(), "")
            .await
            .unwrap()
            .order
            .id
    }

    pub async fn show(&self, order: OrderId) -> Shown {
        self.orders.show(order).await.unwrap()
    }

    pub async fn cancel(&self, order: OrderId) -> Result<Shown, OrdersError> {
        self.orders
            .cancel(By::Shopper(member()), order, &ctx())
            .await
    }

    /// `placed reserved … ; status payment`
    pub async fn story(&self, order: OrderId) -> String {
        let order = self.show(order).await.order;
        let told: Vec<_> = order
            .timeline
            .iter()
            .map(|moment| moment.what.as_str())
            .collect();
        format!(
            "{}; {} {}",
            told.join(" "),
            order.status.as_str(),
            order.payment.as_str()
        )
    }

    /// The worker looks once, at everything that is due now.
    pub async fn work(&self) -> usize {
        let now = self.shell.now();
        let db = &self.saga.journal.db;
        let due = db
            .read(move |conn| store::due(conn, now, 1000))
            .await
            .unwrap();
        let found = due.len();
        for id in due {
            let saga = db
                .read(move |conn| store::underway(conn, id))
                .await
                .unwrap()
                .unwrap();
            self.saga.drive(saga).await.unwrap();
        }
        found
    }

    pub fn wait(&self, seconds: u64) {
        self.clock.turn(Duration::from_secs(seconds));
    }

    pub async fn hear(&self, kind: &str, data: serde_json::Value) -> Outcome {
        let subject = data
            .as_object()
            .and_then(|all| all.values().next()?.as_str())
            .unwrap_or_default()
            .to_owned();
        let id: kernel::Id<()> = self.shell.new_id();
        let event = Told {
            specversion: "1.0".to_owned(),
            id: id.to_string(),
            kind: format!("shop.banyan.{kind}.v1"),
            source: "/test".to_owned(),
            subject,
            time: self.shell.now(),
            traceparent: None,
            data,
        };
        // at least once means twice
        consume(&self.ear, vec![event.clone()], self.shell.now())
            .await
            .unwrap();
        consume(&self.ear, vec![event], self.shell.now())
            .await
            .unwrap()
            .remove(0)
    }

    pub async fn hear_of(&self, kind: &str, order: OrderId) -> Outcome {
        self.hear(kind, serde_json::json!({ "order": order })).await
    }

    pub async fn parcel_fails(&self, order: OrderId, reason: &str) {
        let data = serde_json::json!({ "order": order, "reason": reason });
        assert_eq!(
            self.hear("shipping.shipment.failed", data).await,
            Outcome::Done
        );
    }

    /// What payments and stock do when they hear that a delivery has failed.
    pub async fn settle(&self, order: OrderId, goods_first: bool) {
        let kind = {
            let mut state = self.world.state.lock().unwrap();
            let money = state.money.entry(order).or_default();
            (money.refunded, money.reversed) = (true, true);
            "payments.payment.refunded"
        };
        if !goods_first {
            assert_eq!(self.hear_of(kind, order).await, Outcome::Done);
        }
        let lost = self.show(order).await.order.leaving == Some(Reason::Lost);
        if lost {
            let mut state = self.world.state.lock().unwrap();
            let goods = state.goods.entry(order).or_default();
            (goods.taken, goods.written_off) = (false, true);
        } else {
            self.world.state.lock().unwrap().give_back(order);
        }
        let goods = if lost {
            "stock.reservation.written_off"
        } else {
            "stock.reservation.restocked"
        };
        assert_eq!(self.hear_of(goods, order).await, Outcome::Done);
        if goods_first {
            assert_eq!(self.hear_of(kind, order).await, Outcome::Done);
        }
    }

    /// The events that were told, without the shop's name and version.
    pub async fn told(&self) -> Vec<String> {
        use diesel::prelude::*;
        use platform::db::schema::outbox;
        let kinds: Vec<String> = self
            .saga
            .journal
            .db
            .read(|conn| {
                Ok::<_, platform::db::DbError>(
                    outbox::table
                        .order(outbox::id)
                        .select(outbox::kind)
                        .load(conn)?,
                )
            })
            .await
            .unwrap();
        let short = |kind: &String| {
            kind.trim_start_matches("shop.banyan.orders.order.")
                .replace(".v1", "")
        };
        kinds.iter().map(short).collect()
    }
}
