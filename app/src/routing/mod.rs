//! The routes of this process: their file, the table in effect, who is there to answer, and what was answered.

mod hooks;
pub mod metrics;
pub mod moves;
mod owners;
mod placement;
mod recent;
pub mod registry;

use std::time::{Duration, Instant};

use actix_web::http::header::HeaderName;
use jiff::Timestamp;
use kernel::Clock as _;
use platform::db::{Db, Standing};
use platform::identity::Identity;
use platform::shell::SystemClock;
use strangler::{
    Figures, Options, Registry, RouteTable, Router, RoutesFile, Sticky, Target, Watch,
};

use crate::edge;
use crate::failure::Failure;
use crate::role::Role;
use crate::settings::Settings;

pub use hooks::Vouching;
pub use moves::Moves;
pub use placement::{ByRouter, ByTable};
pub use recent::{Recent, Side};

/// About this very process, wherever its contexts are.
const OWN_PATHS: [&str; 3] = ["/livez", "/readyz", registry::LIST];

/// How long requests and calls wait while the data behind them changes hands.
const HOLD: Duration = Duration::from_secs(5);

/// One per process that routes. Everything in it may be cloned and shared.
pub struct Routing {
    pub file: RoutesFile,
    pub watch: Watch,
    pub registry: Registry,
    pub figures: Figures,
    /// What the figures were of late.
    pub recent: Recent,
    pub moves: Moves,
}

impl Routing {
    /// Makes the file if it does not exist, refuses one that is wrong, and follows it from then on.
    pub fn open(settings: &Settings, role: &Role) -> Result<Self, Failure> {
        create(settings, role)?;
        let registry = Registry::default();
        let file = match role {
            Role::Front => RoutesFile::new(&settings.routes)
                .with_rule(|table| [strangler::no_module(table), owners::missing(table)].concat()),
            Role::Whole | Role::Service { .. } => file_with(settings, Some(registry.clone())),
        };
        let watch = Watch::start(file.clone(), now).map_err(|error| match role {
            Role::Front => Failure::usage(format!(
                "{error}\nbanyan front makes a table of its own when --routes names a file that does not exist"
            )),
            _ => Failure::usage(error),
        })?;
        let figures = Figures::default();
        let recent = Recent::of(figures.clone()).map_err(Failure::other)?;
        Ok(Self {
            file,
            watch,
            registry,
            figures,
            recent,
            moves: Moves::default(),
        })
    }

    /// `own`: the databases of this process.
    pub fn placement(&self, own: &[Db]) -> ByTable {
        ByTable {
            own: own.to_vec(),
            live: self.watch.live().clone(),
            registry: self.registry.clone(),
            figures: self.figures.clone(),
        }
    }

    /// The middleware around everything that this process could answer itself, out of `own` databases.
    pub fn router(&self, vouching: Vouching, own: &[Db]) -> Router {
        let proxies = vouching.shell.proxies.clone();
        let (served, lost, moves) = (own.to_vec(), own.to_vec(), self.moves.clone());
        Router::builder(self.watch.live().clone())
            .registry(self.registry.clone())
            .options(options())
            .authenticate(vouching)
            .pages(hooks::ErrorPages::default())
            .observe(self.figures.clone())
            .fall_back_if(move |route| {
                find(&served, &route.context).is_none_or(|db| db.standing() == Standing::Serving)
            })
            .hold_if(move |route, side, head| {
                // neighbours' calls may only read, and whoever makes them tries again
                let may_write = !head.method.is_safe() && !edge::is_internal(head.uri.path());
                *side == Target::Module && is_in_between(&lost, &route.context)
                    || may_write && moves.is_fenced(&route.context, Instant::now())
            })
            .trusting(move |peer| proxies.trusts(peer))
            .besides(|path| OWN_PATHS.contains(&path) || path.starts_with(moves::PATH))
            .build()
    }
}

fn find<'d>(databases: &'d [Db], context: &str) -> Option<&'d Db> {
    databases.iter().find(|db| db.context() == context)
}

/// Its data left this process a moment ago: the routes follow.
fn is_in_between(databases: &[Db], context: &str) -> bool {
    let lost_for = find(databases, context).and_then(Db::lost_for);
    lost_for.is_some_and(|lost_for| lost_for < HOLD)
}

/// What keeps a person on one side of a route with shares.
fn key(who: &Identity, sticky: Sticky) -> Option<String> {
    match sticky {
        Sticky::Member => who.member.map(|member| member.to_string()),
        Sticky::Cookie => who.guest.map(|guest| guest.to_string()),
        Sticky::None => None,
    }
}

/// As the audit of the routes wants it.
pub fn now() -> Timestamp {
    Timestamp::from_microsecond(SystemClock.now().as_micros()).unwrap_or(Timestamp::MAX)
}

/// The routes file with what this shop refuses beyond its grammar; nothing is made or followed.
pub fn file(settings: &Settings) -> RoutesFile {
    file_with(settings, None)
}

/// The same with what the shop that runs beside knows of its services.
pub fn file_beside(settings: &Settings) -> RoutesFile {
    file_with(settings, registry::ask(settings))
}

fn file_with(settings: &Settings, registry: Option<Registry>) -> RoutesFile {
    let owners = owners::Owners {
        place: settings.place(),
        registry,
    };
    RoutesFile::new(&settings.routes).with_rule(move |table| owners.refused(table))
}

/// Reads and validates the file; creates nothing.
pub fn read(settings: &Settings) -> Result<RouteTable, Failure> {
    file(settings).load().map_err(Failure::usage)
}

/// Makes the file if it does not exist.
pub fn create(settings: &Settings, role: &Role) -> Result<(), Failure> {
    let path = &settings.routes;
    let failed = |e: std::io::Error| Failure::usage(format!("--routes {}: {e}", path.display()));
    if let Some(folder) = path.parent() {
        std::fs::create_dir_all(folder).map_err(failed)?;
    }
    let created = match role {
        Role::Front => strangler::create_if_missing(path, &strangler::built_in_front()),
        Role::Whole | Role::Service { .. } => {
            strangler::create_if_missing(path, strangler::BUILT_IN)
        }
    };
    created.map(drop).map_err(failed)
}

fn options() -> Options {
    Options {
        route_header: HeaderName::from_static(edge::ROUTE),
        backend_header: HeaderName::from_static(edge::BACKEND),
        hops_header: HeaderName::from_static("x-banyan-hops"),
        cookie: "banyan-side".to_owned(),
        hold: HOLD,
        ..Options::default()
    }
}
