#![doc = include_str!("../README.md")]

mod backend;
mod decide;
mod file;
mod load;
mod path;
mod problem;
mod reading;
mod rules;
mod table;
mod words;

pub use backend::{Backend, BadBackend, Target};
pub use decide::{choose, find, find_context};
pub use load::{BUILT_IN, create_if_missing, load};
pub use path::{BadPath, normalise};
pub use problem::{LoadError, Position, Problem, Problems};
pub use rules::parse;
pub use table::{
    Discovery, Endpoint, Fallback, HOME, LoadBalancer, METHODS, Match, PathMatch, Route,
    RouteTable, Service, Sticky, Timeouts,
};
