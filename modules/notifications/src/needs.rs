//! What notifications asks of others, in its own words.

use std::fmt;
use std::sync::Arc;

use kernel::{Locale, MemberId};
use platform::Fut;
use platform::ports::{Ctx, Unavailable};

pub struct Needs {
    pub recipients: Arc<dyn Recipients>,
}

/// Whoever knows where a member can be reached.
pub trait Recipients: Send + Sync {
    /// Members who have left are absent.
    fn recipients<'a>(
        &'a self,
        members: Vec<MemberId>,
        ctx: &'a Ctx,
    ) -> Fut<'a, Result<Vec<Addressee>, Unavailable>>;
}

#[derive(Clone, PartialEq, Eq)]
pub struct Addressee {
    pub member: MemberId,
    pub name: String,
    pub email: String,
    pub locale: Locale,
}

/// By the id alone: logs carry no personal data.
impl fmt::Debug for Addressee {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Addressee({})", self.member)
    }
}
