//! The port to whoever carries parcels.

use kernel::{OrderId, Timestamp};
use platform::Fut;

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Parcel {
    pub order: OrderId,
    pub postcode: String,
    pub handed_over: Timestamp,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Whereabouts {
    /// Not picked up yet.
    Waiting,
    OnTheWay,
    Delivered,
    /// Nobody could be reached there: it is back.
    CameBack,
    Lost,
}

/// What the courier knows at one moment.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Tracking {
    pub whereabouts: Whereabouts,
    /// Before then there will be no news; `None` when there never will.
    pub look_again: Option<Timestamp>,
}

/// Why a courier did not tell, by what we can do about it.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum CourierError {
    /// Ask again.
    #[error("the courier cannot be reached: {0}")]
    Unreachable(String),
    /// A person must look; later it may work.
    #[error("the courier's answer is not understood: {0}")]
    Misunderstood(String),
}

pub trait Courier: Send + Sync {
    /// Tells the courier of a parcel that it has not heard of yet, and asks where it is.
    fn track(&self, parcel: Parcel, now: Timestamp) -> Fut<'_, Result<Tracking, CourierError>>;
}
