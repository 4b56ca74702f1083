#![doc = include_str!("../README.md")]

pub mod audit;
pub mod context;
pub mod db;
pub mod events;
pub mod identity;
pub mod limits;
pub mod locale;
pub mod ops;
pub mod page;
pub mod ports;
pub mod problem;
pub mod shell;
pub mod telemetry;
#[cfg(feature = "testing")]
pub mod testing;

/// A boxed future, for traits that are used as objects.
pub type Fut<'a, T> = std::pin::Pin<Box<dyn Future<Output = T> + Send + 'a>>;
