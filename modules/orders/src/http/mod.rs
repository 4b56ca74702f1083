//! Pages and JSON API.

mod admin;
mod api;
mod body;
mod checkout;
mod live;
mod pages;
#[cfg(test)]
mod tests;
mod wire;
mod words;

use std::time::{Duration, Instant};

use actix_web::web::{self, ServiceConfig};
use actix_web::{HttpMessage as _, HttpRequest};
use platform::identity::Identity;
use platform::ports::Ctx;
use platform::telemetry::Trace;

/// Suppliers of a page or an answer have so long.
const PATIENCE: Duration = Duration::from_secs(5);

pub fn routes(cfg: &mut ServiceConfig) {
    cfg.route("/checkout", web::get().to(checkout::show))
        .route("/checkout", web::post().to(checkout::submit))
        .route("/orders/{id}", web::get().to(pages::show))
        .route("/orders/{id}/cancel", web::post().to(pages::cancel))
        .route("/orders/{id}/events", web::get().to(pages::events))
        .route("/api/orders", web::post().to(api::place))
        .route("/api/orders/{id}", web::get().to(api::show))
        .route("/api/orders/{id}/cancel", web::post().to(api::cancel))
        .route("/api/orders/{id}/events", web::get().to(api::events))
        .route("/admin/orders", web::get().to(admin::list))
        .route("/admin/orders/{id}", web::get().to(admin::show))
        .route("/admin/orders/{id}/cancel", web::post().to(admin::cancel))
        .route("/api/admin/orders", web::get().to(admin::api_list))
        .route("/api/admin/orders/{id}", web::get().to(admin::api_show))
        .route(
            "/api/admin/orders/{id}/cancel",
            web::post().to(admin::api_cancel),
        );
}

#[derive(utoipa::OpenApi)]
#[openapi(
    paths(
        api::place,
        api::show,
        api::cancel,
        api::events,
        admin::api_list,
        admin::api_show,
        admin::api_cancel
    ),
    components(schemas(
        wire::OrderDoc,
        wire::ListedDoc,
        wire::MoneyDoc,
        body::PlaceBody,
        admin::StaffDoc
    ))
)]
pub struct Docs;

#[cfg(test)]
pub fn fingerprint_of(body: &serde_json::Value) -> String {
    body::fingerprint(body.to_string().as_bytes())
}

fn ctx(request: &HttpRequest) -> Ctx {
    let traceparent = request.extensions().get::<Trace>().map(Trace::traceparent);
    Ctx {
        identity: Identity::of(request),
        deadline: Instant::now() + PATIENCE,
        traceparent,
    }
}
