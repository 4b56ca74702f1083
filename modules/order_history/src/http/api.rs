//! The list as programs see it.

use actix_web::web::{Data, Json, Query};
use kernel::{Locale, Money, OrderId, Sku, Timestamp};
use platform::identity::{Identity, SignedIn};
use platform::page::{ListAnswer, Paging};
use platform::problem::Problem;
use serde::Serialize;
use utoipa::ToSchema;

use super::Asked;
use crate::api::{Item, OrderSummary};
use crate::service::History;

#[derive(utoipa::OpenApi)]
#[openapi(paths(list), components(schemas(OrderInListDoc, ItemInListDoc)))]
pub struct Docs;

/// An order as of at most two seconds ago.
#[derive(Serialize, ToSchema)]
pub struct OrderInListDoc {
    #[schema(value_type = String)]
    id: OrderId,
    /// What people call it.
    #[schema(example = "20261121-7K3M9Q")]
    number: String,
    /// `pending`, `confirmed`, `shipped`, `delivered` or `cancelled`
    status: String,
    /// `none`, `authorised`, `captured`, `voided`, `refunded` or `declined`
    payment: String,
    items: Vec<ItemInListDoc>,
    #[schema(value_type = Object)]
    total: Money,
    #[schema(value_type = String, format = DateTime)]
    placed_at: Timestamp,
}

#[derive(Serialize, ToSchema)]
pub struct ItemInListDoc {
    #[schema(value_type = String)]
    sku: Sku,
    /// As it was called when it was ordered, in the caller's language.
    name: String,
    quantity: u32,
    #[schema(value_type = Object)]
    price: Money,
    #[schema(value_type = Object)]
    subtotal: Money,
}

/// Your orders, the newest first
///
/// `q` searches numbers and names of products. An order appears within two seconds after it was placed.
#[utoipa::path(get, path = "/api/orders", tag = "orders",
    params(
        ("q" = Option<String>, Query, description = "In the number, in names of products"),
        ("status" = Option<String>, Query, description = "Only these"),
        ("limit" = Option<usize>, Query, description = "1 to 100, 24 unless told"),
        ("cursor" = Option<String>, Query, description = "`next` of the page before")),
    responses((status = 200, body = ListAnswer<OrderInListDoc>), (status = 401), (status = 422)))]
pub async fn list(
    member: SignedIn,
    identity: Identity,
    paging: Paging,
    asked: Query<Asked>,
    history: Data<History>,
) -> Result<Json<ListAnswer<OrderInListDoc>>, Problem> {
    let rows = history.list(member.0, asked.filter(&paging)?).await?;
    let page = paging.answer(rows, |order| order.id);
    Ok(Json(
        page.map(|order| OrderInListDoc::of(order, identity.locale)),
    ))
}

impl OrderInListDoc {
    fn of(order: OrderSummary, locale: Locale) -> Self {
        Self {
            id: order.id,
            number: order.number,
            status: order.status,
            payment: order.payment,
            items: order
                .items
                .into_iter()
                .map(|item| ItemInListDoc::of(item, locale))
                .collect(),
            total: order.total,
            placed_at: order.placed_at,
        }
    }
}

impl ItemInListDoc {
    fn of(item: Item, locale: Locale) -> Self {
        Self {
            name: item.name.of(locale).to_owned(),
            price: item.price(),
            subtotal: item.subtotal(),
            quantity: item.quantity,
            sku: item.sku,
        }
    }
}
