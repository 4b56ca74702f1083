//! One entry of the address book.

use actix_web::HttpResponse;
use actix_web::http::StatusCode;
use actix_web::web::{Data, Form, Path};
use askama::Template;
use platform::identity::SignedIn;
use platform::page::{self, Area, Page};
use platform::problem::{FieldError, Problem};
use serde::Deserialize;

use crate::domain::{Address, MembersError};
use crate::http::for_form;
use crate::service::Service;
use crate::store::addresses::Entry;

const BOOK: &str = "/my/profile#addresses";

#[derive(Clone, Default, Deserialize)]
#[serde(default)]
pub struct AddressForm {
    pub recipient: String,
    pub phone: String,
    pub postcode: String,
    pub line1: String,
    pub line2: String,
    /// A checkbox: there or not.
    pub is_default: Option<String>,
}

#[derive(Template)]
#[template(path = "members/address.html")]
pub struct AddressPage {
    pub page: Page,
    /// `None`: a new one.
    pub id: Option<String>,
    pub form: AddressForm,
    pub errors: Vec<FieldError>,
}

impl AddressPage {
    fn new(page: Page, id: Option<String>, form: AddressForm) -> Self {
        Self {
            page: page.in_area(Area::My, "profile"),
            id,
            form,
            errors: Vec::new(),
        }
    }

    /// Where the form is sent.
    fn action(&self) -> String {
        self.id.as_ref().map_or_else(
            || "/my/profile/addresses".to_owned(),
            |id| format!("/my/profile/addresses/{id}"),
        )
    }
}

impl AddressForm {
    fn typed(&self) -> (Address, bool) {
        let Self {
            recipient,
            phone,
            postcode,
            line1,
            line2,
            is_default,
        } = self.clone();
        (
            Address {
                recipient,
                phone,
                postcode,
                line1,
                line2,
            },
            is_default.is_some(),
        )
    }
}

impl From<Entry> for AddressForm {
    fn from(entry: Entry) -> Self {
        let Address {
            recipient,
            phone,
            postcode,
            line1,
            line2,
        } = entry.address;
        Self {
            recipient,
            phone,
            postcode,
            line1,
            line2,
            is_default: entry.is_default.then(|| "on".to_owned()),
        }
    }
}

pub async fn new_form(_: SignedIn, page: Page) -> Result<HttpResponse, Problem> {
    page::render(&AddressPage::new(page, None, AddressForm::default()))
}

pub async fn form(
    member: SignedIn,
    page: Page,
    service: Data<Service>,
    id: Path<String>,
) -> Result<HttpResponse, Problem> {
    let entry = service.address(member.0, id.into_inner()).await?;
    page::render(&AddressPage::new(
        page,
        Some(entry.id.clone()),
        entry.into(),
    ))
}

pub async fn add(
    member: SignedIn,
    page: Page,
    service: Data<Service>,
    form: Form<AddressForm>,
) -> Result<HttpResponse, Problem> {
    let (address, is_default) = form.typed();
    let added = service.add_address(member.0, &address, is_default).await;
    answer(page, None, form.into_inner(), added)
}

pub async fn change(
    member: SignedIn,
    page: Page,
    service: Data<Service>,
    id: Path<String>,
    form: Form<AddressForm>,
) -> Result<HttpResponse, Problem> {
    let (address, is_default) = form.typed();
    let changed = service
        .change_address(member.0, id.clone(), (&address, is_default))
        .await;
    answer(page, Some(id.into_inner()), form.into_inner(), changed)
}

fn answer(
    page: Page,
    id: Option<String>,
    form: AddressForm,
    written: Result<Entry, MembersError>,
) -> Result<HttpResponse, Problem> {
    match written {
        Ok(_) => Ok(page.redirect_saying(BOOK, "members-address-saved")),
        Err(error) => {
            let errors = match error {
                MembersError::Full(key) => vec![FieldError::new("recipient", key)],
                error => for_form(error)?,
            };
            let shown = AddressPage {
                errors,
                ..AddressPage::new(page, id, form)
            };
            page::render_status(StatusCode::UNPROCESSABLE_ENTITY, &shown)
        }
    }
}

pub async fn make_default(
    member: SignedIn,
    page: Page,
    service: Data<Service>,
    id: Path<String>,
) -> Result<HttpResponse, Problem> {
    service.make_default(member.0, id.into_inner()).await?;
    Ok(page.redirect_saying(BOOK, "members-address-default-set"))
}

pub async fn remove(
    member: SignedIn,
    page: Page,
    service: Data<Service>,
    id: Path<String>,
) -> Result<HttpResponse, Problem> {
    match service.remove_address(member.0, id.into_inner()).await {
        // gone is gone: also by a second press
        Ok(()) | Err(MembersError::Unknown) => {
            Ok(page.redirect_saying(BOOK, "members-address-removed"))
        }
        Err(error) => Err(error.into()),
    }
}
