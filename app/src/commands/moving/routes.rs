//! The one place where a move touches routes: who waits at a location, and the flip.

use std::time::{Duration, Instant};

use kernel::Clock as _;
use platform::identity::ServiceKey;
use strangler::{Backend, Flip, Route, RouteTable, RoutesFile, Target};

use super::report::Reporter;
use crate::failure::Failure;
use crate::routing::moves::{Here, PATH};
use crate::routing::registry::{self, Listed};
use crate::settings::Settings;

/// How long a new owner may take until it says that it is ready.
const PATIENCE: Duration = Duration::from_secs(10);
const ASK_AGAIN: Duration = Duration::from_millis(50);
const WHO: &str = "command line";

pub struct Routes {
    file: RoutesFile,
    http: reqwest::Client,
    key: std::path::PathBuf,
    /// The router, which is the shop itself.
    router: String,
}

/// A service, and its instances that opened the database in question.
#[derive(Debug)]
pub struct Registered {
    pub name: String,
    pub endpoints: Vec<String>,
}

impl Routes {
    pub fn open(settings: &Settings) -> Result<Self, Failure> {
        Ok(Self {
            file: RoutesFile::new(&settings.routes),
            http: registry::client().map_err(Failure::other)?,
            key: settings.service_key.clone(),
            router: settings.own_url(),
        })
    }

    /// To the router's console.
    pub fn reporter(&self, context: &str) -> Reporter {
        let key = ServiceKey::load(&self.key).ok();
        Reporter::start(&self.router, key.map(|key| key.bearer()), context)
    }

    /// Asks the running router. Refused when no registered instance has opened the database at `location`.
    pub async fn service_at(&self, context: &str, location: &str) -> Result<Registered, Failure> {
        let mut entries = self.registry().await?;
        entries.retain(|entry| entry.about.get(context).is_some_and(|at| at == location));
        let Some(name) = entries.first().map(|entry| entry.service.clone()) else {
            return Err(Failure::other(format!(
                "no registered service waits at {location}: start one there first, with banyan serve --only {context} --data DIR --service-key FILE --register {}",
                self.router
            )));
        };
        if let Some(other) = entries.iter().find(|entry| entry.service != name) {
            return Err(Failure::other(format!(
                "two services wait at {location}, {name} and {}: register one name for it",
                other.service
            )));
        }
        let endpoints = entries.into_iter().map(|entry| entry.endpoint).collect();
        Ok(Registered { name, endpoints })
    }

    async fn registry(&self) -> Result<Vec<Listed>, Failure> {
        let key = ServiceKey::load(&self.key).map_err(Failure::other)?;
        let listed = registry::listed(&self.http, &self.router, &key).await;
        listed.map_err(|error| {
            Failure::other(format!(
                "the router at {} does not tell who is registered ({}): is the shop running, and is --listen its address?",
                self.router,
                error.without_url()
            ))
        })
    }

    /// Every instance of the service has told the router that it serves what it must.
    pub async fn wait_until_ready(
        &self,
        context: &str,
        service: &Registered,
    ) -> Result<(), Failure> {
        let until = Instant::now() + PATIENCE;
        for endpoint in &service.endpoints {
            loop {
                // whoever is asked looks at once: the shop, too, whether it has lost the data
                self.shop(context).await;
                let _ = self.http.get(format!("{endpoint}/readyz")).send().await;
                if self.is_ready(&service.name, endpoint).await {
                    break;
                }
                if Instant::now() > until {
                    return Err(Failure::other(format!(
                        "{} at {endpoint} owns the data and is not ready after {} s; the routes were not flipped: look at its log, then run the same command again",
                        service.name,
                        PATIENCE.as_secs()
                    )));
                }
                tokio::time::sleep(ASK_AGAIN).await;
            }
        }
        Ok(())
    }

    /// Until the shop serves the context itself. Nobody has to be there.
    pub async fn wait_for_the_shop(&self, context: &str) -> Result<(), Failure> {
        let until = Instant::now() + PATIENCE;
        while self.shop(context).await.is_some_and(|it| !it.is_served) {
            if Instant::now() > until {
                return Err(Failure::other(format!(
                    "the shop at {} has its data back and does not serve it after {} s; the routes were not flipped: look at its log, then run the same command again",
                    self.router,
                    PATIENCE.as_secs()
                )));
            }
            tokio::time::sleep(ASK_AGAIN).await;
        }
        Ok(())
    }

    /// A front has no module to which routes could come home.
    pub async fn must_have_a_module(&self, context: &str) -> Result<(), Failure> {
        if self.shop(context).await.is_none_or(|it| it.is_held) {
            return Ok(());
        }
        Err(Failure::other(format!(
            "the router at {} is a front, which serves no context itself: put `banyan serve` in its place first",
            self.router
        )))
    }

    /// `None` when it does not run.
    async fn shop(&self, context: &str) -> Option<Here> {
        let key = ServiceKey::load(&self.key).ok()?;
        let url = format!("{}{PATH}{context}", self.router);
        let request = self.http.get(url).header("authorization", key.bearer());
        let answer = request.send().await.ok()?.error_for_status().ok()?;
        answer.json().await.ok()
    }

    async fn is_ready(&self, service: &str, endpoint: &str) -> bool {
        let is_it = |entry: &Listed| entry.service == service && entry.endpoint == endpoint;
        let known = self.registry().await.unwrap_or_default();
        known.iter().any(|entry| is_it(entry) && entry.is_ready)
    }

    /// The routes of `context` that would change.
    pub fn to_flip(&self, context: &str, backend: &Backend) -> Result<Vec<String>, Failure> {
        if !self.file.path().exists() {
            return Ok(Vec::new());
        }
        let table = self.file.load().map_err(Failure::usage)?;
        let routes = table.routes.iter();
        Ok(routes
            .filter(|route| route.context == context && route.backend != *backend)
            .filter(|route| !is_foreign(&table, route))
            .map(|route| route.name.clone())
            .collect())
    }

    /// The routes of `context` that lead to the module, all or in part.
    pub fn with_module(&self, context: &str) -> Result<Vec<String>, Failure> {
        if !self.file.path().exists() {
            return Ok(Vec::new());
        }
        let table = self.file.load().map_err(Failure::usage)?;
        let routes = table.routes.iter().filter(|route| {
            route.context == context && route.backend.share_of(&Target::Module) > 0
        });
        Ok(routes.map(|route| route.name.clone()).collect())
    }

    /// Flips all routes of `context`, and answers with their names. One that a service in another language answers does
    /// not depend on where the data is.
    pub fn flip(
        &self,
        context: &str,
        backend: &Backend,
        why: &str,
    ) -> Result<Vec<String>, Failure> {
        let names = self.to_flip(context, backend)?;
        let at = platform::shell::SystemClock.now().as_micros();
        let at = jiff::Timestamp::from_microsecond(at).map_err(Failure::other)?;
        let flips = names.iter().map(|route| Flip {
            route: route.clone(),
            backend: backend.clone(),
            who: WHO.to_owned(),
            why: why.to_owned(),
            at,
            seen: None,
        });
        let flips: Vec<Flip> = flips.collect();
        if !flips.is_empty() {
            // all at once: with only some of them the router would refuse the table
            self.file.set_all(&flips).map_err(|error| {
                Failure::other(format!(
                    "the data has moved, but its routes could not be flipped: {error}; run the same command again"
                ))
            })?;
        }
        Ok(names)
    }
}

fn is_foreign(table: &RouteTable, route: &Route) -> bool {
    match route.backend.sole() {
        Some(Target::Service(name)) => table.service(name).is_some_and(|service| service.foreign),
        _ => false,
    }
}
