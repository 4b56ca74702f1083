//! The provider that is built in: it moves no money, but keeps books of its own as a real one would, in transactions
//! of its own. What it does depends on the card.

mod log;

use std::sync::Arc;
use std::time::Duration;

use kernel::{Clock, OrderId};
use platform::Fut;
use platform::db::{Db, DbError};

use crate::provider::{Answer, Charge, Key, Provider, ProviderError, Standing};

const SLOWNESS: Duration = Duration::from_secs(3);
/// Attempts of a flaky card that fail.
const FLAKY: i64 = 2;

pub struct Sandbox {
    pub db: Db,
    pub clock: Arc<dyn Clock>,
    /// How long `tok_slow` takes.
    pub slowness: Duration,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Card {
    Good,
    Declined,
    Flaky,
    Silent,
    Slow,
}

impl Card {
    /// Nobody issued the others: they are declined.
    fn of(token: &str) -> Self {
        match token {
            "tok_ok" => Self::Good,
            "tok_flaky" => Self::Flaky,
            "tok_silent" => Self::Silent,
            "tok_slow" => Self::Slow,
            _ => Self::Declined,
        }
    }
}

impl Sandbox {
    pub fn new(db: Db, clock: Arc<dyn Clock>) -> Self {
        Self {
            db,
            clock,
            slowness: SLOWNESS,
        }
    }

    async fn charge(&self, order: OrderId, charge: Charge) -> Result<Standing, ProviderError> {
        let card = Card::of(&charge.token);
        if card == Card::Slow {
            tokio::time::sleep(self.slowness).await;
        }
        if card == Card::Flaky && self.attempt(order).await? <= FLAKY {
            return Err(ProviderError::Unreachable(
                "the flaky card failed".to_owned(),
            ));
        }
        let wanted = log::Authorisation {
            amount: charge.amount.amount,
            good: card != Card::Declined,
        };
        let at = self.clock.now();
        let answer = self
            .db
            .write(move |conn| log::authorise(conn, order, wanted, at))
            .await;
        fail::fail_point!("payments::sandbox_authorised", |_| std::process::abort());
        if card == Card::Silent {
            return std::future::pending().await;
        }
        answer.unwrap_or_else(|e| Err(unanswered(&e)))
    }

    async fn attempt(&self, order: OrderId) -> Result<i64, ProviderError> {
        self.db
            .write(move |conn| log::attempt(conn, order))
            .await
            .map_err(|e| unanswered(&e))
    }

    fn command(&self, order: OrderId, rule: log::Rule) -> Fut<'_, Result<Standing, ProviderError>> {
        Box::pin(async move {
            let at = self.clock.now();
            let answer = self
                .db
                .write(move |conn| log::follow(conn, order, rule, at))
                .await;
            fail::fail_point!("payments::sandbox_moved", |_| std::process::abort());
            answer.unwrap_or_else(|e| Err(unanswered(&e)))
        })
    }
}

/// Its database did not say whether it wrote.
fn unanswered(error: &DbError) -> ProviderError {
    tracing::debug!(%error, "the sandbox provider could not write");
    ProviderError::Unanswered
}

impl Provider for Sandbox {
    fn authorise(&self, key: Key, charge: Charge) -> Answer<'_, Standing> {
        Box::pin(self.charge(key.order, charge))
    }

    fn capture(&self, key: Key) -> Answer<'_, Standing> {
        self.command(key.order, log::capture)
    }

    fn void(&self, key: Key) -> Answer<'_, Standing> {
        self.command(key.order, log::void)
    }

    fn refund(&self, key: Key) -> Answer<'_, Standing> {
        self.command(key.order, log::refund)
    }

    fn lookup(&self, order: OrderId) -> Answer<'_, Option<Standing>> {
        Box::pin(async move {
            let found = self.db.read(move |conn| log::standing(conn, order)).await;
            found.map_err(|e| ProviderError::Unreachable(e.to_string()))
        })
    }
}
