use std::sync::Arc;
use std::time::Duration;

use kernel::Clock;

use super::Unavailable;
use crate::identity::{Identity, ServiceKey};

/// Who answers for a context right now.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Place {
    /// This process.
    Here,
    There(There),
}

/// Another process.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct There {
    /// What operators call it.
    pub name: String,
    /// The base URL of the one whose turn it is; `/internal/<context>` is below it. `None`: nobody is there.
    pub base: Option<String>,
    /// A safe call that it does not answer is answered here.
    pub or_here: bool,
}

impl There {
    pub fn nobody() -> Self {
        Self {
            name: "none".to_owned(),
            base: None,
            or_here: false,
        }
    }
}

/// The route table, as far as calls and events need it. Asked per call, so it must be quick.
pub trait Placement: Send + Sync {
    /// `who` asks: with shares in the table, the same person stays on one side.
    fn place(&self, context: &str, who: &Identity) -> Place;

    /// The data changes hands just now: whoever is at `place` will not answer, and the table will soon name another.
    fn is_in_between(&self, context: &str, place: &Place) -> bool {
        let _ = (context, place);
        false
    }

    /// Nobody takes connections at this base URL: for a moment it is nobody's turn there.
    fn unreached(&self, base: &str) {
        let _ = base;
    }

    /// How a call went: whether it was answered, and after how long.
    fn told(&self, context: &str, place: &Place, answered: bool, after: Duration) {
        let _ = (context, place, answered, after);
    }
}

/// How this process reaches the contexts that it does not hold.
pub struct Neighbours {
    pub placement: Arc<dyn Placement>,
    pub key: ServiceKey,
    pub clock: Arc<dyn Clock>,
    pub(super) http: reqwest::Client,
}

impl Neighbours {
    pub fn new(
        placement: Arc<dyn Placement>,
        key: ServiceKey,
        clock: Arc<dyn Clock>,
    ) -> Result<Arc<Self>, Unavailable> {
        let http = reqwest::Client::builder()
            .no_proxy()
            .redirect(reqwest::redirect::Policy::none())
            .pool_max_idle_per_host(64)
            .connect_timeout(Duration::from_secs(2))
            .tcp_nodelay(true)
            .build()
            .map_err(|e| Unavailable::new("neighbours", e))?;
        Ok(Arc::new(Self {
            placement,
            key,
            clock,
            http,
        }))
    }
}
