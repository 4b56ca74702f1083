//! The shop as people and programs meet it: the real binary, started, used over HTTP, killed, and its databases read
//! from outside.
#![allow(
    dead_code,
    unused_imports,
    reason = "every test binary uses its own part of this"
)]
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::print_stderr,
    clippy::disallowed_methods,
    reason = "a test that cannot go on says why and ends; its settings come from the test run"
)]

mod answer;
mod binary;
mod books;
mod caller;
mod layout;
mod place;
mod service;
mod shop;
mod shopper;
mod stream;

pub use answer::Answer;
pub use binary::{Banyan, Finished, free_port, run};
pub use books::Books;
pub use caller::{Ask, Caller, percent};
pub use layout::{CONTEXTS, Layout};
pub use place::Place;
pub use service::Service;
pub use shop::{PASSWORD, Plan, TestShop, Twin};
pub use shopper::{Shopper, address, path_of, words};
pub use stream::Events;

use std::time::{Duration, Instant};

pub use reqwest::Method;
pub use serde_json::{Value, json};

/// Longer than anything takes on a busy machine: only a test that would fail waits so long.
pub const PATIENCE: Duration = Duration::from_mins(1);

/// Asks again and again until there is an answer; fails, saying what was waited for, when `PATIENCE` ends.
pub async fn eventually<T, F, W>(what: &str, ask: F) -> T
where
    F: Fn() -> W,
    W: Future<Output = Option<T>>,
{
    let begun = Instant::now();
    loop {
        if let Some(found) = ask().await {
            return found;
        }
        assert!(
            begun.elapsed() < PATIENCE,
            "it never came about that {what}"
        );
        tokio::time::sleep(Duration::from_millis(25)).await;
    }
}

/// A word that no other test of this or another run uses.
pub fn unique() -> String {
    uuid::Uuid::now_v7().simple().to_string()
}
