//! What membership promises, asked from outside, on every database.

mod accounts;
mod common;
mod others;
mod pages;
mod resets;
