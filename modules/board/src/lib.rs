#![doc = include_str!("../README.md")]

pub mod api;
mod domain;
mod host;
mod inbound;
pub mod needs;
pub(crate) mod schema;
mod service;
mod store;

use std::sync::Arc;

use diesel_migrations::embed_migrations;
use kernel::Locale;
use platform::context::Context;
use platform::db::Migrations;
use platform::shell::Shell;

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

pub fn texts() -> [(Locale, &'static str); 2] {
    [(Locale::Ko, include_str!("../locales/ko.ftl")), (Locale::En, include_str!("../locales/en.ftl"))]
}

/// The context, ready to serve.
pub fn open(host: Arc<Host>, _shell: Arc<Shell>, _needs: Needs) -> Context {
    Context {
        name: NAME,
        db: host.db.clone(),
        routes: Arc::new(|_| {}),
        calls: host.calls(),
        inbound: Some(Arc::new(inbound::Ear { db: host.db.clone() })),
        workers: Vec::new(),
    }
}

pub fn openapi() -> utoipa::openapi::OpenApi {
    utoipa::openapi::OpenApi::default()
}
