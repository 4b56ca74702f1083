#![doc = include_str!("../README.md")]

pub mod api;
mod chart;
pub mod demo;
mod host;
mod http;
mod inbound;
pub(crate) mod schema;
mod search;
mod service;
mod store;

use std::sync::Arc;

use actix_web::web::{Data, ServiceConfig};
use diesel_migrations::embed_migrations;
use kernel::Locale;
use platform::context::Context;
use platform::db::Migrations;
use platform::shell::Shell;

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
pub fn open(host: Arc<Host>, _: Arc<Shell>) -> Context {
    let service = Data::new(service::History { host: host.clone() });
    Context {
        name: NAME,
        db: host.db.clone(),
        routes: Arc::new(move |cfg: &mut ServiceConfig| {
            cfg.app_data(service.clone());
            http::routes(cfg);
        }),
        calls: host.calls(),
        inbound: Some(Arc::new(inbound::Ear {
            db: host.db.clone(),
        })),
        workers: Vec::new(),
    }
}
