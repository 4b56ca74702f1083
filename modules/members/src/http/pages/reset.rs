//! "I have forgotten my password."

use actix_web::http::StatusCode;
use actix_web::web::{Data, Form, Path};
use actix_web::{HttpRequest, HttpResponse};
use askama::Template;
use platform::identity::Client;
use platform::limits::Kind;
use platform::page::{self, Page};
use platform::problem::{FieldError, Problem};
use serde::Deserialize;

use crate::domain::{Email, MembersError};
use crate::http::{account_key, for_form, no_session_cookie};
use crate::service::Service;

#[derive(Default, Deserialize)]
#[serde(default)]
pub struct AskForm {
    pub email: String,
}

#[derive(Default, Deserialize)]
#[serde(default)]
pub struct ChooseForm {
    new_password: String,
}

#[derive(Template)]
#[template(path = "members/reset.html")]
pub struct AskPage {
    pub page: Page,
    pub form: AskForm,
    pub errors: Vec<FieldError>,
    /// Whether there is a member of this address is not told.
    pub sent: bool,
}

#[derive(Template)]
#[template(path = "members/reset_choose.html")]
pub struct ChoosePage {
    pub page: Page,
    /// Part of the form's address.
    pub token: String,
    pub errors: Vec<FieldError>,
}

#[derive(Template)]
#[template(path = "members/reset_stale.html")]
pub struct StalePage {
    pub page: Page,
}

pub async fn ask_form(page: Page) -> Result<HttpResponse, Problem> {
    page::render(&AskPage {
        page,
        form: AskForm::default(),
        errors: Vec::new(),
        sent: false,
    })
}

pub async fn ask(
    request: HttpRequest,
    page: Page,
    service: Data<Service>,
    form: Form<AskForm>,
) -> Result<HttpResponse, Problem> {
    let form = form.into_inner();
    let Ok(email) = form.email.parse::<Email>() else {
        let errors = vec![FieldError::new("email", "members-email-wrong")];
        return page::render_status(
            StatusCode::UNPROCESSABLE_ENTITY,
            &AskPage {
                page,
                form,
                errors,
                sent: false,
            },
        );
    };
    service
        .shell
        .limits
        .check(Kind::LoginAddress, Client::of(&request).address.to_string())?;
    service
        .shell
        .limits
        .check(Kind::Reset, account_key(&form.email))?;
    service.request_reset(&email).await?;
    page::render(&AskPage {
        page,
        form,
        errors: Vec::new(),
        sent: true,
    })
}

pub async fn choose_form(
    page: Page,
    service: Data<Service>,
    token: Path<String>,
) -> Result<HttpResponse, Problem> {
    let token = token.into_inner();
    match service.of_link(&token).await {
        Ok(_) => page::render(&ChoosePage {
            page,
            token,
            errors: Vec::new(),
        }),
        Err(error) => stale(page, error),
    }
}

pub async fn choose(
    request: HttpRequest,
    page: Page,
    service: Data<Service>,
    token: Path<String>,
    form: Form<ChooseForm>,
) -> Result<HttpResponse, Problem> {
    let token = token.into_inner();
    match service.reset_password(&token, &form.new_password).await {
        Ok(()) => {
            let mut response = page.redirect_saying("/login", "members-reset-done");
            response
                .add_cookie(&no_session_cookie(&request))
                .map_err(Problem::internal)?;
            Ok(response)
        }
        Err(MembersError::StaleLink) => stale(page, MembersError::StaleLink),
        Err(error) => {
            let errors = for_form(error)?;
            page::render_status(
                StatusCode::UNPROCESSABLE_ENTITY,
                &ChoosePage {
                    page,
                    token,
                    errors,
                },
            )
        }
    }
}

/// The link leads on to a new one.
fn stale(page: Page, error: MembersError) -> Result<HttpResponse, Problem> {
    match error {
        MembersError::StaleLink => page::render_status(StatusCode::GONE, &StalePage { page }),
        other => Err(other.into()),
    }
}
