#![doc = include_str!("../../README.md")]

mod anticorruption;
mod background;
mod cli;
mod commands;
mod demo;
mod edge;
mod failure;
mod hosts;
mod house;
mod pages;
mod readiness;
mod registration;
mod role;
mod routing;
mod serve;
mod settings;

use std::process::ExitCode;

use clap::Parser;

use cli::{AdminCommand, Cli, Command, Export, Import};
use failure::Failure;
use settings::Settings;

/// A product as JSON costs a quarter less with it than with glibc's.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> ExitCode {
    #[cfg(feature = "failpoints")]
    let _scenario = fail::FailScenario::setup();
    match Cli::try_parse() {
        Ok(cli) => run(cli).map_or_else(|failure| report(&failure), |()| ExitCode::SUCCESS),
        // help and version are no errors; everything else is a wrong flag
        Err(e) if !e.use_stderr() => {
            let _ = e.print();
            ExitCode::SUCCESS
        }
        Err(e) => report(&Failure::usage(cli::in_one_line(&e))),
    }
}

fn run(cli: Cli) -> Result<(), Failure> {
    let settings = Settings::resolve(cli.given)?;
    match cli.command {
        None => serve::serve(settings, cli.serve),
        Some(Command::Serve(serve)) => serve::serve(settings, serve.and(cli.serve)),
        Some(Command::Front) => serve::front(settings),
        Some(Command::Admin {
            command:
                AdminCommand::Create {
                    email,
                    password_stdin,
                },
        }) => commands::admin::create(&settings, &email, password_stdin),
        Some(Command::Import {
            what: Import::Products { file, dry_run },
        }) => commands::import::products(&settings, &file, dry_run),
        Some(Command::Export {
            what: Export::Products { to },
        }) => commands::export::products(&settings, to.as_deref()),
        Some(Command::Demo(demo)) => commands::demo::run(&settings, demo),
        Some(Command::Move(command)) => commands::moving::run(&settings, command),
        Some(Command::Check) => commands::check::run(&settings),
        Some(Command::Openapi) => commands::openapi::print(),
        Some(Command::Route { command }) => commands::route::run(&settings, command),
    }
}

#[expect(
    clippy::print_stderr,
    reason = "the command line's one line of failure"
)]
fn report(failure: &Failure) -> ExitCode {
    eprintln!("banyan: {failure}");
    failure.exit_code()
}
