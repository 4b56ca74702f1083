//! What others may ask of orders.

use kernel::{MemberId, OrderId, Sku, Timestamp};
use platform::ports::Call;
use serde::{Deserialize, Serialize};

/// Whether the member has bought the product: confirmed, on its way, or delivered.
#[derive(Debug, Serialize, Deserialize)]
pub struct Bought {
    pub member: MemberId,
    /// The product's own code, not a variant's.
    pub product: Sku,
}

/// How the sagas do, for the console.
#[derive(Debug, Serialize, Deserialize)]
pub struct Sagas {}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SagaFigures {
    /// Orders that have not ended.
    pub under_way: i64,
    /// Those whose next step keeps failing, the oldest first.
    pub stuck: Vec<StuckSaga>,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct StuckSaga {
    pub order: OrderId,
    pub number: String,
    pub status: String,
    /// How often in a row the step has failed.
    pub attempts: i64,
    /// When the order was placed.
    pub since: Timestamp,
    pub next_try: Timestamp,
    pub error: String,
}

impl Call for Bought {
    type Answer = bool;
    const NAME: &'static str = "bought";
    const SAFE: bool = true;
}
impl Call for Sagas {
    type Answer = SagaFigures;
    const NAME: &'static str = "sagas";
    const SAFE: bool = true;
}
