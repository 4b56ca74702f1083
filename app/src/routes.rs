//! The routes file, as far as the monolith needs it.

use crate::failure::Failure;
use crate::settings::Settings;

/// Makes the file if it does not exist, and refuses one that is wrong.
pub fn ready(settings: &Settings) -> Result<(), Failure> {
    let path = &settings.routes;
    if let Some(folder) = path.parent() {
        std::fs::create_dir_all(folder)
            .map_err(|e| Failure::usage(format!("--routes {}: {e}", path.display())))?;
    }
    strangler::create_if_missing(path, strangler::BUILT_IN)
        .map_err(|e| Failure::usage(format!("--routes {}: {e}", path.display())))?;
    read(settings).map(|_| ())
}

/// Reads and validates it. Until the router itself is here, every route stays with the module.
pub fn read(settings: &Settings) -> Result<strangler::RouteTable, Failure> {
    let table = strangler::load(&settings.routes).map_err(Failure::usage)?;
    match table
        .routes
        .iter()
        .find(|route| route.backend.sole() != Some(&strangler::Target::Module))
    {
        Some(route) => Err(Failure::usage(format!(
            "{}: route {:?}: a backend other than \"module\" is not yet supported",
            settings.routes.display(),
            route.name
        ))),
        None => Ok(table),
    }
}
