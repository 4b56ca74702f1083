//! The middleware: one look at the table per request, then the module answers or a service does.

mod figures;
mod followed;
mod hooks;
mod middleware;
mod refusal;
mod request;
mod side;
mod visit;
mod worker;

use std::net::IpAddr;
use std::sync::Arc;
use std::time::Duration;

use actix_web::dev::RequestHead;
use actix_web::http::header::HeaderName;

use crate::backend::Target;
use crate::live::Live;
use crate::registry::Registry;
use crate::table::Route;

pub use figures::{Counter, Figure, Figures};
pub use hooks::{Answered, Authenticate, Count, LocalFut, Observe, Pages, Vouched};
pub use middleware::{Routed, RouterMiddleware};
pub use refusal::Refusal;
pub use visit::Forwarded;

/// How answers, figures and metrics call the side that is no service.
const MODULE: &str = "module";

/// The router, to be [wrapped](actix_web::App::wrap) around an application's routes. Cheap to clone: make one before
/// the server, so that all its workers share one registry and one table.
#[derive(Clone)]
pub struct Router(pub(crate) Arc<Shared>);

pub(crate) struct Shared {
    pub live: Live,
    pub registry: Registry,
    pub options: Options,
    pub authenticate: Box<dyn Authenticate>,
    pub pages: Box<dyn Pages>,
    pub observe: Box<dyn Observe>,
    pub may_serve: Box<MayServe>,
    pub holds: Option<Box<Holds>>,
    pub trusts: Box<Trusts>,
    pub is_own: Option<Box<IsOwn>>,
}

type MayServe = dyn Fn(&Route) -> bool + Send + Sync;
type Holds = dyn Fn(&Route, &Target, &RequestHead) -> bool + Send + Sync;
type IsOwn = dyn Fn(&str) -> bool + Send + Sync;
type Trusts = dyn Fn(IpAddr) -> bool + Send + Sync;

/// What does not stand in the routes file.
#[derive(Clone, Debug)]
pub struct Options {
    /// On every answer: the route's name, or `none`.
    pub route_header: HeaderName,
    /// On every answer: `module`, the service's name, or `none`.
    pub backend_header: HeaderName,
    /// On forwarded requests: through how many routers they went.
    pub hops_header: HeaderName,
    /// For `sticky = "cookie"`, where the application knows no key of its own.
    pub cookie: String,
    /// Requests that went through more routers than this go round in circles.
    pub max_hops: u32,
    /// For a connection to an instance.
    pub connect: Duration,
    /// A stream on which nothing moves for so long has ended.
    pub idle: Duration,
    /// Connections to instances are kept for so long; shorter than services keep theirs.
    pub keep_alive: Duration,
    /// How long a request waits while the data behind its route changes hands.
    pub hold: Duration,
    /// Of unused connections, per worker and instance.
    pub max_kept: usize,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            route_header: HeaderName::from_static("x-strangler-route"),
            backend_header: HeaderName::from_static("x-strangler-backend"),
            hops_header: HeaderName::from_static("x-strangler-hops"),
            cookie: "strangler-side".to_owned(),
            max_hops: 4,
            connect: Duration::from_secs(1),
            idle: Duration::from_mins(2),
            keep_alive: Duration::from_secs(4),
            hold: Duration::from_secs(5),
            max_kept: 256,
        }
    }
}

/// A router that is being put together.
pub struct Builder(Shared);

impl Router {
    pub fn new(live: Live) -> Self {
        Self::builder(live).build()
    }

    pub fn builder(live: Live) -> Builder {
        Builder(Shared {
            live,
            registry: Registry::default(),
            options: Options::default(),
            authenticate: Box::new(()),
            pages: Box::new(()),
            observe: Box::new(()),
            may_serve: Box::new(|_| true),
            holds: None,
            trusts: Box::new(|_| false),
            is_own: None,
        })
    }

    pub fn live(&self) -> &Live {
        &self.0.live
    }

    pub fn registry(&self) -> &Registry {
        &self.0.registry
    }
}

impl Builder {
    #[must_use]
    pub fn registry(mut self, registry: Registry) -> Self {
        self.0.registry = registry;
        self
    }

    #[must_use]
    pub fn options(mut self, options: Options) -> Self {
        self.0.options = options;
        self
    }

    #[must_use]
    pub fn authenticate(mut self, hook: impl Authenticate + 'static) -> Self {
        self.0.authenticate = Box::new(hook);
        self
    }

    #[must_use]
    pub fn pages(mut self, hook: impl Pages + 'static) -> Self {
        self.0.pages = Box::new(hook);
        self
    }

    #[must_use]
    pub fn observe(mut self, hook: impl Observe + 'static) -> Self {
        self.0.observe = Box::new(hook);
        self
    }

    /// Whether the module may serve what the route's service failed to: by default always.
    #[must_use]
    pub fn fall_back_if(mut self, may: impl Fn(&Route) -> bool + Send + Sync + 'static) -> Self {
        self.0.may_serve = Box::new(may);
        self
    }

    /// Whether the data behind this side of the route changes hands just now, so that the table will say another soon:
    /// this one waits for that, for [`Options::hold`] at most. By default never. Asked for every request.
    #[must_use]
    pub fn hold_if(
        mut self,
        holds: impl Fn(&Route, &Target, &RequestHead) -> bool + Send + Sync + 'static,
    ) -> Self {
        self.0.holds = Some(Box::new(holds));
        self
    }

    /// Proxies before this router whose `X-Forwarded-*` are believed: by default nobody's.
    #[must_use]
    pub fn trusting(mut self, trusts: impl Fn(IpAddr) -> bool + Send + Sync + 'static) -> Self {
        self.0.trusts = Box::new(trusts);
        self
    }

    /// Paths that no route decides, because they are about this very process: its health, for instance.
    #[must_use]
    pub fn besides(mut self, is_own: impl Fn(&str) -> bool + Send + Sync + 'static) -> Self {
        self.0.is_own = Some(Box::new(is_own));
        self
    }

    pub fn build(self) -> Router {
        Router(Arc::new(self.0))
    }
}
