#![doc = include_str!("../README.md")]

pub mod api;
mod domain;
mod error;
mod host;
mod inbound;
mod letter;
pub mod needs;
mod render;
pub(crate) mod schema;
pub mod sender;
mod smtp;
mod store;

use std::sync::Arc;

use actix_web::web::ServiceConfig;
use diesel_migrations::embed_migrations;
use kernel::Locale;
use platform::context::{Context, Worker};
use platform::db::Migrations;
use platform::events::Inbound;
use platform::shell::Shell;

pub use error::MailError;
pub use host::Host;
pub use needs::Needs;
pub use smtp::{Server, Smtp};

pub const NAME: &str = "notifications";

/// The event types that it wants to hear.
pub const HEARS: &[&str] = inbound::TYPES;

/// What the shop's operator decides.
#[derive(Clone, Default)]
pub struct Options {
    /// The mail server's URL, as [`check_smtp`] wants it. `None`: mails are kept in the mailbox.
    pub smtp: Option<String>,
}

/// What is wrong with the URL of a mail server, and how to write it; its password is not repeated.
pub fn check_smtp(url: &str) -> Result<(), String> {
    smtp::check(url)
}

pub fn migrations() -> Migrations {
    const ALL: Migrations = Migrations {
        sqlite: embed_migrations!("../../migrations/notifications/sqlite"),
        postgres: embed_migrations!("../../migrations/notifications/postgres"),
    };
    ALL
}

pub fn texts() -> [(Locale, &'static str); 2] {
    [
        (Locale::Ko, include_str!("../locales/ko.ftl")),
        (Locale::En, include_str!("../locales/en.ftl")),
    ]
}

/// What hears the events, also for tests.
pub fn ear(host: Arc<Host>) -> Arc<dyn Inbound> {
    Arc::new(inbound::Ear { host })
}

/// The context, ready to serve.
pub fn open(host: Arc<Host>, shell: Arc<Shell>, needs: Needs, options: Options) -> Context {
    Context {
        name: NAME,
        db: host.db.clone(),
        routes: Arc::new(|_: &mut ServiceConfig| {}),
        calls: host.calls(),
        inbound: Some(ear(host.clone())),
        workers: workers(&host, &shell, &needs, options),
    }
}

/// With a mail server that cannot be understood nothing is sent, and nothing is lost.
fn workers(host: &Arc<Host>, shell: &Arc<Shell>, needs: &Needs, options: Options) -> Vec<Worker> {
    let tidied = host.clone();
    let mut workers = vec![Worker::new("erasure", move |stop| {
        sender::tidy(tidied.clone(), stop)
    })];
    let server = options
        .smtp
        .map(|url| Server::parse(&url, shell.public_url.as_deref()))
        .transpose();
    match server {
        Ok(server) => {
            let (host, recipients) = (host.clone(), needs.recipients.clone());
            workers.push(Worker::new("sender", move |stop| {
                let (host, recipients, server) = (host.clone(), recipients.clone(), server.clone());
                async move {
                    let smtp = server.as_ref().map(Server::open);
                    sender::Sender {
                        host,
                        recipients,
                        smtp,
                    }
                    .run(stop)
                    .await;
                }
            }));
        }
        Err(why) => tracing::error!(why, "mails wait: the mail server's URL cannot be used"),
    }
    workers
}
