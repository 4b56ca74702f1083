#![doc = include_str!("../README.md")]

pub mod api;
mod domain;
pub mod events;
mod host;
mod http;
pub mod letters;
pub mod needs;
mod passwords;
pub(crate) mod schema;
mod secret;
mod service;
mod store;

use std::sync::Arc;

use actix_web::web::{Data, ServiceConfig};
use diesel_migrations::embed_migrations;
use kernel::Locale;
use platform::context::{Context, Worker};
use platform::db::Migrations;
use platform::shell::Shell;

pub use host::Host;
pub use needs::Needs;
pub use service::Service;

pub const NAME: &str = "members";

/// The event types that it wants to hear: none.
pub const HEARS: &[&str] = &[];

pub fn migrations() -> Migrations {
    const ALL: Migrations = Migrations {
        sqlite: embed_migrations!("../../migrations/members/sqlite"),
        postgres: embed_migrations!("../../migrations/members/postgres"),
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

/// A password's Argon2id hash as a PHC string, for made-up members; `None` when nobody may choose it.
pub fn hash_password(password: &str, salt: &[u8; 16]) -> Option<String> {
    let password = domain::Password::choose("password", password).ok()?;
    passwords::hash(&password, salt).ok()
}

/// The context, ready to serve.
pub fn open(host: Arc<Host>, shell: Arc<Shell>, needs: Needs) -> Context {
    let service = Arc::new(Service::new(host.clone(), shell));
    let (writing, tidying) = (service.clone(), service.clone());
    Context {
        name: NAME,
        db: host.db.clone(),
        routes: Arc::new(move |cfg: &mut ServiceConfig| {
            cfg.app_data(Data::from(service.clone()));
            http::routes(cfg);
        }),
        calls: host.calls(),
        inbound: None,
        workers: vec![
            Worker::new("letters", move |stop| {
                letters::run(writing.clone(), needs.post.clone(), stop)
            }),
            Worker::new("tidy", move |stop| letters::tidy(tidying.clone(), stop)),
        ],
    }
}
