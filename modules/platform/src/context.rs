//! What a context hands to the process that mounts it.

use std::sync::Arc;

use actix_web::web::ServiceConfig;
use tokio_util::sync::CancellationToken;

use crate::Fut;
use crate::db::Db;
use crate::events::Inbound;
use crate::ports::Calls;

type Routes = Arc<dyn Fn(&mut ServiceConfig) + Send + Sync>;
type Run = Box<dyn Fn(CancellationToken) -> Fut<'static, ()> + Send + Sync>;

/// One bounded context, ready to serve.
pub struct Context {
    pub name: &'static str,
    pub db: Db,
    /// Pages and API.
    pub routes: Routes,
    /// What it answers to its neighbours.
    pub calls: Calls,
    /// Which events it hears.
    pub inbound: Option<Arc<dyn Inbound>>,
    /// Background work, run only under the lease of `db`.
    pub workers: Vec<Worker>,
}

/// A loop that runs until it is told to stop.
pub struct Worker {
    pub name: &'static str,
    pub run: Run,
}

impl Worker {
    pub fn new<W>(
        name: &'static str,
        run: impl Fn(CancellationToken) -> W + Send + Sync + 'static,
    ) -> Self
    where
        W: Future<Output = ()> + Send + 'static,
    {
        Self {
            name,
            run: Box::new(move |stop| Box::pin(run(stop))),
        }
    }
}
