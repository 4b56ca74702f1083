//! `cargo xtask bench`: figures of the release build, measured side by side in one run.

use std::process::Command;

use anyhow::{Context as _, Result};

use crate::{
    checks, debian,
    phases::{Outcome, Phases},
    postgres::Postgres,
    processes::Processes,
};

/// Whether the bench ran to its end. Its PostgreSQL is private to the run, as in the tests.
pub fn run(processes: &Processes, phases: &mut Phases) -> Result<bool> {
    debian::provide(processes).context("PostgreSQL is needed")?;
    let postgres = Postgres::start(processes)?;
    phases.run("bench", || {
        let mut command: Command = checks::cargo();
        command
            .args(["bench", "--package", "app", "--bench", "shop"])
            .env("BANYAN_TEST_POSTGRES", postgres.url())
            // its processor time is part of what a request costs
            .env(
                "BANYAN_BENCH_POSTGRES_PROCESS",
                postgres.process().id().to_string(),
            );
        Ok(Outcome::of(processes.run(&mut command)?.success()))
    })?;
    phases.print();
    Ok(phases.passed())
}
