//! The cart as programs see it.

use actix_web::web::{Data, Json, Path};
use actix_web::{HttpRequest, HttpResponse};
use kernel::{Locale, Money, Sku};
use platform::identity::Identity;
use platform::problem::Problem;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::{ctx, visitor};
use crate::service::Service;
use crate::shown::{Item, Shown, State};

#[derive(utoipa::OpenApi)]
#[openapi(
    paths(show, put, delete),
    components(schemas(CartDoc, CartItemDoc, PutCartItem))
)]
pub struct Docs;

/// What somebody wants to buy. It reserves nothing.
#[derive(Serialize, ToSchema)]
pub struct CartDoc {
    pub items: Vec<CartItemDoc>,
    /// Null while prices cannot be asked.
    #[schema(value_type = Option<Object>)]
    pub total: Option<Money>,
    /// Contexts that did not answer; what they know is null.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub missing: Vec<&'static str>,
}

#[derive(Serialize, ToSchema)]
pub struct CartItemDoc {
    #[schema(value_type = String)]
    pub sku: Sku,
    /// In the caller's language.
    pub name: Option<String>,
    /// Null too when it is no longer sold.
    #[schema(value_type = Option<Object>)]
    pub price: Option<Money>,
    /// What was put in, or what is left if that is less.
    pub quantity: u32,
    #[schema(value_type = Option<Object>)]
    pub subtotal: Option<Money>,
    /// How many can be ordered now.
    pub available: Option<i64>,
    /// What it cost when it was put in, if that was another price.
    #[schema(value_type = Option<Object>)]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub was: Option<Money>,
}

/// How many of it.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct PutCartItem {
    /// 0 takes it out.
    #[schema(minimum = 0, maximum = 9999)]
    quantity: i64,
}

impl CartDoc {
    pub fn of(shown: Shown, locale: Locale) -> Self {
        let items = shown
            .items
            .into_iter()
            .map(|item| CartItemDoc::of(item, locale))
            .collect();
        Self {
            items,
            total: shown.total,
            missing: shown.missing,
        }
    }
}

impl CartItemDoc {
    fn of(item: Item, locale: Locale) -> Self {
        Self {
            name: (item.state != State::Unknown).then(|| item.name.of(locale).to_owned()),
            sku: item.sku,
            price: item.price,
            quantity: item.quantity,
            subtotal: item.subtotal,
            available: item.available,
            was: item.was,
        }
    }
}

/// The cart of whoever asks
#[utoipa::path(get, path = "/api/cart", tag = "cart", responses((status = 200, body = CartDoc)))]
pub async fn show(
    identity: Identity,
    service: Data<Service>,
    request: HttpRequest,
) -> Result<Json<CartDoc>, Problem> {
    let shown = service.show(visitor(&identity)?, &ctx(&request)).await?;
    Ok(Json(CartDoc::of(shown, identity.locale)))
}

/// Set how many of a product are in the cart
#[utoipa::path(put, path = "/api/cart/items/{sku}", tag = "cart", request_body = PutCartItem,
    params(("sku" = String, Path)), responses((status = 200, body = CartDoc), (status = 404),
    (status = 409, description = "more than are left, or too many different products"), (status = 422)))]
pub async fn put(
    identity: Identity,
    service: Data<Service>,
    sku: Path<Sku>,
    body: Json<PutCartItem>,
    request: HttpRequest,
) -> Result<Json<CartDoc>, Problem> {
    let visitor = visitor(&identity)?;
    let shown = service
        .set(visitor, sku.into_inner(), body.quantity, &ctx(&request))
        .await?;
    Ok(Json(CartDoc::of(shown, identity.locale)))
}

/// Take a product out of the cart
#[utoipa::path(delete, path = "/api/cart/items/{sku}", tag = "cart", params(("sku" = String, Path)),
    responses((status = 204)))]
pub async fn delete(
    identity: Identity,
    service: Data<Service>,
    sku: Path<Sku>,
) -> Result<HttpResponse, Problem> {
    service
        .remove(visitor(&identity)?, sku.into_inner())
        .await?;
    Ok(HttpResponse::NoContent().finish())
}
