//! `/livez` and `/readyz`, on the listen port. Nothing about neighbours: a shop is ready when its own contexts are.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use actix_web::web::{self, Data, ServiceConfig};
use actix_web::{HttpResponse, Responder};
use strangler::Live;

/// Whether this process serves what it must.
#[derive(Clone)]
pub struct Readiness {
    ready: Arc<AtomicBool>,
    /// Of the process that routes.
    routes: Option<Live>,
}

impl Readiness {
    pub fn new(routes: Option<Live>) -> Self {
        Self {
            ready: Arc::default(),
            routes,
        }
    }

    pub fn set(&self, ready: bool) {
        self.ready.store(ready, Ordering::SeqCst);
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
    let current = state.routes.as_ref().map(Live::current);
    let ready = state.ready.load(Ordering::SeqCst);
    let mut response = if ready {
        HttpResponse::Ok()
    } else {
        HttpResponse::ServiceUnavailable()
    };
    response.json(serde_json::json!({
        "status": if ready { "ready" } else { "starting" },
        "routes_age_seconds": current.as_ref().map(|current| current.since.elapsed().as_secs()),
        "routes_refused": current.as_ref().map(|current| current.refused.is_some()),
        "routes_version": current.as_ref().map(|current| &current.table.version),
    }))
}
