//! What programs read of the shop.

use std::collections::BTreeMap;

use actix_web::HttpRequest;
use actix_web::web::{Data, Json, Path, Query};
use kernel::{Locale, Money, Sku, Timestamp};
use platform::identity::Identity;
use platform::page::{ListAnswer, Paging};
use platform::problem::Problem;
use serde::Serialize;
use utoipa::ToSchema;

use super::asking::{Typed, cursor};
use super::{ctx, search_allowed};
use crate::domain::Values;
use crate::needs::{Review, Talk};
use crate::service::{Around, Reader, Service, Shown};
use crate::store::list::Row;
use crate::store::product::picture_path;

#[derive(Serialize, ToSchema)]
pub struct ListDoc {
    items: Vec<ItemDoc>,
    next: Option<String>,
    /// Contexts that did not answer; what they know is null.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    missing: Vec<&'static str>,
}

/// A product, under its first variant.
#[derive(Serialize, ToSchema)]
pub struct ItemDoc {
    #[schema(value_type = String)]
    sku: Sku,
    name: String,
    #[schema(value_type = Object)]
    price: Money,
    /// How many can be ordered now.
    available: Option<i64>,
    category: String,
    picture: Option<String>,
    /// 1 to 5, one decimal; 0 without a review.
    stars: Option<f64>,
}

#[derive(Serialize, ToSchema)]
pub struct ProductDoc {
    #[serde(flatten)]
    item: ItemDoc,
    /// The product's code: the same for all its variants.
    #[schema(value_type = String)]
    product: Sku,
    description: String,
    options: Vec<OptionDoc>,
    pictures: Vec<String>,
    /// The newest ones.
    reviews: Option<Vec<ReviewDoc>>,
    review_count: Option<i64>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    missing: Vec<&'static str>,
}

#[derive(Serialize, ToSchema)]
struct OptionDoc {
    #[schema(value_type = String)]
    sku: Sku,
    /// `color`, `size`
    values: BTreeMap<&'static str, String>,
    #[schema(value_type = Object)]
    price: Money,
    available: Option<i64>,
}

#[derive(Serialize, ToSchema)]
struct ReviewDoc {
    id: String,
    title: String,
    body: String,
    stars: i64,
    /// Null: someone who has left.
    author: Option<String>,
    #[schema(value_type = String)]
    at: Timestamp,
}

/// Products, sorted, filtered, searched
#[utoipa::path(get, path = "/api/products", tag = "products", responses((status = 200, body = ListDoc), (status = 422)), params(
    ("q" = Option<String>, Query, description = "what to search for; hits in names come first"),
    ("category" = Option<String>, Query, description = "a category's slug"),
    ("sort" = Option<String>, Query, description = "newest, price, -price or popular"),
    ("min_price" = Option<i64>, Query), ("max_price" = Option<i64>, Query),
    ("limit" = Option<i64>, Query, description = "1 to 100, else 24"),
    ("cursor" = Option<String>, Query, description = "the answer's next"),
))]
pub async fn list(
    service: Data<Service>,
    identity: Identity,
    typed: Query<Typed>,
    paging: Paging,
    request: HttpRequest,
) -> Result<Json<ListDoc>, Problem> {
    let ask = typed.parse(&paging)?;
    if ask.filter.terms.is_some() {
        search_allowed(&service, &request)?;
    }
    let ListAnswer { items: rows, next } = paging.answer(service.list(ask).await?, cursor);
    let skus = rows
        .iter()
        .filter_map(|row| row.listed.skus().next())
        .collect();
    let codes = rows
        .iter()
        .filter_map(|row| row.listed.code.parse().ok())
        .collect();
    let around = service.around(skus, codes, &ctx(&request)).await;
    let items = rows
        .into_iter()
        .filter_map(|row| item(row, &around, identity.locale))
        .collect();
    Ok(Json(ListDoc {
        items,
        next,
        missing: around.missing(),
    }))
}

fn item(Row { listed, .. }: Row, around: &Around, locale: Locale) -> Option<ItemDoc> {
    let sku = listed.skus().next()?;
    Some(ItemDoc {
        name: listed.name().of(locale).to_owned(),
        price: Money::krw(listed.price),
        available: around.left(&sku),
        picture: listed.picture_path(),
        stars: around
            .stars(&listed.code.parse().ok()?)
            .map(|stars| stars.average),
        category: listed.category,
        sku,
    })
}

/// One product, by its code or any variant's SKU
#[utoipa::path(get, path = "/api/products/{sku}", tag = "products", responses((status = 200, body = ProductDoc), (status = 404)))]
pub async fn show(
    service: Data<Service>,
    identity: Identity,
    sku: Path<Sku>,
    request: HttpRequest,
) -> Result<Json<ProductDoc>, Problem> {
    let shown = service
        .show(&sku, Reader::Program, &ctx(&request))
        .await?
        .ok_or_else(Problem::not_found)?;
    document(shown, identity.locale)
        .map(Json)
        .ok_or_else(Problem::not_found)
}

fn document(
    Shown {
        found,
        around,
        talk,
        ..
    }: Shown,
    locale: Locale,
) -> Option<ProductDoc> {
    let missing = around.missing();
    let has_options = found.product.has_options();
    let product = found.product;
    let chosen = product.variants.get(found.chosen.unwrap_or(0))?;
    let item = ItemDoc {
        sku: chosen.sku.clone(),
        name: product.name.of(locale).to_owned(),
        price: chosen.price,
        available: around.left(&chosen.sku),
        category: product.category,
        picture: product.pictures.first().map(|name| picture_path(name)),
        stars: around.stars(&product.code).map(|stars| stars.average),
    };
    let option = |variant: crate::domain::Variant| OptionDoc {
        available: around.left(&variant.sku),
        values: values(&variant.values, locale),
        price: variant.price,
        sku: variant.sku,
    };
    let talk = talk.into_option();
    Some(ProductDoc {
        item,
        product: product.code,
        description: product.description.of(locale).to_owned(),
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
        review_count: talk.as_ref().map(Talk::review_count),
        reviews: talk.map(|talk| talk.reviews.into_iter().map(review).collect()),
        missing,
    })
}

fn values(values: &Values, locale: Locale) -> BTreeMap<&'static str, String> {
    let both = [("color", &values.color), ("size", &values.size)];
    both.into_iter()
        .filter_map(|(name, value)| Some((name, value.as_ref()?.of(locale).to_owned())))
        .collect()
}

fn review(review: Review) -> ReviewDoc {
    let Review {
        id,
        title,
        body,
        stars,
        author,
        at,
    } = review;
    ReviewDoc {
        id,
        title,
        body,
        stars,
        author,
        at,
    }
}
