//! The routing table as plain data: what a valid routes file says, nothing else.

use std::fmt;
use std::str::FromStr;
use std::time::Duration;

use serde::{Serialize, Serializer};

use crate::backend::Backend;
use crate::decide::Index;
use crate::problem::Position;
use crate::words;

/// The context whose routes never leave the process that routes.
pub const HOME: &str = "app";

/// An immutable table. Made by [`parse`](crate::parse) only, so whatever it says has been validated; the default has no
/// route.
#[derive(Debug, Default)]
pub struct RouteTable {
    pub services: Vec<Service>,
    /// In the order of the file.
    pub routes: Vec<Route>,
    /// Names this very text: the SHA-256 of the file, in hexadecimal.
    pub version: String,
    pub(crate) index: Index,
}

/// A process, or several alike, that can answer instead of a module.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Service {
    pub name: String,
    pub discovery: Discovery,
    pub load_balancer: LoadBalancer,
    /// Owns no context database: a service in another language, for instance.
    pub foreign: bool,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Discovery {
    /// The instances register themselves.
    Registry,
    Endpoints(Vec<Endpoint>),
}

/// Where one instance listens, by plain HTTP.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Endpoint {
    /// A name or an address; IPv6 in brackets.
    pub host: String,
    pub port: u16,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum LoadBalancer {
    #[default]
    RoundRobin,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Route {
    pub name: String,
    pub context: String,
    pub matches: Vec<Match>,
    pub backend: Backend,
    pub sticky: Sticky,
    pub fallback: Fallback,
    pub timeouts: Timeouts,
    /// Where the file says who answers: for those who refuse it for reasons of their own.
    #[serde(skip)]
    pub at: Position,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Match {
    pub path: PathMatch,
    /// One of [`METHODS`]; GET stands for HEAD too.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub method: Option<&'static str>,
}

/// The methods that Gateway API knows.
pub const METHODS: [&str; 9] = [
    "GET", "HEAD", "POST", "PUT", "DELETE", "CONNECT", "OPTIONS", "TRACE", "PATCH",
];

/// The value is [normal](crate::normalise); a prefix fits whole segments and has no slash at its end.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(tag = "type", content = "value")]
pub enum PathMatch {
    Exact(String),
    PathPrefix(String),
}

/// What keeps a shopper on one side while shares are divided.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Sticky {
    Member,
    Cookie,
    #[default]
    None,
}

/// Where a safe request goes that its service failed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Fallback {
    Module,
    #[default]
    None,
}

/// Until the head of the answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Timeouts {
    /// The whole, retries and fallback included.
    #[serde(serialize_with = "in_words")]
    pub request: Duration,
    /// Each try; never longer than `request`.
    #[serde(serialize_with = "in_words")]
    pub backend_request: Duration,
}

impl RouteTable {
    pub fn route(&self, name: &str) -> Option<&Route> {
        self.routes.iter().find(|route| route.name == name)
    }

    pub fn service(&self, name: &str) -> Option<&Service> {
        self.services.iter().find(|service| service.name == name)
    }
}

impl PathMatch {
    pub fn value(&self) -> &str {
        match self {
            Self::Exact(value) | Self::PathPrefix(value) => value,
        }
    }
}

impl Default for Timeouts {
    fn default() -> Self {
        Self {
            request: Duration::from_secs(10),
            backend_request: Duration::from_secs(5),
        }
    }
}

/// `http://host:port` and nothing else.
impl FromStr for Endpoint {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        words::endpoint(text)
    }
}

impl fmt::Display for Endpoint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}", self.host, self.port)
    }
}

impl Serialize for Endpoint {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(&format_args!("http://{self}"))
    }
}

fn in_words<S: Serializer>(duration: &Duration, serializer: S) -> Result<S::Ok, S::Error> {
    match duration.subsec_millis() {
        0 => serializer.collect_str(&format_args!("{}s", duration.as_secs())),
        _ => serializer.collect_str(&format_args!("{}ms", duration.as_millis())),
    }
}
