//! The same request to several processes in turn, round after round: whatever disturbs disturbs them all.

use std::sync::Arc;
use std::time::Duration;

use crate::callers::Callers;
use crate::process::Process;
use crate::report::{Figures, Spread, Table};

pub const CONNECTIONS: usize = 32;
const TURN: Duration = Duration::from_millis(800);
const RUN_UP: Duration = Duration::from_millis(100);
const WARM_UP: Duration = Duration::from_millis(500);

pub struct Request {
    pub name: &'static str,
    pub bytes: Arc<[u8]>,
}

/// The first is what the others are compared with.
pub struct Contestants {
    pub all: Vec<Process>,
    pub versions: Vec<String>,
    pub _folder: Option<tempfile::TempDir>,
}

/// One turn of one process.
struct Turn {
    cpu_us: f64,
    per_second: f64,
    latencies: Vec<Duration>,
}

pub async fn run(request: &Request, contestants: &Contestants, rounds: usize) -> Table {
    let all = &contestants.all;
    let mut callers = Vec::new();
    for process in all {
        let mut theirs = Callers::connect(process.address, CONNECTIONS).await;
        theirs.ask(&request.bytes, WARM_UP).await;
        callers.push(theirs);
    }
    let mut turns: Vec<Vec<Turn>> = all.iter().map(|_| Vec::new()).collect();
    for round in 0..rounds {
        for n in 0..all.len() {
            // everyone goes first as often as the others
            let n = (n + round) % all.len();
            turns[n].push(turn(&all[n], &mut callers[n], request).await);
        }
    }
    let figures = all
        .iter()
        .zip(&turns)
        .map(|(process, theirs)| figures(process.name, theirs, &turns[0]));
    Table {
        request: request.name,
        connections: CONNECTIONS,
        figures: figures.collect(),
    }
}

async fn turn(process: &Process, callers: &mut Callers, request: &Request) -> Turn {
    // connections to the service that were closed meanwhile are opened again
    callers.ask(&request.bytes, RUN_UP).await;
    let before = process.cpu();
    let answers = callers.ask(&request.bytes, TURN).await;
    let cpu = process.cpu().saturating_sub(before);
    let count = answers.latencies.len() as f64;
    Turn {
        cpu_us: cpu.as_secs_f64() * 1e6 / count,
        per_second: count / answers.elapsed.as_secs_f64(),
        latencies: answers.latencies,
    }
}

fn figures(name: &'static str, turns: &[Turn], first: &[Turn]) -> Figures {
    // of the turns of one round: a slow round is slow for both
    let ratios = turns.iter().zip(first).map(|(a, b)| a.cpu_us / b.cpu_us);
    let mut latencies: Vec<Duration> = turns
        .iter()
        .flat_map(|turn| turn.latencies.iter().copied())
        .collect();
    latencies.sort_unstable();
    let at = |share: f64| latencies[((latencies.len() - 1) as f64 * share) as usize];
    Figures {
        name,
        cpu_us: Spread::of(turns.iter().map(|turn| turn.cpu_us)),
        ratio: Spread::of(ratios),
        per_second: Spread::of(turns.iter().map(|turn| turn.per_second)),
        p50_ms: at(0.5).as_secs_f64() * 1e3,
        p99_ms: at(0.99).as_secs_f64() * 1e3,
    }
}
