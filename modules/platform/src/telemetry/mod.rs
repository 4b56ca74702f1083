//! What operators see: logs, metrics, and the trace that binds one request's answers together.

mod metrics;
mod trace;

use std::io::IsTerminal;
use std::time::Instant;

use actix_web::body::{BoxBody, MessageBody};
use actix_web::dev::{ServiceRequest, ServiceResponse};
use actix_web::http::header::{HeaderMap, HeaderName, HeaderValue};
use actix_web::middleware::Next;
use actix_web::web::Data;
use actix_web::{Error, HttpMessage};
use tracing::Instrument;
use tracing_subscriber::EnvFilter;

use crate::problem::answered;
use crate::shell::Shell;

pub use metrics::{Metrics, MetricsError};
pub use trace::{TRACEPARENT, Trace};

const REQUEST_ID: HeaderName = HeaderName::from_static("x-request-id");
const QUIET: &str = "warn,banyan=info";

/// In a request's extensions: what metrics call this route, where actix matched no pattern (a forwarded one, say).
pub struct RouteLabel(pub String);

#[derive(Debug, thiserror::Error)]
pub enum LogError {
    #[error("the log filter {filter:?} is wrong: {error}")]
    Filter {
        filter: String,
        error: tracing_subscriber::filter::ParseError,
    },
    #[error("logging was already started")]
    Started,
}

/// Starts logging to standard error: for people on a terminal, JSON else. `filter` is in the syntax of `RUST_LOG`; by default
/// warnings, and what is said under the target `banyan`.
pub fn init(filter: Option<&str>) -> Result<(), LogError> {
    let text = filter.unwrap_or(QUIET);
    let filter = EnvFilter::try_new(text).map_err(|error| LogError::Filter {
        filter: text.to_owned(),
        error,
    })?;
    let to_stderr = tracing_subscriber::fmt()
        .with_env_filter(filter)
        .with_writer(std::io::stderr);
    let started = if std::io::stderr().is_terminal() {
        to_stderr.compact().with_target(false).try_init()
    } else {
        to_stderr.json().flatten_event(true).try_init()
    };
    started.map_err(|_| LogError::Started)
}

/// Longer than any id: a token that a mail brought. Logs must not hold it.
const TOKEN: usize = 40;

/// The path as logs may show it.
fn without_secrets(path: &str) -> String {
    let shown = |segment: &str| {
        if segment.len() >= TOKEN {
            "…".to_owned()
        } else {
            segment.to_owned()
        }
    };
    path.split('/').map(shown).collect::<Vec<_>>().join("/")
}

/// The outermost middleware: gives the request its trace, counts and times it.
pub async fn observe(
    request: ServiceRequest,
    next: Next<impl MessageBody + 'static>,
) -> Result<ServiceResponse<BoxBody>, Error> {
    let trace = Trace::of_headers(request.headers(), |bytes| {
        match request.app_data::<Data<Shell>>() {
            Some(shell) => shell.random.fill(bytes),
            None => rand::fill(bytes),
        }
    });
    request.extensions_mut().insert(trace);
    let id = trace.id();
    let span = tracing::error_span!("request", method = %request.method(), path = %without_secrets(request.path()), trace_id = id);
    let (started, _counted) = (Instant::now(), metrics::InFlight::enter());
    let answer = next.call(request).instrument(span.clone()).await;
    let _in_span = span.enter();
    match answer {
        Ok(mut response) => {
            name_request(response.headers_mut(), &id);
            metrics::count(&route_of(&response), response.status(), started.elapsed());
            Ok(response.map_into_boxed_body())
        }
        Err(error) => {
            let mut response = error.error_response();
            name_request(response.headers_mut(), &id);
            metrics::count("error", response.status(), started.elapsed());
            Err(answered(response))
        }
    }
}

fn name_request(headers: &mut HeaderMap, id: &str) {
    if let Ok(value) = HeaderValue::from_str(id) {
        headers.insert(REQUEST_ID, value);
    }
}

/// Never the path itself: labels must stay few.
fn route_of<B>(response: &ServiceResponse<B>) -> String {
    let request = response.request();
    if let Some(RouteLabel(label)) = request.extensions().get() {
        return label.clone();
    }
    request
        .match_pattern()
        .unwrap_or_else(|| "unmatched".to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tokens_in_paths_are_not_logged() {
        assert_eq!(
            without_secrets("/reset/0123456789012345678901234567890123456789012"),
            "/reset/…"
        );
        assert_eq!(
            without_secrets("/orders/019a0000-0000-7000-8000-000000000000"),
            "/orders/019a0000-0000-7000-8000-000000000000"
        );
    }
}
