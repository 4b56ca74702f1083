//! Calls and events between contexts go where the routes send browsers' requests.

use std::time::{Duration, Instant};

use actix_web::http::StatusCode;
use platform::db::{Db, Standing};
use platform::identity::Identity;
use platform::ports::{Place, Placement, There};
use strangler::{Answered, Count as _, Endpoint, Fallback, Figures, Live, Registry, Route, Target};

/// In a process that routes: by the same table as everything else.
pub struct ByTable {
    pub own: Vec<Db>,
    pub live: Live,
    pub registry: Registry,
    pub figures: Figures,
}

impl Placement for ByTable {
    fn place(&self, context: &str, who: &Identity) -> Place {
        let current = self.live.current();
        let Some(route) = strangler::find_context(&current.table, context) else {
            return Place::There(There::nobody());
        };
        let Target::Service(name) = side(route, who) else {
            return Place::Here;
        };
        let service = current.table.service(name);
        let instance = service.and_then(|service| self.registry.pick(service, Instant::now()));
        Place::There(There {
            name: name.clone(),
            base: instance.map(|endpoint| format!("http://{endpoint}")),
            or_here: route.fallback == Fallback::Module,
        })
    }

    /// As the router holds requests.
    fn is_in_between(&self, context: &str, place: &Place) -> bool {
        match place {
            Place::Here => super::is_in_between(&self.own, context),
            Place::There(there) => {
                let current = self.live.current();
                let service = current.table.service(&there.name);
                service.is_some_and(|service| {
                    self.registry
                        .is_in_between(service, Instant::now(), super::HOLD)
                })
            }
        }
    }

    fn unreached(&self, base: &str) {
        if let Ok(endpoint) = base.parse::<Endpoint>() {
            self.registry.leave_out(&endpoint, Instant::now());
        }
    }

    fn told(&self, context: &str, place: &Place, answered: bool, after: Duration) {
        let current = self.live.current();
        let Some(route) = strangler::find_context(&current.table, context) else {
            return;
        };
        let backend = match place {
            Place::Here => "module",
            Place::There(there) => &there.name,
        };
        let status = if answered {
            StatusCode::OK
        } else {
            StatusCode::SERVICE_UNAVAILABLE
        };
        let counter = self.figures.counter(&route.name, backend);
        counter.answered(&Answered {
            status,
            latency: after,
            refusal: None,
        });
    }
}

/// With shares: the side on which the person's own requests are, where the route keeps people on one.
fn side<'r>(route: &'r Route, who: &Identity) -> &'r Target {
    if let Some(sole) = route.backend.sole() {
        return sole;
    }
    let key = super::key(who, route.sticky);
    let key = key.unwrap_or_else(|| format!("{:032x}", rand::random::<u128>()));
    strangler::choose(route, &key)
}

/// In an extracted service: what it may serve it answers itself, everything else is behind the router.
pub struct ByRouter {
    pub own: Vec<Db>,
    pub router: Option<String>,
}

impl Placement for ByRouter {
    fn place(&self, context: &str, _: &Identity) -> Place {
        let own = self.own.iter().find(|db| db.context() == context);
        if own.is_some_and(|db| db.standing() == Standing::Serving) {
            return Place::Here;
        }
        Place::There(There {
            name: "router".to_owned(),
            base: self.router.clone(),
            or_here: false,
        })
    }
}
