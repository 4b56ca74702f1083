use std::sync::Arc;

use kernel::Clock;
use platform::db::{Db, DbError};
use platform::ports::{Answers, Calls, Ctx, Unavailable};
use platform::shell::Shell;
use tokio::sync::Notify;

use crate::api::*;
use crate::domain::{PaymentError, State};
use crate::provider::Provider;
use crate::sandbox::Sandbox;
use crate::till::{Intent, Patience, Till};
use crate::{NAME, ledger, store};

/// Answers what others ask of payments. Asks nobody but the provider.
pub struct Host {
    pub db: Db,
    pub(crate) till: Arc<Till>,
    /// Wakes the worker.
    pub(crate) wake: Arc<Notify>,
}

impl Host {
    /// With the built-in sandbox for a provider.
    pub fn new(db: Db, shell: Arc<Shell>) -> Self {
        let clock = shell.clock.clone();
        let sandbox = Arc::new(Sandbox::new(db.clone(), clock.clone()));
        Self::with(db, clock, sandbox, Patience::default())
    }

    pub fn with(
        db: Db,
        clock: Arc<dyn Clock>,
        provider: Arc<dyn Provider>,
        patience: Patience,
    ) -> Self {
        let till = Arc::new(Till {
            db: db.clone(),
            clock,
            provider,
            patience,
        });
        Self {
            db,
            till,
            wake: Arc::default(),
        }
    }

    pub fn calls(self: &Arc<Self>) -> Calls {
        Calls::default()
            .answer::<Authorise, _>(self)
            .answer::<Capture, _>(self)
            .answer::<Reverse, _>(self)
            .answer::<LedgerBalance, _>(self)
            .answer::<Reconcile, _>(self)
    }

    /// One round of the worker; answers how many payments were due.
    pub async fn settle_due(&self) -> Result<usize, PaymentError> {
        self.till.settle_due(i64::MAX).await
    }
}

fn failed(error: PaymentError) -> Unavailable {
    match error {
        PaymentError::Db(e) => e.of(NAME),
        e @ PaymentError::Unbalanced(_) => {
            tracing::error!(error = %e, "an answer failed");
            Unavailable::new(NAME, e)
        }
    }
}

impl Answers<Authorise> for Host {
    async fn answer(&self, ask: Authorise, ctx: &Ctx) -> Result<Authorisation, Unavailable> {
        if ask.amount.amount < 0 {
            return Ok(Authorisation::Declined);
        }
        let intent = Intent {
            order: ask.order,
            amount: ask.amount,
            token: ask.token,
        };
        let state = self
            .till
            .authorise(intent, ctx.traceparent.clone())
            .await
            .map_err(failed)?;
        Ok(match state {
            State::Authorised | State::Captured => Authorisation::Authorised,
            State::Asking => Authorisation::Pending,
            State::Declined | State::Voided | State::Refunded | State::Barred => {
                Authorisation::Declined
            }
        })
    }
}

impl Answers<Capture> for Host {
    async fn answer(&self, ask: Capture, ctx: &Ctx) -> Result<Taken, Unavailable> {
        let found = self.db.read(move |conn| store::find(conn, ask.order)).await;
        let Some(payment) = found.map_err(|e: DbError| e.of(NAME))? else {
            return Ok(Taken::NotAuthorised);
        };
        if payment.reversing {
            return Ok(Taken::NotAuthorised);
        }
        Ok(
            match self
                .till
                .capture(payment, ctx.traceparent.clone())
                .await
                .map_err(failed)?
            {
                State::Captured => Taken::Captured,
                State::Asking | State::Authorised => Taken::Pending,
                State::Declined | State::Voided | State::Refunded | State::Barred => {
                    Taken::NotAuthorised
                }
            },
        )
    }
}

impl Answers<Reverse> for Host {
    async fn answer(&self, ask: Reverse, ctx: &Ctx) -> Result<Reversal, Unavailable> {
        let state = self
            .till
            .reverse(ask.order, ctx.traceparent.clone())
            .await
            .map_err(failed)?;
        Ok(match state {
            State::Declined | State::Barred => Reversal::Nothing,
            State::Voided => Reversal::Voided,
            State::Refunded => Reversal::Refunded,
            State::Asking | State::Authorised | State::Captured => Reversal::Pending,
        })
    }
}

impl Answers<LedgerBalance> for Host {
    async fn answer(&self, _: LedgerBalance, _: &Ctx) -> Result<Balance, Unavailable> {
        let look = |conn: &mut platform::db::Conn| {
            Ok((ledger::balances(conn)?, ledger::unbalanced(conn)?))
        };
        let (accounts, unbalanced) = self.db.read(look).await.map_err(|e: DbError| e.of(NAME))?;
        Ok(Balance {
            sum: accounts.iter().map(|account| account.balance).sum(),
            unbalanced,
            accounts,
        })
    }
}

impl Answers<Reconcile> for Host {
    async fn answer(&self, ask: Reconcile, _: &Ctx) -> Result<Vec<Difference>, Unavailable> {
        let limit = ask.limit.clamp(1, 1000);
        self.db
            .read(move |conn| ledger::differences(conn, limit))
            .await
            .map_err(|e: DbError| e.of(NAME))
    }
}
