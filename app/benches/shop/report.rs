use std::collections::BTreeMap;

use serde::Serialize;

/// One request on one database at one number of connections.
#[derive(Debug, Serialize)]
pub struct Run {
    pub database: String,
    pub request: String,
    pub connections: usize,
    pub count: usize,
    pub per_second: f64,
    pub p50_ms: f64,
    pub p99_ms: f64,
    /// Of the server's processor time, per request.
    pub cpu_ms: f64,
    pub queries: f64,
    pub commits: f64,
}

#[derive(Debug, Default, Serialize)]
pub struct Report {
    pub fsyncs_per_second: BTreeMap<String, f64>,
    pub products: u32,
    pub durability: BTreeMap<String, String>,
    pub rss_mib: BTreeMap<String, f64>,
    pub runs: Vec<Run>,
}

const FILE: &str = "bench-shop.json";

impl Report {
    pub fn add(&mut self, run: Run) {
        if self.runs.is_empty() {
            println!(
                "{:<9} {:<14} {:>5} {:>9} {:>9} {:>9} {:>8} {:>8} {:>8}",
                "database",
                "request",
                "conn",
                "per s",
                "p50 ms",
                "p99 ms",
                "CPU-ms",
                "queries",
                "commits"
            );
        }
        println!(
            "{:<9} {:<14} {:>5} {:>9.0} {:>9.2} {:>9.2} {:>8.3} {:>8.1} {:>8.2}",
            run.database,
            run.request,
            run.connections,
            run.per_second,
            run.p50_ms,
            run.p99_ms,
            run.cpu_ms,
            run.queries,
            run.commits
        );
        self.runs.push(run);
    }

    /// Writes the file, and fails the run if durability cannot be true.
    pub fn finish(&self) {
        for (database, rss) in &self.rss_mib {
            println!("RSS on {database} after the run: {rss:.0} MiB");
        }
        let folder = std::env::var("CARGO_TARGET_TMPDIR")
            .unwrap_or_else(|_| env!("CARGO_TARGET_TMPDIR").to_owned());
        let path = std::path::Path::new(&folder).join(FILE);
        std::fs::write(&path, serde_json::to_string_pretty(self).unwrap()).unwrap();
        println!("written to {}", path.display());
        for run in self.runs.iter().filter(|run| run.request == "checkout") {
            let fsyncs = self.fsyncs_per_second[&run.database];
            println!(
                "{} checkouts, {} buyers: {:.2} × fsyncs per second",
                run.database,
                run.connections,
                run.per_second / fsyncs
            );
            let impossible = run.connections == 1 && run.per_second > fsyncs;
            assert!(
                !impossible,
                "one sequential buyer beat the disk: something does not wait for it"
            );
        }
    }
}
