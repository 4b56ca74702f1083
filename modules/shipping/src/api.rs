//! What others may ask of shipping. Every command may come again: an order is one parcel.

use kernel::OrderId;
use platform::ports::Call;
use serde::{Deserialize, Serialize};

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Address {
    pub recipient: String,
    pub phone: String,
    pub postcode: String,
    pub line1: String,
    /// May be empty.
    pub line2: String,
}

/// Asks for a parcel to be made ready. After a cancellation it changes nothing.
#[derive(Debug, Serialize, Deserialize)]
pub struct RequestDelivery {
    pub order: OrderId,
    pub address: Address,
}

/// The courier may pick it up. A parcel that was never requested is not answered for.
#[derive(Debug, Serialize, Deserialize)]
pub struct Dispatch {
    pub order: OrderId,
}

/// Calls it back. An order without a parcel is remembered: a request that comes later changes nothing.
#[derive(Debug, Serialize, Deserialize)]
pub struct CancelDelivery {
    pub order: OrderId,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Cancellation {
    Cancelled,
    /// The courier has it, or had it.
    AlreadyShipped,
}

impl Call for RequestDelivery {
    type Answer = ();
    const NAME: &'static str = "request-delivery";
    const SAFE: bool = false;
}
impl Call for Dispatch {
    type Answer = ();
    const NAME: &'static str = "dispatch";
    const SAFE: bool = false;
}
impl Call for CancelDelivery {
    type Answer = Cancellation;
    const NAME: &'static str = "cancel-delivery";
    const SAFE: bool = false;
}
