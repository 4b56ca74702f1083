//! The order: everything that has happened to it, folded. No clock, no I/O, no wire format.

mod address;
mod event;
mod order;
#[cfg(test)]
mod tests;
mod words;

pub use address::{Address, Wrong};
pub use event::{Event, Line, Names, Number, Placed, Reason};
pub use order::{Illegal, Moment, Order, Step};
pub use words::{Goods, Payment, Status, What};
