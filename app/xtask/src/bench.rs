//! `cargo xtask bench`: figures of the release build, measured side by side in one run.

use std::process::Command;

use anyhow::{Context as _, Result};

use crate::{
    checks, debian,
    phases::{Outcome, Phases},
    postgres::Postgres,
    processes::Processes,
};

#[derive(Clone, Copy, Default, clap::ValueEnum)]
pub enum Bench {
    #[default]
    Shop,
    Router,
}

/// Whether the bench ran to its end.
pub fn run(bench: Bench, processes: &Processes, phases: &mut Phases) -> Result<bool> {
    match bench {
        Bench::Shop => shop(processes, phases)?,
        Bench::Router => router(processes, phases)?,
    }
    phases.print();
    Ok(phases.passed())
}

/// Its PostgreSQL is private to the run, as in the tests.
fn shop(processes: &Processes, phases: &mut Phases) -> Result<()> {
    debian::provide(processes, &debian::FOR_TESTS).context("PostgreSQL is needed")?;
    let postgres = Postgres::start(processes)?;
    let mut command = target("app", "shop");
    command
        .env("BANYAN_TEST_POSTGRES", postgres.url())
        // its processor time is part of what a request costs
        .env(
            "BANYAN_BENCH_POSTGRES_PROCESS",
            postgres.process().id().to_string(),
        );
    measure(command, processes, phases)
}

fn router(processes: &Processes, phases: &mut Phases) -> Result<()> {
    debian::provide(processes, &debian::FOR_ROUTER_BENCH)
        .context("there is nothing to compare the router with")?;
    measure(target("strangler", "router"), processes, phases)?;
    let mut mix = target("app", "shop");
    mix.args(["--", "mix"]);
    measure(mix, processes, phases)
}

fn target(package: &str, bench: &str) -> Command {
    let mut command = checks::cargo();
    command.args(["bench", "--package", package, "--bench", bench]);
    command
}

fn measure(mut command: Command, processes: &Processes, phases: &mut Phases) -> Result<()> {
    phases.run("bench", || {
        Ok(Outcome::of(processes.run(&mut command)?.success()))
    })?;
    Ok(())
}
