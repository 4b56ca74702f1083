//! What one worker keeps for all its requests.

use std::rc::Rc;
use std::sync::Arc;

use actix_web::HttpResponse;
use actix_web::body::{BoxBody, EitherBody};
use actix_web::dev::{ServiceRequest, ServiceResponse};
use actix_web::http::ConnectionType;
use actix_web::http::header::{HeaderMap, HeaderValue};

use super::followed::Followed;
use super::{Refusal, Shared};
use crate::forward::Pool;

pub(super) struct Worker<S> {
    pub shared: Arc<Shared>,
    pub module: S,
    pub followed: Followed,
    pub pool: Rc<Pool>,
}

impl<S> Worker<S> {
    pub fn new(shared: Arc<Shared>, module: S) -> Self {
        Self {
            followed: Followed::new(&shared.live),
            pool: Rc::new(Pool::new(&shared.options)),
            shared,
            module,
        }
    }

    /// Without a route.
    pub fn refuse<B>(
        &self,
        request: ServiceRequest,
        refusal: &Refusal,
    ) -> ServiceResponse<EitherBody<B>> {
        let mut response = self.page(&request, refusal);
        let none = HeaderValue::from_static("none");
        self.mark(response.headers_mut(), none.clone(), none);
        request.into_response(response).map_into_right_body()
    }

    pub fn page(&self, request: &ServiceRequest, refusal: &Refusal) -> HttpResponse<BoxBody> {
        let mut response = self.shared.pages.page(request.request(), refusal);
        if matches!(refusal, Refusal::BadRequest(_) | Refusal::Stalled) {
            // where the next request begins is not known
            let head = response.head_mut();
            head.set_connection_type(ConnectionType::Close);
        }
        response
    }

    /// Says on an answer who gave it, in place of what a service says of itself.
    pub fn mark(&self, headers: &mut HeaderMap, route: HeaderValue, backend: HeaderValue) {
        headers.insert(self.shared.options.route_header.clone(), route);
        headers.insert(self.shared.options.backend_header.clone(), backend);
    }
}
