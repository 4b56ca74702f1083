#![doc = include_str!("../README.md")]

mod clock;
mod id;
mod locale;
mod money;
mod sku;

pub use clock::{Clock, FixedClock, Timestamp};
pub use id::{Guest, GuestId, Id, Member, MemberId, Order, OrderId};
pub use locale::Locale;
pub use money::{Currency, Money, Overflow};
pub use sku::{InvalidSku, Sku};
