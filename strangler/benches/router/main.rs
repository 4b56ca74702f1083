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

/// As the shop has it. The system's own lets the order of what was freed decide how long the next allocation takes.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

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
    let parts = Parts(arguments);
    let cores = Cores::of_this_process();
    cores.take_for_callers();
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build();
    let rounds = std::env::var("STRANGLER_BENCH_ROUNDS").ok();
    let rounds = rounds.and_then(|rounds| rounds.parse().ok());
    let report = runtime
        .unwrap()
        .block_on(bench(&cores, rounds.unwrap_or(ROUNDS), &parts));
    if !report.finish() {
        std::process::exit(1);
    }
}

/// As named on the command line; all of them where none is named.
struct Parts(Vec<String>);

impl Parts {
    const ALL: [&str; 3] = ["forwarding", "in-process", "memory"];

    fn wants(&self, part: &str) -> bool {
        let mut named = self.0.iter().filter(|it| Self::ALL.contains(&it.as_str()));
        let first = named.next();
        first.is_none_or(|first| first == part || named.any(|it| it == part))
    }
}

async fn bench(cores: &Cores, rounds: usize, parts: &Parts) -> Report {
    let mut report = Report::new(cores, rounds);
    let service = service::start().await;
    if parts.wants("forwarding") {
        let proxies = proxies::start(cores, service);
        report.versions(&proxies);
        for request in proxies::requests() {
            report.add(rounds::run(&request, &proxies, rounds).await);
        }
    }
    if parts.wants("in-process") {
        let applications = application::start_all(cores);
        for request in application::requests() {
            report.add(rounds::run(&request, &applications, rounds * 2).await);
        }
    }
    if parts.wants("memory") {
        report.memory(memory::run(cores, service).await);
    }
    report
}
