//! The server side: `/internal/<context>/<call>` and `/internal/events/<context>`, for callers with the service key
//! and 404 to everyone else.

use std::collections::HashMap;
use std::sync::Arc;
use std::time::{Duration, Instant};

use actix_web::http::header::{AUTHORIZATION, ContentType};
use actix_web::web::{self, Bytes, Data, Path, ServiceConfig};
use actix_web::{HttpRequest, HttpResponse};

use super::call::{Calls, Ctx, Failed};
use super::remote::{DEADLINE, TRACEPARENT};
use crate::events::{Event, Inbound, consume};
use crate::identity::{HEADER as IDENTITY, Identity, ServiceKey, token};
use crate::problem::Problem;

const LONGEST_BODY: usize = 8 << 20;
const PATIENCE: Duration = Duration::from_secs(5);

/// What this process answers to its neighbours.
pub struct Desk {
    pub key: ServiceKey,
    pub calls: HashMap<&'static str, Calls>,
    pub inbound: HashMap<&'static str, Arc<dyn Inbound>>,
    pub clock: Arc<dyn kernel::Clock>,
}

/// Mounts the routes; the app gives the [`Desk`] as data.
pub fn routes(cfg: &mut ServiceConfig) {
    cfg.service(
        web::scope("/internal")
            .app_data(web::PayloadConfig::new(LONGEST_BODY))
            .route("/events/{context}", web::post().to(events))
            .route("/{context}/{call}", web::post().to(call)),
    );
}

async fn call(
    desk: Data<Desk>,
    path: Path<(String, String)>,
    request: HttpRequest,
    body: Bytes,
) -> Result<HttpResponse, Problem> {
    authorise(&desk, &request)?;
    let (context, name) = path.into_inner();
    let calls = desk
        .calls
        .get(context.as_str())
        .ok_or_else(Problem::not_found)?;
    let ctx = ctx_of(&desk, &request, &context);
    match calls.dispatch(&name, body.to_vec(), ctx).await {
        Ok(answer) => Ok(HttpResponse::Ok()
            .insert_header(ContentType::json())
            .body(answer)),
        Err(Failed::Unknown) => Err(Problem::not_found()),
        Err(Failed::Malformed(why)) => {
            Err(Problem::bad_request("problem-malformed").arg("why", why))
        }
        Err(Failed::Unavailable(e)) => Err(e.into()),
    }
}

async fn events(
    desk: Data<Desk>,
    context: Path<String>,
    request: HttpRequest,
    body: Bytes,
) -> Result<HttpResponse, Problem> {
    authorise(&desk, &request)?;
    let inbound = desk
        .inbound
        .get(context.as_str())
        .ok_or_else(Problem::not_found)?;
    let events: Vec<Event> = serde_json::from_slice(&body)
        .map_err(|e| Problem::bad_request("problem-malformed").arg("why", e.to_string()))?;
    let outcomes = consume(inbound, events, desk.clock.now()).await?;
    Ok(HttpResponse::Ok().json(outcomes))
}

/// Strangers are not told that there is anything here.
fn authorise(desk: &Desk, request: &HttpRequest) -> Result<(), Problem> {
    let given = request
        .headers()
        .get(AUTHORIZATION)
        .map(actix_web::http::header::HeaderValue::as_bytes);
    if given.is_some_and(|header| desk.key.is_bearer(header)) {
        Ok(())
    } else {
        Err(Problem::not_found())
    }
}

fn ctx_of(desk: &Desk, request: &HttpRequest, context: &str) -> Ctx {
    let header = |name: &str| {
        request
            .headers()
            .get(name)
            .and_then(|value| value.to_str().ok())
    };
    let identity = header(IDENTITY)
        .and_then(|jwt| token::verify(&desk.key, jwt, context, desk.clock.now()).ok());
    let patience = header(DEADLINE)
        .and_then(|ms| ms.parse().ok())
        .map_or(PATIENCE, Duration::from_millis);
    Ctx {
        identity: identity.unwrap_or_else(Identity::default),
        deadline: Instant::now() + patience.min(Duration::from_mins(1)),
        traceparent: header(TRACEPARENT).map(ToOwned::to_owned),
    }
}
