use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;

use actix_web::web::Bytes;
use reqwest::StatusCode;
use reqwest::header::{AUTHORIZATION, CONTENT_TYPE};

use super::{Call, Ctx, Neighbours, Place, There, Unavailable};
use crate::Fut;
use crate::events::{Delivery, Event, Inbound, Outcome, consume};
use crate::identity::{HEADER as IDENTITY, Identity, token};

/// Milliseconds that the caller will still wait.
pub(super) const DEADLINE: &str = "x-banyan-deadline-ms";
pub(super) const TRACEPARENT: &str = "traceparent";
pub(super) const EVENTS: &str = "application/cloudevents-batch+json";

/// Why a call to another process got no answer.
pub(super) enum Unanswered {
    /// It took no connection: nothing was sent.
    Unreached(String),
    /// What was asked may or may not have happened.
    Lost(String),
    /// It said that it cannot, or nothing that could be understood.
    Refused(String),
}

impl Unanswered {
    pub fn by(self, context: &'static str) -> Unavailable {
        let (Self::Unreached(why) | Self::Lost(why) | Self::Refused(why)) = self;
        Unavailable::new(context, why)
    }
}

pub(super) async fn call<C: Call>(
    neighbours: &Neighbours,
    context: &'static str,
    base: &str,
    call: &C,
    ctx: &Ctx,
) -> Result<C::Answer, Unanswered> {
    let refused = |e: serde_json::Error| Unanswered::Refused(format!("unreadable: {e}"));
    let body = serde_json::to_vec(call).map_err(refused)?;
    let url = format!("{base}/internal/{context}/{}", C::NAME);
    let first = ask(neighbours, context, &url, body.clone(), ctx).await;
    let answer = match first {
        // a connection that was closed while it idled; asking again is safe
        Err(Unanswered::Lost(_)) if C::SAFE => ask(neighbours, context, &url, body, ctx).await,
        other => other,
    };
    serde_json::from_slice(&answer?).map_err(refused)
}

async fn ask(
    n: &Neighbours,
    context: &str,
    url: &str,
    body: Vec<u8>,
    ctx: &Ctx,
) -> Result<Bytes, Unanswered> {
    let remaining = ctx.remaining();
    let identity = token::mint(&n.key, &ctx.identity, context, n.clock.now());
    let mut request = n
        .http
        .post(url)
        .timeout(remaining)
        .header(AUTHORIZATION, n.key.bearer())
        .header(CONTENT_TYPE, "application/json")
        .header(DEADLINE, remaining.as_millis().to_string())
        .header(IDENTITY, identity)
        .body(body);
    if let Some(trace) = &ctx.traceparent {
        request = request.header(TRACEPARENT, trace);
    }
    let response = request.send().await.map_err(|e| {
        if e.is_connect() {
            Unanswered::Unreached(e.to_string())
        } else {
            Unanswered::Lost(e.to_string())
        }
    })?;
    let status = response.status();
    let bytes = response.bytes().await;
    if status != StatusCode::OK {
        return Err(Unanswered::Refused(format!("it answered {status}")));
    }
    bytes.map_err(|e| Unanswered::Lost(e.to_string()))
}

/// Brings events to consumers by the route table: called when they are here, posted as a `CloudEvents` batch else.
pub struct HttpDelivery {
    pub local: HashMap<&'static str, Arc<dyn Inbound>>,
    pub neighbours: Arc<Neighbours>,
}

const PATIENCE: Duration = Duration::from_secs(30);

impl Delivery for HttpDelivery {
    fn deliver(
        &self,
        consumer: &str,
        events: Vec<Event>,
    ) -> Fut<'_, Result<Vec<Outcome>, Unavailable>> {
        let consumer = consumer.to_owned();
        Box::pin(async move {
            let failed =
                |reason: String| Unavailable::new("events", format!("{consumer}: {reason}"));
            let nobody = || failed("no process serves it".to_owned());
            let place = self
                .neighbours
                .placement
                .place(&consumer, &Identity::default());
            match (place, self.local.get(consumer.as_str())) {
                (Place::Here, Some(inbound)) => {
                    consume(inbound, events, self.neighbours.clock.now())
                        .await
                        .map_err(|e| failed(e.to_string()))
                }
                (
                    Place::There(There {
                        base: Some(base), ..
                    }),
                    _,
                ) => self.post(&base, &consumer, &events).await.map_err(failed),
                (Place::Here, None) | (Place::There(_), _) => Err(nobody()),
            }
        })
    }
}

impl HttpDelivery {
    async fn post(
        &self,
        base: &str,
        consumer: &str,
        events: &[Event],
    ) -> Result<Vec<Outcome>, String> {
        let body = serde_json::to_vec(events).map_err(|e| e.to_string())?;
        let unreached = |e: &reqwest::Error| {
            if e.is_connect() {
                self.neighbours.placement.unreached(base);
            }
        };
        let response = self
            .neighbours
            .http
            .post(format!("{base}/internal/events/{consumer}"))
            .timeout(PATIENCE)
            .header(AUTHORIZATION, self.neighbours.key.bearer())
            .header(CONTENT_TYPE, EVENTS)
            .body(body)
            .send()
            .await
            .inspect_err(unreached)
            .map_err(|e| e.to_string())?;
        let status = response.status();
        if status != StatusCode::OK {
            return Err(format!("it answered {status}"));
        }
        let outcomes: Vec<Outcome> = response.json().await.map_err(|e| e.to_string())?;
        if outcomes.len() == events.len() {
            Ok(outcomes)
        } else {
            Err("it answered for other events".to_owned())
        }
    }
}
