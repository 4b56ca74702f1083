use crate::failure::Failure;
use crate::house;

/// Prints the description of the JSON API.
#[expect(clippy::print_stdout, reason = "the answer of the command")]
pub fn print() -> Result<(), Failure> {
    println!(
        "{}",
        house::openapi().to_pretty_json().map_err(Failure::other)?
    );
    Ok(())
}
