use actix_multipart::Multipart;
use actix_web::HttpResponse;
use actix_web::http::StatusCode;
use actix_web::web::{Data, Form, Path};
use askama::Template;
use kernel::Sku;
use platform::identity::Admin;
use platform::page::{self, Area, Page};
use platform::problem::{FieldError, Problem};
use serde::Deserialize;

use super::{NEW, PATH};
use crate::api::CategoryCard;
use crate::error::{CatalogError, field_error};
use crate::http::admin_api::who;
use crate::http::form::{OptionForm, ProductForm};
use crate::service::Service;
use crate::store::How;
use crate::store::product::Found;

#[derive(Template)]
#[template(path = "catalog/admin_edit.html")]
pub struct EditPage {
    page: Page,
    /// `None`: a new product.
    code: Option<Sku>,
    form: ProductForm,
    errors: Vec<FieldError>,
    categories: Vec<CategoryCard>,
    /// Somebody else has changed it since this form was opened.
    is_stale: bool,
}

/// A row of the table of options, and what is wrong with it.
struct OptionView {
    option: OptionForm,
    errors: Vec<String>,
    sku_is_wrong: bool,
    values_are_wrong: bool,
    price_is_wrong: bool,
}

pub async fn blank(_: Admin, service: Data<Service>, page: Page) -> Result<HttpResponse, Problem> {
    let categories = service.categories().await?;
    page::render(&EditPage::new(
        page,
        None,
        ProductForm::default(),
        categories,
    ))
}

pub async fn edit(
    _: Admin,
    service: Data<Service>,
    page: Page,
    sku: Path<Sku>,
) -> Result<HttpResponse, Problem> {
    let found = service.find(&sku).await?;
    let code = found.product.code.clone();
    let categories = service.categories().await?;
    page::render(&EditPage::new(page, Some(code), found.into(), categories))
}

pub async fn create(
    admin: Admin,
    service: Data<Service>,
    page: Page,
    body: Multipart,
) -> Result<HttpResponse, Problem> {
    let form = ProductForm::read(body).await?;
    put(&service, page, form, (None, who(admin))).await
}

pub async fn save(
    admin: Admin,
    service: Data<Service>,
    page: Page,
    sku: Path<Sku>,
    body: Multipart,
) -> Result<HttpResponse, Problem> {
    let form = ProductForm::read(body).await?;
    let code = service.find(&sku).await?.product.code;
    let form = ProductForm {
        sku: code.to_string(),
        ..form
    };
    put(&service, page, form, (Some(code), who(admin))).await
}

/// Saves, or shows the form again with everything that was typed.
async fn put(
    service: &Service,
    page: Page,
    form: ProductForm,
    (code, who): (Option<Sku>, String),
) -> Result<HttpResponse, Problem> {
    let categories = service.categories().await?;
    if form.wants_rows {
        return page::render(&EditPage::new(page, code, form, categories));
    }
    let (draft, mut errors) = form.draft();
    let how = if code.is_some() {
        How::Existing(form.version)
    } else {
        How::New
    };
    let written = if errors.is_empty() {
        service.put(&draft, how, who).await
    } else {
        if let Err(flaws) = draft.parse() {
            errors.extend(flaws.iter().map(field_error));
        }
        Err(CatalogError::Refused(Vec::new()))
    };
    let again = |status, form, errors, is_stale| {
        let shown = EditPage {
            errors,
            is_stale,
            ..EditPage::new(page.clone(), code.clone(), form, categories)
        };
        page::render_status(status, &shown)
    };
    match written {
        Ok(Found { product, .. }) => {
            Ok(page.redirect_saying(&format!("{PATH}/{}", product.code), "catalog-saved"))
        }
        Err(CatalogError::Refused(flaws)) => {
            errors.extend(flaws.iter().map(|(_, flaw)| field_error(flaw)));
            again(StatusCode::UNPROCESSABLE_ENTITY, form, errors, false)
        }
        Err(CatalogError::Stale) => {
            // whoever sends it again has seen the warning
            let now = service
                .find(&draft.sku.parse().map_err(|_| Problem::not_found())?)
                .await?
                .version;
            again(
                StatusCode::CONFLICT,
                ProductForm {
                    version: Some(now),
                    ..form
                },
                Vec::new(),
                true,
            )
        }
        Err(error) => Err(error.into()),
    }
}

#[derive(Deserialize)]
pub struct DeleteForm {
    version: Option<i64>,
}

pub async fn delete(
    admin: Admin,
    service: Data<Service>,
    page: Page,
    sku: Path<Sku>,
    form: Form<DeleteForm>,
) -> Result<HttpResponse, Problem> {
    let code = service.find(&sku).await?.product.code;
    service.delete(&code, form.version, who(admin)).await?;
    Ok(page.redirect_saying(PATH, "catalog-deleted"))
}

impl EditPage {
    fn new(
        page: Page,
        code: Option<Sku>,
        form: ProductForm,
        categories: Vec<CategoryCard>,
    ) -> Self {
        let page = page.in_area(Area::Admin, "products");
        Self {
            page,
            code,
            form,
            errors: Vec::new(),
            categories,
            is_stale: false,
        }
    }

    fn error(&self, field: &str) -> String {
        self.page.error(&self.errors, field)
    }

    /// What is wrong with a row of options, or with the pictures, all of it.
    fn errors_below(&self, prefix: &str) -> Vec<String> {
        let below = self.errors.iter().filter(|error| {
            error.field == prefix || error.field.starts_with(&format!("{prefix}."))
        });
        below.map(|error| self.page.field_error(error)).collect()
    }

    fn rows(&self) -> Vec<OptionView> {
        let view = |(at, option): (usize, OptionForm)| {
            let field = |name: &str| format!("options.{at}.{name}");
            let is_wrong = |name: &str| {
                self.errors
                    .iter()
                    .any(|error| error.field.starts_with(&field(name)))
            };
            OptionView {
                errors: self.errors_below(&format!("options.{at}")),
                sku_is_wrong: is_wrong("sku"),
                values_are_wrong: is_wrong("values"),
                price_is_wrong: is_wrong("price"),
                option,
            }
        };
        self.form.rows().into_iter().enumerate().map(view).collect()
    }

    fn action(&self) -> String {
        self.code
            .as_ref()
            .map_or_else(|| NEW.to_owned(), |code| format!("{PATH}/{code}"))
    }
}

#[cfg(test)]
impl EditPage {
    pub fn sample(page: Page) -> Self {
        use crate::http::form::PictureForm;
        let form = ProductForm {
            sku: "TEE-01".to_owned(),
            price: "29000".to_owned(),
            category: "clothing".to_owned(),
            options: vec![OptionForm {
                sku: "TEE-01-M".to_owned(),
                ..OptionForm::default()
            }],
            pictures: vec![PictureForm {
                path: "/pictures/x.svg".to_owned(),
                place: "1".to_owned(),
                drop: false,
            }],
            version: Some(3),
            ..ProductForm::default()
        };
        let errors = ["name.ko", "options.0.sku", "pictures.1"]
            .map(|field| FieldError::new(field, "catalog-bad-required"));
        let page = Self::new(
            page,
            "TEE-01".parse().ok(),
            form,
            super::sample_categories(),
        );
        Self {
            errors: errors.into(),
            is_stale: true,
            ..page
        }
    }

    pub fn blank(page: Page) -> Self {
        Self::new(
            page,
            None,
            ProductForm::default(),
            super::sample_categories(),
        )
    }
}
