//! Pages and API. Shoppers' pages are in `shop`, the shopkeeper's in `admin`.

mod admin;
mod admin_api;
mod api;
mod asking;
mod form;
mod links;
mod pictures;
mod shop;
#[cfg(test)]
mod tests;

use std::time::Instant;

use actix_web::web::{self, ServiceConfig};
use actix_web::{HttpMessage, HttpRequest};
use platform::identity::{Client, Identity};
use platform::limits::Kind;
use platform::ports::Ctx;
use platform::problem::Problem;
use platform::telemetry::Trace;

use crate::service::{PATIENCE, Service};

pub fn routes(cfg: &mut ServiceConfig) {
    cfg.route("/products", web::get().to(shop::list))
        .route("/products/{sku}", web::get().to(shop::show))
        .route("/pictures/{name}", web::get().to(pictures::show))
        .route("/api/products", web::get().to(api::list))
        .route("/api/products/{sku}", web::get().to(api::show))
        .service(
            web::resource("/api/admin/products")
                .route(web::get().to(admin_api::list))
                .route(web::post().to(admin_api::create)),
        )
        .service(
            web::resource("/api/admin/products/{sku}")
                .route(web::get().to(admin_api::show))
                .route(web::put().to(admin_api::replace))
                .route(web::delete().to(admin_api::delete)),
        )
        .route("/admin/products", web::get().to(admin::list))
        // no SKU begins with an underscore
        .service(
            web::resource("/admin/products/_new")
                .route(web::get().to(admin::blank))
                .route(web::post().to(admin::create)),
        )
        .service(
            web::resource("/admin/products/_categories")
                .route(web::get().to(admin::categories))
                .route(web::post().to(admin::save_categories)),
        )
        .service(
            web::resource("/admin/products/{sku}")
                .route(web::get().to(admin::edit))
                .route(web::post().to(admin::save)),
        )
        .route(
            "/admin/products/{sku}/delete",
            web::post().to(admin::delete),
        );
}

#[derive(utoipa::OpenApi)]
#[openapi(
    paths(
        api::list,
        api::show,
        admin_api::list,
        admin_api::create,
        admin_api::show,
        admin_api::replace,
        admin_api::delete
    ),
    components(schemas(
        api::ListDoc,
        api::ItemDoc,
        api::ProductDoc,
        admin_api::AdminDoc,
        crate::api::ProductDraft
    ))
)]
pub struct Docs;

fn ctx(request: &HttpRequest) -> Ctx {
    Ctx {
        identity: Identity::of(request),
        deadline: Instant::now() + PATIENCE,
        traceparent: request.extensions().get::<Trace>().map(Trace::traceparent),
    }
}

fn search_allowed(service: &Service, request: &HttpRequest) -> Result<(), Problem> {
    service
        .shell
        .limits
        .check(Kind::Search, Client::of(request).address.to_string())
}
