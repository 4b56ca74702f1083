use std::borrow::Cow;
use std::panic::AssertUnwindSafe;

use actix_web::body::{BodySize, BoxBody, MessageBody};
use actix_web::dev::{ServiceRequest, ServiceResponse};
use actix_web::error::InternalError;
use actix_web::http::{StatusCode, header};
use actix_web::middleware::Next;
use actix_web::{Error, HttpMessage, HttpRequest, HttpResponse};
use askama::Template;
use futures_util::FutureExt;
use serde::Serialize;

use super::{FieldError, Problem};
use crate::identity::{LOGIN, local_path, login_for};
use crate::page::Page;
use crate::telemetry::Trace;

/// RFC 9457; the title in English, the details in the caller's language.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub struct ProblemDoc {
    #[serde(rename = "type")]
    pub kind: &'static str,
    pub title: &'static str,
    pub status: u16,
    pub detail: String,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub errors: Vec<FieldDoc>,
    /// Contexts that could not be asked.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub missing: Vec<String>,
    pub trace_id: String,
}

#[derive(Debug, Serialize, utoipa::ToSchema)]
pub struct FieldDoc {
    pub field: String,
    pub detail: String,
}

/// In a request's extensions: a router sent it, which looks for another side when it hears 421.
pub struct Routed;

/// In a response's extensions: this error answer is already as its reader wants it (a forwarded one, say).
pub struct LeaveAlone;

#[derive(Template)]
#[template(path = "problem.html")]
struct ProblemPage<'a> {
    page: &'a Page,
    status: u16,
    heading: Cow<'a, str>,
    text: String,
    advice: Cow<'a, str>,
    trace_id: String,
}

/// The middleware that answers every error, ours or actix's, and panics.
pub async fn render(
    request: ServiceRequest,
    next: Next<impl MessageBody + 'static>,
) -> Result<ServiceResponse<BoxBody>, Error> {
    let caller = Caller::of(request.request());
    match AssertUnwindSafe(next.call(request)).catch_unwind().await {
        Ok(Ok(response)) => {
            let Some(problem) = problem_in(&response) else {
                return Ok(response.map_into_boxed_body());
            };
            let (request, old) = response.into_parts();
            let mut new = Caller::of(&request).answer(&problem);
            for (name, value) in old
                .headers()
                .iter()
                .filter(|(name, _)| !is_about_the_body(name))
            {
                new.headers_mut().append(name.clone(), value.clone());
            }
            Ok(ServiceResponse::new(request, new))
        }
        // without the request a middleware can only pass an error on
        Ok(Err(error)) => {
            let problem = error.as_error::<Problem>().cloned();
            Err(answered(caller.answer(&problem.unwrap_or_else(|| {
                of_foreign(error.as_response_error().status_code(), &error)
            }))))
        }
        Err(panic) => Err(answered(
            caller.answer(&Problem::internal(panic_message(&*panic))),
        )),
    }
}

/// The answer to `problem`, for whoever makes responses outside of handlers.
pub fn answer(request: &HttpRequest, problem: &Problem) -> HttpResponse {
    Caller::of(request).answer(problem)
}

/// The same for a problem that was logged already.
pub fn answer_untold(request: &HttpRequest, problem: &Problem) -> HttpResponse {
    Caller::of(request).respond(problem)
}

/// An error that is nothing but its answer.
pub(crate) fn answered(response: HttpResponse) -> Error {
    InternalError::from_response("answered", response).into()
}

/// Programs get JSON: everything under `/api` and `/internal`, and whoever accepts JSON rather than HTML.
pub fn wants_json(request: &HttpRequest) -> bool {
    let below = |prefix: &str| {
        request
            .path()
            .strip_prefix(prefix)
            .is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
    };
    if below("/api") || below("/internal") {
        return true;
    }
    let accept = request
        .headers()
        .get(header::ACCEPT)
        .and_then(|value| value.to_str().ok())
        .unwrap_or_default();
    (accept.contains("application/json") || accept.contains("application/problem+json"))
        && !accept.contains("text/html")
}

/// What an answer must know of the request, taken before the request is gone.
struct Caller {
    page: Option<Page>,
    json: bool,
    /// A neighbour or a router, who is told 421 where the data is served elsewhere; to others that is 503.
    is_neighbour: bool,
    trace: Option<Trace>,
    /// The page whose form this is; `None` for requests that can be repeated themselves.
    form: Option<String>,
    is_fragment: bool,
}

impl Caller {
    fn of(request: &HttpRequest) -> Self {
        Self {
            page: Page::of(request),
            json: wants_json(request),
            is_neighbour: request.path().starts_with("/internal/")
                || request.extensions().contains::<Routed>(),
            trace: request.extensions().get::<Trace>().copied(),
            form: (!request.method().is_safe()).then(|| form_page(request)),
            is_fragment: request.headers().contains_key("hx-request"),
        }
    }

    fn answer(&self, problem: &Problem) -> HttpResponse {
        if problem.status() == StatusCode::MISDIRECTED_REQUEST && !self.is_neighbour {
            // whoever lost the data has said so once, and the router looks further
            tracing::debug!(trace_id = %self.trace_id(), "{problem}");
            let unavailable = problem.clone();
            return self.respond(&unavailable.with_status(StatusCode::SERVICE_UNAVAILABLE));
        }
        let (inner, trace_id) = (&problem.0, self.trace_id());
        if inner.status == StatusCode::SERVICE_UNAVAILABLE {
            tracing::warn!(%trace_id, "{problem}");
        } else if inner.status.is_server_error() {
            tracing::error!(%trace_id, "{problem}");
        } else {
            tracing::debug!(%trace_id, "{problem}");
        }
        self.respond(problem)
    }

    fn trace_id(&self) -> String {
        self.trace.map(|trace| trace.id()).unwrap_or_default()
    }

    fn respond(&self, problem: &Problem) -> HttpResponse {
        let (inner, trace_id) = (&problem.0, self.trace_id());
        if inner.status == StatusCode::UNAUTHORIZED && inner.key.is_none() && !self.json {
            return self.to_login();
        }
        let mut response = HttpResponse::build(inner.status);
        if let Some(wait) = inner.retry_after {
            response.insert_header((header::RETRY_AFTER, wait.as_secs().max(1).to_string()));
        }
        if inner.status == StatusCode::UNAUTHORIZED {
            response.insert_header((header::WWW_AUTHENTICATE, "Bearer"));
        }
        match &self.page {
            Some(page) if !self.json => match html(page, problem, trace_id).render() {
                Ok(html) => response.content_type("text/html; charset=utf-8").body(html),
                Err(error) => {
                    tracing::error!(%error, "the problem page cannot be rendered");
                    response.finish()
                }
            },
            page => {
                let document = document(page.as_ref(), problem, trace_id);
                response
                    .content_type("application/problem+json")
                    .body(serde_json::to_string(&document).unwrap_or_default())
            }
        }
    }

    /// Back to this page afterwards; where only a piece of it was asked for, the whole page goes.
    fn to_login(&self) -> HttpResponse {
        let own = self.page.as_ref().map_or("/", Page::path);
        let login = login_for(self.form.as_deref().unwrap_or(own));
        if self.is_fragment {
            return HttpResponse::Unauthorized()
                .insert_header(("hx-redirect", LOGIN))
                .finish();
        }
        crate::page::redirect(&login)
    }
}

fn html<'a>(page: &'a Page, problem: &Problem, trace_id: String) -> ProblemPage<'a> {
    let kind = kind(problem.status());
    let mut text = detail(page, problem);
    for error in problem.fields() {
        text.push_str(" · ");
        text.push_str(&page.field_error(error));
    }
    ProblemPage {
        page,
        status: problem.status().as_u16(),
        heading: page.t(kind),
        text,
        advice: Cow::Owned(page.t(&format!("{kind}-advice")).into_owned()),
        trace_id,
    }
}

fn document(page: Option<&Page>, problem: &Problem, trace_id: String) -> ProblemDoc {
    let status = problem.status();
    ProblemDoc {
        kind: "about:blank",
        title: status.canonical_reason().unwrap_or("Error"),
        status: status.as_u16(),
        detail: page.map_or_else(String::new, |page| detail(page, problem)),
        errors: problem
            .fields()
            .iter()
            .map(|error| field(page, error))
            .collect(),
        missing: problem.0.missing.iter().map(ToString::to_string).collect(),
        trace_id,
    }
}

fn detail(page: &Page, problem: &Problem) -> String {
    match &problem.0.key {
        Some(key) => page.with(key, &problem.0.args),
        None => page
            .t(&format!("{}-text", kind(problem.status())))
            .into_owned(),
    }
}

fn field(page: Option<&Page>, error: &FieldError) -> FieldDoc {
    let detail = page.map_or_else(|| error.key.to_string(), |page| page.field_error(error));
    FieldDoc {
        field: error.field.to_string(),
        detail,
    }
}

fn kind(status: StatusCode) -> &'static str {
    match status.as_u16() {
        401 => "problem-unauthenticated",
        403 => "problem-forbidden",
        404 | 410 => "problem-not-found",
        405 => "problem-method",
        409 | 412 => "problem-conflict",
        413 => "problem-too-large",
        422 => "problem-unprocessable",
        429 => "problem-too-many",
        421 | 502..=504 => "problem-unavailable",
        400..500 => "problem-bad-request",
        _ => "problem-internal",
    }
}

fn problem_in<B: MessageBody>(response: &ServiceResponse<B>) -> Option<Problem> {
    let answer = response.response();
    if !(answer.status().is_client_error() || answer.status().is_server_error())
        || answer.extensions().get::<LeaveAlone>().is_some()
    {
        return None;
    }
    if let Some(problem) = answer.extensions().get::<Problem>() {
        return Some(problem.clone());
    }
    if let Some(error) = answer.error() {
        return Some(
            error
                .as_error::<Problem>()
                .cloned()
                .unwrap_or_else(|| of_foreign(answer.status(), error)),
        );
    }
    let is_bare = matches!(answer.body().size(), BodySize::None | BodySize::Sized(0))
        && !answer.headers().contains_key(header::CONTENT_TYPE);
    is_bare.then(|| Problem::of(answer.status()))
}

fn of_foreign(status: StatusCode, error: &Error) -> Problem {
    Problem::of(status).because(error)
}

fn is_about_the_body(name: &header::HeaderName) -> bool {
    [
        header::CONTENT_TYPE,
        header::CONTENT_LENGTH,
        header::CONTENT_ENCODING,
        header::TRANSFER_ENCODING,
    ]
    .contains(name)
}

/// Browsers tell which of our pages a form was on.
fn form_page(request: &HttpRequest) -> String {
    let referer = request
        .headers()
        .get(header::REFERER)
        .and_then(|value| value.to_str().ok());
    let path = referer
        .and_then(|url| url.split_once("://"))
        .and_then(|(_, rest)| rest.find('/').map(|at| &rest[at..]));
    path.and_then(local_path).unwrap_or("/").to_owned()
}

fn panic_message(panic: &(dyn std::any::Any + Send)) -> String {
    let text = panic
        .downcast_ref::<&str>()
        .copied()
        .or_else(|| panic.downcast_ref::<String>().map(String::as_str));
    format!("panic: {}", text.unwrap_or("of an unknown kind"))
}
