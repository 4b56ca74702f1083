//! `cargo xtask test`.

use std::{
    io::{self, IsTerminal},
    process::Command,
    sync::{Arc, Mutex, PoisonError},
};

use anyhow::{Context, Result, ensure};
use clap::Args;
use tempfile::TempDir;

use crate::{
    checks::{self, cargo, workspace_or},
    debian, layouts,
    phases::{Outcome, Phases},
    postgres::Postgres,
    processes::Processes,
};

#[derive(Args)]
pub struct Selection {
    /// Lint and test this package alone (may be given again)
    #[arg(long = "package", short, value_name = "NAME")]
    packages: Vec<String>,
    /// Run only the tests whose names contain this
    #[arg(value_name = "FILTER")]
    filter: Option<String>,
}

impl Selection {
    fn is_all(&self) -> bool {
        self.packages.is_empty() && self.filter.is_none()
    }
}

/// What the test binaries said, added up.
#[derive(Clone, Copy, Default, PartialEq, Eq, Debug)]
pub struct Totals {
    pub passed: u64,
    pub failed: u64,
    pub ignored: u64,
}

/// Whether everything passed.
pub fn run(selection: &Selection, processes: &Processes, phases: &mut Phases) -> Result<bool> {
    phases.run("programs from Debian", || {
        debian::provide(processes, &debian::FOR_TESTS).map(|()| Outcome::Passed)
    })?;
    checks::source(processes, phases, &selection.packages)?;
    let built = phases.run("building the tests", || {
        Ok(Outcome::of(
            processes
                .run(cargo_test(selection).arg("--no-run"))?
                .success(),
        ))
    })?;
    if built != Outcome::Passed {
        phases.print();
        println!("\nthe tests do not compile: none was run");
        return Ok(false);
    }
    let mut totals = Totals::default();
    phases.run("tests", || {
        totals = run_tests(selection, processes)?;
        Ok(Outcome::of(totals.failed == 0 && totals.ignored == 0))
    })?;
    if selection.is_all() {
        layouts::run_some(processes, phases, &mut totals)?;
    }
    phases.print();
    if totals.ignored > 0 {
        println!(
            "\n{} tests are marked as ignored: a test runs or is deleted",
            totals.ignored
        );
    }
    println!("\n{} passed, {} failed", totals.passed, totals.failed);
    Ok(phases.passed())
}

fn run_tests(selection: &Selection, processes: &Processes) -> Result<Totals> {
    let bench = Workbench::open(processes)?;
    let mut command = cargo_test(selection);
    command
        .args(["--no-fail-fast", "--"])
        .args(&selection.filter);
    let totals = bench.run(command, processes)?;
    bench.close()?;
    ensure!(
        totals.passed + totals.failed > 0 || selection.filter.is_some(),
        "no test was found"
    );
    Ok(totals)
}

/// What tests need around them.
pub struct Workbench {
    /// Everything they put down lies in here, so that nothing is left of a test that was killed.
    scratch: TempDir,
    postgres: Postgres,
}

impl Workbench {
    pub fn open(processes: &Processes) -> Result<Self> {
        Ok(Self {
            scratch: tempfile::Builder::new().prefix("banyan-test-").tempdir()?,
            postgres: Postgres::start(processes)?,
        })
    }

    /// Runs a `cargo test …` and adds up what its binaries say.
    pub fn run(&self, mut command: Command, processes: &Processes) -> Result<Totals> {
        without_settings(&mut command);
        command
            .env("BANYAN_TEST_POSTGRES", self.postgres.url())
            .env("BANYAN_TEST_CHROMIUM", debian::CHROMIUM)
            .env("BANYAN_TEST_CHROMEDRIVER", debian::CHROMEDRIVER)
            .env("TMPDIR", self.scratch.path());
        if io::stdout().is_terminal() {
            command.env("CARGO_TERM_COLOR", "always");
        }
        let totals = Arc::new(Mutex::new(Totals::default()));
        let counted = Arc::clone(&totals);
        let status = processes.run_and_read(command, self.postgres.process(), move |line| {
            counted
                .lock()
                .unwrap_or_else(PoisonError::into_inner)
                .add(line);
        })?;
        let mut totals = *totals.lock().unwrap_or_else(PoisonError::into_inner);
        if !status.success() && totals.failed == 0 {
            println!(
                "a test binary ended without saying how its tests went: counted as one failure"
            );
            totals.failed = 1;
        }
        Ok(totals)
    }

    pub fn close(self) -> Result<()> {
        drop(self.postgres);
        self.scratch
            .close()
            .context("cannot remove what the tests left behind")
    }
}

fn cargo_test(selection: &Selection) -> Command {
    let mut command = cargo();
    command
        .arg("test")
        .args(workspace_or(&selection.packages))
        .arg("--all-features");
    command
}

/// A shop's settings in our environment must not reach the shops of the tests.
fn without_settings(command: &mut Command) {
    for (name, _) in
        std::env::vars_os().filter(|(name, _)| name.to_string_lossy().starts_with("BANYAN_"))
    {
        command.env_remove(name);
    }
}

impl Totals {
    pub fn and(&mut self, more: Self) {
        self.passed += more.passed;
        self.failed += more.failed;
        self.ignored += more.ignored;
    }

    /// Takes libtest's `test result: ok. 3 passed; 0 failed; 1 ignored; …`, coloured or not; other lines count nothing.
    fn add(&mut self, line: &str) {
        let Some((_, result)) = line.split_once("test result: ") else {
            return;
        };
        let words: Vec<&str> = result.split_whitespace().collect();
        for pair in words.windows(2) {
            let [number, what] = pair else { continue };
            let number = number.parse().unwrap_or(0);
            match *what {
                "passed;" => self.passed += number,
                "failed;" => self.failed += number,
                "ignored;" => self.ignored += number,
                _ => {}
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::Totals;

    #[test]
    fn results_of_several_binaries_add_up() {
        let mut totals = Totals::default();
        totals.add("running 3 tests\n");
        totals.add("test a_result_in_a_name_is_no_result ... ok\n");
        totals.add("test result: ok. 3 passed; 0 failed; 0 ignored; 0 measured; 0 filtered out; finished in 0.00s\n");
        totals.add("test result: \u{1b}[31mFAILED\u{1b}[0m. 10 passed; 2 failed; 1 ignored; 0 measured; 4 filtered out; finished in 1.20s\n");
        assert_eq!(
            totals,
            Totals {
                passed: 13,
                failed: 2,
                ignored: 1
            }
        );
    }
}
