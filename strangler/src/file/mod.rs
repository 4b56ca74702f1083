//! The grammar of the routes file: from text to what it says, with places, before it is checked as a whole.

mod route;

use std::time::Duration;

use crate::backend::Backend;
use crate::problem::Position;
use crate::reading::{At, Reading, Shape, Table, Value, Words};
use crate::table::{Endpoint, Fallback, LoadBalancer, Match, Sticky};
use crate::words;

/// A part that could not be read is `None`, and its problem is noted.
#[derive(Default)]
pub(crate) struct File {
    pub services: Vec<FileService>,
    pub routes: Vec<FileRoute>,
}

pub(crate) struct FileService {
    pub name: At<String>,
    pub discovery: Option<Position>,
    pub endpoints: Option<At<Vec<Endpoint>>>,
    pub load_balancer: LoadBalancer,
    pub foreign: bool,
}

pub(crate) struct FileRoute {
    pub name: Option<At<String>>,
    pub context: Option<At<String>>,
    pub matches: Vec<At<Match>>,
    pub backend: Option<At<Backend>>,
    /// Every service that the backend names, those with a share of 0 too.
    pub named: Vec<At<String>>,
    pub sticky: Sticky,
    pub fallback: Fallback,
    pub request: Option<At<Duration>>,
    pub backend_request: Option<At<Duration>>,
}

const FILE: Shape = Shape {
    what: "a routes file",
    keys: &["services", "routes"],
    later: &[],
};
const SERVICE: Shape = Shape {
    what: "a service",
    keys: &["discovery", "endpoints", "loadBalancer", "foreign"],
    later: &[
        "healthCheck",
        "circuitBreaker",
        "maxEjectionPercent",
        "warmup",
    ],
};

const NO_ROUTES: &str = "there is no [[routes]]: nothing would be answered";

const DISCOVERY: Words<()> = Words {
    known: &[("registry", ())],
    later: &[],
};
const LOAD_BALANCER: Words<LoadBalancer> = Words {
    known: &[("ROUND_ROBIN", LoadBalancer::RoundRobin)],
    later: &["RANDOM", "LEAST_REQUEST"],
};

pub(crate) fn read(reading: &mut Reading<'_>) -> Option<File> {
    let document = reading.document()?;
    let table = reading.keys(&FILE, document.get_ref(), Position { line: 1, column: 1 });
    let mut file = File::default();
    if let Some(value) = table.entries.get("services") {
        file.services = services(reading, value);
    }
    match table.entries.get("routes") {
        None => reading.refuse(table.at, NO_ROUTES),
        Some(value) => {
            let items = reading.items(value, NO_ROUTES).iter();
            file.routes = items
                .filter_map(|item| route::route(reading, item))
                .collect();
        }
    }
    Some(file)
}

fn services<'t>(reading: &mut Reading<'t>, value: &Value<'t>) -> Vec<FileService> {
    // its keys are names: any of them is known
    let Some(entries) = value.get_ref().as_table() else {
        let at = reading.at(&value.span());
        reading.refuse(
            at,
            "services are tables, each with its name: [services.catalog]",
        );
        return Vec::new();
    };
    let mut services: Vec<FileService> = Vec::with_capacity(entries.len());
    for (name, value) in entries {
        let name = At {
            value: name.get_ref().to_string(),
            at: reading.at(&name.span()),
        };
        services.extend(service(reading, name, value));
    }
    services.sort_by_key(|service| service.name.at);
    services
}

fn service<'t>(
    reading: &mut Reading<'t>,
    name: At<String>,
    value: &Value<'t>,
) -> Option<FileService> {
    let table = reading.table(&SERVICE, value)?;
    let endpoints = optional(reading, &table, "endpoints", |reading, value| {
        let at = reading.at(&value.span());
        let items = reading
            .items(value, "a service needs at least one endpoint")
            .iter();
        Some(At {
            value: items.filter_map(|item| endpoint(reading, item)).collect(),
            at,
        })
    });
    Some(FileService {
        name,
        discovery: optional(reading, &table, "discovery", |reading, value| {
            reading.word(&DISCOVERY, value);
            Some(reading.at(&value.span()))
        }),
        endpoints,
        load_balancer: optional(reading, &table, "loadBalancer", |r, v| {
            r.word(&LOAD_BALANCER, v)
        })
        .unwrap_or_default(),
        foreign: optional(reading, &table, "foreign", Reading::boolean).unwrap_or(false),
    })
}

fn endpoint<'t>(reading: &mut Reading<'t>, value: &Value<'t>) -> Option<Endpoint> {
    Some(reading.parsed(value, words::endpoint)?.value)
}

fn optional<'a, 't, T>(
    reading: &mut Reading<'t>,
    table: &Table<'a, 't>,
    key: &str,
    read: impl FnOnce(&mut Reading<'t>, &'a Value<'t>) -> Option<T>,
) -> Option<T> {
    table
        .entries
        .get(key)
        .and_then(|value| read(reading, value))
}
