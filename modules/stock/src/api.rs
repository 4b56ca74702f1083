//! What others may ask of stock.

use kernel::{OrderId, Sku};
use platform::ports::Call;
use serde::{Deserialize, Serialize};

/// How many of each can be ordered now. A SKU of which no stock is kept has zero.
#[derive(Debug, Serialize, Deserialize)]
pub struct Availability {
    pub skus: Vec<Sku>,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Available {
    pub sku: Sku,
    pub quantity: i64,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Line {
    pub sku: Sku,
    pub quantity: u32,
}

/// Holds the units of an order for 15 minutes, all or none. Asked again, it answers the same.
#[derive(Debug, Serialize, Deserialize)]
pub struct Reserve {
    pub order: OrderId,
    pub lines: Vec<Line>,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Reservation {
    Reserved,
    /// Of these there are too few; nothing is held.
    SoldOut(Vec<Sku>),
}

/// Takes what is held off the shelf: it no longer expires. A reservation that has expired is taken again if it can be.
#[derive(Debug, Serialize, Deserialize)]
pub struct CommitReservation {
    pub order: OrderId,
}

/// Gives back what an order holds or took. An order that never reserved is remembered: a late `Reserve` is refused.
#[derive(Debug, Serialize, Deserialize)]
pub struct Release {
    pub order: OrderId,
}

/// States what is on hand, as an import does. Lines of SKUs that are known are corrections.
#[derive(Debug, Serialize, Deserialize)]
pub struct PutOnHand {
    pub rows: Vec<OnHand>,
    pub reason: String,
    pub who: String,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct OnHand {
    pub sku: Sku,
    pub on_hand: i64,
}

/// SKUs of which fewer than `below` are available, the scarcest first.
#[derive(Debug, Serialize, Deserialize)]
pub struct LowStock {
    pub below: i64,
    pub limit: i64,
}

/// What is on hand, as an export needs it; SKUs without stock are absent.
#[derive(Debug, Serialize, Deserialize)]
pub struct OnHandOf {
    pub skus: Vec<Sku>,
}

impl Call for Availability {
    type Answer = Vec<Available>;
    const NAME: &'static str = "availability";
    const SAFE: bool = true;
}
impl Call for Reserve {
    type Answer = Reservation;
    const NAME: &'static str = "reserve";
    const SAFE: bool = false;
}
impl Call for CommitReservation {
    type Answer = Reservation;
    const NAME: &'static str = "commit-reservation";
    const SAFE: bool = false;
}
impl Call for Release {
    type Answer = ();
    const NAME: &'static str = "release";
    const SAFE: bool = false;
}
impl Call for PutOnHand {
    type Answer = ();
    const NAME: &'static str = "put-on-hand";
    const SAFE: bool = false;
}
impl Call for LowStock {
    type Answer = Vec<Available>;
    const NAME: &'static str = "low-stock";
    const SAFE: bool = true;
}
impl Call for OnHandOf {
    type Answer = Vec<OnHand>;
    const NAME: &'static str = "on-hand-of";
    const SAFE: bool = true;
}
