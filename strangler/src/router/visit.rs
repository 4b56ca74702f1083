//! One request: decided, answered, and said by whom.

use std::rc::Rc;
use std::time::Instant;

use actix_web::body::{EitherBody, MessageBody};
use actix_web::cookie::Cookie;
use actix_web::dev::{Service, ServiceRequest, ServiceResponse};
use actix_web::http::StatusCode;
use actix_web::http::header::HeaderValue;
use actix_web::{Error, HttpMessage, HttpResponse};

use super::followed::Held;
use super::hooks::{Answered, Count};
use super::request::{hops, is_safe, route_of};
use super::side::{Side, side};
use super::worker::Worker;
use super::{MODULE, Refusal};
use crate::backend::Target;
use crate::forward::Journey;
use crate::table::{Fallback, Route};

/// One request, from its head on.
pub(super) struct Visit<S> {
    pub worker: Rc<Worker<S>>,
    begin: Instant,
}

/// What the table says of a request as it is now.
pub(super) enum Decision {
    Goes(Way),
    /// The data behind its route changes hands just now.
    Held,
    Refused(Refusal),
}

/// Where a request goes. The table stays the same until it is answered.
pub(super) struct Way {
    table: Rc<Held>,
    route: usize,
    pub side: Side,
    /// That keeps the caller on this side, if it is new; boxed, because hardly any request needs one.
    cookie: Option<Box<Cookie<'static>>>,
}

pub(super) enum Outcome<B> {
    Answered(ServiceResponse<EitherBody<B>>),
    /// Nothing of it was done: the data behind its route changes hands just now.
    Again(ServiceRequest),
}

/// In the extensions of a request that a service answers: for those who count and trace, further out.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Forwarded {
    pub route: String,
    pub context: String,
    pub service: String,
}

impl<S> Clone for Visit<S> {
    fn clone(&self) -> Self {
        Self {
            worker: Rc::clone(&self.worker),
            ..*self
        }
    }
}

impl<S> Visit<S> {
    pub fn new(worker: Rc<Worker<S>>) -> Self {
        Self {
            worker,
            begin: Instant::now(),
        }
    }

    pub fn finds_route(&self, request: &ServiceRequest) -> bool {
        route_of(&self.worker.followed.table(), request).is_some()
    }

    pub fn decide(&self, request: &ServiceRequest) -> Decision {
        let shared = &self.worker.shared;
        let table = self.worker.followed.table();
        let Some(number) = route_of(&table, request) else {
            return Decision::Refused(Refusal::NoRoute);
        };
        let route = &table.routes[number];
        let (target, cookie) = side(shared, route, request);
        let holds = shared.holds.as_ref();
        if holds.is_some_and(|holds| holds(route, target, request.head())) && self.may_wait() {
            return Decision::Held;
        }
        let side = match target {
            Target::Module => Side::Module,
            Target::Service(name) => {
                let service = table.services.iter().position(|it| it.name == *name);
                let Some(service) = service else {
                    let service = name.clone();
                    return Decision::Refused(Refusal::NotThere { service });
                };
                Side::Service(service)
            }
        };
        Decision::Goes(Way {
            route: number,
            side,
            cookie,
            table,
        })
    }

    fn may_wait(&self) -> bool {
        self.begin.elapsed() < self.worker.shared.options.hold
    }

    fn counter(&self, way: &Way, side: Side) -> Rc<dyn Count> {
        let observe = &*self.worker.shared.observe;
        way.table.counter(way.route, side, observe)
    }

    /// The module has just lost the data, and the table will say so: the request is to be decided [again].
    pub fn has_lost<B>(&self, response: &ServiceResponse<B>, is_safe: bool) -> bool {
        response.status() == StatusCode::MISDIRECTED_REQUEST && is_safe && self.may_wait()
    }

    /// Says and tells that the module answered.
    pub fn tell_module<B>(&self, response: &mut ServiceResponse<B>, way: &Way) {
        self.tell_module_since(self.begin, response, way);
    }

    fn tell_module_since<B>(&self, begin: Instant, response: &mut ServiceResponse<B>, way: &Way) {
        self.counter(way, Side::Module).answered(&Answered {
            status: response.status(),
            latency: begin.elapsed(),
            refusal: None,
        });
        // a module has not said it already: there is nothing to replace
        let options = &self.worker.shared.options;
        let headers = response.headers_mut();
        headers.append(options.route_header.clone(), way.name());
        headers.append(
            options.backend_header.clone(),
            HeaderValue::from_static(MODULE),
        );
        way.keep(response.response_mut());
    }
}

impl<S, B> Visit<S>
where
    S: Service<ServiceRequest, Response = ServiceResponse<B>, Error = Error>,
    B: MessageBody,
{
    /// Lets a service answer, or the module in its place.
    pub async fn ask_service(
        &self,
        mut request: ServiceRequest,
        way: &Way,
        number: usize,
    ) -> Result<Outcome<B>, Error> {
        let shared = &self.worker.shared;
        let (route, service) = (way.route(), &way.table.services[number]);
        let hops = match hops(&request, &shared.options) {
            Ok(hops) => hops,
            Err(refusal) => return Ok(Outcome::Answered(self.worker.refuse(request, &refusal))),
        };
        let (hold, registry) = (shared.options.hold, &shared.registry);
        if registry.is_in_between(service, Instant::now(), hold) && self.may_wait() {
            return Ok(Outcome::Again(request));
        }
        request.extensions_mut().insert(Forwarded {
            route: route.name.clone(),
            context: route.context.clone(),
            service: service.name.clone(),
        });
        let is_safe = is_safe(&request);
        let may_fall_back =
            route.fallback == Fallback::Module && is_safe && (shared.may_serve)(route);
        let counter = self.counter(way, way.side);
        let journey = Journey {
            shared,
            pool: &self.worker.pool,
            route,
            service,
            counter: &counter,
            hops,
            begin: self.begin,
        };
        let mut answer = journey.forward(&mut request).await;
        let is_misdirected = |answer: &HttpResponse| {
            answer.status() == StatusCode::MISDIRECTED_REQUEST && !service.foreign
        };
        if answer.as_ref().is_ok_and(is_misdirected) {
            // it has just lost the data, and the registry or the table will say so
            if is_safe && self.may_wait() {
                drop(answer);
                request.extensions_mut().remove::<Forwarded>();
                return Ok(Outcome::Again(request));
            }
            answer = Err(Refusal::NotThere {
                service: service.name.clone(),
            });
        }
        let (status, refusal) = match &answer {
            Ok(response) => (response.status(), None),
            Err(refusal) => (refusal.status(), Some(refusal)),
        };
        counter.answered(&Answered {
            status,
            latency: self.begin.elapsed(),
            refusal,
        });
        let has_failed = refusal.map_or(status.is_server_error(), Refusal::is_of_service);
        if has_failed && may_fall_back {
            drop(answer);
            request.extensions_mut().remove::<Forwarded>();
            let begin = Instant::now();
            let mut response = self.worker.module.call(request).await?;
            self.tell_module_since(begin, &mut response, way);
            return Ok(Outcome::Answered(response.map_into_left_body()));
        }
        let mut response = answer.unwrap_or_else(|refusal| self.worker.page(&request, &refusal));
        let name = HeaderValue::from_str(&service.name);
        let name = name.unwrap_or(HeaderValue::from_static("none"));
        self.worker.mark(response.headers_mut(), way.name(), name);
        way.keep(&mut response);
        let response = request.into_response(response).map_into_right_body();
        Ok(Outcome::Answered(response))
    }
}

/// The request of an answer that is none.
pub(super) fn again<B>(response: ServiceResponse<B>) -> ServiceRequest {
    let (request, refused) = response.into_parts();
    drop(refused);
    let mut request = ServiceRequest::from_request(request);
    request.match_info_mut().reset();
    request
}

impl Way {
    fn route(&self) -> &Route {
        &self.table.routes[self.route]
    }

    fn name(&self) -> HeaderValue {
        self.table.index.name(self.route)
    }

    fn keep<B>(&self, response: &mut HttpResponse<B>) {
        if let Some(cookie) = &self.cookie {
            // a cookie of ours is always a header
            let _ = response.add_cookie(cookie);
        }
    }
}
