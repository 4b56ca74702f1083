//! A till to try things on, and a provider that can be made to fail.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use diesel::prelude::*;
use kernel::{FixedClock, Money, OrderId, Timestamp};
use payments::api::*;
use payments::provider::{Answer, Charge, Key, Provider, ProviderError, Standing};
use payments::sandbox::Sandbox;
use payments::{Host, Patience};
use platform::Fut;
use platform::db::schema::outbox;
use platform::db::{Db, DbError};
use platform::ports::{Answers, Call, Ctx};
use platform::testing;

pub const PRICE: Money = Money::krw(12_900);

/// What goes wrong with a command.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fault {
    None,
    /// It never arrives.
    Lost,
    /// It is done, but the answer never comes.
    Unanswered,
    /// It never arrives, and whoever sent it dies waiting.
    DiesBefore,
    /// It is done, and whoever sent it dies before the answer.
    DiesAfter,
}

/// The sandbox at the end of a bad line.
struct BadLine {
    sandbox: Sandbox,
    faults: Arc<Mutex<VecDeque<Fault>>>,
}

impl BadLine {
    fn send<'a>(&'a self, command: Answer<'a, Standing>) -> Answer<'a, Standing> {
        let fault = self
            .faults
            .lock()
            .unwrap()
            .pop_front()
            .unwrap_or(Fault::None);
        Box::pin(async move {
            match fault {
                Fault::None => command.await,
                Fault::Lost => Err(ProviderError::Unreachable("cut".to_owned())),
                Fault::Unanswered => command.await.and(Err(ProviderError::Unanswered)),
                Fault::DiesBefore => std::future::pending().await,
                Fault::DiesAfter => {
                    let _ = command.await;
                    std::future::pending().await
                }
            }
        })
    }
}

impl Provider for BadLine {
    fn authorise(&self, key: Key, charge: Charge) -> Answer<'_, Standing> {
        self.send(self.sandbox.authorise(key, charge))
    }
    fn capture(&self, key: Key) -> Answer<'_, Standing> {
        self.send(self.sandbox.capture(key))
    }
    fn void(&self, key: Key) -> Answer<'_, Standing> {
        self.send(self.sandbox.void(key))
    }
    fn refund(&self, key: Key) -> Answer<'_, Standing> {
        self.send(self.sandbox.refund(key))
    }
    fn lookup(&self, order: OrderId) -> Fut<'_, Result<Option<Standing>, ProviderError>> {
        self.sandbox.lookup(order)
    }
}

pub struct Shop {
    pub db: Db,
    pub clock: Arc<FixedClock>,
    pub host: Arc<Host>,
    pub faults: Arc<Mutex<VecDeque<Fault>>>,
    _folder: Option<tempfile::TempDir>,
}

impl Shop {
    pub fn on_sqlite() -> Self {
        let (folder, db) = testing::sqlite(payments::NAME, payments::migrations());
        Self::on(db, Some(folder))
    }

    #[cfg(feature = "postgres-tests")]
    pub fn on_postgres() -> Self {
        Self::on(
            testing::postgres(payments::NAME, payments::migrations()),
            None,
        )
    }

    fn on(db: Db, folder: Option<tempfile::TempDir>) -> Self {
        let (clock, faults) = (testing::clock(), Arc::default());
        let host = start(&db, &clock, &faults);
        Self {
            db,
            clock,
            host,
            faults,
            _folder: folder,
        }
    }

    /// The process dies and starts again; what it was waiting for is lost.
    pub fn restart(&mut self) {
        self.host = start(&self.db, &self.clock, &self.faults);
        self.later();
    }

    /// Long enough that whatever is to be asked again may be.
    pub fn later(&self) {
        self.clock.turn(Duration::from_secs(31));
    }

    pub fn next(&self, fault: Fault) {
        self.faults.lock().unwrap().push_back(fault);
    }

    pub async fn ask<C: Call>(&self, call: C) -> C::Answer
    where
        Host: Answers<C>,
    {
        self.host
            .answer(call, &Ctx::background(Duration::from_secs(30)))
            .await
            .unwrap()
    }

    pub async fn authorise(&self, order: OrderId, token: &str) -> Authorisation {
        self.ask(Authorise {
            order,
            amount: PRICE,
            token: token.to_owned(),
        })
        .await
    }

    pub async fn capture(&self, order: OrderId) -> Taken {
        self.ask(Capture { order }).await
    }

    pub async fn reverse(&self, order: OrderId) -> Reversal {
        self.ask(Reverse { order }).await
    }

    /// The worker's rounds, until nothing is left to settle.
    pub async fn settle(&self) {
        for _ in 0..30 {
            self.later();
            if self.host.settle_due().await.unwrap() == 0 {
                return;
            }
        }
        panic!("payments do not settle");
    }

    /// Accounts that are not empty.
    pub async fn accounts(&self) -> Vec<(String, i64)> {
        let balance = self.ask(LedgerBalance {}).await;
        assert_eq!((balance.sum, balance.unbalanced), (0, 0));
        let accounts = balance
            .accounts
            .into_iter()
            .filter(|account| account.balance != 0);
        accounts
            .map(|account| (account.account, account.balance))
            .collect()
    }

    /// The ledger adds up and equals the provider's log.
    pub async fn books_agree(&self) {
        self.accounts().await;
        assert_eq!(self.ask(Reconcile { limit: 10 }).await, vec![]);
    }

    /// The last words of the events told about an order, in order.
    pub async fn told(&self, order: OrderId) -> Vec<String> {
        let kinds: Result<Vec<String>, DbError> = self
            .db
            .read(move |conn| {
                Ok(outbox::table
                    .filter(outbox::aggregate.eq(order.to_string()))
                    .order(outbox::id)
                    .select(outbox::kind)
                    .load(conn)?)
            })
            .await;
        let word = |kind: String| kind.split('.').nth(4).unwrap().to_owned();
        kinds.unwrap().into_iter().map(word).collect()
    }
}

fn start(db: &Db, clock: &Arc<FixedClock>, faults: &Arc<Mutex<VecDeque<Fault>>>) -> Arc<Host> {
    let slowness = Duration::from_millis(300);
    let sandbox = Sandbox {
        slowness,
        ..Sandbox::new(db.clone(), clock.clone())
    };
    let line = Arc::new(BadLine {
        sandbox,
        faults: faults.clone(),
    });
    let patience = Patience {
        caller: Duration::from_millis(100),
        ..Patience::default()
    };
    Arc::new(Host::with(db.clone(), clock.clone(), line, patience))
}

pub fn order(n: u8) -> OrderId {
    OrderId::new(Timestamp::from_micros(0), [n; 10])
}
