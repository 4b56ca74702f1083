//! Products in the database.

pub mod categories;
mod check;
pub mod export;
mod hits;
pub mod list;
pub mod pictures;
pub mod popularity;
pub mod product;
mod rows;
pub mod search;
mod write;

pub use check::How;
pub use write::{Counts, Editor, delete, put};

#[cfg(test)]
mod tests;
