//! The promises that matter most, each attacked: stock is never oversold, money is conserved, no acknowledged order is
//! lost, every order ends. On both databases by the same cases.
#![allow(clippy::duplicate_mod, reason = "the same cases run once per database")]
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    reason = "a test that cannot go on ends"
)]

mod support;

#[path = "promises/cases.rs"]
mod on_sqlite;

#[cfg(feature = "postgres-tests")]
#[path = "promises/cases.rs"]
mod on_postgres;
