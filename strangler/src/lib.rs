#![doc = include_str!("../README.md")]

mod audit;
mod backend;
mod decide;
mod edit;
mod file;
mod forward;
mod live;
mod load;
mod lock;
mod path;
mod problem;
mod reading;
pub mod registry;
mod router;
mod rules;
mod table;
mod watch;
mod words;
mod write;

pub use audit::{BEGINNING, BY_HAND, Break, Entry, History, audit_path, history};
pub use backend::{Backend, BadBackend, Target};
pub use decide::{choose, find, find_context};
pub use live::{Current, Live, Refused};
pub use load::{BUILT_IN, built_in_front, create_if_missing, load, no_module};
pub use path::{BadPath, normalise};
pub use problem::{LoadError, Position, Problem, Problems};
pub use registry::{Instance, Registration, Registry};
pub use router::{
    Answered, Authenticate, Builder, Count, Counter, Figure, Figures, Forwarded, LocalFut, Observe,
    Options, Pages, Refusal, Routed, Router, RouterMiddleware, Vouched,
};
pub use rules::parse;
pub use table::{
    Discovery, Endpoint, Fallback, HOME, LoadBalancer, METHODS, Match, PathMatch, Route,
    RouteTable, Service, Sticky, Timeouts,
};
pub use watch::Watch;
pub use write::{Flip, RoutesFile, Rule, SetError};
