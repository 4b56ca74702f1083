//! The last minute of every side of every route, second by second: what a page shows the moment it is opened.

use std::collections::{BTreeMap, VecDeque};
use std::io;
use std::sync::mpsc::{RecvTimeoutError, SyncSender, sync_channel};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::thread::JoinHandle;
use std::time::Duration;

use strangler::{Figure, Figures};

const INTERVAL: Duration = Duration::from_secs(1);
/// Seconds that are kept.
pub const SECONDS: usize = 60;
/// A rate is taken over so many of them.
const RATE_OVER: usize = 10;
/// Latencies are large: of them only every tenth reading is kept.
const MARK_EVERY: usize = 10;

/// Reads the figures every second until it is dropped.
pub struct Recent {
    sides: Arc<Mutex<Sides>>,
    stop: Option<SyncSender<()>>,
    thread: Option<JoinHandle<()>>,
}

/// What one side of a route answered of late.
#[derive(Clone, Debug, PartialEq)]
pub struct Side {
    pub route: String,
    /// `module` or the service's name.
    pub backend: String,
    /// Answers a second, over the last ten.
    pub rate: f64,
    /// Answers and errors of the last minute, or what there is of it.
    pub count: u64,
    pub errors: u64,
    /// Of the last minute, to ten seconds.
    pub p50: Duration,
    pub p99: Duration,
    /// Answers in each of the last [`SECONDS`], the newest last.
    pub seconds: Vec<u64>,
}

#[derive(Default)]
struct Sides {
    tracks: BTreeMap<(String, String), Track>,
    readings: usize,
}

/// Counts are since the start, the oldest first.
struct Track {
    counts: VecDeque<(u64, u64)>,
    marks: VecDeque<Figure>,
    now: Figure,
}

impl Recent {
    pub fn of(figures: Figures) -> io::Result<Self> {
        let sides: Arc<Mutex<Sides>> = Arc::default();
        let (stop, stopped) = sync_channel::<()>(0);
        let theirs = Arc::clone(&sides);
        let thread = std::thread::Builder::new()
            .name("figures".to_owned())
            .spawn(move || {
                while matches!(
                    stopped.recv_timeout(INTERVAL),
                    Err(RecvTimeoutError::Timeout)
                ) {
                    locked(&theirs).take(figures.read());
                }
            })?;
        Ok(Self {
            sides,
            stop: Some(stop),
            thread: Some(thread),
        })
    }

    /// By route, then by side; who never answered is not there.
    pub fn read(&self) -> Vec<Side> {
        let sides = locked(&self.sides);
        sides
            .tracks
            .iter()
            .map(|((route, backend), track)| track.side(route, backend))
            .collect()
    }
}

impl Drop for Recent {
    fn drop(&mut self) {
        drop(self.stop.take());
        if let Some(thread) = self.thread.take() {
            // it does nothing but wait: it ends at once
            drop(thread.join());
        }
    }
}

impl Sides {
    fn take(&mut self, figures: Vec<Figure>) {
        let is_mark = self.readings.is_multiple_of(MARK_EVERY);
        self.readings = self.readings.wrapping_add(1);
        for figure in figures {
            let key = (figure.route.clone(), figure.backend.clone());
            match self.tracks.get_mut(&key) {
                Some(track) => track.take(figure, is_mark),
                None => {
                    self.tracks.insert(key, Track::begun(figure));
                }
            }
        }
    }
}

impl Track {
    /// Before its first answer everything was zero.
    fn begun(figure: Figure) -> Self {
        let nothing = figure.since(&figure);
        let mut track = Self {
            counts: VecDeque::from([(0, 0)]),
            marks: VecDeque::from([nothing.clone()]),
            now: nothing,
        };
        track.take(figure, false);
        track
    }

    fn take(&mut self, figure: Figure, is_mark: bool) {
        self.counts.push_back((figure.count, figure.errors));
        if self.counts.len() > SECONDS + 1 {
            self.counts.pop_front();
        }
        if is_mark {
            self.marks.push_back(figure.clone());
            if self.marks.len() > SECONDS / MARK_EVERY {
                self.marks.pop_front();
            }
        }
        self.now = figure;
    }

    fn side(&self, route: &str, backend: &str) -> Side {
        let oldest = self.counts.front().copied().unwrap_or_default();
        let newest = self.counts.back().copied().unwrap_or_default();
        let known = self.counts.len() - 1;
        let over = known.clamp(1, RATE_OVER);
        let before = self
            .counts
            .iter()
            .rev()
            .nth(over)
            .copied()
            .unwrap_or(oldest);
        let each = self.counts.iter().zip(self.counts.iter().skip(1));
        let each = each.map(|(earlier, later)| later.0.saturating_sub(earlier.0));
        let lately = self.marks.front().map(|mark| self.now.since(mark));
        let quantile = |per_mille| {
            lately
                .as_ref()
                .map_or(Duration::ZERO, |figure| figure.quantile(per_mille))
        };
        Side {
            route: route.to_owned(),
            backend: backend.to_owned(),
            rate: of(newest.0.saturating_sub(before.0)) / of(over as u64),
            count: newest.0.saturating_sub(oldest.0),
            errors: newest.1.saturating_sub(oldest.1),
            p50: quantile(500),
            p99: quantile(990),
            seconds: std::iter::repeat_n(0, SECONDS - known)
                .chain(each)
                .collect(),
        }
    }
}

/// Exact up to 2^53, which no count reaches.
#[expect(clippy::cast_precision_loss, reason = "for people to read")]
fn of(count: u64) -> f64 {
    count as f64
}

fn locked(sides: &Mutex<Sides>) -> MutexGuard<'_, Sides> {
    sides.lock().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(test)]
mod tests {
    use strangler::{Answered, Count as _};

    use super::*;

    #[test]
    fn the_last_minute_is_what_came_since_and_older_things_are_forgotten() {
        let (figures, mut sides) = (Figures::default(), Sides::default());
        let answer = |millis, status: u16| {
            figures.counter("app", "module").answered(&Answered {
                status: actix_web::http::StatusCode::from_u16(status).unwrap(),
                latency: Duration::from_millis(millis),
                refusal: None,
            });
        };
        let side = |sides: &Sides| {
            let (key, track) = sides.tracks.iter().next().unwrap();
            track.side(&key.0, &key.1)
        };
        sides.take(figures.read());
        assert!(sides.tracks.is_empty());

        answer(900, 500);
        sides.take(figures.read());
        let first = side(&sides);
        assert_eq!(
            (first.count, first.errors, first.rate.to_bits()),
            (1, 1, 1f64.to_bits())
        );
        assert_eq!(first.seconds.len(), SECONDS);
        assert_eq!(first.seconds.last(), Some(&1));
        assert!(first.p99 >= Duration::from_millis(900));

        for _ in 0..SECONDS + MARK_EVERY {
            answer(1, 200);
            answer(1, 200);
            sides.take(figures.read());
        }
        let later = side(&sides);
        assert_eq!((later.count, later.errors), (2 * SECONDS as u64, 0));
        assert!((later.rate - 2.0).abs() < 0.001, "{later:?}");
        assert!(later.p99 < Duration::from_millis(5), "{later:?}");
        assert_eq!(later.seconds, vec![2; SECONDS]);
    }
}
