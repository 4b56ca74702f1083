use crate::cli::Demo;
use crate::failure::Failure;
use crate::settings::Settings;

pub fn run(_: &Settings, _: Demo) -> Result<(), Failure> {
    Ok(())
}
