//! The routes of this process: their file, the table in effect, who is there to answer, and what was answered.

pub mod metrics;
mod recent;

use jiff::Timestamp;
use kernel::Clock as _;
use platform::shell::SystemClock;
use strangler::{Figures, Registry, RoutesFile, Watch};

use crate::failure::Failure;
use crate::settings::Settings;

pub use recent::{Recent, Side};

/// One per process that routes. Everything in it may be cloned and shared.
pub struct Routing {
    pub file: RoutesFile,
    pub watch: Watch,
    pub registry: Registry,
    pub figures: Figures,
    /// What the figures were of late.
    pub recent: Recent,
}

impl Routing {
    /// Makes the file if it does not exist, refuses one that is wrong, and follows it from then on.
    pub fn open(settings: &Settings) -> Result<Self, Failure> {
        let file = file(settings);
        create(settings, strangler::BUILT_IN)?;
        let watch = Watch::start(file.clone(), now).map_err(Failure::usage)?;
        let figures = Figures::default();
        let recent = Recent::of(figures.clone()).map_err(Failure::other)?;
        Ok(Self {
            file,
            watch,
            registry: Registry::default(),
            figures,
            recent,
        })
    }
}

/// As the audit of the routes wants it.
pub fn now() -> Timestamp {
    Timestamp::from_microsecond(SystemClock.now().as_micros()).unwrap_or(Timestamp::MAX)
}

/// The routes file, with what this shop refuses beyond its grammar.
pub fn file(settings: &Settings) -> RoutesFile {
    RoutesFile::new(&settings.routes)
}

/// Makes the file, holding `text`, if it does not exist.
pub fn create(settings: &Settings, text: &str) -> Result<(), Failure> {
    let path = &settings.routes;
    if let Some(folder) = path.parent() {
        std::fs::create_dir_all(folder)
            .map_err(|e| Failure::usage(format!("--routes {}: {e}", path.display())))?;
    }
    strangler::create_if_missing(path, text)
        .map(|_| ())
        .map_err(|e| Failure::usage(format!("--routes {}: {e}", path.display())))
}
