//! `cargo xtask layouts`: the black-box tests and those in the browser, unchanged, while contexts answer from services.

use std::process::Command;

use anyhow::{Context as _, Result, bail};
use clap::Args;

use crate::{
    checks::cargo,
    debian,
    phases::{Outcome, Phases},
    processes::Processes,
    testing::{Totals, Workbench},
};

/// The list stands in the app, where the contexts are wired.
const WIRING: &str = "app/src/house.rs";

#[derive(Args)]
pub struct Layouts {
    /// A context's name, or all; with @moved its data moves along [default: each context and all, on shared and moved data]
    #[arg(value_name = "LAYOUT")]
    names: Vec<String>,
}

pub fn run(wanted: &Layouts, processes: &Processes, phases: &mut Phases) -> Result<bool> {
    debian::provide(processes, &debian::FOR_TESTS)?;
    let names = if wanted.names.is_empty() {
        every_layout()?
    } else {
        wanted.names.clone()
    };
    let bench = Workbench::open(processes)?;
    let mut totals = Totals::default();
    for name in &names {
        let tests = [api(name), browser(name)];
        one(name, tests, (&bench, &mut totals), processes, phases)?;
    }
    bench.close()?;
    phases.print();
    println!("\n{} passed, {} failed", totals.passed, totals.failed);
    Ok(phases.passed())
}

/// What every test run does of it: all ten contexts in processes of their own.
pub fn run_some(processes: &Processes, phases: &mut Phases, totals: &mut Totals) -> Result<()> {
    let bench = Workbench::open(processes)?;
    one("all", [api("all")], (&bench, totals), processes, phases)?;
    bench.close()
}

fn one(
    name: &str,
    tests: impl IntoIterator<Item = Command>,
    (bench, totals): (&Workbench, &mut Totals),
    processes: &Processes,
    phases: &mut Phases,
) -> Result<()> {
    phases.run(format!("layout {name}"), || {
        let mut here = Totals::default();
        for command in tests {
            here.and(bench.run(command, processes)?);
        }
        totals.and(here);
        Ok(Outcome::of(here.passed > 0 && here.failed == 0))
    })?;
    Ok(())
}

fn api(layout: &str) -> Command {
    let mut command = of_app("api", layout);
    command.args(["--", "on_sqlite"]);
    command
}

fn browser(layout: &str) -> Command {
    of_app("browser", layout)
}

fn of_app(test: &str, layout: &str) -> Command {
    let mut command = cargo();
    command.args(["test", "--workspace", "--all-features", "--test", test]);
    command.env(LAYOUT, layout);
    command
}

/// What the tests look at.
const LAYOUT: &str = "BANYAN_TEST_LAYOUT";

fn every_layout() -> Result<Vec<String>> {
    let wiring = crate::root().join(WIRING);
    let text = std::fs::read_to_string(&wiring).context(WIRING)?;
    let mut names: Vec<String> = contexts(&text);
    if names.is_empty() {
        bail!("{WIRING} does not list the contexts as expected");
    }
    names.push("all".to_owned());
    let moved: Vec<String> = names.iter().map(|name| format!("{name}@moved")).collect();
    Ok([names, moved].concat())
}

/// Of lines such as `(members::NAME, members::HEARS),`.
fn contexts(wiring: &str) -> Vec<String> {
    let lines = wiring.lines().map(str::trim);
    lines
        .filter_map(|line| {
            let (name, rest) = line.strip_prefix('(')?.split_once("::NAME, ")?;
            (rest == format!("{name}::HEARS),")).then(|| name.to_owned())
        })
        .collect()
}

#[cfg(test)]
mod tests {
    #[test]
    fn the_ten_contexts_are_found_where_they_are_wired() {
        let layouts = super::every_layout().unwrap();
        assert_eq!(layouts.len(), 22);
        assert!(layouts.contains(&"order_history@moved".to_owned()));
    }
}
