//! What the boards promise, through their real routes, on both databases.
#![expect(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

mod calls;
mod comments;
mod leaving;
mod moderation;
mod pages;
mod posts;
mod reviews;
mod shop;
