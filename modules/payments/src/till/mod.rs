//! Asks the provider and writes what it said. Nothing here holds a transaction, or a caller, while the provider thinks.

mod asking;

use std::sync::Arc;
use std::time::Duration;

use kernel::{Clock, Money, OrderId};
use platform::db::{Conn, Db, DbError};
use tracing::Instrument as _;

use crate::domain::{PaymentError, State};
use crate::provider::{Movement, Provider};
use crate::store::{self, Payment};
use asking::key;

/// How long whom is waited for.
#[derive(Clone, Copy, Debug)]
pub struct Patience {
    /// A caller waits this long, then the work goes on without it.
    pub caller: Duration,
    /// A provider that has not said anything by then will not.
    pub provider: Duration,
    /// Before somebody else asks about a payment that is being asked about.
    pub claim: Duration,
    /// Before the provider is asked again after the first vain attempt; doubles up to 30 s.
    pub again: Duration,
}

pub struct Till {
    pub db: Db,
    pub clock: Arc<dyn Clock>,
    pub provider: Arc<dyn Provider>,
    pub patience: Patience,
}

/// What a caller wants to hold, on which card.
#[derive(Clone, Debug)]
pub struct Intent {
    pub order: OrderId,
    pub amount: Money,
    pub token: String,
}

type Outcome = Result<State, PaymentError>;
/// In which trace something is done.
type Trace = Option<String>;

impl Default for Patience {
    fn default() -> Self {
        Self {
            caller: Duration::from_secs(1),
            provider: Duration::from_secs(10),
            claim: Duration::from_secs(4),
            again: Duration::from_millis(500),
        }
    }
}

impl Till {
    /// Writes the intent, then asks. An order that has a payment already is looked up.
    pub async fn authorise(self: &Arc<Self>, intent: Intent, trace: Trace) -> Outcome {
        let payment = Payment {
            order: intent.order,
            amount: intent.amount,
            token: Some(intent.token),
            state: State::Asking,
            reversing: false,
            asks: 0,
        };
        let (row, ask_at) = (payment.clone(), self.clock.now().after(self.patience.claim));
        let known = self
            .db
            .write(move |conn| {
                let is_new = store::begin(conn, &row, Some(ask_at))?;
                if is_new {
                    Ok(None)
                } else {
                    store::find(conn, row.order)
                }
            })
            .await?;
        fail::fail_point!("payments::intent", |_| std::process::abort());
        let this = self.clone();
        match known {
            None => {
                self.unless_slow(
                    State::Asking,
                    async move { this.charge(payment, trace).await },
                )
                .await
            }
            Some(known) if known.reversing => {
                // refused, but not before it is known that no money stays with us
                let state = self.resume(known, false, trace).await?;
                Ok(if state.is_over() {
                    state
                } else {
                    State::Asking
                })
            }
            Some(known) if known.state == State::Asking => {
                let claimed = self.claim(known.order).await?;
                self.resume(known, claimed, trace).await
            }
            Some(known) => Ok(known.state),
        }
    }

    /// Takes what is held. A payment that is to be reversed stays as it is.
    pub async fn capture(self: &Arc<Self>, payment: Payment, trace: Trace) -> Outcome {
        if payment.state != State::Authorised || payment.reversing {
            return Ok(payment.state);
        }
        let this = self.clone();
        let asked = async move {
            let answer = this
                .patiently(this.provider.capture(key(&payment, Movement::Capture)))
                .await;
            this.learn(&payment, answer, trace).await
        };
        self.unless_slow(State::Authorised, asked).await
    }

    /// Remembers that the money is to go back, whatever happens, and begins with it.
    pub async fn reverse(self: &Arc<Self>, order: OrderId, trace: Trace) -> Outcome {
        let ask_at = self.clock.now().after(self.patience.claim);
        let known = self
            .db
            .write(move |conn| match start_reversal(conn, order)? {
                Some(payment) => store::reverse(conn, order, ask_at).map(|()| Some(payment)),
                None => Ok(None),
            })
            .await?;
        fail::fail_point!("payments::reversing", |_| std::process::abort());
        if let Some(payment) = known {
            let payment = Payment {
                reversing: true,
                ..payment
            };
            return self.resume(payment, false, trace).await;
        }
        let known = self.db.read(move |conn| store::find(conn, order)).await?;
        Ok(known.map_or(State::Barred, |payment| payment.state))
    }

    /// Goes on where somebody stopped: what is not known is looked up. Only who has claimed the payment may charge.
    async fn resume(self: &Arc<Self>, payment: Payment, claimed: bool, trace: Trace) -> Outcome {
        let (this, so_far) = (self.clone(), payment.state);
        let work = async move {
            if payment.reversing {
                this.give_back(payment, trace).await
            } else {
                this.find_out(payment, claimed, trace).await
            }
        };
        self.unless_slow(so_far, work).await
    }

    /// About as many payments as are due, at most `limit`. Answers how many there were.
    pub async fn settle_due(self: &Arc<Self>, limit: i64) -> Result<usize, PaymentError> {
        let now = self.clock.now();
        let due = self
            .db
            .read(move |conn| store::due(conn, now, limit))
            .await?;
        if due.is_empty() {
            return Ok(0);
        }
        let (orders, until) = (due.clone(), now.after(self.patience.claim));
        let claimed: Vec<Payment> = self
            .db
            .write(move |conn| {
                let mut claimed = Vec::new();
                for order in &orders {
                    if store::claim(conn, *order, now, until)? {
                        claimed.extend(store::find(conn, *order)?);
                    }
                }
                Ok::<_, PaymentError>(claimed)
            })
            .await?;
        let work = claimed
            .into_iter()
            .map(|payment| self.resume(payment, true, None));
        for outcome in futures_util::future::join_all(work).await {
            if let Err(error) = outcome {
                tracing::warn!(%error, "a payment could not be settled");
            }
        }
        Ok(due.len())
    }

    /// Whether it is now upon us to ask about this payment.
    async fn claim(&self, order: OrderId) -> Result<bool, PaymentError> {
        let now = self.clock.now();
        let until = now.after(self.patience.claim);
        Ok(self
            .db
            .write(move |conn| store::claim(conn, order, now, until))
            .await?)
    }

    /// The work goes on when its caller is gone or tired of waiting; that one hears `so_far`.
    async fn unless_slow(
        &self,
        so_far: State,
        work: impl Future<Output = Outcome> + Send + 'static,
    ) -> Outcome {
        let work = tokio::spawn(work.in_current_span());
        match tokio::time::timeout(self.patience.caller, work).await {
            Ok(Ok(outcome)) => outcome,
            Ok(Err(error)) => {
                tracing::error!(%error, "a payment's work broke off; it will be resumed");
                Ok(so_far)
            }
            Err(_) => Ok(so_far),
        }
    }
}

/// Bars an order without a payment. `Some`: there is money that may have to go back.
pub fn start_reversal(conn: &mut Conn, order: OrderId) -> Result<Option<Payment>, DbError> {
    let barred = Payment {
        order,
        amount: Money::ZERO,
        token: None,
        state: State::Barred,
        reversing: true,
        asks: 0,
    };
    if store::begin(conn, &barred, None)? {
        return Ok(None);
    }
    Ok(store::find(conn, order)?.filter(|payment| !payment.state.is_over()))
}
