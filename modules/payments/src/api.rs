//! What others may ask of payments. Every command may come again: an order pays once.

use kernel::{Money, OrderId};
use platform::ports::Call;
use serde::{Deserialize, Serialize};

/// Holds the amount on the card. An order that was reversed before is declined.
#[derive(Debug, Serialize, Deserialize)]
pub struct Authorise {
    pub order: OrderId,
    pub amount: Money,
    /// The provider's word for the card.
    pub token: String,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Authorisation {
    Authorised,
    Declined,
    /// The provider has not said yet: ask again.
    Pending,
}

/// Takes what is held.
#[derive(Debug, Serialize, Deserialize)]
pub struct Capture {
    pub order: OrderId,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Taken {
    Captured,
    /// The provider has not said yet: ask again.
    Pending,
    /// Nothing is held, or it is on its way back.
    NotAuthorised,
}

/// Voids what is held, refunds what was taken. An `Authorise` that comes later is declined.
#[derive(Debug, Serialize, Deserialize)]
pub struct Reverse {
    pub order: OrderId,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Reversal {
    /// No money had moved.
    Nothing,
    Voided,
    Refunded,
    /// It will be reversed; ask again to hear how.
    Pending,
}

/// What all accounts add up to.
#[derive(Debug, Serialize, Deserialize)]
pub struct LedgerBalance {}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Balance {
    /// Zero, or money was made or lost.
    pub sum: i64,
    /// Transactions whose own entries do not add up to zero: none.
    pub unbalanced: i64,
    pub accounts: Vec<AccountBalance>,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct AccountBalance {
    pub account: String,
    /// Debit is positive.
    pub balance: i64,
}

/// Steps of which the provider's log and the ledger tell different amounts; at rest there are none.
#[derive(Debug, Serialize, Deserialize)]
pub struct Reconcile {
    pub limit: i64,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Difference {
    pub order: OrderId,
    pub step: String,
    pub ledger: i64,
    pub provider: i64,
}

impl Call for Authorise {
    type Answer = Authorisation;
    const NAME: &'static str = "authorise";
    const SAFE: bool = false;
}
impl Call for Capture {
    type Answer = Taken;
    const NAME: &'static str = "capture";
    const SAFE: bool = false;
}
impl Call for Reverse {
    type Answer = Reversal;
    const NAME: &'static str = "reverse";
    const SAFE: bool = false;
}
impl Call for LedgerBalance {
    type Answer = Balance;
    const NAME: &'static str = "ledger-balance";
    const SAFE: bool = true;
}
impl Call for Reconcile {
    type Answer = Vec<Difference>;
    const NAME: &'static str = "reconcile";
    const SAFE: bool = true;
}
