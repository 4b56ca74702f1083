//! The routes of this process: their file, the table in effect, who is there to answer, and what was answered.

use jiff::Timestamp;
use strangler::{Figures, Registry, RoutesFile, Watch};

use crate::failure::Failure;
use crate::settings::Settings;

/// One per process that routes. Everything in it may be cloned and shared.
pub struct Routing {
    pub file: RoutesFile,
    pub watch: Watch,
    pub registry: Registry,
    pub figures: Figures,
}

impl Routing {
    /// Makes the file if it does not exist, refuses one that is wrong, and follows it from then on.
    pub fn open(settings: &Settings) -> Result<Self, Failure> {
        let file = RoutesFile::new(&settings.routes);
        create(settings, strangler::BUILT_IN)?;
        let watch = Watch::start(file.clone(), Timestamp::now).map_err(Failure::usage)?;
        Ok(Self {
            file,
            watch,
            registry: Registry::default(),
            figures: Figures::default(),
        })
    }
}

fn create(settings: &Settings, text: &str) -> Result<(), Failure> {
    let path = &settings.routes;
    if let Some(folder) = path.parent() {
        std::fs::create_dir_all(folder)
            .map_err(|e| Failure::usage(format!("--routes {}: {e}", path.display())))?;
    }
    strangler::create_if_missing(path, text)
        .map(|_| ())
        .map_err(|e| Failure::usage(format!("--routes {}: {e}", path.display())))
}
