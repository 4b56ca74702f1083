use crate::failure::Failure;
use crate::routing;
use crate::settings::Settings;

/// Validates settings (already done when this is called) and routes; creates nothing.
#[expect(clippy::print_stdout, reason = "the answer of the command")]
pub fn run(settings: &Settings) -> Result<(), Failure> {
    if settings.routes.exists() {
        routing::read(settings)?;
        println!("settings and {} are fine", settings.routes.display());
    } else {
        println!(
            "settings are fine; {} does not exist yet and will be made",
            settings.routes.display()
        );
    }
    Ok(())
}
