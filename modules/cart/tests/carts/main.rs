//! What carts promise, through their real routes, on both databases.
#![expect(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

mod api;
mod merging;
mod neighbours;
mod orders;
mod pages;
mod shop;
