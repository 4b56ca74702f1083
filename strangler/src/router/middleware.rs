//! The router around an application's routes: what happens to a request from its head to its answer's.

use std::future::{Future, Ready, ready};
use std::pin::Pin;
use std::rc::Rc;
use std::sync::Arc;
use std::task::{Context, Poll};
use std::time::Duration;

use actix_web::Error;
use actix_web::body::{EitherBody, MessageBody};
use actix_web::dev::{Service, ServiceRequest, ServiceResponse, Transform};
use pin_project_lite::pin_project;

use super::hooks::LocalFut;
use super::side::Side;
use super::visit::{Decision, Outcome, Visit, Way, again};
use super::worker::Worker;
use super::{Router, request};

/// While data changes hands the table is looked at so often.
const LOOK_AGAIN: Duration = Duration::from_millis(20);

/// [`Router`] as one worker has it.
pub struct RouterMiddleware<S>(Rc<Worker<S>>);

type Answer<B> = Result<ServiceResponse<EitherBody<B>>, Error>;

pin_project! {
    /// An answer on its way. Most are the module's, and cost no allocation; whatever else has to be waited for is boxed.
    #[project = State]
    pub enum Routed<S: Service<ServiceRequest>, B> {
        Refused { answer: Option<ServiceResponse<EitherBody<B>>> },
        /// Decided by no route.
        Own { #[pin] call: S::Future },
        Module { #[pin] call: S::Future, visit: Visit<S>, way: Way, is_safe: bool },
        Boxed { rest: LocalFut<'static, Answer<B>> },
    }
}

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
        let worker = Worker::new(Arc::clone(&self.0), module);
        ready(Ok(RouterMiddleware(Rc::new(worker))))
    }
}

impl<S, B> Service<ServiceRequest> for RouterMiddleware<S>
where
    S: Service<ServiceRequest, Response = ServiceResponse<B>, Error = Error> + 'static,
    B: MessageBody + 'static,
{
    type Response = ServiceResponse<EitherBody<B>>;
    type Error = Error;
    type Future = Routed<S, B>;

    fn poll_ready(&self, context: &mut Context<'_>) -> Poll<Result<(), Error>> {
        self.0.module.poll_ready(context)
    }

    fn call(&self, mut request: ServiceRequest) -> Self::Future {
        let worker = &self.0;
        if let Err(refusal) = request::normalise_path(&mut request) {
            let answer = Some(worker.refuse(request, &refusal));
            return Routed::Refused { answer };
        }
        let is_own = worker.shared.is_own.as_ref();
        if is_own.is_some_and(|is_own| is_own(request.path())) {
            let call = worker.module.call(request);
            return Routed::Own { call };
        }
        let visit = Visit::new(Rc::clone(worker));
        if worker.shared.authenticate.asks(&request) {
            let rest = Box::pin(identified(visit, request));
            return Routed::Boxed { rest };
        }
        match visit.decide(&request) {
            Decision::Goes(way) if way.side == Side::Module => Routed::Module {
                is_safe: request::is_safe(&request),
                call: worker.module.call(request),
                visit,
                way,
            },
            decision => Routed::Boxed {
                rest: Box::pin(answered(visit, request, decision)),
            },
        }
    }
}

impl<S, B> Future for Routed<S, B>
where
    S: Service<ServiceRequest, Response = ServiceResponse<B>, Error = Error> + 'static,
    B: MessageBody + 'static,
{
    type Output = Answer<B>;

    fn poll(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Self::Output> {
        let rest: LocalFut<'static, Answer<B>> = match self.as_mut().project() {
            State::Refused { answer } => {
                return answer
                    .take()
                    .map_or(Poll::Pending, |answer| Poll::Ready(Ok(answer)));
            }
            State::Own { call } => {
                return call
                    .poll(context)
                    .map_ok(ServiceResponse::map_into_left_body);
            }
            State::Boxed { rest } => return rest.as_mut().poll(context),
            State::Module {
                call,
                visit,
                way,
                is_safe,
            } => {
                let mut response = std::task::ready!(call.poll(context))?;
                if !visit.has_lost(&response, *is_safe) {
                    visit.tell_module(&mut response, way);
                    return Poll::Ready(Ok(response.map_into_left_body()));
                }
                let request = again(response);
                Box::pin(answered(visit.clone(), request, Decision::Held))
            }
        };
        self.set(Self::Boxed { rest });
        self.poll(context)
    }
}

/// Finds out who asks, where a route is asked for.
async fn identified<S, B>(visit: Visit<S>, mut request: ServiceRequest) -> Answer<B>
where
    S: Service<ServiceRequest, Response = ServiceResponse<B>, Error = Error>,
    B: MessageBody,
{
    if visit.finds_route(&request) {
        let authenticate = &visit.worker.shared.authenticate;
        authenticate.authenticate(&mut request).await;
    }
    let decision = visit.decide(&request);
    answered(visit, request, decision).await
}

/// Until it is answered: as long as data changes hands it is decided again.
async fn answered<S, B>(
    visit: Visit<S>,
    mut request: ServiceRequest,
    mut decision: Decision,
) -> Answer<B>
where
    S: Service<ServiceRequest, Response = ServiceResponse<B>, Error = Error>,
    B: MessageBody,
{
    loop {
        let outcome = match decision {
            Decision::Held => Outcome::Again(request),
            Decision::Refused(refusal) => return Ok(visit.worker.refuse(request, &refusal)),
            Decision::Goes(way) => match way.side {
                Side::Module => {
                    let is_safe = request::is_safe(&request);
                    let mut response = visit.worker.module.call(request).await?;
                    if visit.has_lost(&response, is_safe) {
                        Outcome::Again(again(response))
                    } else {
                        visit.tell_module(&mut response, &way);
                        Outcome::Answered(response.map_into_left_body())
                    }
                }
                // what only some need is boxed
                Side::Service(number) => Box::pin(visit.ask_service(request, &way, number)).await?,
            },
        };
        match outcome {
            Outcome::Answered(response) => return Ok(response),
            Outcome::Again(back) => request = back,
        }
        Box::pin(tokio::time::sleep(LOOK_AGAIN)).await;
        decision = visit.decide(&request);
    }
}
