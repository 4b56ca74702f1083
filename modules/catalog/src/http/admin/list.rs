use actix_web::HttpResponse;
use actix_web::web::{Data, Query};
use askama::Template;
use kernel::{Money, Sku};
use platform::identity::Admin;
use platform::page::{self, Area, ListAnswer, Page, Paging};
use platform::problem::Problem;

use super::PATH;
use crate::api::CategoryCard;
use crate::http::asking::{Typed, cursor};
use crate::http::links::link;
use crate::service::Service;
use crate::store::product::Listed;

#[derive(Template)]
#[template(path = "catalog/admin_list.html")]
pub struct ListPage {
    page: Page,
    typed: Typed,
    categories: Vec<CategoryCard>,
    rows: Vec<RowView>,
    first: String,
    next: String,
}

struct RowView {
    code: Sku,
    name: String,
    category: String,
    price: Money,
    options: usize,
    sold: i64,
    picture: Option<String>,
}

pub async fn list(
    _: Admin,
    service: Data<Service>,
    page: Page,
    typed: Query<Typed>,
    paging: Paging,
) -> Result<HttpResponse, Problem> {
    let typed = typed.into_inner();
    let (ask, _) = typed.forgiving(&paging);
    let aisle = service.aisle(ask).await?;
    let ListAnswer { items, next } = paging.answer(aisle.rows, cursor);
    let locale = page.locale();
    let name_of = |slug: &str| {
        let category = aisle
            .categories
            .iter()
            .find(|category| category.slug == slug);
        category.map_or_else(
            || slug.to_owned(),
            |category| category.name.of(locale).to_owned(),
        )
    };
    let row = |listed: Listed| {
        Some(RowView {
            code: listed.code.parse().ok()?,
            name: listed.name().of(locale).to_owned(),
            category: name_of(&listed.category),
            price: Money::krw(listed.price),
            options: listed
                .skus()
                .filter(|sku| sku.as_str() != listed.code)
                .count(),
            sold: listed.sold,
            picture: listed.picture_path(),
        })
    };
    let more = |cursor: &str| {
        let (q, category) = (typed.q.as_str(), typed.category.as_str());
        link(
            PATH,
            [
                ("q", q),
                ("category", category),
                ("sort", typed.sort.as_str()),
                ("cursor", cursor),
            ],
        )
    };
    page::render(&ListPage {
        rows: items
            .into_iter()
            .filter_map(|item| row(item.listed))
            .collect(),
        first: if paging == Paging::default() {
            String::new()
        } else {
            more("")
        },
        next: next.map(|cursor| more(&cursor)).unwrap_or_default(),
        page: page.in_area(Area::Admin, "products"),
        categories: aisle.categories,
        typed,
    })
}

#[cfg(test)]
impl ListPage {
    pub fn sample(page: Page) -> Self {
        let row = |name: &str, options| RowView {
            code: "TEE-01".parse().unwrap(),
            name: name.to_owned(),
            category: "의류".to_owned(),
            price: Money::krw(29_000),
            options,
            sold: 7,
            picture: None,
        };
        Self {
            page: page.in_area(Area::Admin, "products"),
            typed: Typed {
                q: "티".to_owned(),
                category: "clothing".to_owned(),
                ..Typed::default()
            },
            categories: super::sample_categories(),
            rows: vec![row("면 티셔츠", 6), row("유기 수저", 0)],
            first: PATH.to_owned(),
            next: format!("{PATH}?cursor=x"),
        }
    }
}
