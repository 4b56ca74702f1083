//! Sign-up, login, logout.

use actix_web::http::StatusCode;
use actix_web::web::{Data, Form, Query};
use actix_web::{HttpRequest, HttpResponse};
use askama::Template;
use platform::page::{self, Page};
use platform::problem::{FieldError, Problem};
use serde::Deserialize;

use super::{back_to, encoded};
use crate::api::CreateMember;
use crate::domain::MembersError;
use crate::http::{
    ctx, for_form, login_allowed, no_session_cookie, session_cookie, session_of, sign_up_allowed,
};
use crate::service::{LoggedIn, Service};

#[derive(Default, Deserialize)]
pub struct Back {
    #[serde(default)]
    back: String,
}

#[derive(Default, Deserialize)]
#[serde(default)]
pub struct JoinForm {
    pub email: String,
    pub password: String,
    pub name: String,
    pub back: String,
}

#[derive(Default, Deserialize)]
#[serde(default)]
pub struct LoginForm {
    pub email: String,
    pub password: String,
    pub back: String,
}

#[derive(Template)]
#[template(path = "members/join.html")]
pub struct JoinPage {
    pub page: Page,
    pub form: JoinForm,
    pub errors: Vec<FieldError>,
}

#[derive(Template)]
#[template(path = "members/login.html")]
pub struct LoginPage {
    pub page: Page,
    pub form: LoginForm,
    pub errors: Vec<FieldError>,
}

#[derive(Template)]
#[template(path = "members/logout.html")]
pub struct LogoutPage {
    pub page: Page,
}

impl JoinPage {
    /// The login page, leading back to the same place.
    fn login_link(&self) -> String {
        with_back("/login", &self.form.back)
    }
}

impl LoginPage {
    fn join_link(&self) -> String {
        with_back("/join", &self.form.back)
    }
}

fn with_back(to: &str, back: &str) -> String {
    if back.is_empty() || back == "/" {
        to.to_owned()
    } else {
        format!("{to}?back={}", encoded(back))
    }
}

pub async fn join_form(page: Page, query: Query<Back>) -> Result<HttpResponse, Problem> {
    if page.is_member() {
        return Ok(page::redirect(&back_to(&query.back)));
    }
    let form = JoinForm {
        back: query.into_inner().back,
        ..JoinForm::default()
    };
    page::render(&JoinPage {
        page: page.in_area(page::Area::Shop, "join"),
        form,
        errors: Vec::new(),
    })
}

/// Whoever has joined is logged in.
pub async fn join(
    request: HttpRequest,
    page: Page,
    service: Data<Service>,
    form: Form<JoinForm>,
) -> Result<HttpResponse, Problem> {
    sign_up_allowed(&service.shell, &request)?;
    let form = form.into_inner();
    let ask = CreateMember {
        email: form.email.clone(),
        name: form.name.clone(),
        password: form.password.clone(),
        locale: page.locale(),
        is_admin: false,
        who: String::new(),
    };
    if let Err(error) = service.join(ask, &ctx(&request)).await {
        let errors = for_form(error)?;
        let shown = JoinPage {
            page: page.in_area(page::Area::Shop, "join"),
            form,
            errors,
        };
        return page::render_status(StatusCode::UNPROCESSABLE_ENTITY, &shown);
    }
    let logged_in = service
        .log_in(&form.email, &form.password, session_of(&request))
        .await?;
    entered(
        &request,
        page.redirect_saying(&back_to(&form.back), "members-joined"),
        &logged_in,
    )
}

pub async fn login_form(page: Page, query: Query<Back>) -> Result<HttpResponse, Problem> {
    if page.is_member() {
        return Ok(page::redirect(&back_to(&query.back)));
    }
    let form = LoginForm {
        back: query.into_inner().back,
        ..LoginForm::default()
    };
    page::render(&LoginPage {
        page: page.in_area(page::Area::Shop, "login"),
        form,
        errors: Vec::new(),
    })
}

pub async fn log_in(
    request: HttpRequest,
    page: Page,
    service: Data<Service>,
    form: Form<LoginForm>,
) -> Result<HttpResponse, Problem> {
    login_allowed(&service.shell, &request, &form.email)?;
    let form = form.into_inner();
    match service
        .log_in(&form.email, &form.password, session_of(&request))
        .await
    {
        Ok(logged_in) => entered(&request, page::redirect(&back_to(&form.back)), &logged_in),
        Err(MembersError::NoMatch) => {
            let errors = vec![FieldError::new("password", "members-login-wrong")];
            let shown = LoginPage {
                page: page.in_area(page::Area::Shop, "login"),
                form,
                errors,
            };
            page::render_status(StatusCode::UNAUTHORIZED, &shown)
        }
        Err(error) => Err(error.into()),
    }
}

fn entered(
    request: &HttpRequest,
    mut response: HttpResponse,
    logged_in: &LoggedIn,
) -> Result<HttpResponse, Problem> {
    response
        .add_cookie(&session_cookie(request, &logged_in.session))
        .map_err(Problem::internal)?;
    Ok(response)
}

/// For those who type the address: a link alone must not log anybody out.
pub async fn logout_form(page: Page) -> Result<HttpResponse, Problem> {
    if page.is_member() {
        page::render(&LogoutPage { page })
    } else {
        Ok(page::redirect("/"))
    }
}

pub async fn log_out(
    request: HttpRequest,
    page: Page,
    service: Data<Service>,
) -> Result<HttpResponse, Problem> {
    if let Some(session) = session_of(&request) {
        service.log_out(session).await?;
    }
    let mut response = page.redirect_saying("/", "members-logged-out");
    response
        .add_cookie(&no_session_cookie(&request))
        .map_err(Problem::internal)?;
    Ok(response)
}
