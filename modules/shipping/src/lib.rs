#![doc = include_str!("../README.md")]

pub mod api;
pub mod clockwork;
pub mod courier;
mod domain;
pub mod erasure;
pub mod events;
mod host;
pub mod sandbox;
pub(crate) mod schema;
mod store;

use std::sync::Arc;

use diesel_migrations::embed_migrations;
use platform::context::{Context, Worker};
use platform::db::Migrations;
use platform::shell::Shell;

use clockwork::Clockwork;
use sandbox::SandboxCourier;

pub use domain::ShippingError;
pub use host::Host;

pub const NAME: &str = "shipping";

/// The event types that it wants to hear.
pub const HEARS: &[&str] = &[];

#[derive(Clone, Copy, Debug)]
pub struct Options {
    /// How many times faster than usual the sandbox courier is.
    pub speed: f64,
}

pub fn migrations() -> Migrations {
    const ALL: Migrations = Migrations {
        sqlite: embed_migrations!("../../migrations/shipping/sqlite"),
        postgres: embed_migrations!("../../migrations/shipping/postgres"),
    };
    ALL
}

/// The context, ready to serve. It has no pages.
pub fn open(host: Arc<Host>, shell: Arc<Shell>, options: Options) -> Context {
    let clockwork = Arc::new(Clockwork {
        db: host.db.clone(),
        clock: shell.clock.clone(),
        courier: Arc::new(SandboxCourier::new(options.speed)),
        wake: host.wake.clone(),
        pause: clockwork::PAUSE.div_f64(options.speed),
    });
    let (db, clock) = (host.db.clone(), shell.clock.clone());
    Context {
        name: NAME,
        db: host.db.clone(),
        routes: Arc::new(|_| {}),
        calls: host.calls(),
        inbound: None,
        workers: vec![
            Worker::new("clock", move |stop| {
                let clockwork = clockwork.clone();
                async move { clockwork.run(stop).await }
            }),
            Worker::new("erasure", move |stop| {
                erasure::run(db.clone(), clock.clone(), stop)
            }),
        ],
    }
}
