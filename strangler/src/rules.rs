//! What a routes file must be as a whole. Every rule looks at everything, so that all problems are told at once.

use std::collections::HashMap;
use std::fmt::Write as _;

use sha2::{Digest, Sha256};

use crate::decide::Index;
use crate::file::{self, File, FileRoute, FileService};
use crate::problem::{Position, Problems, did_you_mean};
use crate::reading::Reading;
use crate::table::{Discovery, HOME, PathMatch, Route, RouteTable, Service, Timeouts};

/// A routes file's text as a table, or everything that is wrong with it.
pub fn parse(text: &str) -> Result<RouteTable, Problems> {
    let mut reading = Reading::new(text);
    let table = file::read(&mut reading).and_then(|file| build(&mut reading, file, text));
    reading.finish(table)
}

fn build(reading: &mut Reading<'_>, file: File, text: &str) -> Option<RouteTable> {
    names_are_unique(reading, &file);
    backends_exist(reading, &file);
    contexts_are_reachable(reading, &file);
    let services: Vec<_> = file
        .services
        .into_iter()
        .map(|service| to_service(reading, service))
        .collect();
    let routes: Vec<_> = file
        .routes
        .into_iter()
        .map(|route| to_route(reading, route))
        .collect();
    let routes: Vec<Route> = routes.into_iter().collect::<Option<_>>()?;
    Some(RouteTable {
        services: services.into_iter().collect::<Option<_>>()?,
        index: Index::of(&routes),
        routes,
        version: version(text),
    })
}

/// The SHA-256 of a routes file, in hexadecimal.
pub(crate) fn version(text: &str) -> String {
    hex(&Sha256::digest(text))
}

pub(crate) fn hex(bytes: &[u8]) -> String {
    bytes.iter().fold(String::new(), |mut text, byte| {
        let _ = write!(text, "{byte:02x}");
        text
    })
}

fn names_are_unique(reading: &mut Reading<'_>, file: &File) {
    let mut seen: HashMap<&str, Position> = HashMap::new();
    for name in file.routes.iter().filter_map(|route| route.name.as_ref()) {
        if let Some(first) = seen.get(name.value.as_str()) {
            let line = first.line;
            reading.refuse(
                name.at,
                format!(
                    "the name \"{}\" is taken by the route on line {line}",
                    name.value
                ),
            );
        } else {
            seen.insert(&name.value, name.at);
        }
    }
}

fn backends_exist(reading: &mut Reading<'_>, file: &File) {
    let services = file
        .services
        .iter()
        .map(|service| service.name.value.as_str());
    let known = services.chain(["module"]);
    for route in &file.routes {
        let stays = route
            .context
            .as_ref()
            .is_some_and(|context| context.value == HOME);
        for named in &route.named {
            let name = named.value.as_str();
            if !known.clone().any(|known| known == name) {
                let hint = did_you_mean(name, known.clone());
                reading.refuse(named.at, format!("there is no service \"{name}\"{hint}"));
            } else if stays && name != "module" {
                reading.refuse(
                    named.at,
                    format!("the context \"{HOME}\" never leaves: its backend is \"module\""),
                );
            }
        }
    }
}

/// Each context is found under `/internal/<context>`, in one route of its own and for every method.
fn contexts_are_reachable(reading: &mut Reading<'_>, file: &File) {
    let mut reached: HashMap<&str, Position> = HashMap::new();
    for route in &file.routes {
        let Some(context) = &route.context else {
            continue;
        };
        let own = PathMatch::PathPrefix(format!("/internal/{}", context.value));
        for found in &route.matches {
            let path = found.value.path.value();
            if path != "/internal" && !path.starts_with("/internal/") {
                continue;
            }
            if found.value.path != own || found.value.method.is_some() {
                let what = format!(
                    "of /internal a route matches only its own context, whole: PathPrefix \"{}\"",
                    own.value()
                );
                reading.refuse(found.at, what);
            } else if let Some(first) = reached.insert(&context.value, found.at) {
                let what = format!(
                    "\"{}\" is matched on line {} already: one route decides it",
                    own.value(),
                    first.line
                );
                reading.refuse(found.at, what);
            }
        }
    }
    let mut told: Vec<&str> = vec![HOME];
    for context in file
        .routes
        .iter()
        .filter_map(|route| route.context.as_ref())
    {
        let name = context.value.as_str();
        if !reached.contains_key(name) && !told.contains(&name) {
            reading.refuse(
                context.at,
                format!("no route of the context \"{name}\" matches \"/internal/{name}\""),
            );
            told.push(name);
        }
    }
}

fn to_service(reading: &mut Reading<'_>, service: FileService) -> Option<Service> {
    let name = service.name;
    if name.value == "module" {
        reading.refuse(
            name.at,
            "\"module\" is the process itself; call the service something else",
        );
    } else if let Err(what) = crate::words::name(&name.value) {
        reading.refuse(name.at, what);
    }
    let discovery = match (service.discovery, service.endpoints) {
        (Some(_), None) => Some(Discovery::Registry),
        (None, Some(endpoints)) => Some(Discovery::Endpoints(endpoints.value)),
        (Some(_), Some(endpoints)) => {
            reading.refuse(
                endpoints.at,
                "a service has \"discovery\" or \"endpoints\", not both",
            );
            None
        }
        (None, None) => {
            reading.refuse(
                name.at,
                "a service needs the key \"discovery\" or \"endpoints\"",
            );
            None
        }
    };
    Some(Service {
        name: name.value,
        discovery: discovery?,
        load_balancer: service.load_balancer,
        foreign: service.foreign,
    })
}

fn to_route(reading: &mut Reading<'_>, route: FileRoute) -> Option<Route> {
    if let Some(context) = route
        .context
        .as_ref()
        .filter(|context| context.value == "events")
    {
        reading.refuse(
            context.at,
            "no context is called \"events\": /internal/events is where events arrive",
        );
    }
    let timeouts = timeouts(reading, &route);
    let backend = route.backend?;
    Some(Route {
        name: route.name?.value,
        context: route.context?.value,
        matches: route.matches.into_iter().map(|found| found.value).collect(),
        at: backend.at,
        backend: backend.value,
        sticky: route.sticky,
        fallback: route.fallback,
        timeouts,
    })
}

/// One that is left out follows the other: no try is longer than the whole.
fn timeouts(reading: &mut Reading<'_>, route: &FileRoute) -> Timeouts {
    let default = Timeouts::default();
    let request = route
        .request
        .as_ref()
        .map_or(default.request, |given| given.value);
    let backend_request = match &route.backend_request {
        None => default.backend_request.min(request),
        Some(given) => {
            if given.value > request {
                reading.refuse(
                    given.at,
                    format!("backendRequest is longer than request ({request:?})"),
                );
            }
            given.value
        }
    };
    Timeouts {
        request,
        backend_request,
    }
}
