//! The operator's pages: what every context is doing, and what is stuck.

mod audit;
mod dead_letters;
mod mailbox;
mod overview;

use std::time::Duration;

use actix_web::web::ServiceConfig;
use platform::ports::Ctx;

pub use audit::{Cursor, Entry, merged as merged_audit};

/// A context that does not answer within this is shown as down.
const PATIENCE: Duration = Duration::from_secs(2);

pub fn routes(cfg: &mut ServiceConfig) {
    cfg.configure(overview::routes)
        .configure(dead_letters::routes)
        .configure(mailbox::routes)
        .configure(audit::routes);
}

fn ctx() -> Ctx {
    Ctx::background(PATIENCE)
}
