//! What the router asks the application. Everything has a default that does nothing.

use std::future::Future;
use std::pin::Pin;
use std::time::Duration;

use actix_web::dev::ServiceRequest;
use actix_web::http::StatusCode;
use actix_web::http::header::{CONTENT_TYPE, HeaderName, HeaderValue, RETRY_AFTER};
use actix_web::{HttpRequest, HttpResponse};

use super::refusal::Refusal;
use crate::backend::Target;
use crate::table::{Route, Sticky};

pub type LocalFut<'f, T> = Pin<Box<dyn Future<Output = T> + 'f>>;

/// A header for a service, in place of what the request says; `None` takes it off.
pub type Vouched = (HeaderName, Option<HeaderValue>);

/// Who asks.
pub trait Authenticate: Send + Sync {
    /// Finds out who asks and notes it in the request's extensions, where the module finds it. Headers by which
    /// strangers could pretend to be someone are taken off here. `None`: nothing has to be waited for.
    fn authenticate<'r>(&'r self, request: &'r mut ServiceRequest) -> Option<LocalFut<'r, ()>> {
        let _ = request;
        None
    }

    /// What keeps the caller on one side of a route with shares: the same for all their requests. `None` for
    /// [`Sticky::Member`]: each request goes anywhere; for [`Sticky::Cookie`]: the router sets a cookie of its own.
    fn key(&self, request: &ServiceRequest, sticky: Sticky) -> Option<String> {
        let _ = (request, sticky);
        None
    }

    /// What tells a service who asks: a signed token for this very service, for instance.
    fn vouch(&self, request: &ServiceRequest, route: &Route, service: &str) -> Vec<Vouched> {
        let _ = (request, route, service);
        Vec::new()
    }
}

/// Nobody is known.
impl Authenticate for () {}

/// What people see when the router itself answers.
pub trait Pages: Send + Sync {
    fn page(&self, request: &HttpRequest, refusal: &Refusal) -> HttpResponse;
}

/// One line of plain text.
impl Pages for () {
    fn page(&self, _: &HttpRequest, refusal: &Refusal) -> HttpResponse {
        let status = refusal.status();
        let mut response = HttpResponse::build(status);
        response.insert_header((CONTENT_TYPE, "text/plain; charset=utf-8"));
        if status == StatusCode::SERVICE_UNAVAILABLE {
            response.insert_header((RETRY_AFTER, "1"));
        }
        response.body(format!("{refusal}\n"))
    }
}

/// One answer of one side. A request whose service failed and that the module answered then is two of these.
#[derive(Clone, Copy, Debug)]
pub struct Answered<'a> {
    pub route: &'a Route,
    pub backend: &'a Target,
    pub status: StatusCode,
    /// Until the head of the answer.
    pub latency: Duration,
    /// The service did not answer, or not in time.
    pub refusal: Option<&'a Refusal>,
}

/// Who wants to know what was answered.
pub trait Observe: Send + Sync {
    fn answered(&self, answered: &Answered<'_>);

    /// The service's answer began, and did not end as it should.
    fn broken(&self, route: &str, service: &str) {
        let _ = (route, service);
    }
}

impl Observe for () {
    fn answered(&self, _: &Answered<'_>) {}
}
