//! The table that people read, and the file that programs do.

use std::path::Path;

use serde::Serialize;

use crate::cores::Cores;
use crate::rounds::Contestants;

const FILE: &str = "bench-router.json";

/// What the router may cost: forwarding beside nginx, in process beside nothing.
const AIMS: [(&str, f64); 3] = [
    ("strangler", 1.15),
    ("with 10 routes", 1.02),
    ("with 1,000 routes", 1.02),
];
const MOST_MEMORY: u64 = 20_000_000;

#[derive(Serialize)]
pub struct Report {
    rounds: usize,
    core_of_callers: usize,
    core_of_measured: usize,
    versions: Vec<String>,
    tables: Vec<Table>,
    memory: Option<Memory>,
}

/// One request, answered by several.
#[derive(Serialize)]
pub struct Table {
    pub request: &'static str,
    pub connections: usize,
    pub figures: Vec<Figures>,
}

#[derive(Serialize)]
pub struct Figures {
    pub name: &'static str,
    /// Of processor time, per request.
    pub cpu_us: Spread,
    /// Of processor time, to the first of the table, in each round.
    pub ratio: Spread,
    pub per_second: Spread,
    pub p50_ms: f64,
    pub p99_ms: f64,
}

/// Over all rounds.
#[derive(Clone, Copy, Serialize)]
pub struct Spread {
    pub median: f64,
    /// A quarter of the rounds is below it.
    pub low: f64,
    /// A quarter of the rounds is above it.
    pub high: f64,
}

/// Of the router, in bytes: before, and the most it took beyond that.
#[derive(Serialize)]
pub struct Memory {
    pub before: u64,
    pub up: u64,
    pub down: u64,
}

impl Spread {
    pub fn of(values: impl Iterator<Item = f64>) -> Self {
        let mut all: Vec<f64> = values.collect();
        all.sort_by(f64::total_cmp);
        let at = |share: f64| all[((all.len() - 1) as f64 * share).round() as usize];
        Self {
            median: at(0.5),
            low: at(0.25),
            high: at(0.75),
        }
    }
}

impl Report {
    pub fn new(cores: &Cores, rounds: usize) -> Self {
        Self {
            rounds,
            core_of_callers: cores.callers,
            core_of_measured: cores.measured,
            versions: Vec::new(),
            tables: Vec::new(),
            memory: None,
        }
    }

    pub fn versions(&mut self, contestants: &Contestants) {
        self.versions.clone_from(&contestants.versions);
        println!(
            "callers and service on core {}, what is measured on core {}",
            self.core_of_callers, self.core_of_measured
        );
        for version in &self.versions {
            println!("{version}");
        }
        if contestants.all.len() < 3 {
            println!(
                "nginx or HAProxy is not installed: the router is compared with what there is"
            );
        }
    }

    pub fn add(&mut self, table: Table) {
        println!("\n{}, {} connections", table.request, table.connections);
        println!(
            "{:<18} {:>8} {:>7} {:>15} {:>9} {:>8} {:>8}",
            "", "CPU µs", "ratio", "(its quartiles)", "per s", "p50 ms", "p99 ms"
        );
        for figures in &table.figures {
            let Figures {
                name,
                cpu_us,
                ratio,
                per_second,
                p50_ms,
                p99_ms,
            } = figures;
            println!(
                "{name:<18} {:>8.2} {:>7.3}   ({:.3} {:.3}) {:>9.0} {p50_ms:>8.2} {p99_ms:>8.2}{}",
                cpu_us.median,
                ratio.median,
                ratio.low,
                ratio.high,
                per_second.median,
                verdict(&table, figures)
            );
        }
        self.tables.push(table);
    }

    pub fn memory(&mut self, memory: Memory) {
        let mb = |bytes: u64| bytes as f64 / 1e6;
        println!(
            "\n1 GiB through the router: {:.1} MB before; {:.1} MB more after 1 GiB up, {:.1} MB more after 1 GiB down",
            mb(memory.before),
            mb(memory.up),
            mb(memory.down)
        );
        self.memory = Some(memory);
    }

    /// Writes the file. `false`: memory grew with what went through.
    pub fn finish(&self) -> bool {
        let path = Path::new(env!("CARGO_TARGET_TMPDIR")).join(FILE);
        std::fs::write(&path, serde_json::to_string_pretty(self).unwrap()).unwrap();
        println!("written to {}", path.display());
        let grew = self.memory.as_ref().map_or(0, |memory| memory.down);
        if grew > MOST_MEMORY {
            println!(
                "that is more than {MOST_MEMORY} bytes: something keeps what should only pass"
            );
        }
        grew <= MOST_MEMORY
    }
}

fn verdict(table: &Table, figures: &Figures) -> String {
    let aim = AIMS.iter().find(|(name, _)| *name == figures.name);
    match aim {
        Some((_, aim)) if table.figures[0].name != figures.name => {
            let met = if figures.ratio.median <= *aim {
                "met"
            } else {
                "missed"
            };
            format!("  aim {aim:.2}: {met}")
        }
        _ => String::new(),
    }
}
