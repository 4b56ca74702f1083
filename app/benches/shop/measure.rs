//! Runs a request over and over on some connections and keeps how long each took.

use std::future::Future;
use std::time::{Duration, Instant};

use crate::report::Run;
use crate::server::Counters;

pub struct Timed {
    pub latencies: Vec<Duration>,
    pub elapsed: Duration,
}

/// `request` runs on every client in turn until the time is up.
pub async fn for_a_while<C, F>(
    clients: Vec<C>,
    time: Duration,
    request: impl Fn(C, usize) -> F + Clone + Send + 'static,
) -> Timed
where
    C: Send + 'static,
    F: Future<Output = C> + Send,
{
    let started = Instant::now();
    let tasks: Vec<_> = clients
        .into_iter()
        .map(|mut client| {
            let request = request.clone();
            tokio::spawn(async move {
                let mut latencies = Vec::new();
                while started.elapsed() < time {
                    let asked = Instant::now();
                    client = request(client, latencies.len()).await;
                    latencies.push(asked.elapsed());
                }
                latencies
            })
        })
        .collect();
    let mut latencies = Vec::new();
    for task in tasks {
        latencies.extend(task.await.unwrap());
    }
    Timed {
        latencies,
        elapsed: started.elapsed(),
    }
}

impl Timed {
    /// `before` and `after`: the server's counters around it.
    pub fn into_run(mut self, name: (&str, &str, usize), before: Counters, after: Counters) -> Run {
        self.latencies.sort_unstable();
        let count = self.latencies.len();
        let per = |total: f64| total / count.max(1) as f64;
        let at = |share: f64| {
            self.latencies[((count - 1) as f64 * share) as usize].as_secs_f64() * 1000.0
        };
        Run {
            database: name.0.to_owned(),
            request: name.1.to_owned(),
            connections: name.2,
            count,
            per_second: count as f64 / self.elapsed.as_secs_f64(),
            p50_ms: at(0.5),
            p99_ms: at(0.99),
            cpu_ms: per(after.cpu_ms - before.cpu_ms),
            queries: per(after.queries - before.queries),
            commits: per(after.commits - before.commits),
        }
    }
}
