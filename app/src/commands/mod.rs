//! What `banyan` does besides serving.

pub mod admin;
pub mod check;
pub mod demo;
pub mod export;
pub mod import;
pub mod moving;
pub mod openapi;
pub mod route;

/// For the audits.
pub const WHO: &str = "command line";
