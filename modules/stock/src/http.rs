//! The shopkeeper's page and API; shoppers see stock on the pages of catalog and cart.

use actix_web::HttpResponse;
use actix_web::web::{self, Data, Form, Json, Path, Query, ServiceConfig};
use askama::Template;
use kernel::Sku;
use platform::identity::Admin;
use platform::page::{self, Page};
use platform::problem::{FieldError, Problem};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::domain::StockError;
use crate::service::{Correction, Refused, Service};
use crate::store::ItemRow;

const PAGE: usize = 50;
/// Fewer than this is "running out".
const LOW: i64 = 5;

pub fn routes(cfg: &mut ServiceConfig) {
    cfg.route("/admin/stock", web::get().to(list))
        .route("/admin/stock/{sku}", web::post().to(correct))
        .route("/api/admin/stock/{sku}", web::get().to(show))
        .route("/api/admin/stock/{sku}", web::put().to(put));
}

#[derive(utoipa::OpenApi)]
#[openapi(paths(show, put), components(schemas(StockDoc, PutStock)))]
pub struct Docs;

/// What is on hand of one SKU.
#[derive(Serialize, ToSchema)]
pub struct StockDoc {
    sku: String,
    on_hand: i64,
    /// Promised to orders that are not confirmed yet.
    held: i64,
    available: i64,
}

/// A correction.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct PutStock {
    on_hand: i64,
    reason: String,
}

impl From<ItemRow> for StockDoc {
    fn from(row: ItemRow) -> Self {
        Self {
            available: row.available(),
            sku: row.sku,
            on_hand: row.on_hand,
            held: row.held,
        }
    }
}

/// The stock of one SKU
#[utoipa::path(get, path = "/api/admin/stock/{sku}", tag = "admin", responses((status = 200, body = StockDoc)))]
async fn show(_: Admin, service: Data<Service>, sku: Path<Sku>) -> Result<Json<StockDoc>, Problem> {
    Ok(Json(service.item(sku.into_inner()).await?.into()))
}

/// Correct the stock of one SKU, with a reason
#[utoipa::path(put, path = "/api/admin/stock/{sku}", tag = "admin", request_body = PutStock,
    responses((status = 200, body = StockDoc), (status = 422)))]
async fn put(
    admin: Admin,
    service: Data<Service>,
    sku: Path<Sku>,
    body: Json<PutStock>,
) -> Result<Json<StockDoc>, Problem> {
    let correction =
        Correction::parse(sku.into_inner(), body.on_hand, &body.reason).map_err(invalid)?;
    Ok(Json(service.correct(correction, admin.0).await?.into()))
}

fn invalid(refused: Refused) -> Problem {
    let fields = [("on_hand", refused.on_hand), ("reason", refused.reason)];
    Problem::invalid(
        fields
            .into_iter()
            .filter_map(|(field, key)| Some(FieldError::new(field, key?)))
            .collect(),
    )
}

impl From<StockError> for Problem {
    fn from(error: StockError) -> Self {
        match error {
            StockError::Unknown => Self::not_found(),
            StockError::SoldOut(_) => Self::conflict("stock-sold-out"),
            StockError::Db(e) => e.into(),
        }
    }
}

#[derive(Debug, Default, Deserialize)]
pub struct Filter {
    #[serde(default)]
    q: String,
    #[serde(default)]
    after: String,
    #[serde(default)]
    low: Option<String>,
}

#[derive(Template)]
#[template(path = "stock/list.html")]
struct ListPage {
    page: Page,
    rows: Vec<ItemRow>,
    filter: Filter,
    next: String,
    /// What was typed last and could not be taken.
    refused: Option<RefusedForm>,
}

struct RefusedForm {
    sku: String,
    on_hand: String,
    reason: String,
    why: Refused,
}

impl ListPage {
    fn refusal(&self, sku: &str) -> Option<&RefusedForm> {
        self.refused.as_ref().filter(|form| form.sku == sku)
    }
}

async fn list(
    _: Admin,
    page: Page,
    service: Data<Service>,
    filter: Query<Filter>,
) -> Result<HttpResponse, Problem> {
    page::render(&list_page(page, &service, filter.into_inner(), None).await?)
}

async fn list_page(
    page: Page,
    service: &Service,
    filter: Filter,
    refused: Option<RefusedForm>,
) -> Result<ListPage, Problem> {
    let below = filter.low.is_some().then_some(LOW);
    let mut rows = service
        .list(filter.q.clone(), filter.after.clone(), below)
        .await?;
    let more = rows.len() > PAGE;
    rows.truncate(PAGE);
    let next = if more {
        rows.last()
            .map(|row| filter.link(&row.sku))
            .unwrap_or_default()
    } else {
        String::new()
    };
    Ok(ListPage {
        page: page.in_area(page::Area::Admin, "stock"),
        rows,
        filter,
        next,
        refused,
    })
}

impl Filter {
    fn link(&self, after: &str) -> String {
        let low = if self.low.is_some() { "&low=1" } else { "" };
        let q: String = self
            .q
            .chars()
            .filter(|c| c.is_ascii_alphanumeric() || matches!(c, '-' | '.' | '_'))
            .collect();
        format!("/admin/stock?q={q}{low}&after={after}")
    }
}

#[derive(Debug, Deserialize)]
struct CorrectionForm {
    #[serde(default)]
    on_hand: String,
    #[serde(default)]
    reason: String,
}

async fn correct(
    admin: Admin,
    page: Page,
    service: Data<Service>,
    sku: Path<Sku>,
    form: Form<CorrectionForm>,
) -> Result<HttpResponse, Problem> {
    let sku = sku.into_inner();
    // a number that cannot be read is as wrong as one that is out of range
    let on_hand = form.on_hand.trim().parse().unwrap_or(-1);
    match Correction::parse(sku.clone(), on_hand, &form.reason) {
        Ok(correction) => {
            service.correct(correction, admin.0).await?;
            Ok(page.redirect_saying("/admin/stock", "stock-corrected"))
        }
        Err(why) => {
            let filter = Filter {
                q: sku.to_string(),
                ..Filter::default()
            };
            let form = form.into_inner();
            let refused = RefusedForm {
                sku: sku.to_string(),
                on_hand: form.on_hand,
                reason: form.reason,
                why,
            };
            let shown = list_page(page, &service, filter, Some(refused)).await?;
            page::render_status(actix_web::http::StatusCode::UNPROCESSABLE_ENTITY, &shown)
        }
    }
}
