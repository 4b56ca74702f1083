//! The wiring: which contexts this process holds, and who reaches whom.

use std::collections::HashMap;
use std::sync::Arc;

use actix_web::web::ServiceConfig;
use platform::context::{Context, Worker};
use platform::db::{Databases, Db};
use platform::events::{Delivery, Inbound, Relay, Subscriber, lag};
use platform::identity::ServiceKey;
use platform::locale::{self, Texts};
use platform::ops::Operator;
use platform::ports::internal::Desk;
use platform::ports::{HttpDelivery, Neighbours, Placement, Port};
use platform::shell::{Shell, SystemRandom};
use strangler::{Live, RouteTable, Router};

use crate::edge::{Authenticator, Edge};
use crate::failure::Failure;
use crate::hosts::{Hosts, Ports};
use crate::pages::OwnPages;
use crate::role::Role;
use crate::routing::{ByRouter, Routing, Vouching};
use crate::settings::Settings;

/// All contexts, by the names that routes, databases and flags use, and the events that each wants to hear.
pub const CONTEXTS: [(&str, &[&str]); 10] = [
    (members::NAME, members::HEARS),
    (catalog::NAME, catalog::HEARS),
    (stock::NAME, stock::HEARS),
    (cart::NAME, cart::HEARS),
    (orders::NAME, orders::HEARS),
    (payments::NAME, payments::HEARS),
    (shipping::NAME, shipping::HEARS),
    (order_history::NAME, order_history::HEARS),
    (board::NAME, board::HEARS),
    (notifications::NAME, notifications::HEARS),
];

/// One process, opened and wired, not yet listening.
pub struct House {
    pub shell: Arc<Shell>,
    pub edge: Arc<Edge>,
    pub desk: Arc<Desk>,
    /// An extracted service has no pages but its contexts'.
    pub own_pages: Option<Arc<OwnPages>>,
    /// An extracted service routes nothing.
    pub routing: Option<Arc<Routing>>,
    pub hosts: Hosts,
    pub role: Role,
    routes: Vec<Routes>,
    duties: Vec<Arc<Duty>>,
}

type Routes = Arc<dyn Fn(&mut ServiceConfig) + Send + Sync>;

/// The background work of one context.
pub struct Duty {
    pub db: Db,
    pub workers: Vec<Worker>,
    pub relay: Relay,
}

impl House {
    pub fn open(settings: &Settings, role: &Role) -> Result<Self, Failure> {
        let is_new = !settings.service_key.exists();
        let key = service_key(settings, role)?;
        let shell = shell(settings, key)?;
        if *role == Role::Front && is_new {
            found(settings, &shell)?;
        }
        let databases = Databases::new(settings.place())?.founding(role.founding());
        let hosts = Hosts::open(&databases, role, &shell)?;
        let routing = match role {
            Role::Service { .. } => None,
            Role::Whole | Role::Front => Some(Arc::new(Routing::open(settings, role)?)),
        };
        let placement = placement(role, routing.as_deref(), &hosts.databases);
        let neighbours = Neighbours::new(placement, shell.key.clone(), shell.clock.clone())?;
        let ports = hosts.ports(&neighbours);
        let contexts = hosts.contexts(&ports, &shell, settings);
        Ok(Self::assemble(
            (role, routing),
            shell,
            neighbours,
            (hosts, ports, contexts),
        ))
    }

    fn assemble(
        (role, routing): (&Role, Option<Arc<Routing>>),
        shell: Arc<Shell>,
        neighbours: Arc<Neighbours>,
        (hosts, ports, contexts): (Hosts, Ports, Vec<Context>),
    ) -> Self {
        let local: HashMap<&'static str, Arc<dyn Inbound>> = contexts
            .iter()
            .filter_map(|c| Some((c.name, c.inbound.clone()?)))
            .collect();
        let delivery: Arc<dyn Delivery> = Arc::new(HttpDelivery {
            local: local.clone(),
            neighbours: neighbours.clone(),
        });
        let mut desk = Desk {
            key: shell.key.clone(),
            calls: HashMap::new(),
            inbound: local,
            clock: shell.clock.clone(),
        };
        let (mut routes, mut duties, mut operators) = (Vec::new(), Vec::new(), HashMap::new());
        for context in contexts {
            let operator = Arc::new(Operator {
                db: context.db.clone(),
                delivery: delivery.clone(),
                clock: shell.clock.clone(),
            });
            desk.calls
                .insert(context.name, context.calls.and(operator.calls()));
            operators.insert(context.name, operator);
            routes.push(context.routes);
            let relay = Relay {
                db: context.db.clone(),
                subscribers: subscribers(context.name),
                delivery: delivery.clone(),
                clock: shell.clock.clone(),
            };
            duties.push(Arc::new(Duty {
                db: context.db,
                workers: context.workers,
                relay,
            }));
        }
        let edge = match role {
            Role::Whole | Role::Front => Edge::Front(Arc::new(Authenticator::new(
                ports.members.clone(),
                shell.clock.clone(),
            ))),
            Role::Service { only, .. } => Edge::Behind {
                audiences: only.iter().map(ToString::to_string).collect(),
            },
        };
        let operators = CONTEXTS
            .into_iter()
            .map(|(name, _)| {
                (
                    name,
                    Port::new(name, operators.get(name).cloned(), neighbours.clone()),
                )
            })
            .collect();
        let own_pages = routing.clone().map(|routing| {
            Arc::new(OwnPages {
                shell: shell.clone(),
                ports,
                operators,
                routing,
            })
        });
        Self {
            shell,
            edge: Arc::new(edge),
            desk: Arc::new(desk),
            own_pages,
            routing,
            hosts,
            role: role.clone(),
            routes,
            duties,
        }
    }

    pub fn names(&self) -> Vec<&'static str> {
        self.duties.iter().map(|duty| duty.db.context()).collect()
    }

    pub fn routes(&self) -> Vec<Routes> {
        self.routes.clone()
    }

    pub fn duties(&self) -> impl Iterator<Item = Arc<Duty>> {
        self.duties.iter().cloned()
    }

    /// In an extracted service every request is for this very process.
    pub fn router(&self) -> Router {
        let (Some(routing), Edge::Front(authenticator)) = (&self.routing, &*self.edge) else {
            let nowhere = Live::fixed(RouteTable::default());
            return Router::builder(nowhere).besides(|_| true).build();
        };
        let vouching = Vouching {
            authenticator: authenticator.clone(),
            shell: self.shell.clone(),
            live: routing.watch.live().clone(),
        };
        routing.router(vouching, &self.hosts.databases)
    }

    /// Whether any consumer has not passed all that was written.
    pub async fn events_waiting(&self) -> bool {
        for duty in &self.duties {
            let lags = duty.db.read(lag).await.unwrap_or_default();
            if lags.iter().any(|lag| lag.waiting > 0) {
                return true;
            }
        }
        false
    }
}

/// Who hears the events of `publisher`, wherever they are: by the third word of the types that they want.
pub fn subscribers(publisher: &str) -> Vec<Subscriber> {
    let prefix = format!("shop.banyan.{publisher}.");
    let hears = |types: &[&str]| types.iter().any(|kind| kind.starts_with(&prefix));
    CONTEXTS
        .into_iter()
        .filter(|(_, types)| hears(types))
        .map(|(context, types)| Subscriber { context, types })
        .collect()
}

/// All texts of the house.
pub fn texts() -> Result<Texts, Failure> {
    let sources = [
        &locale::FRAME[..],
        &crate::pages::texts(),
        &members::texts(),
        &catalog::texts(),
        &stock::texts(),
        &cart::texts(),
        &orders::texts(),
        &order_history::texts(),
        &board::texts(),
        &notifications::texts(),
    ]
    .concat();
    Texts::new(&sources).map_err(|bad| Failure::other(bad.0.join("; ")))
}

/// The description of the whole JSON API.
pub fn openapi() -> utoipa::openapi::OpenApi {
    let mut all = crate::pages::openapi();
    for part in [
        members::openapi(),
        catalog::openapi(),
        stock::openapi(),
        cart::openapi(),
        orders::openapi(),
        order_history::openapi(),
        board::openapi(),
    ] {
        all.merge(part);
    }
    all
}

fn placement(role: &Role, routing: Option<&Routing>, own: &[Db]) -> Arc<dyn Placement> {
    if let Some(routing) = routing {
        return Arc::new(routing.placement(own));
    }
    let router = match role {
        Role::Service { router, .. } => router.clone(),
        Role::Whole | Role::Front => None,
    };
    Arc::new(ByRouter {
        own: own.to_vec(),
        router,
    })
}

/// A shop that begins with a front has its databases where the front is told that they are: services find them there.
fn found(settings: &Settings, shell: &Arc<Shell>) -> Result<(), Failure> {
    let databases = Databases::new(settings.place())?;
    Hosts::open(&databases, &Role::Whole, shell).map(drop)
}

fn shell(settings: &Settings, key: ServiceKey) -> Result<Arc<Shell>, Failure> {
    Ok(Arc::new(Shell {
        proxies: settings.trusted_proxy.clone(),
        limits: platform::limits::Limits::new(settings.rate_limits),
        public_url: Some(settings.public_url.clone()),
        ..Shell::new(texts()?, key)
    }))
}

/// A service never makes a key of its own: it would sign what nobody believes.
fn service_key(settings: &Settings, role: &Role) -> Result<ServiceKey, Failure> {
    let path = &settings.service_key;
    match role {
        Role::Whole | Role::Front => {
            // with PostgreSQL nothing else has made the data folder
            if let Some(folder) = path.parent() {
                std::fs::create_dir_all(folder)
                    .map_err(|e| Failure::other(format!("{}: {e}", folder.display())))?;
            }
            ServiceKey::load_or_create(path, &SystemRandom).map_err(Failure::other)
        }
        Role::Service { .. } => ServiceKey::load(path).map_err(Failure::usage),
    }
}

#[cfg(test)]
mod tests;
