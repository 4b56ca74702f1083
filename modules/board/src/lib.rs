#![doc = include_str!("../README.md")]

pub mod api;
mod domain;
mod host;
mod inbound;
pub mod needs;
pub(crate) mod schema;
mod service;
mod store;

use diesel_migrations::embed_migrations;
use platform::db::Migrations;

pub use host::Host;
pub use needs::Needs;

pub const NAME: &str = "board";

/// The event types that it wants to hear.
pub const HEARS: &[&str] = inbound::TYPES;

pub fn migrations() -> Migrations {
    const ALL: Migrations = Migrations {
        sqlite: embed_migrations!("../../migrations/board/sqlite"),
        postgres: embed_migrations!("../../migrations/board/postgres"),
    };
    ALL
}
