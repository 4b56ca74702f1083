//! What was answered so far, by route and side: enough for a console and for metrics.

use std::rc::Rc;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use arc_swap::ArcSwap;
use foldhash::HashMap;

use super::hooks::{Answered, Count, Observe};

/// Counts every answer. Cheap to clone: one is given to the router, another is read.
#[derive(Clone, Default)]
pub struct Figures(Arc<ArcSwap<Routes>>);

/// By route; of its sides there are few.
type Routes = HashMap<String, Vec<(String, Counter)>>;

/// What one side of a route answered since the start.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Figure {
    pub route: String,
    /// `module` or the service's name.
    pub backend: String,
    pub count: u64,
    /// Answers of 500 and above, none at all, and those that broke off.
    pub errors: u64,
    latencies: Vec<u64>,
    /// All latencies together, in microseconds.
    micros: u64,
}

/// Four buckets to each doubling, from a microsecond to more than an hour.
const BUCKETS: usize = 128;

/// Of one side of a route. Cheap to clone.
#[derive(Clone, Default)]
pub struct Counter(Arc<Counts>);

struct Counts {
    errors: AtomicU64,
    /// Every answer is in one of them: their sum is their count.
    latencies: [AtomicU64; BUCKETS],
    micros: AtomicU64,
}

impl Default for Counts {
    fn default() -> Self {
        Self {
            errors: AtomicU64::default(),
            latencies: std::array::from_fn(|_| AtomicU64::default()),
            micros: AtomicU64::default(),
        }
    }
}

impl Figures {
    /// By route, then by side.
    pub fn read(&self) -> Vec<Figure> {
        let routes = self.0.load();
        let mut figures = Vec::new();
        for (route, sides) in &**routes {
            for (backend, Counter(counts)) in sides {
                let buckets = counts.latencies.iter();
                let latencies: Vec<u64> = buckets
                    .map(|bucket| bucket.load(Ordering::Relaxed))
                    .collect();
                figures.push(Figure {
                    route: route.clone(),
                    backend: backend.clone(),
                    count: latencies.iter().sum(),
                    errors: counts.errors.load(Ordering::Relaxed),
                    latencies,
                    micros: counts.micros.load(Ordering::Relaxed),
                });
            }
        }
        figures.sort_by(|a, b| (&a.route, &a.backend).cmp(&(&b.route, &b.backend)));
        figures
    }

    /// Counts from now on what one side of a route answers, `module` or the service of that name.
    pub fn counter(&self, route: &str, backend: &str) -> Counter {
        if let Some(counter) = side(&self.0.load(), route, backend) {
            return counter;
        }
        let new = Counter::default();
        self.0.rcu(|routes| {
            let mut more = Routes::clone(routes);
            if side(&more, route, backend).is_none() {
                let sides = more.entry(route.to_owned()).or_default();
                sides.push((backend.to_owned(), new.clone()));
            }
            more
        });
        // somebody else's, who was quicker
        side(&self.0.load(), route, backend).unwrap_or(new)
    }
}

fn side(routes: &Routes, route: &str, backend: &str) -> Option<Counter> {
    let mut sides = routes.get(route)?.iter();
    let (_, counter) = sides.find(|(name, _)| name == backend)?;
    Some(counter.clone())
}

impl Observe for Figures {
    fn side(&self, route: &str, backend: &str) -> Rc<dyn Count> {
        Rc::new(self.counter(route, backend))
    }
}

impl Count for Counter {
    fn answered(&self, answered: &Answered<'_>) {
        let Answered {
            status,
            latency,
            refusal,
        } = *answered;
        if refusal.is_some() || status.is_server_error() {
            self.broken();
        }
        self.0.latencies[bucket(latency)].fetch_add(1, Ordering::Relaxed);
        self.0.micros.fetch_add(micros(latency), Ordering::Relaxed);
    }

    fn broken(&self) {
        self.0.errors.fetch_add(1, Ordering::Relaxed);
    }
}

impl Figure {
    /// What came since an earlier reading of the same side.
    #[must_use]
    pub fn since(&self, earlier: &Self) -> Self {
        let before = earlier
            .latencies
            .iter()
            .copied()
            .chain(std::iter::repeat(0));
        Self {
            count: self.count.saturating_sub(earlier.count),
            errors: self.errors.saturating_sub(earlier.errors),
            latencies: self
                .latencies
                .iter()
                .zip(before)
                .map(|(now, before)| now.saturating_sub(before))
                .collect(),
            micros: self.micros.saturating_sub(earlier.micros),
            ..self.clone()
        }
    }

    /// How long that many of a thousand answers took at most, to a quarter: 500 is the median, 990 the p99.
    pub fn quantile(&self, per_mille: u64) -> Duration {
        let all: u64 = self.latencies.iter().sum();
        let wanted = (all * per_mille).div_ceil(1000);
        let mut so_far = 0;
        let at = self.latencies.iter().position(|count| {
            so_far += count;
            so_far > 0 && so_far >= wanted
        });
        at.map_or(Duration::ZERO, upto)
    }

    /// How many answers have a latency: all that were given.
    pub fn answered(&self) -> u64 {
        self.latencies.iter().sum()
    }

    /// How many answers took less; exact where a bucket ends, that is at whole doublings of a microsecond.
    pub fn within(&self, latency: Duration) -> u64 {
        let upto_then = self
            .latencies
            .iter()
            .enumerate()
            .take_while(|(bucket, _)| upto(*bucket) <= latency);
        upto_then.map(|(_, count)| count).sum()
    }

    /// All latencies together.
    pub fn total(&self) -> Duration {
        Duration::from_micros(self.micros)
    }
}

fn bucket(latency: Duration) -> usize {
    let micros = micros(latency).max(4);
    let doublings = micros.ilog2();
    let quarter = (micros >> (doublings - 2)) & 3;
    ((doublings as usize - 2) * 4 + usize::try_from(quarter).unwrap_or(0)).min(BUCKETS - 1)
}

fn micros(latency: Duration) -> u64 {
    u64::try_from(latency.as_micros()).unwrap_or(u64::MAX)
}

/// What just does not fall into a bucket any more.
fn upto(bucket: usize) -> Duration {
    let (doublings, quarter) = (bucket / 4, bucket as u64 % 4);
    Duration::from_micros((5 + quarter) << doublings)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn a_latency_is_less_than_a_quarter_below_its_buckets_end(micros in 4..3_600_000_000_u64) {
            let latency = Duration::from_micros(micros);
            let end = upto(bucket(latency));
            prop_assert!(latency < end && end.as_micros() <= u128::from(micros) * 5 / 4 + 1, "{end:?}");
        }
    }

    #[test]
    fn quantiles_are_of_what_came_since() {
        let figures = Figures::default();
        let side = figures.counter("app", "module");
        let answer = |millis, status: u16| {
            side.answered(&Answered {
                status: actix_web::http::StatusCode::from_u16(status).unwrap(),
                latency: Duration::from_millis(millis),
                refusal: None,
            });
        };
        answer(5000, 500);
        let before = figures.read().remove(0);
        (0..98).for_each(|_| answer(1, 200));
        (0..2).for_each(|_| answer(100, 503));
        let since = figures.read().remove(0).since(&before);
        assert_eq!(
            (
                since.route.as_str(),
                since.backend.as_str(),
                since.count,
                since.errors
            ),
            ("app", "module", 100, 2)
        );
        for (per_mille, millis) in [(500, 1), (980, 1), (990, 100), (1000, 100)] {
            let found = since.quantile(per_mille).as_millis();
            assert!(
                (millis..=millis * 5 / 4 + 1).contains(&found),
                "{per_mille}: {found}"
            );
        }
        assert_eq!(before.since(&before).quantile(990), Duration::ZERO);
    }
}
