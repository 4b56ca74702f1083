//! Events between contexts: CloudEvents, written to the outbox in the transaction that causes them, relayed at least
//! once and in order per aggregate, applied once by way of the consumer's inbox.

pub mod dead_letters;
mod delivery;
mod event;
mod inbox;
mod outbox;
mod relay;

pub use delivery::{Delivery, Outcome};
pub use event::{Event, Published, Stamp, sample};
pub use inbox::{Inbound, InboundError, consume};
pub use outbox::{Lag, lag, publish};
pub use relay::{Relay, Subscriber};
