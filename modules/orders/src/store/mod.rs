//! SQL. An order's events are its truth; `orders` is how it stands, written in the same transaction.

mod demo;
mod read;
mod record;
mod sagas;
mod write;

pub use demo::{Past, put_past};
pub use read::{Kept, Listed, bought, by_number, contact, list, load, newest_decided, remembered};
pub use sagas::{Postponed, Stuck, Underway, due, postpone, stuck, under_way, underway, wake_all};
pub use write::{Append, Placing, append, erase_contacts, forget_keys, place};
