//! What the router asks the application. Everything has a default that does nothing.

use std::future::Future;
use std::pin::Pin;
use std::rc::Rc;
use std::time::Duration;

use actix_web::dev::ServiceRequest;
use actix_web::http::StatusCode;
use actix_web::http::header::{CONTENT_TYPE, HeaderName, HeaderValue, RETRY_AFTER};
use actix_web::{HttpRequest, HttpResponse};

use super::refusal::Refusal;
use crate::table::{Route, Sticky};

pub type LocalFut<'f, T> = Pin<Box<dyn Future<Output = T> + 'f>>;

/// A header for a service, in place of what the request says; `None` takes it off.
pub type Vouched = (HeaderName, Option<HeaderValue>);

/// Who asks.
pub trait Authenticate: Send + Sync {
    /// Whether [`authenticate`](Self::authenticate) is for this request: by default for each.
    fn asks(&self, request: &ServiceRequest) -> bool {
        let _ = request;
        true
    }

    /// Finds out who asks and notes it in the request's extensions, where the module finds it. Headers by which
    /// strangers could pretend to be someone are taken off here.
    fn authenticate<'r>(&'r self, request: &'r mut ServiceRequest) -> LocalFut<'r, ()> {
        let _ = request;
        Box::pin(std::future::ready(()))
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
impl Authenticate for () {
    fn asks(&self, _: &ServiceRequest) -> bool {
        false
    }
}

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

/// Who wants to know what was answered.
pub trait Observe: Send + Sync {
    /// Who counts the answers of one side of a route, `module` or the service of that name. Asked by each worker for
    /// itself at the first answer, and again when the table has changed.
    fn side(&self, route: &str, backend: &str) -> Rc<dyn Count>;
}

/// Hears of the answers of one side.
pub trait Count {
    fn answered(&self, answered: &Answered<'_>);

    /// The service's answer began, and did not end as it should.
    fn broken(&self) {}
}

/// One answer of one side. A request whose service failed and that the module answered then is two of these.
#[derive(Clone, Copy, Debug)]
pub struct Answered<'a> {
    pub status: StatusCode,
    /// Until the head of the answer.
    pub latency: Duration,
    /// The service did not answer, or not in time.
    pub refusal: Option<&'a Refusal>,
}

impl Observe for () {
    fn side(&self, _: &str, _: &str) -> Rc<dyn Count> {
        Rc::new(())
    }
}

impl Count for () {
    fn answered(&self, _: &Answered<'_>) {}
}
