//! What shopkeepers' programs do with products.

use actix_web::HttpResponse;
use actix_web::http::StatusCode;
use actix_web::web::{Data, Json, Path, Payload, Query};
use futures_util::StreamExt as _;
use kernel::{Money, Sku};
use platform::identity::Admin;
use platform::page::{ListAnswer, Paging};
use platform::problem::{FieldError, Problem};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::asking::{Typed, cursor};
use crate::api::{Both, ProductDraft, ValuesDraft};
use crate::service::Service;
use crate::store::How;
use crate::store::product::{Found, picture_path};

/// Ten pictures of the largest size, in base64, and the rest.
const LARGEST_BODY: usize = 30 << 20;

/// A product as its shopkeeper sees it; what is sent to replace it looks the same.
#[derive(Serialize, ToSchema)]
pub struct AdminDoc {
    #[schema(value_type = String)]
    sku: Sku,
    name: Both,
    description: Both,
    #[schema(value_type = Object)]
    price: Money,
    category: String,
    options: Vec<AdminOption>,
    /// Paths.
    pictures: Vec<String>,
    /// Grows with every change. Sent along, a change made meanwhile is 409.
    version: i64,
}

#[derive(Serialize, ToSchema)]
struct AdminOption {
    #[schema(value_type = String)]
    sku: Sku,
    values: ValuesDraft,
    #[schema(value_type = Object)]
    price: Money,
}

impl From<Found> for AdminDoc {
    fn from(
        Found {
            product, version, ..
        }: Found,
    ) -> Self {
        let has_options = product.has_options();
        let option = |variant: crate::domain::Variant| AdminOption {
            sku: variant.sku,
            values: ValuesDraft {
                color: variant.values.color.map(Into::into),
                size: variant.values.size.map(Into::into),
            },
            price: variant.price,
        };
        Self {
            sku: product.code,
            name: product.name.into(),
            description: product.description.into(),
            price: product.base_price,
            category: product.category,
            options: if has_options {
                product.variants.into_iter().map(option).collect()
            } else {
                Vec::new()
            },
            pictures: product
                .pictures
                .iter()
                .map(|name| picture_path(name))
                .collect(),
            version,
        }
    }
}

/// Its version, beside the product itself.
#[derive(Deserialize)]
struct Versioned {
    version: Option<i64>,
    #[serde(flatten)]
    draft: ProductDraft,
}

#[derive(Deserialize)]
pub struct Expected {
    version: Option<i64>,
}

/// Products, whole
#[utoipa::path(get, path = "/api/admin/products", tag = "admin", responses((status = 200, body = [AdminDoc]), (status = 403)))]
pub async fn list(
    _: Admin,
    service: Data<Service>,
    typed: Query<Typed>,
    paging: Paging,
) -> Result<Json<ListAnswer<AdminDoc>>, Problem> {
    let rows = service.list_whole(typed.parse(&paging)?).await?;
    Ok(Json(
        paging
            .answer(rows, |(row, _)| cursor(row))
            .map(|(_, found)| found.into()),
    ))
}

/// Make a product
#[utoipa::path(post, path = "/api/admin/products", tag = "admin", request_body = ProductDraft,
    responses((status = 201, body = AdminDoc), (status = 409), (status = 422)))]
pub async fn create(
    admin: Admin,
    service: Data<Service>,
    body: Payload,
) -> Result<HttpResponse, Problem> {
    let Versioned { draft, .. } = read(body).await?;
    let found = service.put(&draft, How::New, who(admin)).await?;
    Ok(HttpResponse::Created().json(AdminDoc::from(found)))
}

/// One product, whole
#[utoipa::path(get, path = "/api/admin/products/{sku}", tag = "admin", responses((status = 200, body = AdminDoc), (status = 404)))]
pub async fn show(
    _: Admin,
    service: Data<Service>,
    sku: Path<Sku>,
) -> Result<Json<AdminDoc>, Problem> {
    Ok(Json(service.find(&sku).await?.into()))
}

/// Replace a product wholly
#[utoipa::path(put, path = "/api/admin/products/{sku}", tag = "admin", request_body = ProductDraft,
    responses((status = 200, body = AdminDoc), (status = 404), (status = 409), (status = 422)))]
pub async fn replace(
    admin: Admin,
    service: Data<Service>,
    sku: Path<Sku>,
    body: Payload,
) -> Result<Json<AdminDoc>, Problem> {
    let Versioned { version, mut draft } = read(body).await?;
    let code = service.find(&sku).await?.product.code;
    if draft.sku.is_empty() || draft.sku == sku.as_str() {
        code.as_str().clone_into(&mut draft.sku);
    }
    if draft.sku != code.as_str() {
        return Err(Problem::invalid(vec![
            FieldError::new("sku", "catalog-bad-code").arg("what", &code),
        ]));
    }
    Ok(Json(
        service
            .put(&draft, How::Existing(version), who(admin))
            .await?
            .into(),
    ))
}

/// Delete a product
#[utoipa::path(delete, path = "/api/admin/products/{sku}", tag = "admin", responses((status = 204), (status = 404), (status = 409)))]
pub async fn delete(
    admin: Admin,
    service: Data<Service>,
    sku: Path<Sku>,
    expected: Query<Expected>,
) -> Result<HttpResponse, Problem> {
    let code = service.find(&sku).await?.product.code;
    service.delete(&code, expected.version, who(admin)).await?;
    Ok(HttpResponse::NoContent().finish())
}

pub fn who(Admin(member): Admin) -> String {
    format!("member:{member}")
}

/// A body with pictures in it is larger than others may be.
async fn read(mut body: Payload) -> Result<Versioned, Problem> {
    let mut bytes = Vec::new();
    while let Some(chunk) = body.next().await {
        let chunk = chunk.map_err(|e| Problem::of(StatusCode::BAD_REQUEST).because(e))?;
        if bytes.len() + chunk.len() > LARGEST_BODY {
            return Err(Problem::of(StatusCode::PAYLOAD_TOO_LARGE));
        }
        bytes.extend_from_slice(&chunk);
    }
    serde_json::from_slice(&bytes).map_err(|e| match e.classify() {
        serde_json::error::Category::Data => {
            Problem::unprocessable("problem-data").arg("reason", e.to_string())
        }
        _ => Problem::bad_request("problem-json-syntax")
            .arg("line", e.line())
            .arg("column", e.column()),
    })
}
