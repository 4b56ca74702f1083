//! `cargo xtask bench router`: what the router costs, beside nginx and HAProxy before the same service, and beside an
//! application without it.
//!
//! Everything but what is measured (callers, service) is one thread of this process on one core; what is measured has
//! the other core, and takes turns there: no figure of one is older than a round than that of another.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::print_stdout,
    clippy::disallowed_methods,
    clippy::cast_precision_loss,
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss
)]

mod application;
mod callers;
mod cores;
mod memory;
mod process;
mod proxies;
mod report;
mod rounds;
mod service;

use cores::Cores;
use report::Report;

const ROUNDS: usize = 9;

fn main() {
    let arguments: Vec<String> = std::env::args().collect();
    let after = |word: &str| {
        let at = arguments.iter().position(|argument| argument == word)?;
        Some(&arguments[at + 1..])
    };
    if let Some(rest) = after(application::ARGUMENT) {
        return application::serve(rest).unwrap();
    }
    let cores = Cores::of_this_process();
    cores.take_for_callers();
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build();
    let rounds = std::env::var("STRANGLER_BENCH_ROUNDS").ok();
    let rounds = rounds.and_then(|rounds| rounds.parse().ok());
    let report = runtime
        .unwrap()
        .block_on(bench(&cores, rounds.unwrap_or(ROUNDS)));
    if !report.finish() {
        std::process::exit(1);
    }
}

async fn bench(cores: &Cores, rounds: usize) -> Report {
    let mut report = Report::new(cores, rounds);
    let service = service::start().await;
    {
        let proxies = proxies::start(cores, service);
        report.versions(&proxies);
        for request in proxies::requests() {
            report.add(rounds::run(&request, &proxies, rounds).await);
        }
    }
    {
        let applications = application::start_all(cores);
        report.add(rounds::run(&application::request(), &applications, rounds * 2).await);
    }
    report.memory(memory::run(cores, service).await);
    report
}
