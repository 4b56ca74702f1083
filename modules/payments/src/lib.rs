#![doc = include_str!("../README.md")]

pub mod api;
pub mod demo;
mod domain;
pub mod events;
mod host;
mod inbound;
mod ledger;
pub mod provider;
mod record;
pub mod sandbox;
pub(crate) mod schema;
mod store;
mod till;
mod worker;

use std::sync::Arc;

use diesel_migrations::embed_migrations;
use platform::context::{Context, Worker};
use platform::db::Migrations;
use platform::shell::Shell;

pub use domain::PaymentError;
pub use host::Host;
pub use till::Patience;

pub const NAME: &str = "payments";

/// The event types that it wants to hear.
pub const HEARS: &[&str] = inbound::TYPES;

pub fn migrations() -> Migrations {
    const ALL: Migrations = Migrations {
        sqlite: embed_migrations!("../../migrations/payments/sqlite"),
        postgres: embed_migrations!("../../migrations/payments/postgres"),
    };
    ALL
}

/// The context, ready to serve. It has no pages, so it has no use for the shell that others are given.
pub fn open(host: Arc<Host>, _shell: Arc<Shell>) -> Context {
    let (till, wake) = (host.till.clone(), host.wake.clone());
    Context {
        name: NAME,
        db: host.db.clone(),
        routes: Arc::new(|_| {}),
        calls: host.calls(),
        inbound: Some(Arc::new(inbound::Ear {
            db: host.db.clone(),
            wake: host.wake.clone(),
        })),
        workers: vec![Worker::new("settle", move |stop| {
            worker::run(till.clone(), wake.clone(), stop)
        })],
    }
}
