#![doc = include_str!("../README.md")]

pub mod api;
mod demo;
mod domain;
mod error;
mod host;
mod http;
mod inbound;
mod indexing;
pub mod needs;
pub(crate) mod schema;
mod service;
mod store;

use std::sync::Arc;

use actix_web::web::{Data, ServiceConfig};
use diesel_migrations::embed_migrations;
use kernel::Locale;
use platform::context::{Context, Worker};
use platform::db::Migrations;
use platform::db::transfer::AfterCopy;
use platform::shell::Shell;

pub use host::Host;
pub use needs::Needs;

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

/// For a move to another database: the search index is each engine's own and is made anew from the products.
pub const AFTER_COPY: AfterCopy = indexing::rebuild;

pub fn texts() -> [(Locale, &'static str); 2] {
    [
        (Locale::Ko, include_str!("../locales/ko.ftl")),
        (Locale::En, include_str!("../locales/en.ftl")),
    ]
}

pub fn openapi() -> utoipa::openapi::OpenApi {
    <http::Docs as utoipa::OpenApi>::openapi()
}

/// The context, ready to serve.
pub fn open(host: Arc<Host>, shell: Arc<Shell>, needs: Needs) -> Context {
    let (db, calls) = (host.db.clone(), host.calls());
    let indexed = db.clone();
    let service = Data::new(service::Service { host, needs, shell });
    Context {
        name: NAME,
        db: db.clone(),
        routes: Arc::new(move |cfg: &mut ServiceConfig| {
            cfg.app_data(service.clone());
            http::routes(cfg);
        }),
        calls,
        inbound: Some(Arc::new(inbound::Ear { db })),
        workers: vec![Worker::new("search index", move |stop| {
            indexing::run(indexed.clone(), stop)
        })],
    }
}
