//! What a move says while it goes on.
#![expect(clippy::print_stdout, reason = "the answer of the command")]

use std::time::Duration;

use platform::db::transfer::{Amount, Side, measure};
use platform::db::{NOBODY, SHARED};

use super::failed;
use super::trail::{State, Trail};
use crate::failure::Failure;

pub fn begin(name: &str, to: &str) {
    println!("{name} → {to}");
}

pub fn step(word: &str, what: &str, took: Duration) {
    println!("  {word:<12} {:>9}  {what}", seconds(took));
}

pub fn pause(pause: Option<Duration>) {
    match pause {
        Some(pause) => println!("Done. Writes waited for {}.", seconds(pause)),
        None => println!("Done. Nothing had to be copied."),
    }
}

pub fn status(trail: &Trail) {
    println!("{}", trail.home.context());
    for (at, (side, owner)) in trail.said.iter().enumerate() {
        let who = if at == 0 { "home" } else { "then" };
        let holder = match owner.holder.as_str() {
            SHARED => "shared by the processes of the shop that open it".to_owned(),
            NOBODY => "waits for its data".to_owned(),
            holder if holder == side.location() => "owned here alone".to_owned(),
            holder => format!("owned by {holder}"),
        };
        println!(
            "  {who}   {} (epoch {}: {holder})",
            side.location(),
            owner.epoch
        );
    }
    match &trail.state {
        State::Settled { owner, epoch } => {
            println!("  owner  {} (epoch {epoch})", owner.location());
        }
        State::HalfDone { to, epoch, .. } => {
            println!(
                "  half done: epoch {epoch} was handed over to {}, which does not say so yet",
                to.location()
            );
            println!("  complete it: {}", trail.completing());
        }
    }
}

/// Routes that do not lead to the owner, or may not.
pub fn behind(routes: &[String], is_home: bool, command: &str) {
    let routes = routes.join(", ");
    match (routes.is_empty(), is_home) {
        (true, _) => {}
        (false, true) => {
            println!("  routes led to a service: {routes}; back to the module: {command}");
        }
        (false, false) => {
            println!("  routes still led to the module: {routes}; complete it: {command}");
        }
    }
}

/// What would be copied, table by table.
pub fn plan(name: &str, from: &Side, to: &Side) -> Result<(), Failure> {
    let amounts = measure(from).map_err(failed)?;
    println!(
        "{name} would move from {} to {}:",
        from.location(),
        to.location()
    );
    for amount in &amounts {
        println!(
            "  {:<24} {:>10} rows {:>10}",
            amount.table,
            amount.rows,
            size(amount.bytes)
        );
    }
    println!("  {}", amount(&amounts));
    Ok(())
}

pub fn would_flip(routes: &[String], backend: &str) {
    if routes.is_empty() {
        println!("All its routes are {backend}'s already. Nothing was changed.");
    } else {
        println!(
            "Then these routes would flip to {backend}: {}. Nothing was changed.",
            routes.join(", ")
        );
    }
}

pub fn amount(amounts: &[Amount]) -> String {
    let rows: u64 = amounts.iter().map(|amount| amount.rows).sum();
    let bytes: u64 = amounts.iter().map(|amount| amount.bytes).sum();
    format!("{} tables, {rows} rows, {}", amounts.len(), size(bytes))
}

fn size(bytes: u64) -> String {
    match bytes {
        0..1_000 => format!("{bytes} B"),
        1_000..1_000_000 => format!("{}.{} kB", bytes / 1_000, bytes % 1_000 / 100),
        _ => format!("{}.{} MB", bytes / 1_000_000, bytes % 1_000_000 / 100_000),
    }
}

fn seconds(time: Duration) -> String {
    format!("{:.3} s", time.as_secs_f64())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sizes_are_for_people() {
        for (bytes, text) in [
            (0, "0 B"),
            (999, "999 B"),
            (1_250, "1.2 kB"),
            (12_345_678, "12.3 MB"),
        ] {
            assert_eq!(size(bytes), text);
        }
    }
}
