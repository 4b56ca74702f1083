//! What the shop promises to programs, to the letter, on both databases by the same cases.
#![allow(clippy::duplicate_mod, reason = "the same cases run once per database")]
#![allow(clippy::unwrap_used, reason = "a test that cannot go on ends")]

mod support;

#[path = "api/cases.rs"]
mod on_sqlite;

#[cfg(feature = "postgres-tests")]
#[path = "api/cases.rs"]
mod on_postgres;
