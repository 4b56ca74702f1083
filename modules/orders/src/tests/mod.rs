//! The context against suppliers that live in memory and misbehave as told. Every test runs on SQLite, and on PostgreSQL
//! with the feature `postgres-tests`.

mod api;
mod chaos;
mod checkout;
mod saga;
mod shop;
mod store;
mod worker;
mod world;

pub use shop::Shop;
pub use world::{Luck, World};
