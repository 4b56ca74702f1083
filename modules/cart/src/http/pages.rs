//! The cart as people see it. Every form works without script; with htmx only the piece that changed is sent.

use std::borrow::Cow;

use actix_web::http::StatusCode;
use actix_web::web::{Data, Form, Path};
use actix_web::{HttpRequest, HttpResponse};
use askama::Template;
use kernel::Sku;
use platform::identity::Identity;
use platform::page::{self, Area, Page};
use platform::problem::{FieldError, Problem};
use serde::Deserialize;

use super::{ctx, visitor, wrong_quantity};
use crate::domain::CartError;
use crate::service::{Added, Service};
use crate::shown::{Item, Shown};

/// Tells the count in the frame to ask again.
const CHANGED: (&str, &str) = ("hx-trigger", "cart-changed");

#[derive(Template)]
#[template(path = "cart/show.html")]
pub(super) struct ShowPage {
    pub page: Page,
    pub shown: Shown,
    pub refused: Option<Refused>,
}

/// Of [`ShowPage`] what changes.
#[derive(Template)]
#[template(path = "cart/content.html")]
pub(super) struct Content {
    pub page: Page,
    pub shown: Shown,
    pub refused: Option<Refused>,
}

/// What a product page shows instead of its button after something was put in.
#[derive(Template)]
#[template(path = "cart/added.html")]
pub(super) struct AddedFragment {
    pub page: Page,
    pub added: Result<Added, FieldError>,
}

/// What was typed and could not be taken.
pub(super) struct Refused {
    pub sku: Sku,
    pub typed: String,
    pub why: FieldError,
}

impl ShowPage {
    fn new(page: Page, shown: Shown, refused: Option<Refused>) -> Self {
        Self {
            page: page.in_area(Area::Shop, "cart"),
            shown,
            refused,
        }
    }
}

/// What both templates ask about a line.
pub(super) trait Row {
    fn refused(&self) -> Option<&Refused>;
    fn page(&self) -> &Page;

    fn refusal(&self, item: &Item) -> Option<&Refused> {
        self.refused().filter(|refused| refused.sku == item.sku)
    }

    fn typed(&self, item: &Item) -> Cow<'_, str> {
        match self.refusal(item) {
            Some(refused) => Cow::Borrowed(refused.typed.as_str()),
            None => Cow::Owned(item.quantity.to_string()),
        }
    }

    fn picture<'a>(&'a self, item: &'a Item) -> &'a str {
        item.picture
            .as_deref()
            .unwrap_or_else(|| self.page().asset("nopicture.svg"))
    }
}

impl Row for ShowPage {
    fn refused(&self) -> Option<&Refused> {
        self.refused.as_ref()
    }
    fn page(&self) -> &Page {
        &self.page
    }
}

impl Row for Content {
    fn refused(&self) -> Option<&Refused> {
        self.refused.as_ref()
    }
    fn page(&self) -> &Page {
        &self.page
    }
}

/// From a product's page.
#[derive(Deserialize)]
pub(super) struct AddForm {
    #[serde(default)]
    sku: String,
    quantity: Option<String>,
}

#[derive(Deserialize)]
pub(super) struct SetForm {
    #[serde(default)]
    quantity: String,
}

pub(super) async fn show(
    identity: Identity,
    page: Page,
    service: Data<Service>,
    request: HttpRequest,
) -> Result<HttpResponse, Problem> {
    let shown = service.show(visitor(&identity)?, &ctx(&request)).await?;
    page::render(&ShowPage::new(page, shown, None))
}

/// A bare number, or nothing.
pub(super) async fn count(
    identity: Identity,
    service: Data<Service>,
) -> Result<HttpResponse, Problem> {
    // a number in the corner of every page: whose it is, is said where the cart is
    let count = match visitor(&identity) {
        Ok(visitor) => service.count(visitor).await?,
        Err(_) => 0,
    };
    let text = if count == 0 {
        String::new()
    } else {
        count.to_string()
    };
    Ok(HttpResponse::Ok()
        .content_type("text/html; charset=utf-8")
        .body(text))
}

pub(super) async fn add(
    identity: Identity,
    page: Page,
    service: Data<Service>,
    form: Form<AddForm>,
    request: HttpRequest,
) -> Result<HttpResponse, Problem> {
    let sku: Sku = form.sku.trim().parse().map_err(|_| Problem::not_found())?;
    let more = form.quantity.as_deref().map_or(1, number);
    let added = service
        .add(visitor(&identity)?, sku, more, &ctx(&request))
        .await;
    if is_fragment(&request) {
        let added = match added {
            Ok(added) => Ok(added),
            Err(error) => Err(for_form(error)?),
        };
        let is_in = added.is_ok();
        let mut answer = page::render(&AddedFragment { page, added })?;
        if is_in {
            tell(&mut answer);
        }
        return Ok(answer);
    }
    let said = match added {
        Ok(Added {
            is_capped: false, ..
        }) => "cart-added",
        Ok(_) => "cart-added-fewer",
        Err(CartError::TooMany { available: 0 }) => "cart-sold-out",
        Err(CartError::TooMany { .. }) => "cart-has-all",
        Err(CartError::Full) => "cart-is-full",
        Err(other) => return Err(other.into()),
    };
    Ok(page.redirect_saying("/cart", said))
}

pub(super) async fn set(
    identity: Identity,
    page: Page,
    service: Data<Service>,
    sku: Path<Sku>,
    form: Form<SetForm>,
    request: HttpRequest,
) -> Result<HttpResponse, Problem> {
    let (visitor, ctx, sku) = (visitor(&identity)?, ctx(&request), sku.into_inner());
    match service
        .set(visitor, sku.clone(), number(&form.quantity), &ctx)
        .await
    {
        Ok(shown) => changed(page, shown, &request, "cart-changed"),
        Err(error) => {
            let status = refusal_of(&error);
            let refused = Refused {
                sku,
                typed: form.into_inner().quantity,
                why: for_form(error)?,
            };
            let shown = service.show(visitor, &ctx).await?;
            if is_fragment(&request) {
                // htmx shows only what succeeded
                return page::render(&Content {
                    page,
                    shown,
                    refused: Some(refused),
                });
            }
            page::render_status(status, &ShowPage::new(page, shown, Some(refused)))
        }
    }
}

pub(super) async fn remove(
    identity: Identity,
    page: Page,
    service: Data<Service>,
    sku: Path<Sku>,
    request: HttpRequest,
) -> Result<HttpResponse, Problem> {
    let visitor = visitor(&identity)?;
    service.remove(visitor, sku.into_inner()).await?;
    if !is_fragment(&request) {
        return Ok(page.redirect_saying("/cart", "cart-removed"));
    }
    let shown = service.show(visitor, &ctx(&request)).await?;
    changed(page, shown, &request, "cart-removed")
}

fn changed(
    page: Page,
    shown: Shown,
    request: &HttpRequest,
    said: &'static str,
) -> Result<HttpResponse, Problem> {
    if !is_fragment(request) {
        return Ok(page.redirect_saying("/cart", said));
    }
    let mut answer = page::render(&Content {
        page,
        shown,
        refused: None,
    })?;
    tell(&mut answer);
    Ok(answer)
}

fn tell(answer: &mut HttpResponse) {
    let (name, value) = CHANGED;
    let name = actix_web::http::header::HeaderName::from_static(name);
    answer.headers_mut().insert(
        name,
        actix_web::http::header::HeaderValue::from_static(value),
    );
}

fn is_fragment(request: &HttpRequest) -> bool {
    request.headers().contains_key("hx-request")
}

/// A number that cannot be read is as wrong as one that is out of range.
fn number(typed: &str) -> i64 {
    typed.trim().parse().unwrap_or(-1)
}

fn refusal_of(error: &CartError) -> StatusCode {
    match error {
        CartError::TooMany { .. } | CartError::Full => StatusCode::CONFLICT,
        _ => StatusCode::UNPROCESSABLE_ENTITY,
    }
}

/// What stands beside the field; anything else is a page of its own.
fn for_form(error: CartError) -> Result<FieldError, Problem> {
    match error {
        CartError::Quantity => Ok(wrong_quantity()),
        CartError::TooMany { available: 0 } => Ok(FieldError::new("quantity", "cart-sold-out")),
        CartError::TooMany { available } => {
            Ok(FieldError::new("quantity", "cart-too-many").arg("left", available))
        }
        CartError::Full => Ok(FieldError::new("quantity", "cart-is-full")),
        other => Err(other.into()),
    }
}
