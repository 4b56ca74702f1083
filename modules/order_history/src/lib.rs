#![doc = include_str!("../README.md")]

pub mod api;
mod host;
mod inbound;
pub(crate) mod schema;
mod search;
mod store;

use diesel_migrations::embed_migrations;
use platform::db::Migrations;

pub use host::Host;

pub const NAME: &str = "order_history";

/// The event types that it wants to hear.
pub const HEARS: &[&str] = inbound::TYPES;

pub fn migrations() -> Migrations {
    const ALL: Migrations = Migrations {
        sqlite: embed_migrations!("../../migrations/order_history/sqlite"),
        postgres: embed_migrations!("../../migrations/order_history/postgres"),
    };
    ALL
}
