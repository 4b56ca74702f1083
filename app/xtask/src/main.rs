#![expect(
    clippy::print_stdout,
    reason = "a command line: its output is what it is for"
)]
//! `cargo xtask …`: the chores of the project. See `cargo xtask help`.

mod bench;
mod checks;
mod debian;
mod layouts;
mod phases;
mod postgres;
mod processes;
mod testing;

use std::{
    path::{Path, PathBuf},
    process::ExitCode,
};

use clap::{Parser, Subcommand};

use crate::{phases::Phases, processes::Processes};

/// The project's chores
#[derive(Parser)]
#[command(
    name = "cargo xtask",
    bin_name = "cargo xtask",
    disable_version_flag = true
)]
struct Arguments {
    #[command(subcommand)]
    chore: Chore,
}

#[derive(Subcommand)]
enum Chore {
    /// Run everything that must pass: formatting, lints, licences and every test
    ///
    /// As root, what is missing is installed from Debian first: PostgreSQL, Chromium, its driver and a Korean font.
    /// The tests get a PostgreSQL of their own, which is gone afterwards. The last line is "N passed, N failed".
    Test(testing::Selection),
    /// Run the black-box tests and those in the browser while contexts answer from services
    ///
    /// Each of the ten contexts alone and all of them, on shared and on moved data: about half an hour. `cargo xtask test`
    /// does it for all ten on shared data.
    Layouts(layouts::Layouts),
    /// Check formatting, lints, licences, banned crates and sources; and advisories, when their database can be reached
    Lint,
    /// Measure the release build; prints tables and writes the same as JSON
    ///
    /// `shop`: what each request costs on SQLite and PostgreSQL, beside an empty handler and the disk.
    /// BANYAN_BENCH_PRODUCTS changes the number of products from 10,000.
    ///
    /// `router`: what forwarding costs beside nginx and HAProxy, what the router costs in front of an application in the
    /// same process, and how much memory 1 GiB takes on its way through. Its figures are ratios of processor time,
    /// taken in turns. STRANGLER_BENCH_ROUNDS changes the number of turns from 9.
    ///
    /// As root, what is missing is installed from Debian first.
    Bench {
        #[arg(value_enum, default_value_t)]
        what: bench::Bench,
    },
}

fn main() -> ExitCode {
    let arguments = Arguments::parse();
    match run(arguments.chore) {
        Ok(code) => code,
        Err(error) => {
            println!("\nerror: {error:#}");
            ExitCode::FAILURE
        }
    }
}

fn run(chore: Chore) -> anyhow::Result<ExitCode> {
    let processes = Processes::watch()?;
    let mut phases = Phases::default();
    let passed = match chore {
        Chore::Layouts(wanted) => layouts::run(&wanted, &processes, &mut phases)?,
        Chore::Test(selection) => testing::run(&selection, &processes, &mut phases)?,
        Chore::Bench { what } => bench::run(what, &processes, &mut phases)?,
        Chore::Lint => {
            checks::source(&processes, &mut phases, &[])?;
            checks::advisories(&processes, &mut phases)?;
            phases.print();
            phases.passed()
        }
    };
    Ok(if passed {
        ExitCode::SUCCESS
    } else {
        ExitCode::FAILURE
    })
}

/// The root of the workspace, whatever directory the command was given in.
fn root() -> PathBuf {
    let xtask = Path::new(env!("CARGO_MANIFEST_DIR"));
    xtask.ancestors().nth(2).unwrap_or(xtask).to_path_buf()
}
