//! `/livez` and `/readyz`, on the listen port. Nothing about neighbours: a shop is ready when its own contexts are.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use actix_web::web::{self, Data, ServiceConfig};
use actix_web::{HttpResponse, Responder};

use crate::pages::OwnPages;

/// Whether this process serves what it must.
#[derive(Clone, Default)]
pub struct Readiness(Arc<AtomicBool>);

impl Readiness {
    pub fn new() -> Self {
        Self::default()
    }

    pub fn set(&self, ready: bool) {
        self.0.store(ready, Ordering::SeqCst);
    }
}

pub fn routes(cfg: &mut ServiceConfig) {
    cfg.route("/livez", web::get().to(livez))
        .route("/readyz", web::get().to(readyz));
}

async fn livez() -> impl Responder {
    HttpResponse::Ok().json(serde_json::json!({ "status": "alive" }))
}

async fn readyz(state: Data<Readiness>, own: Data<OwnPages>) -> impl Responder {
    let ready = state.0.load(Ordering::SeqCst);
    let routes = own.routing.watch.live().current();
    let mut response = if ready {
        HttpResponse::Ok()
    } else {
        HttpResponse::ServiceUnavailable()
    };
    response.json(serde_json::json!({
        "status": if ready { "ready" } else { "starting" },
        "routes_age_seconds": routes.since.elapsed().as_secs(),
        "routes_refused": routes.refused.is_some(),
    }))
}
