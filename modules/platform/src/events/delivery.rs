use serde::{Deserialize, Serialize};

use super::Event;
use crate::Fut;
use crate::ports::Unavailable;

/// What became of one event at one consumer.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Outcome {
    Done,
    Rejected(String),
    /// Not tried, because an earlier event of the same aggregate was rejected.
    HeldBack,
}

/// Brings events to a consumer, wherever it is. `Err` when it cannot be reached: it waits, nothing is parked.
pub trait Delivery: Send + Sync {
    fn deliver(
        &self,
        consumer: &str,
        events: Vec<Event>,
    ) -> Fut<'_, Result<Vec<Outcome>, Unavailable>>;
}
