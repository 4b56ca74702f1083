#![doc = include_str!("../README.md")]

pub mod api;
mod domain;
mod host;
mod http;
mod inbound;
pub mod needs;
pub(crate) mod schema;
mod service;
mod store;

use std::sync::Arc;

use actix_web::web::{Data, ServiceConfig};
use diesel_migrations::embed_migrations;
use kernel::Locale;
use platform::context::Context;
use platform::db::Migrations;
use platform::events::Inbound;
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
    [
        (Locale::Ko, include_str!("../locales/ko.ftl")),
        (Locale::En, include_str!("../locales/en.ftl")),
    ]
}

pub fn openapi() -> utoipa::openapi::OpenApi {
    <http::Docs as utoipa::OpenApi>::openapi()
}

/// What the context hears of others.
pub fn ear(host: &Host) -> Arc<dyn Inbound> {
    Arc::new(inbound::Ear {
        db: host.db.clone(),
    })
}

/// The context, ready to serve.
pub fn open(host: Arc<Host>, shell: Arc<Shell>, needs: Needs) -> Context {
    let service = Data::new(service::Service {
        host: host.clone(),
        shell,
        needs,
    });
    Context {
        name: NAME,
        db: host.db.clone(),
        routes: Arc::new(move |cfg: &mut ServiceConfig| {
            cfg.app_data(service.clone());
            http::routes(cfg);
        }),
        calls: host.calls(),
        inbound: Some(ear(&host)),
        workers: Vec::new(),
    }
}
