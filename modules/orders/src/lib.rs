#![doc = include_str!("../README.md")]

pub mod api;
pub mod demo;
mod domain;
mod error;
pub mod events;
mod host;
mod http;
mod hub;
mod inbound;
mod journal;
pub mod needs;
mod saga;
pub(crate) mod schema;
mod service;
mod store;
#[cfg(test)]
mod tests;

use std::sync::Arc;

use actix_web::web::{Data, ServiceConfig};
use diesel_migrations::embed_migrations;
use kernel::Locale;
use platform::context::{Context, Worker};
use platform::db::Migrations;
use platform::shell::Shell;

use journal::Journal;
use needs::Needs;
use saga::{Saga, SagaWorker};

pub use error::OrdersError;
pub use host::Host;

pub const NAME: &str = "orders";

/// The event types that it wants to hear.
pub const HEARS: &[&str] = inbound::TYPES;

pub fn migrations() -> Migrations {
    const ALL: Migrations = Migrations {
        sqlite: embed_migrations!("../../migrations/orders/sqlite"),
        postgres: embed_migrations!("../../migrations/orders/postgres"),
    };
    ALL
}

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
    let journal = Arc::new(Journal::new(host.db.clone(), shell));
    let needs = Arc::new(needs);
    let orders = Data::new(service::Orders::new(journal.clone(), needs.clone()));
    let saga = Arc::new(Saga {
        journal: journal.clone(),
        needs,
    });
    let keys = journal.clone();
    Context {
        name: NAME,
        db: host.db.clone(),
        routes: Arc::new(move |cfg: &mut ServiceConfig| {
            cfg.app_data(orders.clone());
            http::routes(cfg);
        }),
        calls: host.calls(),
        inbound: Some(Arc::new(inbound::Ear { journal })),
        workers: vec![
            Worker::new("saga", move |stop| SagaWorker::new(saga.clone()).run(stop)),
            Worker::new("idempotency keys", move |stop| {
                journal::forget_keys(keys.clone(), stop)
            }),
        ],
    }
}
