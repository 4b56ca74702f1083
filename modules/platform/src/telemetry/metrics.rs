use std::time::Duration;

use actix_web::http::StatusCode;
use metrics::{counter, gauge, histogram};
use metrics_exporter_prometheus::{BuildError, Matcher, PrometheusBuilder, PrometheusHandle};

const SECONDS: [f64; 12] = [
    0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 10.0,
];
const IN_FLIGHT: &str = "http_requests_in_flight";

/// The figures of this process in the text format of Prometheus.
#[derive(Clone)]
pub struct Metrics(PrometheusHandle);

#[derive(Debug, thiserror::Error)]
pub enum MetricsError {
    #[error(transparent)]
    Buckets(#[from] BuildError),
    #[error("metrics were already installed")]
    Installed,
}

impl Metrics {
    pub fn install() -> Result<Self, MetricsError> {
        let builder = PrometheusBuilder::new()
            .set_buckets_for_metric(Matcher::Suffix("_seconds".to_owned()), &SECONDS)?;
        let recorder = builder.build_recorder();
        let handle = recorder.handle();
        metrics::set_global_recorder(recorder).map_err(|_| MetricsError::Installed)?;
        Ok(Self(handle))
    }

    pub fn render(&self) -> String {
        self.0.render()
    }

    /// To be called every few seconds: keeps the memory of histograms small while nobody asks.
    pub fn tidy(&self) {
        self.0.run_upkeep();
    }
}

/// Counts a request as under way until it is dropped.
pub(super) struct InFlight;

impl InFlight {
    pub fn enter() -> Self {
        gauge!(IN_FLIGHT).increment(1.0);
        Self
    }
}

impl Drop for InFlight {
    fn drop(&mut self) {
        gauge!(IN_FLIGHT).decrement(1.0);
    }
}

pub(super) fn count(route: &str, status: StatusCode, took: Duration) {
    tracing::debug!(
        status = status.as_u16(),
        route,
        took_us = u64::try_from(took.as_micros()).unwrap_or(u64::MAX),
        "answered"
    );
    counter!("http_requests_total", "route" => route.to_owned(), "status" => status.as_str().to_owned()).increment(1);
    histogram!("http_request_seconds", "route" => route.to_owned()).record(took);
}
