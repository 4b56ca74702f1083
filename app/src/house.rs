//! The wiring: which contexts this process holds, and who reaches whom.

use std::collections::{BTreeSet, HashMap};
use std::sync::Arc;

use actix_web::web::ServiceConfig;
use platform::context::{Context, Worker};
use platform::db::{Databases, Db};
use platform::events::{Delivery, Inbound, Relay, Subscriber, lag};
use platform::identity::ServiceKey;
use platform::locale::{self, Texts};
use platform::ops::Operator;
use platform::ports::internal::Desk;
use platform::ports::{HttpDelivery, Neighbours, Place, Placement, Port};
use platform::shell::{Shell, SystemRandom};

use crate::cli::Serve;
use crate::edge::{Authenticator, Edge};
use crate::failure::Failure;
use crate::hosts::{Hosts, Ports};
use crate::pages::OwnPages;
use crate::routing::Routing;
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

/// What this process is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Role {
    Whole,
    /// An extracted service: some contexts; the others are behind `router`, if that is known.
    Service {
        only: Vec<&'static str>,
        router: Option<String>,
    },
}

impl Role {
    pub fn of(settings: &Settings, flags: &Serve) -> Result<Self, Failure> {
        if flags.only.is_empty() {
            return Ok(Self::Whole);
        }
        let known = |name: &String| {
            CONTEXTS
                .iter()
                .map(|(known, _)| *known)
                .find(|known| known == name)
                .ok_or_else(|| {
                    let names: Vec<&str> = CONTEXTS.iter().map(|(name, _)| *name).collect();
                    Failure::usage(format!(
                        "--only {name}: there is no such context; there are {}",
                        names.join(", ")
                    ))
                })
        };
        let only: BTreeSet<&'static str> =
            flags.only.iter().map(known).collect::<Result<_, _>>()?;
        if !settings.named.data || !settings.named.service_key {
            return Err(Failure::usage(
                "--only needs --data and --service-key: the shop's own, so that both agree",
            ));
        }
        let router = flags.router.clone().or_else(|| flags.register.clone());
        let router = router.map(|url| url.trim_end_matches('/').to_owned());
        if !router.as_ref().is_none_or(|url| url.starts_with("http://")) {
            return Err(Failure::usage(
                "--router and --register must be http://HOST:PORT",
            ));
        }
        Ok(Self::Service {
            only: only.into_iter().collect(),
            router,
        })
    }

    pub fn holds(&self, context: &str) -> bool {
        match self {
            Self::Whole => true,
            Self::Service { only, .. } => only.contains(&context),
        }
    }
}

impl Placement for Role {
    fn place(&self, context: &str) -> Place {
        match self {
            Self::Whole => Place::Here,
            Self::Service { only, .. } if only.contains(&context) => Place::Here,
            Self::Service {
                router: Some(router),
                ..
            } => Place::At(router.clone()),
            Self::Service { router: None, .. } => Place::Nowhere,
        }
    }
}

/// One process, opened and wired, not yet listening.
pub struct House {
    pub shell: Arc<Shell>,
    pub edge: Arc<Edge>,
    pub desk: Arc<Desk>,
    pub own_pages: Arc<OwnPages>,
    pub hosts: Hosts,
    role: Role,
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
        let databases = Databases::new(settings.place())?;
        let key = service_key(settings, role)?;
        crate::routes::ready(settings)?;
        let routing = Arc::new(Routing::open(settings)?);
        let shell = shell(settings, key)?;
        let placement: Arc<dyn Placement> = Arc::new(role.clone());
        let neighbours = Neighbours::new(placement, shell.key.clone(), shell.clock.clone())?;
        let hosts = Hosts::open(&databases, role, &shell)?;
        let ports = hosts.ports(&neighbours);
        let contexts = hosts.contexts(&ports, &shell, settings);
        Ok(Self::assemble(
            role,
            shell,
            (neighbours, routing),
            (hosts, ports, contexts),
        ))
    }

    fn assemble(
        role: &Role,
        shell: Arc<Shell>,
        (neighbours, routing): (Arc<Neighbours>, Arc<Routing>),
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
            Role::Whole => Edge::Front(Authenticator::new(
                ports.members.clone(),
                shell.clock.clone(),
            )),
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
        let own_pages = Arc::new(OwnPages {
            shell: shell.clone(),
            ports,
            routing,
            operators,
        });
        Self {
            shell,
            edge: Arc::new(edge),
            desk: Arc::new(desk),
            own_pages,
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

    /// An extracted service has no pages but its contexts'.
    pub fn has_own_pages(&self) -> bool {
        self.role == Role::Whole
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
        Role::Whole => {
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
