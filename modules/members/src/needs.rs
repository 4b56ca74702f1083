//! What members asks of others, in its own words.

use std::fmt;
use std::sync::Arc;

use kernel::Locale;
use platform::Fut;
use platform::ports::{Ctx, Unavailable};

pub struct Needs {
    pub post: Arc<dyn Post>,
}

/// Whoever sends letters.
pub trait Post: Send + Sync {
    /// Sends it once, however often it is asked with the same `key`.
    fn send<'a>(&'a self, letter: ResetLetter, ctx: &'a Ctx) -> Fut<'a, Result<(), Unavailable>>;
}

/// "Here you can choose a new password."
#[derive(Clone, PartialEq, Eq)]
pub struct ResetLetter {
    pub key: String,
    pub email: String,
    pub name: String,
    pub locale: Locale,
    /// Works once, for 30 minutes.
    pub link: String,
}

/// The link is a secret.
impl fmt::Debug for ResetLetter {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "ResetLetter({})", self.key)
    }
}
