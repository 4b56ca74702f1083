use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;

use reqwest::StatusCode;
use reqwest::header::{AUTHORIZATION, CONTENT_TYPE};

use super::{Call, Ctx, Neighbours, Place, Unavailable};
use crate::Fut;
use crate::events::{Delivery, Event, Inbound, Outcome, consume};
use crate::identity::{HEADER as IDENTITY, token};

/// Milliseconds that the caller will still wait.
pub(super) const DEADLINE: &str = "x-banyan-deadline-ms";
pub(super) const TRACEPARENT: &str = "traceparent";
pub(super) const EVENTS: &str = "application/cloudevents-batch+json";

pub(super) async fn call<C: Call>(
    neighbours: &Neighbours,
    context: &'static str,
    base: &str,
    call: &C,
    ctx: &Ctx,
) -> Result<C::Answer, Unavailable> {
    let body = serde_json::to_vec(call).map_err(|e| Unavailable::new(context, e))?;
    let url = format!("{base}/internal/{context}/{}", C::NAME);
    let first = ask(neighbours, context, &url, body.clone(), ctx).await;
    let answer = match first {
        // a connection that was closed while it idled; asking again is safe
        Err(Asked::NotSent(_)) if C::SAFE => ask(neighbours, context, &url, body, ctx).await,
        other => other,
    };
    let bytes = answer.map_err(|e| Unavailable::new(context, e.reason()))?;
    serde_json::from_slice(&bytes)
        .map_err(|e| Unavailable::new(context, format!("its answer is unreadable: {e}")))
}

enum Asked {
    NotSent(String),
    Refused(String),
}

impl Asked {
    fn reason(self) -> String {
        match self {
            Self::NotSent(why) | Self::Refused(why) => why,
        }
    }
}

async fn ask(
    n: &Neighbours,
    context: &str,
    url: &str,
    body: Vec<u8>,
    ctx: &Ctx,
) -> Result<Vec<u8>, Asked> {
    let remaining = ctx.remaining();
    let mut request = n
        .http
        .post(url)
        .timeout(remaining)
        .header(AUTHORIZATION, n.key.bearer())
        .header(CONTENT_TYPE, "application/json")
        .header(DEADLINE, remaining.as_millis().to_string())
        .header(
            IDENTITY,
            token::mint(&n.key, &ctx.identity, context, n.clock.now()),
        )
        .body(body);
    if let Some(trace) = &ctx.traceparent {
        request = request.header(TRACEPARENT, trace);
    }
    let response = request
        .send()
        .await
        .map_err(|e| Asked::NotSent(e.to_string()))?;
    let status = response.status();
    let bytes = response
        .bytes()
        .await
        .map_err(|e| Asked::Refused(e.to_string()))?;
    if status == StatusCode::OK {
        Ok(bytes.to_vec())
    } else {
        Err(Asked::Refused(format!("it answered {status}")))
    }
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
            match (
                self.neighbours.placement.place(&consumer),
                self.local.get(consumer.as_str()),
            ) {
                (Place::Here, Some(inbound)) => {
                    consume(inbound, events, self.neighbours.clock.now())
                        .await
                        .map_err(|e| failed(e.to_string()))
                }
                (Place::At(base), _) => self.post(&base, &consumer, &events).await.map_err(failed),
                (Place::Here, None) | (Place::Nowhere, _) => {
                    Err(failed("no process serves it".to_owned()))
                }
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
