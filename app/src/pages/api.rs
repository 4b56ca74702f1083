//! `/api/openapi.json`, its readable form and the merged audit log.

use actix_web::HttpResponse;
use actix_web::web::{self, Data, Json, ServiceConfig};
use kernel::Timestamp;
use platform::identity::Admin;
use platform::page::Paging;
use platform::problem::Problem;
use serde::Serialize;
use utoipa::{OpenApi as _, ToSchema};
use utoipa_swagger_ui::{Config, SwaggerUi};

use super::OwnPages;
use super::console::{Cursor, Entry, merged_audit};
use crate::house;

pub fn routes(cfg: &mut ServiceConfig) {
    cfg.route("/api/admin/audit", web::get().to(audit))
        .route(
            "/api/docs",
            web::get().to(async || platform::page::redirect("/api/docs/")),
        )
        .service(SwaggerUi::new("/api/docs/{_:.*}").config(Config::from("/api/openapi.json")))
        .route(
            "/api/openapi.json",
            web::get().to(async || HttpResponse::Ok().json(house::openapi())),
        );
}

#[derive(utoipa::OpenApi)]
#[openapi(
    info(
        title = "Banyan",
        description = "The JSON API of the shop. Errors are RFC 9457 problem documents."
    ),
    paths(audit),
    components(schemas(AuditEntry, AuditList))
)]
struct Docs;

/// The app's own part.
pub fn openapi() -> utoipa::openapi::OpenApi {
    let mut own = Docs::openapi();
    own.merge(super::routes::Docs::openapi());
    own
}

/// One change that somebody made.
#[derive(Serialize, ToSchema)]
struct AuditEntry {
    context: &'static str,
    #[schema(value_type = String, format = DateTime)]
    at: Timestamp,
    who: String,
    what: String,
    subject: String,
    detail: serde_json::Value,
    hash: String,
}

#[derive(Serialize, ToSchema)]
struct AuditList {
    items: Vec<AuditEntry>,
    next: Option<String>,
    /// Contexts that could not be asked.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    missing: Vec<&'static str>,
}

/// The newest changes of all contexts
#[utoipa::path(get, path = "/api/admin/audit", tag = "admin", responses((status = 200, body = AuditList)))]
async fn audit(_: Admin, own: Data<OwnPages>, paging: Paging) -> Result<Json<AuditList>, Problem> {
    let before: Option<Cursor> = paging.after()?;
    let log = merged_audit(&own, "", before, paging.limit + 1).await;
    let shown = paging
        .answer(log.entries, Entry::cursor)
        .map(|entry| AuditEntry {
            context: entry.context,
            at: entry.at(),
            detail: serde_json::from_str(&entry.row.detail).unwrap_or_default(),
            who: entry.row.who,
            what: entry.row.what,
            subject: entry.row.subject,
            hash: entry.row.hash,
        });
    Ok(Json(AuditList {
        items: shown.items,
        next: shown.next,
        missing: log.missing,
    }))
}
