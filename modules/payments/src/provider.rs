//! The port to whoever moves the money.

use std::fmt;

use kernel::{Money, OrderId};
use platform::Fut;

pub use crate::domain::Movement;

/// Every command carries a key: sent again with the same key, it is done once and answered alike.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Key {
    pub order: OrderId,
    pub step: Movement,
}

/// What to hold, on which card.
#[derive(Clone, Debug)]
pub struct Charge {
    pub amount: Money,
    pub token: String,
}

/// Where a payment stands at the provider.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Standing {
    Declined,
    Authorised,
    Captured,
    Voided,
    Refunded,
    /// Voided before it was authorised: it never will be.
    Barred,
}

/// Why a command was not answered with a standing, by what we can do about it.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ProviderError {
    /// Final: the card said no.
    #[error("the card was declined")]
    Declined,
    /// It has not happened: try again.
    #[error("the provider cannot be reached: {0}")]
    Unreachable(String),
    /// It may have happened: look it up.
    #[error("the provider did not answer")]
    Unanswered,
    /// The payment does not stand where this would be possible: look it up.
    #[error("the provider refused: {0}")]
    Refused(String),
    /// The answer makes no sense: a person must look, later it may work.
    #[error("the provider's answer is not understood: {0}")]
    Misunderstood(String),
}

pub type Answer<'a, T> = Fut<'a, Result<T, ProviderError>>;

/// A payment provider. None of its futures blocks a thread, and each may be dropped: a lookup tells what came of it.
pub trait Provider: Send + Sync {
    fn authorise(&self, key: Key, charge: Charge) -> Answer<'_, Standing>;
    fn capture(&self, key: Key) -> Answer<'_, Standing>;
    /// Of a payment that the provider has never heard of: bars it.
    fn void(&self, key: Key) -> Answer<'_, Standing>;
    fn refund(&self, key: Key) -> Answer<'_, Standing>;
    /// `None`: never heard of it.
    fn lookup(&self, order: OrderId) -> Answer<'_, Option<Standing>>;
}

/// As it goes over the wire.
impl fmt::Display for Key {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}", self.order, self.step.as_str())
    }
}
