//! The one error of handlers, named by what the caller can do about it, and the one place that answers with it.

mod extractors;
mod from;
mod render;

use std::borrow::Cow;
use std::fmt;
use std::time::Duration;

use actix_web::http::StatusCode;
use actix_web::{HttpResponse, ResponseError};

use crate::locale::Arg;

pub use extractors::{MAX_BODY, extractors};
pub(crate) use render::answered;
pub use render::{
    FieldDoc, LeaveAlone, ProblemDoc, Routed, answer, answer_untold, render, wants_json,
};

type Name = Cow<'static, str>;

/// What went wrong, as a status, a text's key and its arguments; [`render`] writes it for the caller.
#[derive(Clone, Debug)]
pub struct Problem(Box<Inner>);

#[derive(Clone, Debug)]
struct Inner {
    status: StatusCode,
    /// `None`: the status says it all.
    key: Option<Name>,
    args: Vec<(&'static str, Arg<'static>)>,
    fields: Vec<FieldError>,
    missing: Vec<Name>,
    retry_after: Option<Duration>,
    /// For the log, never for the caller.
    cause: Option<String>,
}

/// What is wrong with one field of a form or a body; `field` is its name there, `items.2.sku` when it lies deeper.
#[derive(Clone, Debug, PartialEq)]
pub struct FieldError {
    pub field: Name,
    pub key: Name,
    pub args: Vec<(&'static str, Arg<'static>)>,
}

impl FieldError {
    pub fn new(field: impl Into<Name>, key: impl Into<Name>) -> Self {
        Self {
            field: field.into(),
            key: key.into(),
            args: Vec::new(),
        }
    }

    pub fn arg<'a>(mut self, name: &'static str, value: impl Into<Arg<'a>>) -> Self {
        self.args.push((name, value.into().into_owned()));
        self
    }
}

impl Problem {
    pub fn of(status: StatusCode) -> Self {
        Self(Box::new(Inner {
            status,
            key: None,
            args: Vec::new(),
            fields: Vec::new(),
            missing: Vec::new(),
            retry_after: None,
            cause: None,
        }))
    }

    /// 400: what was sent cannot be understood at all.
    pub fn bad_request(key: impl Into<Name>) -> Self {
        Self::of(StatusCode::BAD_REQUEST).key(key)
    }

    /// 401; people are sent to the login page instead.
    pub fn unauthenticated() -> Self {
        Self::of(StatusCode::UNAUTHORIZED)
    }

    /// 401 that stays on its page: wrong password, unknown key.
    pub fn not_accepted(key: impl Into<Name>) -> Self {
        Self::of(StatusCode::UNAUTHORIZED).key(key)
    }

    pub fn forbidden() -> Self {
        Self::of(StatusCode::FORBIDDEN)
    }

    pub fn not_found() -> Self {
        Self::of(StatusCode::NOT_FOUND)
    }

    pub fn conflict(key: impl Into<Name>) -> Self {
        Self::of(StatusCode::CONFLICT).key(key)
    }

    /// 422 with what is wrong per field.
    pub fn invalid(fields: Vec<FieldError>) -> Self {
        let mut problem = Self::of(StatusCode::UNPROCESSABLE_ENTITY);
        problem.0.fields = fields;
        problem
    }

    /// 422 that lies in no single field.
    pub fn unprocessable(key: impl Into<Name>) -> Self {
        Self::of(StatusCode::UNPROCESSABLE_ENTITY).key(key)
    }

    pub fn too_many(retry_after: Duration) -> Self {
        Self::of(StatusCode::TOO_MANY_REQUESTS).retry_after(retry_after)
    }

    /// 503: `context` cannot be asked right now; it is named in `missing`.
    pub fn unavailable(context: impl Into<Name>, retry_after: Duration) -> Self {
        Self::of(StatusCode::SERVICE_UNAVAILABLE)
            .missing(context)
            .retry_after(retry_after)
    }

    /// 500; the error goes to the log, not to the caller.
    pub fn internal(error: impl fmt::Display) -> Self {
        Self::of(StatusCode::INTERNAL_SERVER_ERROR).because(error)
    }

    pub fn with_status(mut self, status: StatusCode) -> Self {
        self.0.status = status;
        self
    }

    pub fn key(mut self, key: impl Into<Name>) -> Self {
        self.0.key = Some(key.into());
        self
    }

    pub fn arg<'a>(mut self, name: &'static str, value: impl Into<Arg<'a>>) -> Self {
        self.0.args.push((name, value.into().into_owned()));
        self
    }

    pub fn missing(mut self, context: impl Into<Name>) -> Self {
        self.0.missing.push(context.into());
        self
    }

    pub fn retry_after(mut self, wait: Duration) -> Self {
        self.0.retry_after = Some(wait);
        self
    }

    pub fn because(mut self, cause: impl fmt::Display) -> Self {
        self.0.cause = Some(cause.to_string());
        self
    }

    pub fn status(&self) -> StatusCode {
        self.0.status
    }

    /// For pages that show the form again instead of an error page.
    pub fn fields(&self) -> &[FieldError] {
        &self.0.fields
    }

    pub fn text_key(&self) -> Option<&str> {
        self.0.key.as_deref()
    }
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.0.status)?;
        if let Some(key) = &self.0.key {
            write!(f, " {key}")?;
        }
        for FieldError { field, key, .. } in &self.0.fields {
            write!(f, " {field}: {key}")?;
        }
        self.0
            .cause
            .as_ref()
            .map_or(Ok(()), |cause| write!(f, ": {cause}"))
    }
}

impl std::error::Error for Problem {}

/// Carries itself to [`render`] in the response; without that middleware the answer is the bare status.
impl ResponseError for Problem {
    fn status_code(&self) -> StatusCode {
        self.0.status
    }

    fn error_response(&self) -> HttpResponse {
        let mut response = HttpResponse::new(self.0.status);
        response.extensions_mut().insert(self.clone());
        response
    }
}
