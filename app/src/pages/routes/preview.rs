//! What a flip would do, in words.

use askama::Template;
use platform::page::Page;
use strangler::{Fallback, Route, RouteTable, Sticky, Target};

use super::HERE;
use super::change::Wish;
use super::view::{self, RouteView};
use crate::routing::Routing;

#[derive(Template)]
#[template(path = "console/route_preview.html")]
pub struct PreviewPage {
    pub page: Page,
    pub wish: Wish,
    pub version: String,
    pub old: String,
    pub new: String,
    pub told: Told,
}

pub struct Told {
    pub paths: Vec<String>,
    pub facts: Vec<String>,
    pub warnings: Vec<String>,
    /// It would be as it is.
    pub changes_nothing: bool,
}

impl PreviewPage {
    fn backend(&self) -> String {
        self.wish.backend.to_string()
    }

    fn back(&self) -> String {
        format!("{HERE}/{}", self.wish.route)
    }
}

impl Told {
    pub fn of(
        page: &Page,
        routing: &Routing,
        table: &RouteTable,
        (before, after): (&Route, &Route),
    ) -> Self {
        let mut facts = shares(page, after);
        let mut warnings = Vec::new();
        for service in after.backend.services() {
            let live = table
                .service(service)
                .map_or(0, |service| view::live_instances(routing, service));
            let about = [("service", service.into()), ("count", (&live).into())];
            if live > 0 {
                facts.push(page.with("app-route-live", &about));
            } else {
                warnings.push(page.with(absent(after), &about));
            }
        }
        if after.backend.sole().is_none() {
            facts.push(page.t(stays(after.sticky)).into_owned());
        }
        if is_home_of_context(after) {
            facts.push(page.tn("app-route-carries-context", "context", &after.context));
        }
        facts.push(page.t("app-route-under-way").into_owned());
        Self {
            paths: RouteView::with(after, &[], |_| true).paths,
            facts,
            warnings,
            changes_nothing: before.backend == after.backend,
        }
    }
}

fn shares(page: &Page, route: &Route) -> Vec<String> {
    let told = route.backend.shares().map(|(target, share)| {
        let name = target.service().unwrap_or_default();
        let key = match (target, share) {
            (Target::Module, 100) => "app-route-all-module",
            (Target::Module, _) => "app-route-some-module",
            (Target::Service(_), 100) => "app-route-all-service",
            (Target::Service(_), _) => "app-route-some-service",
        };
        page.with(key, &[("service", name.into()), ("share", (&share).into())])
    });
    told.collect()
}

/// What becomes of requests to a service that is not there.
fn absent(route: &Route) -> &'static str {
    match route.fallback {
        Fallback::Module => "app-route-absent-fallback",
        Fallback::None => "app-route-absent",
    }
}

fn stays(sticky: Sticky) -> &'static str {
    match sticky {
        Sticky::Member => "app-route-sticky-member",
        Sticky::Cookie => "app-route-sticky-cookie",
        Sticky::None => "app-route-sticky-none",
    }
}

/// Calls of neighbours and events follow this route.
pub fn is_home_of_context(route: &Route) -> bool {
    let own = format!("/internal/{}", route.context);
    route.matches.iter().any(|found| found.path.value() == own)
}
