//! `/livez` and `/readyz`, on the listen port. Nothing about neighbours: a process is ready when the contexts that it
//! must serve are.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use actix_web::web::{self, Data, ServiceConfig};
use actix_web::{HttpResponse, Responder};
use futures_util::future::join_all;
use platform::db::{Db, Standing};
use strangler::{Live, Target};
use tokio::time::timeout;

/// A database that does not answer within this is not ready.
const PATIENCE: Duration = Duration::from_secs(1);

/// Whether this process serves what it must.
#[derive(Clone)]
pub struct Readiness {
    started: Arc<AtomicBool>,
    databases: Vec<Db>,
    /// Of the process that routes.
    routes: Option<Live>,
}

impl Readiness {
    pub fn new(databases: Vec<Db>, routes: Option<Live>) -> Self {
        Self {
            started: Arc::default(),
            databases,
            routes,
        }
    }

    pub fn set(&self, started: bool) {
        self.started.store(started, Ordering::SeqCst);
    }

    /// Whether it is served here, asked now; `None` when this process does not hold it.
    pub async fn standing_of(&self, context: &str) -> Option<bool> {
        let db = self.databases.iter().find(|db| db.context() == context)?;
        Some(why_not(db).await.is_none())
    }

    /// By context, why it is not ready.
    async fn missing(&self) -> BTreeMap<&'static str, String> {
        let must = self.databases.iter().filter(|db| self.must_serve(db));
        let found = must.map(|db| async { Some((db.context(), why_not(db).await?)) });
        join_all(found).await.into_iter().flatten().collect()
    }

    /// Who routes must serve what the table leaves here; a service, all that it holds.
    fn must_serve(&self, db: &Db) -> bool {
        let Some(live) = &self.routes else {
            return true;
        };
        let current = live.current();
        let mut routes = current.table.routes.iter();
        routes.any(|route| {
            route.context == db.context() && route.backend.share_of(&Target::Module) > 0
        })
    }
}

async fn why_not(db: &Db) -> Option<String> {
    match timeout(PATIENCE, db.ask_standing()).await {
        Ok(Ok(Standing::Serving)) => None,
        Ok(Ok(Standing::NotOwner { holder })) => Some(format!("not owner: {holder}")),
        Ok(Err(error)) => Some(error.to_string()),
        Err(_) => Some("its database does not answer".to_owned()),
    }
}

pub fn routes(cfg: &mut ServiceConfig) {
    cfg.route("/livez", web::get().to(livez))
        .route("/readyz", web::get().to(readyz));
}

async fn livez() -> impl Responder {
    HttpResponse::Ok().json(serde_json::json!({ "status": "alive" }))
}

async fn readyz(state: Data<Readiness>) -> impl Responder {
    let missing = state.missing().await;
    let started = state.started.load(Ordering::SeqCst);
    let (status, mut response) = match (started, missing.is_empty()) {
        (true, true) => ("ready", HttpResponse::Ok()),
        (true, false) => ("not ready", HttpResponse::ServiceUnavailable()),
        (false, _) => ("starting", HttpResponse::ServiceUnavailable()),
    };
    let current = state.routes.as_ref().map(Live::current);
    response.json(serde_json::json!({
        "status": status,
        "missing": missing,
        "routes_age_seconds": current.as_ref().map(|current| current.since.elapsed().as_secs()),
        "routes_version": current.as_ref().map(|current| &current.table.version),
        "routes_refused": current.as_ref().map(|current| current.refused.is_some()),
    }))
}
