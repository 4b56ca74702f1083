//! What `/metrics` tells of the routes, written for Prometheus. The figures are histograms already, so they are told as
//! they are instead of being counted a second time.

use std::fmt::Write as _;
use std::time::Duration;

use strangler::Figure;

use super::Routing;

/// Ends of buckets, of which the figures have four to each doubling: 0.5 ms to 16 s, doubling.
const FIRST_BUCKET: Duration = Duration::from_micros(512);
const BUCKETS: u32 = 16;

/// In the text format of Prometheus, to stand behind what else there is.
pub fn text(routing: &Routing) -> String {
    let current = routing.watch.live().current();
    let mut out = String::new();
    gauge(
        &mut out,
        "banyan_routes_age_seconds",
        "For how long the table of routes has been in effect",
        current.since.elapsed().as_secs_f64(),
    );
    gauge(
        &mut out,
        "banyan_routes_refused",
        "1 while the routes file says something that is refused",
        if current.refused.is_some() { 1.0 } else { 0.0 },
    );
    write_figures(&mut out, &routing.figures.read());
    out
}

fn write_figures(out: &mut String, figures: &[Figure]) {
    head(
        out,
        "strangler_requests_total",
        "counter",
        "Answers by route and side",
    );
    for figure in figures {
        line(
            out,
            "strangler_requests_total",
            &labels(figure),
            figure.count,
        );
    }
    let what = "Answers of 500 and above, none at all, and those that broke off";
    head(out, "strangler_errors_total", "counter", what);
    for figure in figures {
        line(
            out,
            "strangler_errors_total",
            &labels(figure),
            figure.errors,
        );
    }
    let what = "Until the head of the answer, by route and side";
    head(out, "strangler_request_seconds", "histogram", what);
    for figure in figures {
        histogram(out, figure);
    }
}

fn histogram(out: &mut String, figure: &Figure) {
    let labels = labels(figure);
    for doublings in 0..BUCKETS {
        let end = FIRST_BUCKET * 2_u32.pow(doublings);
        let labels = format!("{labels},le=\"{}\"", end.as_secs_f64());
        line(
            out,
            "strangler_request_seconds_bucket",
            &labels,
            figure.within(end),
        );
    }
    let all = format!("{labels},le=\"+Inf\"");
    line(
        out,
        "strangler_request_seconds_bucket",
        &all,
        figure.answered(),
    );
    line(
        out,
        "strangler_request_seconds_sum",
        &labels,
        figure.total().as_secs_f64(),
    );
    line(
        out,
        "strangler_request_seconds_count",
        &labels,
        figure.answered(),
    );
}

/// Names of routes and services need no escapes: the routes file refuses others.
fn labels(figure: &Figure) -> String {
    format!("route=\"{}\",backend=\"{}\"", figure.route, figure.backend)
}

fn gauge(out: &mut String, name: &str, what: &str, value: f64) {
    head(out, name, "gauge", what);
    // writing to a string cannot fail
    let _ = writeln!(out, "{name} {value}");
}

fn head(out: &mut String, name: &str, kind: &str, what: &str) {
    let _ = writeln!(out, "# HELP {name} {what}\n# TYPE {name} {kind}");
}

fn line(out: &mut String, name: &str, labels: &str, value: impl std::fmt::Display) {
    let _ = writeln!(out, "{name}{{{labels}}} {value}");
}

#[cfg(test)]
mod tests {
    use strangler::{Answered, Count as _, Figures};

    use super::*;

    #[test]
    fn figures_are_told_as_a_histogram_that_adds_up() {
        let figures = Figures::default();
        for (millis, status) in [(1, 200), (40, 200), (60_000, 503)] {
            figures.counter("board", "board").answered(&Answered {
                status: actix_web::http::StatusCode::from_u16(status).unwrap(),
                latency: Duration::from_millis(millis),
                refusal: None,
            });
        }
        let mut out = String::new();
        write_figures(&mut out, &figures.read());
        for line in [
            "# TYPE strangler_requests_total counter",
            "strangler_requests_total{route=\"board\",backend=\"board\"} 3",
            "strangler_errors_total{route=\"board\",backend=\"board\"} 1",
            "# TYPE strangler_request_seconds histogram",
            "strangler_request_seconds_bucket{route=\"board\",backend=\"board\",le=\"0.000512\"} 0",
            "strangler_request_seconds_bucket{route=\"board\",backend=\"board\",le=\"0.001024\"} 1",
            "strangler_request_seconds_bucket{route=\"board\",backend=\"board\",le=\"0.065536\"} 2",
            "strangler_request_seconds_bucket{route=\"board\",backend=\"board\",le=\"16.777216\"} 2",
            "strangler_request_seconds_bucket{route=\"board\",backend=\"board\",le=\"+Inf\"} 3",
            "strangler_request_seconds_sum{route=\"board\",backend=\"board\"} 60.041",
            "strangler_request_seconds_count{route=\"board\",backend=\"board\"} 3",
        ] {
            assert!(out.lines().any(|told| told == line), "{line}\n{out}");
        }
    }
}
