//! What others may ask of carts.

use kernel::{GuestId, MemberId, OrderId, Sku, Timestamp};
use platform::ports::Call;
use serde::{Deserialize, Serialize};

/// What a member wants to buy, uncapped, in the order in which it was put in. The guest's cart is merged first.
#[derive(Debug, Serialize, Deserialize)]
pub struct CartOf {
    pub member: MemberId,
    pub guest: Option<GuestId>,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Line {
    pub sku: Sku,
    pub quantity: u32,
}

/// Takes out what was ordered; what was added or put in anew since then stays. Asked again for the same order, it does
/// nothing.
#[derive(Debug, Serialize, Deserialize)]
pub struct RemoveOrdered {
    pub order: OrderId,
    pub member: MemberId,
    pub lines: Vec<Line>,
    pub ordered_at: Timestamp,
}

impl Call for CartOf {
    type Answer = Vec<Line>;
    const NAME: &'static str = "cart-of";
    // merging twice is merging once
    const SAFE: bool = true;
}
impl Call for RemoveOrdered {
    type Answer = ();
    const NAME: &'static str = "remove-ordered";
    const SAFE: bool = false;
}
