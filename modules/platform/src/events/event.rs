use kernel::Timestamp;
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};

/// A CloudEvents 1.0 event in its JSON format.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Event {
    pub specversion: String,
    pub id: String,
    /// `shop.banyan.<context>.<aggregate>.<past-tense>.v1`
    #[serde(rename = "type")]
    pub kind: String,
    /// `/<context>`
    pub source: String,
    /// The aggregate's id: events of one aggregate arrive in order.
    pub subject: String,
    pub time: Timestamp,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub traceparent: Option<String>,
    pub data: serde_json::Value,
}

impl Event {
    /// The consumer's own reading of the data: a struct of just the fields that it needs.
    pub fn read<T: DeserializeOwned>(&self) -> Result<T, super::InboundError> {
        T::deserialize(&self.data)
            .map_err(|e| super::InboundError::Rejected(format!("{}: {e}", self.kind)))
    }
}

/// Something that a context tells the others.
pub trait Published: Serialize {
    /// `shop.banyan.<context>.<aggregate>.<past-tense>.v1`
    const TYPE: &'static str;

    fn aggregate(&self) -> String;

    /// An example, fed to every consumer by a test of the whole.
    fn sample() -> Self
    where
        Self: Sized;
}

/// The sample of `E` as it goes over the wire, with its type.
pub fn sample<E: Published>() -> (&'static str, serde_json::Value) {
    (
        E::TYPE,
        serde_json::to_value(E::sample()).unwrap_or_default(),
    )
}

/// When and by what an event was caused. Made before the write, which may run twice.
#[derive(Clone, Debug)]
pub struct Stamp {
    /// Unique per write; the ids of its events grow out of it.
    pub id: uuid::Uuid,
    pub at: Timestamp,
    pub traceparent: Option<String>,
}
