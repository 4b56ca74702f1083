use actix_web::HttpResponse;
use actix_web::http::StatusCode;
use actix_web::web::{Data, Form};
use askama::Template;
use platform::identity::Admin;
use platform::page::{self, Area, Page};
use platform::problem::{FieldError, Problem};

use super::CATEGORIES;
use crate::api::{Both, CategoryCard, CategoryDraft};
use crate::domain::{Category, Flaw, Rule};
use crate::error::{CatalogError, field_error};
use crate::http::admin_api::who;
use crate::service::Service;

/// Rows for categories that are not there yet.
const BLANK_ROWS: usize = 2;
const MOST: usize = 200;

#[derive(Template)]
#[template(path = "catalog/admin_categories.html")]
pub struct CategoriesPage {
    page: Page,
    rows: Vec<Row>,
    errors: Vec<FieldError>,
}

/// One category as typed.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
struct Row {
    /// It is there already, with so many products: its slug stays.
    products: Option<i64>,
    slug: String,
    name: Both,
    /// 1 is shown first.
    place: String,
    drop: bool,
}

/// A row, and what is wrong with it.
struct View {
    row: Row,
    error: Option<String>,
    slug_is_wrong: bool,
    ko_is_wrong: bool,
    en_is_wrong: bool,
}

/// What a form asks for.
#[derive(Default)]
struct Wish {
    /// In the order that it asks for.
    keep: Vec<Category>,
    drop: Vec<String>,
    /// Of each of `drop`.
    rows: Vec<usize>,
    errors: Vec<FieldError>,
}

pub async fn show(_: Admin, service: Data<Service>, page: Page) -> Result<HttpResponse, Problem> {
    let rows = rows(service.categories().await?);
    page::render(&CategoriesPage::new(page, rows, Vec::new()))
}

pub async fn save(
    admin: Admin,
    service: Data<Service>,
    page: Page,
    form: Form<Vec<(String, String)>>,
) -> Result<HttpResponse, Problem> {
    let rows = typed(&form, &service.categories().await?);
    let wish = wish(&rows);
    let again = |errors| {
        let shown = CategoriesPage::new(page.clone(), rows.clone(), errors);
        page::render_status(StatusCode::UNPROCESSABLE_ENTITY, &shown)
    };
    if !wish.errors.is_empty() {
        return again(wish.errors);
    }
    let put = service.put_categories(wish.keep, wish.drop, who(admin));
    match put.await {
        Ok(()) => Ok(page.redirect_saying(CATEGORIES, "catalog-categories-saved")),
        Err(CatalogError::Refused(flaws)) => {
            let flaws = flaws.into_iter();
            again(
                flaws
                    .map(|(n, flaw)| error_at(wish.rows[n], flaw))
                    .collect(),
            )
        }
        Err(error) => Err(error.into()),
    }
}

fn rows(there: Vec<CategoryCard>) -> Vec<Row> {
    let row = |(at, card): (usize, CategoryCard)| Row {
        products: Some(card.products),
        slug: card.slug,
        name: card.name,
        place: (at + 1).to_string(),
        drop: false,
    };
    there.into_iter().enumerate().map(row).collect()
}

/// Of fields such as `3.name.ko`. Unknown names are passed over, and so is what somebody else has deleted meanwhile.
fn typed(form: &[(String, String)], there: &[CategoryCard]) -> Vec<Row> {
    let mut rows: Vec<Row> = Vec::new();
    for (name, value) in form {
        let Some((at, field)) = name.split_once('.') else {
            continue;
        };
        let Some(at) = at.parse::<usize>().ok().filter(|at| *at < MOST) else {
            continue;
        };
        if rows.len() <= at {
            rows.resize_with(at + 1, Row::default);
        }
        let row = &mut rows[at];
        match field {
            // of a category that was there when the form was made
            "is" => {
                row.slug.clone_from(value);
                row.products = Some(0);
            }
            "slug" => value.trim().clone_into(&mut row.slug),
            "name.ko" => row.name.ko.clone_from(value),
            "name.en" => row.name.en.clone_from(value),
            "place" => row.place.clone_from(value),
            "drop" => row.drop = true,
            _ => {}
        }
    }
    rows.retain_mut(|row| match row.products {
        Some(_) => {
            let now = there.iter().find(|card| card.slug == row.slug);
            row.products = now.map(|card| card.products);
            now.is_some()
        }
        None => !row.is_blank(),
    });
    rows
}

fn wish(rows: &[Row]) -> Wish {
    let mut wish = Wish::default();
    let mut placed: Vec<(u32, Category)> = Vec::new();
    for (at, row) in rows.iter().enumerate() {
        if row.drop {
            wish.drop.push(row.slug.clone());
            wish.rows.push(at);
            continue;
        }
        let is_twice = rows[..at].iter().any(|earlier| earlier.slug == row.slug);
        let parsed = CategoryDraft::from(row).parse();
        let parsed = match parsed {
            Ok(_) if is_twice => Err(Flaw::new("slug", Rule::Twice(row.slug.clone()))),
            parsed => parsed,
        };
        match parsed {
            Ok(category) => placed.push((row.place.trim().parse().unwrap_or(u32::MAX), category)),
            Err(flaw) => wish.errors.push(error_at(at, flaw)),
        }
    }
    placed.sort_by_key(|(place, _)| *place);
    wish.keep = placed.into_iter().map(|(_, category)| category).collect();
    wish
}

fn error_at(row: usize, flaw: Flaw) -> FieldError {
    let field = format!("{row}.{}", flaw.field);
    field_error(&Flaw { field, ..flaw })
}

impl Row {
    fn is_blank(&self) -> bool {
        self.slug.is_empty() && self.name == Both::default()
    }

    /// What is ticked stays so, though a product came into it meanwhile.
    fn may_drop(&self) -> bool {
        self.products == Some(0) || self.drop
    }
}

impl From<&Row> for CategoryDraft {
    fn from(row: &Row) -> Self {
        Self {
            slug: row.slug.clone(),
            name: row.name.clone(),
        }
    }
}

impl CategoriesPage {
    fn new(page: Page, mut rows: Vec<Row>, errors: Vec<FieldError>) -> Self {
        let blank = rows.len() + BLANK_ROWS;
        rows.resize_with(blank.min(MOST), Row::default);
        Self {
            page: page.in_area(Area::Admin, "products"),
            rows,
            errors,
        }
    }

    fn views(&self) -> Vec<View> {
        let view = |(at, row): (usize, &Row)| {
            let field = |name: &str| format!("{at}.{name}");
            let is_wrong = |name: &str| self.errors.iter().any(|error| error.field == field(name));
            let mut errors = self
                .errors
                .iter()
                .filter(|e| e.field.starts_with(&field("")));
            View {
                error: errors.next().map(|error| self.page.field_error(error)),
                slug_is_wrong: is_wrong("slug"),
                ko_is_wrong: is_wrong("name.ko"),
                en_is_wrong: is_wrong("name.en"),
                row: row.clone(),
            }
        };
        self.rows.iter().enumerate().map(view).collect()
    }
}

#[cfg(test)]
impl CategoriesPage {
    pub fn sample(page: Page) -> Self {
        let not_empty = Flaw::new("drop", Rule::NotEmpty("bowls".to_owned()));
        let errors = vec![
            FieldError::new("0.name.ko", "catalog-bad-required"),
            error_at(1, not_empty),
        ];
        Self::new(page, rows(super::sample_categories()), errors)
    }
}
