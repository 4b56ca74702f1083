#![doc = include_str!("../README.md")]

pub mod api;
mod domain;
mod error;
mod host;
mod inbound;
pub mod needs;
pub(crate) mod schema;
mod store;

use diesel_migrations::embed_migrations;
use platform::db::Migrations;

pub use host::Host;

pub const NAME: &str = "catalog";

/// The event types that it wants to hear.
pub const HEARS: &[&str] = inbound::TYPES;

pub const MIGRATIONS: Migrations = Migrations {
    sqlite: embed_migrations!("../../migrations/catalog/sqlite"),
    postgres: embed_migrations!("../../migrations/catalog/postgres"),
};

pub fn migrations() -> Migrations {
    MIGRATIONS
}
