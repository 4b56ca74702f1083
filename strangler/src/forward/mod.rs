//! A request to a service and its answer back: both stream, nothing is collected.

mod answer;
mod answer_head;
mod connection;
mod framing;
mod headers;
mod idle;
mod pool;
mod request_body;
mod response_body;
mod tunnel;

use std::future::poll_fn;
use std::rc::Rc;
use std::sync::Arc;
use std::task::Poll;
use std::time::{Duration, Instant};

use actix_web::body::BoxBody;
use actix_web::dev::{Payload, ServiceRequest};
use actix_web::http::Method;
use actix_web::{HttpMessage, HttpResponse};
use tokio::time::timeout;

use crate::router::{Count, Refusal, Shared};
use crate::table::{Endpoint, Route, Service};
use answer_head::{AnswerHead, Asked};
use connection::{Connection, Failed};
use framing::Framing;
use request_body::{Progress, RequestBody};

pub(crate) use pool::Pool;

/// A request that a service is to answer, and what is known of it.
pub(crate) struct Journey<'j> {
    pub shared: &'j Arc<Shared>,
    pub pool: &'j Rc<Pool>,
    pub route: &'j Route,
    pub service: &'j Service,
    /// Of this route and this service.
    pub counter: &'j Rc<dyn Count>,
    /// Through how many routers it went.
    pub hops: u32,
    pub begin: Instant,
}

/// The head of an answer, and where the rest of it comes from.
struct Arrived {
    head: AnswerHead,
    connection: Box<Connection>,
}

impl Journey<'_> {
    pub async fn forward(
        &self,
        request: &mut ServiceRequest,
    ) -> Result<HttpResponse<BoxBody>, Refusal> {
        if tunnel::is_asked(request)? {
            let payload = request.take_payload();
            let progress = Progress::of(Payload::None, self.begin);
            let arrived = self.send(request, Framing::Upgrade, &progress).await?;
            return tunnel::open(self, arrived, payload).await;
        }
        let progress = Progress::of(request.take_payload(), self.begin);
        let framing = headers::framing(request, progress.has_body())?;
        let arrived = self.send(request, framing, &progress).await?;
        answer::answer(self, request.method(), arrived, progress).await
    }

    /// Sends it, once more if the connection turned out to have been closed meanwhile and nothing can have come of it.
    async fn send(
        &self,
        request: &ServiceRequest,
        framing: Framing,
        body: &Rc<Progress>,
    ) -> Result<Arrived, Refusal> {
        let may_repeat = request.method().is_safe() && !body.has_body();
        let asked = Asked {
            is_head: request.method() == Method::HEAD,
            is_upgrade: framing == Framing::Upgrade,
        };
        let mut is_repeated = false;
        loop {
            let mut connection = self.connection(!is_repeated).await?;
            let unsent = RequestBody::new(body, framing.length());
            connection.write(self, request, (framing, unsent));
            match self.in_time(&mut connection, asked, body).await? {
                Ok(head) => return Ok(Arrived { head, connection }),
                Err(failed) => {
                    is_repeated =
                        connection.is_reused && !is_repeated && (failed.is_unsent || may_repeat);
                    if is_repeated {
                        continue;
                    }
                    return Err(if body.has_failed() {
                        Refusal::BadRequest("the request broke off")
                    } else {
                        self.broken(&failed.error)
                    });
                }
            }
        }
    }

    /// A connection to the instance whose turn it is. Instances that take none lose their turn to the next.
    async fn connection(&self, may_be_kept: bool) -> Result<Box<Connection>, Refusal> {
        loop {
            let now = Instant::now();
            let Some(endpoint) = self.shared.registry.pick(self.service, now) else {
                return Err(Refusal::NotThere {
                    service: self.service.name.clone(),
                });
            };
            if may_be_kept && let Some(connection) = self.pool.take(&endpoint, now) {
                return Ok(connection);
            }
            // boxed: it is seldom needed, and large
            if let Some(connection) = Box::pin(self.connect(&endpoint)).await {
                return Ok(connection);
            }
        }
    }

    async fn connect(&self, endpoint: &Endpoint) -> Option<Box<Connection>> {
        let patience = self.shared.options.connect.min(self.left());
        let error = match timeout(patience, Connection::open(endpoint)).await {
            Ok(Ok(connection)) => return Some(Box::new(connection)),
            Ok(Err(error)) => error.to_string(),
            Err(_) => "no connection in time".to_owned(),
        };
        tracing::warn!(service = self.service.name, %endpoint, error, "an instance takes no connection");
        self.shared.registry.leave_out(endpoint, Instant::now());
        None
    }

    /// While the request is still coming the service need not answer.
    async fn in_time(
        &self,
        connection: &mut Connection,
        asked: Asked,
        body: &Progress,
    ) -> Result<Result<AnswerHead, Failed>, Refusal> {
        let limit = self.route.timeouts.backend_request.min(self.left());
        let mut until = Instant::now() + limit;
        poll_fn(|context| {
            if let Poll::Ready(answer) = connection.poll_answer(context, asked) {
                return Poll::Ready(Ok(answer));
            }
            while connection.alarm.poll(context, until).is_ready() {
                match body.patience(limit, self.shared.options.idle)? {
                    Some(later) => until = later,
                    None => return Poll::Ready(Err(self.late())),
                }
            }
            Poll::Pending
        })
        .await
    }

    fn late(&self) -> Refusal {
        Refusal::Late {
            service: self.service.name.clone(),
        }
    }

    fn left(&self) -> Duration {
        self.route
            .timeouts
            .request
            .saturating_sub(self.begin.elapsed())
    }

    fn broken(&self, error: &dyn std::error::Error) -> Refusal {
        let (service, route) = (&self.service.name, &self.route.name);
        tracing::warn!(service, route, %error, "a service broke off");
        Refusal::Broken {
            service: service.clone(),
        }
    }
}

/// `true`: a body comes along, however long.
fn has_body(payload: &Payload) -> bool {
    !matches!(payload, Payload::None)
}
