//! Pages and JSON API.

mod api;
mod pages;

use std::time::{Duration, Instant};

use actix_web::cookie::Cookie;
use actix_web::http::StatusCode;
use actix_web::web::ServiceConfig;
use actix_web::{HttpMessage as _, HttpRequest};
use platform::identity::cookies::Jar;
use platform::identity::{Client, Identity};
use platform::limits::Kind;
use platform::ports::Ctx;
use platform::problem::{FieldError, Problem};
use platform::shell::Shell;
use platform::telemetry::Trace;

pub use api::Docs;

use crate::domain::{Email, MembersError};
use crate::secret::Secret;

/// Longer than any session lasts: it is the database that ends them, 14 days after they were used last.
const COOKIE: Duration = Duration::from_hours(400 * 24);
const PATIENCE: Duration = Duration::from_secs(10);

pub fn routes(cfg: &mut ServiceConfig) {
    api::routes(cfg);
    pages::routes(cfg);
}

impl From<MembersError> for Problem {
    fn from(error: MembersError) -> Self {
        match error {
            MembersError::Invalid(fields) => Self::invalid(fields),
            MembersError::Taken => Self::invalid(vec![taken()])
                .with_status(StatusCode::CONFLICT)
                .key("members-email-taken"),
            MembersError::NoMatch => Self::not_accepted("members-login-wrong"),
            MembersError::Gone => Self::unauthenticated(),
            MembersError::Unknown => Self::not_found(),
            MembersError::StaleLink => Self::of(StatusCode::GONE).key("members-link-stale"),
            MembersError::LastAdmin => Self::conflict("members-last-admin"),
            MembersError::Full(key) => Self::conflict(key),
            MembersError::Hash(why) => Self::internal(why),
            MembersError::Db(e) => e.into(),
        }
    }
}

/// What a form shows beside its fields; anything else is a page of its own.
fn for_form(error: MembersError) -> Result<Vec<FieldError>, Problem> {
    match error {
        MembersError::Invalid(fields) => Ok(fields),
        MembersError::Taken => Ok(vec![taken()]),
        other => Err(other.into()),
    }
}

fn taken() -> FieldError {
    FieldError::new("email", "members-email-taken")
}

/// A field by the name that it has in this form.
fn renamed(fields: Vec<FieldError>, from: &str, to: &'static str) -> Vec<FieldError> {
    let rename = |e: FieldError| {
        if e.field == from {
            FieldError {
                field: to.into(),
                ..e
            }
        } else {
            e
        }
    };
    fields.into_iter().map(rename).collect()
}

fn ctx(request: &HttpRequest) -> Ctx {
    Ctx {
        identity: Identity::of(request),
        deadline: Instant::now() + PATIENCE,
        traceparent: request.extensions().get::<Trace>().map(Trace::traceparent),
    }
}

/// The secret of the session that the browser shows.
fn session_of(request: &HttpRequest) -> Option<Secret> {
    Jar::Session
        .read(request)
        .and_then(|text| Secret::shown(&text))
}

fn session_cookie(request: &HttpRequest, secret: &Secret) -> Cookie<'static> {
    Jar::Session.build(Client::of(request).https, secret.as_str(), Some(COOKIE))
}

fn no_session_cookie(request: &HttpRequest) -> Cookie<'static> {
    Jar::Session.clear(Client::of(request).https)
}

/// Guessing is slow, from one address as well as for one account.
fn login_allowed(shell: &Shell, request: &HttpRequest, email: &str) -> Result<(), Problem> {
    shell
        .limits
        .check(Kind::LoginAddress, Client::of(request).address.to_string())?;
    shell.limits.check(Kind::LoginAccount, account_key(email))
}

fn sign_up_allowed(shell: &Shell, request: &HttpRequest) -> Result<(), Problem> {
    shell
        .limits
        .check(Kind::SignUp, Client::of(request).address.to_string())
}

/// One account, however its address is written.
fn account_key(email: &str) -> String {
    email
        .parse::<Email>()
        .map_or_else(|_| email.trim().to_lowercase(), |email| email.key())
}
