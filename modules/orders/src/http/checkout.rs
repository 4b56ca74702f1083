use std::fmt::Write as _;

use actix_web::http::StatusCode;
use actix_web::web::{Data, Form, Query};
use actix_web::{HttpRequest, HttpResponse};
use askama::Template;
use kernel::Money;
use platform::identity::{Identity, SignedIn};
use platform::page::{self, Page, Section};
use platform::problem::{FieldError, Problem};
use serde::{Deserialize, Serialize};

use super::body::{check_token, digest};
use super::{ctx, words};
use crate::OrdersError;
use crate::domain::Address;
use crate::service::{Basket, Checkout, Claimed, Orders, typed_address};

#[derive(Template)]
#[template(path = "orders/checkout.html")]
pub(super) struct CheckoutPage {
    pub page: Page,
    /// `None`: there is nothing in the cart.
    pub basket: Option<Basket>,
    pub form: CheckoutForm,
    pub book: Section<Vec<Address>>,
    /// Which address of the book was picked, from 1.
    pub chosen: usize,
    pub errors: Vec<FieldError>,
    /// Why the order was not placed, in no single field.
    pub notice: Option<&'static str>,
    pub cards: &'static [Card],
}

/// A card of the payment sandbox, in plain words.
pub(super) struct Card {
    pub token: &'static str,
    pub name: &'static str,
    pub hint: &'static str,
}

pub(super) const CARDS: &[Card] = &[
    Card {
        token: "tok_ok",
        name: "orders-card-ok",
        hint: "orders-card-ok-hint",
    },
    Card {
        token: "tok_declined",
        name: "orders-card-declined",
        hint: "orders-card-declined-hint",
    },
    Card {
        token: "tok_slow",
        name: "orders-card-slow",
        hint: "orders-card-slow-hint",
    },
    Card {
        token: "tok_flaky",
        name: "orders-card-flaky",
        hint: "orders-card-flaky-hint",
    },
    Card {
        token: "tok_silent",
        name: "orders-card-silent",
        hint: "orders-card-silent-hint",
    },
];

/// As it was typed.
#[derive(Clone, Debug, Default, Deserialize, Serialize)]
#[serde(default)]
pub struct CheckoutForm {
    pub recipient: String,
    pub phone: String,
    pub postcode: String,
    pub line1: String,
    pub line2: String,
    pub token: String,
    /// Makes one order of a double press, and of two tabs.
    #[serde(skip_serializing)]
    pub key: String,
    /// What the button said.
    #[serde(skip_serializing)]
    pub total: String,
}

#[derive(Deserialize)]
pub struct Chosen {
    #[serde(default)]
    address: Option<usize>,
}

pub async fn show(
    SignedIn(_): SignedIn,
    page: Page,
    orders: Data<Orders>,
    request: HttpRequest,
    chosen: Query<Chosen>,
) -> Result<HttpResponse, Problem> {
    let mut shown = CheckoutPage::load(page, &orders, &request, CheckoutForm::default()).await?;
    CARDS[0].token.clone_into(&mut shown.form.token);
    let wanted = chosen.address.unwrap_or(1);
    let address = shown
        .book
        .here()
        .and_then(|book| book.get(wanted.checked_sub(1)?))
        .cloned();
    if let Some(address) = address {
        shown.chosen = wanted;
        shown.form.fill(address);
    }
    page::render(&shown)
}

pub async fn submit(
    SignedIn(member): SignedIn,
    page: Page,
    orders: Data<Orders>,
    request: HttpRequest,
    form: Form<CheckoutForm>,
) -> Result<HttpResponse, Problem> {
    let form = form.into_inner();
    if form.key.is_empty() || form.key.len() > 64 {
        return again(
            page,
            &orders,
            &request,
            form,
            Refused::Notice("orders-form-stale"),
        )
        .await;
    }
    let claim = match orders
        .claim_in_turn(member, &form.key, &form.fingerprint())
        .await
    {
        Ok(Claimed::Ours(claim)) => claim,
        // pressed twice, or went back and pressed again: there is an order
        Ok(Claimed::Known(order)) | Err(OrdersError::KeyReused(order)) => {
            return Ok(page::redirect(&format!("/orders/{order}")));
        }
        Err(e) => return Err(e.into()),
    };
    let checkout = match form.read() {
        Ok(checkout) => checkout,
        Err(errors) => return again(page, &orders, &request, form, Refused::Fields(errors)).await,
    };
    let guest = Identity::of(&request).guest;
    match orders.place(claim, checkout, guest, &ctx(&request)).await {
        Ok(shown) => {
            Ok(page.redirect_saying(&format!("/orders/{}", shown.order.id), "orders-thanks"))
        }
        Err(OrdersError::OtherTotal(_)) => {
            again(
                page,
                &orders,
                &request,
                form,
                Refused::Notice("orders-other-total"),
            )
            .await
        }
        Err(OrdersError::Gone(_) | OrdersError::EmptyCart) => {
            again(
                page,
                &orders,
                &request,
                form,
                Refused::Notice("orders-form-stale"),
            )
            .await
        }
        Err(e) => Err(e.into()),
    }
}

enum Refused {
    Fields(Vec<FieldError>),
    Notice(&'static str),
}

/// The form with what was typed, and what is wrong with it.
async fn again(
    page: Page,
    orders: &Orders,
    request: &HttpRequest,
    form: CheckoutForm,
    why: Refused,
) -> Result<HttpResponse, Problem> {
    let mut shown = CheckoutPage::load(page, orders, request, form).await?;
    match why {
        Refused::Fields(errors) => shown.errors = errors,
        Refused::Notice(key) => shown.notice = Some(key),
    }
    page::render_status(StatusCode::UNPROCESSABLE_ENTITY, &shown)
}

impl CheckoutPage {
    async fn load(
        page: Page,
        orders: &Orders,
        request: &HttpRequest,
        mut form: CheckoutForm,
    ) -> Result<Self, Problem> {
        let ctx = ctx(request);
        let member = ctx.identity.signed_in()?;
        let (basket, book) = futures_util::future::join(
            orders.basket(member, ctx.identity.guest, &ctx),
            orders.needs.address_book.addresses(member, &ctx),
        )
        .await;
        let basket = match basket {
            Ok(basket) => Some(basket),
            Err(OrdersError::EmptyCart) => None,
            Err(e) => return Err(e.into()),
        };
        form.key = match &basket {
            Some(basket) => form_key(basket, orders.newest_decided(member).await?.as_deref()),
            None => String::new(),
        };
        let page = page.in_area(page::Area::Shop, "cart");
        Ok(Self {
            page,
            basket,
            form,
            book: book.into(),
            chosen: 0,
            errors: vec![],
            notice: None,
            cards: CARDS,
        })
    }
}

/// The same in every tab that shows the same cart, so that they place one order; another one as soon as that order is
/// decided, so that what was declined can be paid with another card, and the same things be bought again.
fn form_key(basket: &Basket, newest_decided: Option<&str>) -> String {
    let mut what = newest_decided.unwrap_or_default().to_owned();
    for line in &basket.lines {
        let _ = write!(what, "\n{} {}", line.line.sku, line.wanted);
    }
    digest(what.as_bytes())
}

impl CheckoutForm {
    fn fingerprint(&self) -> String {
        digest(serde_json::to_string(self).unwrap_or_default().as_bytes())
    }

    pub(super) fn fill(&mut self, address: Address) {
        let Address {
            recipient,
            phone,
            postcode,
            line1,
            line2,
        } = address;
        (self.recipient, self.phone, self.postcode) = (recipient, phone, postcode);
        (self.line1, self.line2) = (line1, line2);
    }

    fn read(&self) -> Result<Checkout, Vec<FieldError>> {
        let typed = Address {
            recipient: self.recipient.clone(),
            phone: self.phone.clone(),
            postcode: self.postcode.clone(),
            line1: self.line1.clone(),
            line2: self.line2.clone(),
        };
        // a total that cannot be read is one that nobody was shown
        let seen = Some(Money::krw(self.total.parse().unwrap_or(-1)));
        match (typed_address(typed, ""), check_token(&self.token, "token")) {
            (Ok(address), Ok(token)) => Ok(Checkout {
                address,
                token,
                seen,
            }),
            (address, token) => Err(address
                .err()
                .unwrap_or_default()
                .into_iter()
                .chain(token.err())
                .collect()),
        }
    }
}
