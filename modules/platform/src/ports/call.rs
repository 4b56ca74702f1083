use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::{Duration, Instant};

use actix_web::{HttpMessage as _, HttpRequest};
use serde::Serialize;
use serde::de::DeserializeOwned;

use crate::Fut;
use crate::db::DbError;
use crate::identity::Identity;
use crate::telemetry::Trace;

/// A question or command that a context answers for others; used by client and server alike.
pub trait Call: Serialize + DeserializeOwned + Send + Sync + 'static {
    type Answer: Serialize + DeserializeOwned + Send + 'static;
    /// The last segment of `/internal/<context>/<NAME>`.
    const NAME: &'static str;
    /// Changes nothing: may be asked again when no answer came.
    const SAFE: bool;
}

/// A context's host answers `C`. It asks no other context to do so: calls cannot form a circle.
pub trait Answers<C: Call>: Send + Sync + 'static {
    fn answer(
        &self,
        call: C,
        ctx: &Ctx,
    ) -> impl Future<Output = Result<C::Answer, Unavailable>> + Send;
}

/// A context did not answer: it is down, too slow, or its database is. What was asked may or may not have happened.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{context} did not answer: {reason}")]
pub struct Unavailable {
    pub context: &'static str,
    pub reason: String,
    /// Another process owns the data: whoever routed the call here looks again.
    pub is_elsewhere: bool,
}

impl Unavailable {
    pub fn new(context: &'static str, reason: impl ToString) -> Self {
        Self {
            context,
            reason: reason.to_string(),
            is_elsewhere: false,
        }
    }
}

impl DbError {
    /// For answers: the context's database could not.
    pub fn of(self, context: &'static str) -> Unavailable {
        let is_elsewhere = self.is_not_owner();
        if !self.is_transient() && !is_elsewhere {
            tracing::error!(context, error = %self, "an answer failed");
        }
        Unavailable {
            is_elsewhere,
            ..Unavailable::new(context, self)
        }
    }
}

/// What travels with every call: who asks, until when, in which trace.
#[derive(Clone, Debug)]
pub struct Ctx {
    pub identity: Identity,
    pub deadline: Instant,
    pub traceparent: Option<String>,
}

impl Ctx {
    /// For background work, which acts for nobody.
    pub fn background(patience: Duration) -> Self {
        Self {
            identity: Identity::default(),
            deadline: Instant::now() + patience,
            traceparent: None,
        }
    }

    /// For a request that is answered here: as whoever asks, in its trace.
    pub fn of(request: &HttpRequest, patience: Duration) -> Self {
        let traceparent = request.extensions().get::<Trace>().map(Trace::traceparent);
        Self {
            identity: Identity::of(request),
            deadline: Instant::now() + patience,
            traceparent,
        }
    }

    pub fn remaining(&self) -> Duration {
        self.deadline.saturating_duration_since(Instant::now())
    }
}

/// The answer to a call from another process, already as JSON.
type Handler = Box<dyn Fn(Vec<u8>, Ctx) -> Fut<'static, Result<Vec<u8>, Failed>> + Send + Sync>;

/// Why a call from another process got no answer.
#[derive(Debug)]
pub enum Failed {
    /// There is no call of that name.
    Unknown,
    /// The body is not that call.
    Malformed(String),
    Unavailable(Unavailable),
}

/// The calls that a context answers to other processes, by name.
#[derive(Default)]
pub struct Calls(BTreeMap<&'static str, Handler>);

impl Calls {
    pub fn answer<C: Call, H: Answers<C>>(mut self, host: &Arc<H>) -> Self {
        let host = host.clone();
        let handler: Handler = Box::new(move |body, ctx| {
            let host = host.clone();
            Box::pin(async move {
                let call: C =
                    serde_json::from_slice(&body).map_err(|e| Failed::Malformed(e.to_string()))?;
                let answer = host.answer(call, &ctx).await.map_err(Failed::Unavailable)?;
                serde_json::to_vec(&answer).map_err(|e| Failed::Malformed(e.to_string()))
            })
        });
        self.0.insert(C::NAME, handler);
        self
    }

    pub async fn dispatch(&self, name: &str, body: Vec<u8>, ctx: Ctx) -> Result<Vec<u8>, Failed> {
        match self.0.get(name) {
            Some(handler) => handler(body, ctx).await,
            None => Err(Failed::Unknown),
        }
    }

    pub fn names(&self) -> impl Iterator<Item = &'static str> {
        self.0.keys().copied()
    }

    /// Both together.
    pub fn and(mut self, more: Self) -> Self {
        self.0.extend(more.0);
        self
    }
}
