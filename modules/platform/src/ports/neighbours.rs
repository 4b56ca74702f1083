use std::sync::Arc;

use kernel::Clock;

use super::Unavailable;
use crate::identity::ServiceKey;

/// Who answers for a context right now.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Place {
    /// This process.
    Here,
    /// The process at this base URL; `/internal/<context>` is below it.
    At(String),
    /// Nobody that we know of.
    Nowhere,
}

/// The route table, as far as calls and events need it. Asked per call, so it must be quick.
pub trait Placement: Send + Sync {
    fn place(&self, context: &str) -> Place;
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
            .connect_timeout(std::time::Duration::from_secs(2))
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
