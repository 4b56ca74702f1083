//! The conversation with the provider about one payment, and what is written of it.

use std::sync::Arc;
use std::time::Duration;

use kernel::OrderId;
use platform::events::Stamp;

use super::{Outcome, Till, Trace};
use crate::domain::State;
use crate::provider::{Charge, Key, Movement, ProviderError, Standing};
use crate::record::record;
use crate::store::{self, Payment};

impl Till {
    /// Whether the provider has heard of it; if not, it is asked again, unless somebody else just did.
    pub(super) async fn find_out(
        self: Arc<Self>,
        payment: Payment,
        claimed: bool,
        trace: Trace,
    ) -> Outcome {
        let order = payment.order;
        match self.patiently(self.provider.lookup(order)).await {
            Ok(Some(standing)) => self.write(order, standing.into(), trace).await,
            Ok(None) if claimed && payment.state == State::Asking => {
                self.charge(payment, trace).await
            }
            Ok(None) => Ok(payment.state),
            Err(error) => self.in_vain(&payment, &error).await,
        }
    }

    pub(super) async fn charge(self: Arc<Self>, payment: Payment, trace: Trace) -> Outcome {
        let Some(token) = payment.token.clone() else {
            return Ok(payment.state);
        };
        let charge = Charge {
            amount: payment.amount,
            token,
        };
        let answer = self
            .patiently(
                self.provider
                    .authorise(key(&payment, Movement::Authorise), charge),
            )
            .await;
        self.learn(&payment, answer, trace).await
    }

    /// Void, or refund, or first the one and then the other when a capture was quicker.
    pub(super) async fn give_back(self: Arc<Self>, mut payment: Payment, trace: Trace) -> Outcome {
        for _ in 0..4 {
            let answer = match payment.state {
                State::Asking | State::Authorised => {
                    self.patiently(self.provider.void(key(&payment, Movement::Void)))
                        .await
                }
                State::Captured => {
                    self.patiently(self.provider.refund(key(&payment, Movement::Refund)))
                        .await
                }
                _ => break,
            };
            let now = self.learn(&payment, answer, trace.clone()).await?;
            if now == payment.state {
                break;
            }
            payment.state = now;
        }
        Ok(payment.state)
    }

    /// Writes what the provider answered to a command, and looks up what it would not do.
    pub(super) async fn learn(
        &self,
        payment: &Payment,
        answer: Result<Standing, ProviderError>,
        trace: Trace,
    ) -> Outcome {
        let order = payment.order;
        match answer {
            Ok(standing) => self.write(order, standing.into(), trace).await,
            Err(ProviderError::Declined) => self.write(order, State::Declined, trace).await,
            Err(ProviderError::Refused(_)) => {
                match self.patiently(self.provider.lookup(order)).await {
                    Ok(Some(standing)) => self.write(order, standing.into(), trace).await,
                    Ok(None) => Ok(payment.state),
                    Err(error) => self.in_vain(payment, &error).await,
                }
            }
            Err(error) => self.in_vain(payment, &error).await,
        }
    }

    async fn write(&self, order: OrderId, seen: State, traceparent: Trace) -> Outcome {
        let stamp = Stamp {
            id: order.as_uuid(),
            at: self.clock.now(),
            traceparent,
        };
        let state = self
            .db
            .write(move |conn| record(conn, order, seen, &stamp))
            .await?;
        fail::fail_point!("payments::recorded", |_| std::process::abort());
        Ok(state)
    }

    async fn in_vain(&self, payment: &Payment, error: &ProviderError) -> Outcome {
        let order = payment.order;
        if matches!(error, ProviderError::Misunderstood(_)) {
            tracing::error!(%order, %error, "the provider must be looked at");
        } else {
            tracing::debug!(%order, %error, "the provider was asked in vain");
        }
        let doubled = 1_u32 << u32::try_from(payment.asks.clamp(0, 6)).unwrap_or(6);
        let pause = (self.patience.again * doubled).min(Duration::from_secs(30));
        let until = self.clock.now().after(pause);
        self.db
            .write(move |conn| store::put_off(conn, order, until))
            .await?;
        Ok(payment.state)
    }

    pub(super) async fn patiently<T>(
        &self,
        answer: impl Future<Output = Result<T, ProviderError>>,
    ) -> Result<T, ProviderError> {
        tokio::time::timeout(self.patience.provider, answer)
            .await
            .unwrap_or(Err(ProviderError::Unanswered))
    }
}

pub(super) fn key(payment: &Payment, step: Movement) -> Key {
    Key {
        order: payment.order,
        step,
    }
}
