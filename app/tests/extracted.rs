//! Contexts that leave the process and come back while people shop: nobody notices.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    reason = "a test that cannot go on ends"
)]
#![allow(
    clippy::disallowed_methods,
    clippy::print_stderr,
    reason = "the test run tells how often to flip; what was counted is told"
)]

mod support;

#[path = "extracted/failing.rs"]
mod failing;
#[path = "extracted/flips.rs"]
mod flips;
#[path = "extracted/foreign.rs"]
mod foreign;
#[path = "extracted/identity.rs"]
mod identity;
#[path = "extracted/leaving.rs"]
mod leaving;
