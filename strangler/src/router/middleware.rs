use std::future::{Ready, ready};
use std::rc::Rc;
use std::sync::Arc;
use std::time::{Duration, Instant};

use actix_web::body::{BoxBody, EitherBody, MessageBody};
use actix_web::dev::{Service, ServiceRequest, ServiceResponse, Transform};
use actix_web::http::StatusCode;
use actix_web::http::header::{HeaderMap, HeaderValue};
use actix_web::{Error, HttpMessage, HttpResponse};

use super::hooks::{Answered, LocalFut};
use super::request::{is_safe, prepare, route_of};
use super::side::side;
use super::{Refusal, Router, Shared};
use crate::backend::Target;
use crate::forward::{Journey, Pool};
use crate::table::{Fallback, Route, RouteTable};
use crate::watch::Followed;

/// In the extensions of a request that a service answers: for those who count and trace, further out.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Forwarded {
    pub route: String,
    pub context: String,
    pub service: String,
}

/// [`Router`] as one worker has it.
pub struct RouterMiddleware<S>(Rc<Worker<S>>);

struct Worker<S> {
    shared: Arc<Shared>,
    followed: Followed,
    pool: Rc<Pool>,
    module: S,
}

type Answer<B> = Result<Outcome<B>, Error>;

enum Outcome<B> {
    Answered(ServiceResponse<EitherBody<B>>),
    /// Nothing of it was done: the data behind its route changes hands just now.
    Again(ServiceRequest),
}

/// While data changes hands the table is looked at so often.
const LOOK_AGAIN: Duration = Duration::from_millis(20);

impl<S, B> Transform<S, ServiceRequest> for Router
where
    S: Service<ServiceRequest, Response = ServiceResponse<B>, Error = Error> + 'static,
    B: MessageBody + 'static,
{
    type Response = ServiceResponse<EitherBody<B>>;
    type Error = Error;
    type Transform = RouterMiddleware<S>;
    type InitError = ();
    type Future = Ready<Result<Self::Transform, ()>>;

    fn new_transform(&self, module: S) -> Self::Future {
        let shared = Arc::clone(&self.0);
        let pool = Rc::new(Pool::new(&shared.options));
        ready(Ok(RouterMiddleware(Rc::new(Worker {
            followed: Followed::new(&shared.live),
            shared,
            pool,
            module,
        }))))
    }
}

impl<S, B> Service<ServiceRequest> for RouterMiddleware<S>
where
    S: Service<ServiceRequest, Response = ServiceResponse<B>, Error = Error> + 'static,
    B: MessageBody + 'static,
{
    type Response = ServiceResponse<EitherBody<B>>;
    type Error = Error;
    type Future = LocalFut<'static, Result<Self::Response, Error>>;

    fn poll_ready(
        &self,
        context: &mut std::task::Context<'_>,
    ) -> std::task::Poll<Result<(), Error>> {
        self.0.module.poll_ready(context)
    }

    fn call(&self, request: ServiceRequest) -> Self::Future {
        Box::pin(answer(Rc::clone(&self.0), request))
    }
}

/// What every request carries along is small: what only some need is boxed.
async fn answer<S, B>(
    worker: Rc<Worker<S>>,
    mut request: ServiceRequest,
) -> Result<ServiceResponse<EitherBody<B>>, Error>
where
    S: Service<ServiceRequest, Response = ServiceResponse<B>, Error = Error>,
    B: MessageBody,
{
    let begin = Instant::now();
    let hops = match prepare(&mut request, &worker.shared.options) {
        Ok(hops) => hops,
        Err(refusal) => return Ok(worker.refuse(request, &refusal)),
    };
    if (worker.shared.is_own)(request.path()) {
        return Ok(worker.module.call(request).await?.map_into_left_body());
    }
    let mut is_known = false;
    loop {
        let table = worker.followed.table();
        let Some(number) = route_of(&table, &request) else {
            return Ok(worker.refuse(request, &Refusal::NoRoute));
        };
        if !is_known {
            if let Some(asking) = worker.shared.authenticate.authenticate(&mut request) {
                asking.await;
            }
            is_known = true;
        }
        let route = &table.routes[number];
        let (target, cookie) = side(&worker.shared, route, &request);
        let is_held =
            (worker.shared.holds)(route, target, request.head()) && worker.may_wait(begin);
        let outcome = match target {
            _ if is_held => Outcome::Again(request),
            Target::Module => worker.module(request, (&table, number), begin).await?,
            Target::Service(name) => {
                let service = table.services.iter().position(|it| it.name == *name);
                let Some(service) = service else {
                    let service = name.clone();
                    return Ok(worker.refuse(request, &Refusal::NotThere { service }));
                };
                let journey = Journey {
                    shared: &worker.shared,
                    pool: &worker.pool,
                    table: &table,
                    route,
                    service: &table.services[service],
                    numbers: (number, service),
                    hops,
                    begin,
                };
                Box::pin(worker.service(request, &journey, target)).await?
            }
        };
        match outcome {
            Outcome::Answered(mut response) => {
                if let Some(cookie) = cookie {
                    // a cookie of ours is always a header
                    let _ = response.response_mut().add_cookie(&cookie);
                }
                return Ok(response);
            }
            Outcome::Again(back) => request = back,
        }
        Box::pin(tokio::time::sleep(LOOK_AGAIN)).await;
    }
}

impl<S, B> Worker<S>
where
    S: Service<ServiceRequest, Response = ServiceResponse<B>, Error = Error>,
    B: MessageBody,
{
    fn may_wait(&self, begin: Instant) -> bool {
        begin.elapsed() < self.shared.options.hold
    }

    async fn module(
        &self,
        mut request: ServiceRequest,
        (table, number): (&RouteTable, usize),
        begin: Instant,
    ) -> Answer<B> {
        let is_safe = is_safe(&mut request);
        let response = self.module.call(request).await?;
        if response.status() == StatusCode::MISDIRECTED_REQUEST && is_safe && self.may_wait(begin) {
            let (request, refused) = response.into_parts();
            drop(refused);
            let mut request = ServiceRequest::from_request(request);
            request.match_info_mut().reset();
            return Ok(Outcome::Again(request));
        }
        let mut response = response.map_into_left_body();
        let mark = table.index.name(number);
        self.mark(response.headers_mut(), mark, &Target::Module);
        let (route, status) = (&table.routes[number], response.status());
        self.observe(route, &Target::Module, status, begin, None);
        Ok(Outcome::Answered(response))
    }

    async fn service(
        &self,
        mut request: ServiceRequest,
        journey: &Journey<'_>,
        target: &Target,
    ) -> Answer<B> {
        let Journey {
            table,
            route,
            service,
            begin,
            ..
        } = *journey;
        let (hold, registry) = (self.shared.options.hold, &self.shared.registry);
        if registry.is_in_between(service, Instant::now(), hold) && self.may_wait(begin) {
            return Ok(Outcome::Again(request));
        }
        request.extensions_mut().insert(Forwarded {
            route: route.name.clone(),
            context: route.context.clone(),
            service: service.name.clone(),
        });
        let is_safe = is_safe(&mut request);
        let may_fall_back =
            route.fallback == Fallback::Module && is_safe && (self.shared.may_serve)(route);
        let mut answer = journey.forward(&mut request).await;
        let is_misdirected = |answer: &HttpResponse| {
            answer.status() == StatusCode::MISDIRECTED_REQUEST && !service.foreign
        };
        if answer.as_ref().is_ok_and(is_misdirected) {
            // it has just lost the data, and the registry or the table will say so
            if is_safe && self.may_wait(begin) {
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
        self.observe(route, target, status, begin, refusal);
        let has_failed = refusal.map_or(status.is_server_error(), Refusal::is_of_service);
        if has_failed && may_fall_back {
            drop(answer);
            request.extensions_mut().remove::<Forwarded>();
            let place = (&**table, journey.numbers.0);
            return self.module(request, place, Instant::now()).await;
        }
        let mut response = answer.unwrap_or_else(|refusal| self.page(&request, &refusal));
        let mark = table.index.name(journey.numbers.0);
        self.mark(response.headers_mut(), mark, target);
        let response = request.into_response(response).map_into_right_body();
        Ok(Outcome::Answered(response))
    }

    /// Without a route.
    fn refuse(&self, request: ServiceRequest, refusal: &Refusal) -> ServiceResponse<EitherBody<B>> {
        let mut response = self.page(&request, refusal);
        let headers = response.headers_mut();
        let none = HeaderValue::from_static("none");
        headers.insert(self.shared.options.route_header.clone(), none.clone());
        headers.insert(self.shared.options.backend_header.clone(), none);
        request.into_response(response).map_into_right_body()
    }

    fn page(&self, request: &ServiceRequest, refusal: &Refusal) -> HttpResponse<BoxBody> {
        let mut response = self.shared.pages.page(request.request(), refusal);
        if matches!(refusal, Refusal::BadRequest(_) | Refusal::Stalled) {
            // where the next request begins is not known
            response
                .head_mut()
                .set_connection_type(actix_web::http::ConnectionType::Close);
        }
        response
    }

    fn mark(&self, headers: &mut HeaderMap, route: HeaderValue, backend: &Target) {
        let backend = match backend {
            Target::Module => HeaderValue::from_static("module"),
            Target::Service(name) => {
                HeaderValue::from_str(name).unwrap_or(HeaderValue::from_static("none"))
            }
        };
        headers.insert(self.shared.options.route_header.clone(), route);
        headers.insert(self.shared.options.backend_header.clone(), backend);
    }

    fn observe(
        &self,
        route: &Route,
        backend: &Target,
        status: StatusCode,
        begin: Instant,
        refusal: Option<&Refusal>,
    ) {
        let latency = begin.elapsed();
        self.shared.observe.answered(&Answered {
            route,
            backend,
            status,
            latency,
            refusal,
        });
    }
}
