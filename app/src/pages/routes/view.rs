//! The routes as the console shows them.

use std::time::{Duration, Instant};

use platform::page::Page;
use strangler::{Backend, Current, Instance, Match, PathMatch, Route, RouteTable, Service, Target};

use crate::routing::moves::Standing;
use crate::routing::{Routing, Side};

pub struct RouteView {
    pub name: String,
    pub context: String,
    pub paths: Vec<String>,
    pub sides: Vec<SideView>,
}

/// Who answers a route, or did within the last minute.
pub struct SideView {
    pub name: String,
    pub is_service: bool,
    /// A service that should answer and of which no instance is there.
    pub is_absent: bool,
    /// Percent.
    pub share: u8,
    /// Answers a second.
    pub rate: String,
    pub errors: u64,
    /// `None`: it answered nothing.
    pub p50: Option<String>,
    pub p99: String,
    pub chart: Chart,
}

/// Answers in each of the last seconds, drawn into 120 by 28 units.
pub struct Chart {
    pub line: String,
    pub area: String,
    /// The most in a second.
    pub most: u64,
}

/// The table in effect.
pub struct StateView {
    pub version: String,
    pub file: String,
    pub age: Duration,
    /// What is wrong with the file, a line each.
    pub refused: Option<String>,
}

pub struct ServiceView {
    pub name: String,
    pub is_foreign: bool,
    /// A route gives it something to answer.
    pub is_used: bool,
    pub instances: Vec<InstanceView>,
}

pub struct InstanceView {
    pub id: String,
    pub endpoint: String,
    /// It says that it can answer.
    pub is_ready: bool,
    pub is_out: bool,
    /// Since when it is there and how long it is believed; `None`: the routes file says where it is.
    pub lease: Option<(Duration, Duration)>,
    pub about: String,
}

/// A move of a context's data, under way or just over.
pub struct MoveView {
    pub context: String,
    pub to: String,
    /// Of the steps that are done.
    pub percent: u8,
    pub step: String,
    pub what: String,
    pub standing: Standing,
    pub begun: Duration,
    pub last: Duration,
}

const HEIGHT: f64 = 28.0;
const STEP: usize = 2;

impl RouteView {
    pub fn of(routing: &Routing, table: &RouteTable, route: &Route) -> Self {
        let recent = routing.recent.read();
        Self::with(route, &recent, |service| is_there(routing, table, service))
    }

    /// All of a table, in the order of the file.
    pub fn all(routing: &Routing, table: &RouteTable) -> Vec<Self> {
        let recent = routing.recent.read();
        let is_there = |service: &str| is_there(routing, table, service);
        let routes = table.routes.iter();
        routes
            .map(|route| Self::with(route, &recent, is_there))
            .collect()
    }

    pub fn with(route: &Route, recent: &[Side], is_there: impl Fn(&str) -> bool) -> Self {
        let of_route = || recent.iter().filter(|side| side.route == route.name);
        let shares = route.backend.shares().map(|(target, share)| {
            let name = target.to_string();
            let side = of_route().find(|side| side.backend == name);
            let is_absent = target.service().is_some_and(|service| !is_there(service));
            SideView::of(name, share, is_absent, side)
        });
        // who has no share any more and still answers what began before, or stands in
        let others = of_route().filter(|side| {
            side.count > 0 && route.backend.share_of(&Target::from(side.backend.as_str())) == 0
        });
        let others = others.map(|side| SideView::of(side.backend.clone(), 0, false, Some(side)));
        let mut sides: Vec<SideView> = shares.chain(others).collect();
        sides.sort_by_key(|side| (side.is_service, side.name.clone()));
        Self {
            name: route.name.clone(),
            context: route.context.clone(),
            paths: route.matches.iter().map(path).collect(),
            sides,
        }
    }
}

impl SideView {
    fn of(name: String, share: u8, is_absent: bool, side: Option<&Side>) -> Self {
        let (count, errors) = side.map_or((0, 0), |side| (side.count, side.errors));
        Self {
            is_service: name != "module",
            name,
            is_absent,
            share,
            rate: rate(side.map_or(0.0, |side| side.rate)),
            errors,
            p50: side.filter(|_| count > 0).map(|side| latency(side.p50)),
            p99: side.map_or_else(String::new, |side| latency(side.p99)),
            chart: Chart::of(side.map_or(&[], |side| &side.seconds)),
        }
    }
}

impl Chart {
    #[expect(clippy::cast_precision_loss, reason = "a drawing of 28 units")]
    fn of(seconds: &[u64]) -> Self {
        let most = seconds.iter().copied().max().unwrap_or(0);
        let point = |(n, count): (usize, &u64)| {
            let y = (HEIGHT - 1.0) - (HEIGHT - 3.0) * (*count as f64) / (most.max(1) as f64);
            format!("{},{y:.1}", n * STEP)
        };
        let points: Vec<String> = seconds.iter().enumerate().map(point).collect();
        let line = points.join(" ");
        let last = seconds.len().saturating_sub(1) * STEP;
        let area = format!("M0,{HEIGHT} L{} L{last},{HEIGHT} Z", points.join(" L"));
        Self {
            area: if most == 0 { String::new() } else { area },
            line: if most == 0 { String::new() } else { line },
            most,
        }
    }
}

impl StateView {
    pub fn of(routing: &Routing, current: &Current) -> Self {
        Self {
            version: current.table.version.clone(),
            file: routing.file.path().display().to_string(),
            age: current.since.elapsed(),
            refused: current
                .refused
                .as_ref()
                .map(|refused| refused.why.to_string()),
        }
    }

    /// Enough of it to tell it from another by eye.
    pub fn short_version(&self) -> &str {
        self.version.get(..12).unwrap_or(&self.version)
    }
}

impl ServiceView {
    pub fn all(routing: &Routing, table: &RouteTable) -> Vec<Self> {
        let now = Instant::now();
        let services = table.services.iter();
        services
            .map(|service| Self {
                name: service.name.clone(),
                is_foreign: service.foreign,
                is_used: table.routes.iter().any(|route| gives(route, service)),
                instances: instances(routing, service, now),
            })
            .collect()
    }
}

impl ServiceView {
    /// A process of ours that is there and may not serve: only data that it does not own keeps it from that.
    pub fn waits(&self, instance: &InstanceView) -> bool {
        !self.is_foreign && !instance.is_ready
    }
}

impl MoveView {
    /// Whether the mover's words say more than the name of the step does.
    pub fn says_more(&self) -> bool {
        matches!(self.step.as_str(), "copied" | "flipped") && !self.what.is_empty()
    }

    pub fn all(routing: &Routing) -> Vec<Self> {
        let now = Instant::now();
        let moves = routing.moves.list(now).into_iter();
        moves
            .map(|moving| Self {
                percent: moving.percent(),
                standing: moving.standing(now),
                begun: now.duration_since(moving.begun),
                last: now.duration_since(moving.last),
                context: moving.context,
                to: moving.news.to,
                step: moving.news.step,
                what: moving.news.what,
            })
            .collect()
    }
}

fn gives(route: &Route, service: &Service) -> bool {
    route.backend.services().any(|name| name == service.name)
}

fn instances(routing: &Routing, service: &Service, now: Instant) -> Vec<InstanceView> {
    let found = routing.registry.instances(service, now).into_iter();
    found
        .map(|instance| InstanceView {
            about: about(&service.name, &instance),
            id: instance.id,
            endpoint: instance.endpoint.to_string(),
            is_ready: instance.is_ready,
            is_out: instance.is_out,
            lease: instance
                .until
                .map(|until| (now - instance.since, until.saturating_duration_since(now))),
        })
        .collect()
}

/// Where its data is, and whatever else it tells.
fn about(service: &str, instance: &Instance) -> String {
    let told = instance.about.iter().map(|(key, value)| {
        if key == service {
            value.clone()
        } else {
            format!("{key}={value}")
        }
    });
    told.collect::<Vec<_>>().join(" ")
}

/// How many instances of a service take requests now.
pub fn live_instances(routing: &Routing, service: &Service) -> usize {
    let all = routing.registry.instances(service, Instant::now());
    all.iter()
        .filter(|instance| instance.is_ready && !instance.is_out)
        .count()
}

fn is_there(routing: &Routing, table: &RouteTable, service: &str) -> bool {
    table
        .service(service)
        .is_some_and(|service| live_instances(routing, service) > 0)
}

/// "catalog 10 % · module 90 %"
pub fn in_words(page: &Page, backend: &Backend) -> String {
    let called = |target: &Target| match target {
        Target::Module => page.t("app-route-module").into_owned(),
        Target::Service(name) => name.clone(),
    };
    if let Some(sole) = backend.sole() {
        return called(sole);
    }
    let shares = backend.shares();
    let shares: Vec<String> = shares
        .map(|(target, share)| {
            let percent = page.tn("app-route-percent", "share", share);
            format!("{}\u{a0}{}", called(target), percent.replace(' ', "\u{a0}"))
        })
        .collect();
    shares.join(" · ")
}

/// In the largest unit that it fills.
pub fn age(page: &Page, age: Duration) -> String {
    let seconds = age.as_secs();
    let (key, count) = match seconds {
        0..60 => ("app-age-seconds", seconds),
        60..3_600 => ("app-age-minutes", seconds / 60),
        3_600..86_400 => ("app-age-hours", seconds / 3_600),
        _ => ("app-age-days", seconds / 86_400),
    };
    page.tn(key, "count", count)
}

fn path(found: &Match) -> String {
    let path = match &found.path {
        PathMatch::Exact(path) => path.clone(),
        PathMatch::PathPrefix(path) => format!("{}/…", path.trim_end_matches('/')),
    };
    match found.method {
        Some(method) => format!("{method} {path}"),
        None => path,
    }
}

fn rate(rate: f64) -> String {
    if rate < 10.0 {
        format!("{rate:.1}")
    } else {
        format!("{rate:.0}")
    }
}

fn latency(latency: Duration) -> String {
    let millis = latency.as_secs_f64() * 1_000.0;
    match millis {
        ..10.0 => format!("{millis:.1} ms"),
        10.0..1_000.0 => format!("{millis:.0} ms"),
        _ => format!("{:.1} s", millis / 1_000.0),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn figures_are_short_and_say_their_unit() {
        for (micros, expect) in [
            (0, "0.0 ms"),
            (850, "0.8 ms"),
            (9_400, "9.4 ms"),
            (40_960, "41 ms"),
            (1_500_000, "1.5 s"),
        ] {
            assert_eq!(latency(Duration::from_micros(micros)), expect);
        }
        assert_eq!(
            (rate(0.0), rate(9.94), rate(123.4)),
            ("0.0".into(), "9.9".into(), "123".into())
        );
    }

    #[test]
    fn a_chart_stays_in_its_frame() {
        let chart = Chart::of(&[0, 5, 10]);
        assert_eq!(chart.line, "0,27.0 2,14.5 4,2.0");
        assert_eq!(chart.area, "M0,28 L0,27.0 L2,14.5 L4,2.0 L4,28 Z");
        assert_eq!(chart.most, 10);
        assert_eq!(Chart::of(&[0, 0]).line, "");
    }
}
