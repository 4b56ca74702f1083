//! A member's own page: details, addresses, password, API keys, withdrawal.

use std::time::Duration;

use actix_web::http::StatusCode;
use actix_web::web::{Data, Form, Path};
use actix_web::{HttpRequest, HttpResponse};
use askama::Template;
use kernel::{Locale, MemberId};
use platform::identity::cookies::Jar;
use platform::identity::{Client, SignedIn};
use platform::page::{self, Area, Page};
use platform::problem::{FieldError, Problem};
use serde::Deserialize;

use crate::domain::MembersError;
use crate::http::{ctx, for_form, login_allowed, no_session_cookie, renamed};
use crate::service::{Details, Service};
use crate::store::addresses::Entry;
use crate::store::keys::ApiKey;

const HERE: &str = "/my/profile";
const YEAR: Duration = Duration::from_hours(365 * 24);

#[derive(Template)]
#[template(path = "members/profile.html")]
pub struct ProfilePage {
    pub page: Page,
    pub email: String,
    /// As it is, or as it was typed.
    pub name: String,
    pub locale: Locale,
    pub addresses: Vec<Entry>,
    pub keys: Vec<ApiKey>,
    /// What somebody typed as the name of a new key.
    pub key_name: String,
    /// Shown this once.
    pub new_key: Option<String>,
    pub errors: Vec<FieldError>,
}

#[derive(Default, Deserialize)]
#[serde(default)]
pub struct DetailsForm {
    name: String,
    locale: String,
}

#[derive(Default, Deserialize)]
#[serde(default)]
pub struct PasswordForm {
    current_password: String,
    new_password: String,
}

#[derive(Default, Deserialize)]
#[serde(default)]
pub struct KeyForm {
    key_name: String,
}

#[derive(Default, Deserialize)]
#[serde(default)]
pub struct WithdrawalForm {
    withdrawal_password: String,
}

impl ProfilePage {
    async fn read(page: Page, service: &Service, member: MemberId) -> Result<Self, Problem> {
        let (addresses, keys) = (
            service.addresses(member).await?,
            service.keys(member).await?,
        );
        let member = service.member(member).await?;
        Ok(Self {
            page: page.in_area(Area::My, "profile"),
            email: member.email,
            name: member.name,
            locale: member.locale,
            addresses,
            keys,
            key_name: String::new(),
            new_key: None,
            errors: Vec::new(),
        })
    }

    fn refused(self) -> Result<HttpResponse, Problem> {
        page::render_status(StatusCode::UNPROCESSABLE_ENTITY, &self)
    }
}

pub async fn show(
    member: SignedIn,
    page: Page,
    service: Data<Service>,
) -> Result<HttpResponse, Problem> {
    page::render(&ProfilePage::read(page, &service, member.0).await?)
}

/// The language that is chosen here is spoken from now on.
pub async fn change_details(
    request: HttpRequest,
    member: SignedIn,
    page: Page,
    service: Data<Service>,
    form: Form<DetailsForm>,
) -> Result<HttpResponse, Problem> {
    let form = form.into_inner();
    let locale = Locale::parse(&form.locale);
    let details = Details {
        name: Some(form.name.clone()),
        locale,
    };
    if let Err(error) = service.change_details(member.0, details).await {
        let errors = for_form(error)?;
        let shown = ProfilePage::read(page, &service, member.0).await?;
        let locale = locale.unwrap_or(shown.locale);
        return ProfilePage {
            name: form.name,
            locale,
            errors,
            ..shown
        }
        .refused();
    }
    let mut response = page.redirect_saying(HERE, "members-details-saved");
    if let Some(locale) = locale {
        let spoken = Jar::Language.build(Client::of(&request).https, locale.as_str(), Some(YEAR));
        response.add_cookie(&spoken).map_err(Problem::internal)?;
    }
    Ok(response)
}

pub async fn change_password(
    request: HttpRequest,
    member: SignedIn,
    page: Page,
    service: Data<Service>,
    form: Form<PasswordForm>,
) -> Result<HttpResponse, Problem> {
    login_allowed(&service.shell, &request, &member.0.to_string())?;
    let this = page.identity().session.clone();
    let change = (form.current_password.as_str(), form.new_password.as_str());
    match service
        .change_password(member.0, change, this.as_deref())
        .await
    {
        Ok(()) => Ok(page.redirect_saying(HERE, "members-password-changed")),
        Err(error) => {
            let errors = for_form(error)?;
            ProfilePage {
                errors,
                ..ProfilePage::read(page, &service, member.0).await?
            }
            .refused()
        }
    }
}

/// The answer itself shows the key: it is kept nowhere from where another page could.
pub async fn add_key(
    member: SignedIn,
    page: Page,
    service: Data<Service>,
    form: Form<KeyForm>,
) -> Result<HttpResponse, Problem> {
    let key_name = form.into_inner().key_name;
    match service.add_key(member.0, &key_name).await {
        Ok(new) => {
            let new_key = Some(new.key.as_str().to_owned());
            page::render(&ProfilePage {
                new_key,
                ..ProfilePage::read(page, &service, member.0).await?
            })
        }
        Err(error) => {
            let errors = match error {
                MembersError::Full(key) => vec![FieldError::new("key_name", key)],
                error => renamed(for_form(error)?, "name", "key_name"),
            };
            ProfilePage {
                key_name,
                errors,
                ..ProfilePage::read(page, &service, member.0).await?
            }
            .refused()
        }
    }
}

pub async fn revoke_key(
    member: SignedIn,
    page: Page,
    service: Data<Service>,
    id: Path<String>,
) -> Result<HttpResponse, Problem> {
    match service.revoke_key(member.0, id.into_inner()).await {
        // revoked is revoked: also by a second press
        Ok(()) | Err(MembersError::Unknown) => {
            Ok(page.redirect_saying(HERE, "members-key-revoked"))
        }
        Err(error) => Err(error.into()),
    }
}

pub async fn withdraw(
    request: HttpRequest,
    member: SignedIn,
    page: Page,
    service: Data<Service>,
    form: Form<WithdrawalForm>,
) -> Result<HttpResponse, Problem> {
    login_allowed(&service.shell, &request, &member.0.to_string())?;
    match service
        .withdraw(member.0, &form.withdrawal_password, &ctx(&request))
        .await
    {
        Ok(()) => {
            let mut response = page.redirect_saying("/", "members-withdrawn");
            response
                .add_cookie(&no_session_cookie(&request))
                .map_err(Problem::internal)?;
            Ok(response)
        }
        Err(error) => {
            let errors = renamed(for_form(error)?, "password", "withdrawal_password");
            ProfilePage {
                errors,
                ..ProfilePage::read(page, &service, member.0).await?
            }
            .refused()
        }
    }
}
