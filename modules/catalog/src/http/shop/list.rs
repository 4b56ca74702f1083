use actix_web::web::{Data, Query};
use actix_web::{HttpRequest, HttpResponse};
use askama::Template;
use kernel::{Locale, Money, Sku};
use platform::page::{self, Area, ListAnswer, Page, Paging};
use platform::problem::{FieldError, Problem};

use crate::http::asking::{Typed, cursor};
use crate::http::links::link;
use crate::http::{ctx, search_allowed};
use crate::service::{Aisle, Around, Ask, Service};
use crate::store::list::{Row, Sort};

const PATH: &str = "/products";

#[derive(Template)]
#[template(path = "catalog/list.html")]
pub struct ListPage {
    page: Page,
    typed: Typed,
    errors: Vec<FieldError>,
    sort: Sort,
    /// The chosen category's name.
    category: String,
    /// `None`: too many to count.
    total: Option<i64>,
    facets: Vec<FacetView>,
    cards: Vec<CardView>,
    first: String,
    next: String,
    stock_missing: bool,
}

struct FacetView {
    name: String,
    href: String,
    count: Option<i64>,
    current: bool,
}

pub struct CardView {
    href: String,
    name: String,
    category: String,
    price: Money,
    picture: Option<String>,
    sold_out: bool,
    /// `None` without a review.
    rating: Option<(f64, i64)>,
}

pub async fn list(
    service: Data<Service>,
    page: Page,
    typed: Query<Typed>,
    paging: Paging,
    request: HttpRequest,
) -> Result<HttpResponse, Problem> {
    let (typed, from_top) = (typed.into_inner(), paging == Paging::default());
    let (ask, errors) = typed.forgiving(&paging);
    if ask.filter.terms.is_some() {
        search_allowed(&service, &request)?;
    }
    let sort = ask.sort;
    let aisle = service.aisle(ask.clone()).await?;
    let ListAnswer { items: rows, next } = paging.answer(aisle.rows.clone(), cursor);
    let skus = rows.iter().flat_map(|row| row.listed.skus()).collect();
    let codes = rows
        .iter()
        .filter_map(|row| row.listed.code.parse().ok())
        .collect();
    let around = service.around(skus, codes, &ctx(&request)).await;
    let locale = page.locale();
    let category = aisle
        .categories
        .iter()
        .find(|category| category.slug == typed.category);
    page::render(&ListPage {
        category: category
            .map(|category| category.name.of(locale).to_owned())
            .unwrap_or_default(),
        total: total(&aisle, &ask),
        facets: facets(&aisle, &typed, locale),
        cards: rows
            .iter()
            .filter_map(|row| card(row, &aisle, &around, locale))
            .collect(),
        first: if from_top {
            String::new()
        } else {
            typed.link("")
        },
        next: next.map(|cursor| typed.link(&cursor)).unwrap_or_default(),
        stock_missing: around.missing().contains(&"stock"),
        page: page.in_area(Area::Shop, "products"),
        typed,
        errors,
        sort,
    })
}

impl Typed {
    /// This list, further on.
    fn link(&self, cursor: &str) -> String {
        let Self {
            q,
            category,
            sort,
            min_price,
            max_price,
        } = self;
        let parts = [
            ("q", q.as_str()),
            ("category", category),
            ("sort", sort),
            ("min_price", min_price),
            ("max_price", max_price),
            ("cursor", cursor),
        ];
        link(PATH, parts)
    }
}

/// Of the chosen category, or of all.
fn total(aisle: &Aisle, ask: &Ask) -> Option<i64> {
    let chosen = |slug: &str| {
        ask.filter
            .category
            .as_deref()
            .is_none_or(|category| category == slug)
    };
    if ask.filter.is_narrowed() {
        let facets = aisle.facets.as_ref()?;
        return Some(
            facets
                .counts
                .iter()
                .filter(|(slug, _)| chosen(slug))
                .map(|(_, count)| count)
                .sum(),
        );
    }
    Some(
        aisle
            .categories
            .iter()
            .filter(|category| chosen(&category.slug))
            .map(|category| category.products)
            .sum(),
    )
}

fn facets(aisle: &Aisle, typed: &Typed, locale: Locale) -> Vec<FacetView> {
    let is_narrowed = !typed.q.trim().is_empty() || aisle.facets.is_some();
    let count = |slug: &str, products: i64| match &aisle.facets {
        Some(facets) => Some(
            facets
                .counts
                .iter()
                .find(|(of, _)| of == slug)
                .map_or(0, |(_, count)| *count),
        ),
        None => (!is_narrowed).then_some(products),
    };
    let facet = |category: &crate::api::CategoryCard| FacetView {
        name: category.name.of(locale).to_owned(),
        href: Typed {
            category: category.slug.clone(),
            ..typed.clone()
        }
        .link(""),
        count: count(&category.slug, category.products),
        current: category.slug == typed.category,
    };
    let all = aisle.categories.iter().map(facet);
    // a search leads nowhere where nothing was found
    all.filter(|facet| !is_narrowed || facet.count != Some(0) || facet.current)
        .collect()
}

fn card(
    Row { listed, .. }: &Row,
    aisle: &Aisle,
    around: &Around,
    locale: Locale,
) -> Option<CardView> {
    let code: Sku = listed.code.parse().ok()?;
    let category = aisle
        .categories
        .iter()
        .find(|category| category.slug == listed.category);
    let rating = around.stars(&code).filter(|stars| stars.count > 0);
    Some(CardView {
        href: format!("{PATH}/{}", listed.sku()),
        name: listed.name().of(locale).to_owned(),
        category: category
            .map(|category| category.name.of(locale).to_owned())
            .unwrap_or_default(),
        price: Money::krw(listed.price),
        picture: listed.picture_path(),
        sold_out: listed.skus().all(|sku| around.left(&sku) == Some(0)),
        rating: rating.map(|stars| (stars.average, stars.count)),
    })
}

impl ListPage {
    fn all_href(&self) -> String {
        Typed {
            category: String::new(),
            ..self.typed.clone()
        }
        .link("")
    }

    fn clear_href(&self) -> String {
        Typed {
            q: self.typed.q.clone(),
            sort: self.typed.sort.clone(),
            ..Typed::default()
        }
        .link("")
    }

    fn is_search(&self) -> bool {
        !self.typed.q.trim().is_empty()
    }

    fn is_filtered(&self) -> bool {
        !(self.typed.category.is_empty()
            && self.typed.min_price.is_empty()
            && self.typed.max_price.is_empty())
    }

    /// The orders to choose from: value, text, whether chosen.
    fn sorts(&self) -> Vec<(&'static str, &'static str, bool)> {
        let mut sorts = vec![
            ("newest", "catalog-sort-newest", self.sort == Sort::Newest),
            (
                "popular",
                "catalog-sort-popular",
                self.sort == Sort::Popular,
            ),
            ("price", "catalog-sort-price", self.sort == Sort::Price),
            (
                "-price",
                "catalog-sort-price-down",
                self.sort == Sort::PriceDown,
            ),
        ];
        if self.is_search() {
            sorts.insert(
                0,
                (
                    "relevance",
                    "catalog-sort-relevance",
                    self.sort == Sort::Relevance,
                ),
            );
        }
        sorts
    }
}

#[cfg(test)]
impl ListPage {
    pub fn sample(page: Page) -> Self {
        let card = |name: &str, sold_out, rating| CardView {
            href: "/products/MUG".to_owned(),
            name: name.to_owned(),
            category: "그릇".to_owned(),
            price: Money::krw(12_900),
            picture: None,
            sold_out,
            rating,
        };
        Self {
            page: page.in_area(Area::Shop, "products"),
            typed: Typed {
                q: "유기".to_owned(),
                min_price: "x".to_owned(),
                ..Typed::default()
            },
            errors: vec![FieldError::new("min_price", "catalog-bad-price")],
            sort: Sort::Relevance,
            category: String::new(),
            total: Some(2),
            facets: vec![
                FacetView {
                    name: "그릇".to_owned(),
                    href: "/products".to_owned(),
                    count: Some(2),
                    current: true,
                },
                FacetView {
                    name: "주방".to_owned(),
                    href: "/products".to_owned(),
                    count: None,
                    current: false,
                },
            ],
            cards: vec![
                card("도기 머그", false, Some((4.5, 12))),
                card("유기 수저", true, None),
            ],
            first: "/products".to_owned(),
            next: "/products?cursor=x".to_owned(),
            stock_missing: true,
        }
    }

    pub fn empty(page: Page) -> Self {
        Self {
            cards: Vec::new(),
            total: Some(0),
            next: String::new(),
            ..Self::sample(page)
        }
    }
}
