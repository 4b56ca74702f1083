//! Who may serve a database: its latest `owner` row, asked often enough that nobody serves what has moved away.
//!
//! A write asks within its transaction. A read believes an answer for [`LEASE`], counted from before it was asked; who
//! becomes the owner waits longer than that ([`HANDOVER`]) before it serves. So no read is older than a write elsewhere
//! that was acknowledged.

use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use diesel::prelude::*;
use tokio::sync::watch;

use super::schema::owner;
use super::{Conn, DbError};

/// How long a read believes what was answered last.
pub(super) const LEASE: Duration = Duration::from_millis(100);
/// How long a new owner waits before it serves.
pub(super) const HANDOVER: Duration = Duration::from_millis(150);

/// Any process of this shop that opens this very database may serve it.
pub const SHARED: &str = "shared";
/// It waits for its data.
pub const NOBODY: &str = "nobody";

/// Whether this process may serve a database.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Standing {
    Serving,
    /// `holder`: where the database is that may be served, or `nobody`.
    NotOwner {
        holder: String,
    },
}

/// A row of `owner`; the one with the highest epoch counts.
#[derive(Clone, Debug, PartialEq, Eq, Queryable)]
pub struct Owner {
    pub epoch: i64,
    /// [`SHARED`], [`NOBODY`] or a location.
    pub holder: String,
}

/// Who may serve the database that `conn` leads to.
pub fn owner(conn: &mut Conn) -> Result<Owner, DbError> {
    let latest = owner::table
        .order(owner::epoch.desc())
        .select((owner::epoch, owner::holder));
    Ok(crate::on_both!(conn, |c| latest.first(c))?)
}

pub(super) struct Ownership {
    location: String,
    began: Instant,
    serving: AtomicBool,
    /// Until when reads believe the last answer, in microseconds since `began`; 0: they ask.
    believed: AtomicU64,
    /// When it was served here last, in microseconds since `began`; 0: it is, or never was.
    lost: AtomicU64,
    state: Mutex<State>,
    standing: watch::Sender<Standing>,
}

struct State {
    epoch: i64,
    asked: Instant,
    /// Since when we know that we are the owner.
    ours_since: Option<Instant>,
}

impl Ownership {
    /// `found` is what the database said when it was opened.
    pub fn new(location: String, found: &Owner) -> Self {
        let is_first = found.epoch == 0 && is_ours(&location, &found.holder);
        let standing = if is_first {
            Standing::Serving
        } else {
            Standing::NotOwner {
                holder: found.holder.clone(),
            }
        };
        let now = Instant::now();
        Self {
            location,
            began: now,
            serving: AtomicBool::new(is_first),
            believed: AtomicU64::new(0),
            lost: AtomicU64::new(0),
            state: Mutex::new(State {
                epoch: found.epoch,
                asked: now,
                ours_since: is_first.then_some(now),
            }),
            standing: watch::channel(standing).0,
        }
    }

    pub fn location(&self) -> &str {
        &self.location
    }

    pub fn is_serving(&self) -> bool {
        self.serving.load(Ordering::Acquire)
    }

    /// Whether it is known to be ours, if only since a moment ago.
    pub fn is_ours(&self) -> bool {
        self.state().ours_since.is_some()
    }

    /// How long ago it was served here last; `None` when it is, or never was.
    pub fn lost_for(&self) -> Option<Duration> {
        match self.lost.load(Ordering::Acquire) {
            0 => None,
            at => Some(
                self.began
                    .elapsed()
                    .saturating_sub(Duration::from_micros(at)),
            ),
        }
    }

    pub fn standing(&self) -> Standing {
        self.standing.borrow().clone()
    }

    pub fn watch(&self) -> watch::Receiver<Standing> {
        self.standing.subscribe()
    }

    /// Whether nobody has asked for a while; who is told so asks now.
    pub fn is_time_to_ask(&self) -> bool {
        let mut state = self.state();
        let is_time = state.asked.elapsed() >= LEASE;
        if is_time {
            state.asked = Instant::now();
        }
        is_time
    }

    /// For a read: as it was answered a moment ago, or as `conn` says now.
    pub fn admit(&self, conn: &mut Conn) -> Result<(), DbError> {
        if micros(self.began.elapsed()) < self.believed.load(Ordering::Acquire) {
            return Ok(());
        }
        self.check(conn)
    }

    /// As `conn` says now.
    pub fn check(&self, conn: &mut Conn) -> Result<(), DbError> {
        let asked = Instant::now();
        let latest = owner(conn)?;
        self.judge(asked, latest)
    }

    fn judge(&self, asked: Instant, latest: Owner) -> Result<(), DbError> {
        let mut state = self.state();
        if latest.epoch < state.epoch {
            // overtaken by an answer that knows more
            return self.refusal();
        }
        if latest.epoch > state.epoch {
            // even if it is ours again: somebody else may have had it meanwhile
            state.ours_since = None;
            state.epoch = latest.epoch;
        }
        state.asked = state.asked.max(asked);
        if !is_ours(&self.location, &latest.holder) {
            state.ours_since = None;
            self.stop(latest.holder);
            return self.refusal();
        }
        let fresh = state.ours_since.is_none();
        let since = *state.ours_since.get_or_insert_with(Instant::now);
        if fresh && self.is_serving() {
            self.stop(latest.holder);
        }
        if !self.is_serving() {
            if since.elapsed() < HANDOVER {
                return self.refusal();
            }
            self.serving.store(true, Ordering::Release);
            self.lost.store(0, Ordering::Release);
            self.standing.send_replace(Standing::Serving);
        }
        let until = asked.saturating_duration_since(self.began) + LEASE;
        self.believed.fetch_max(micros(until), Ordering::AcqRel);
        Ok(())
    }

    fn stop(&self, holder: String) {
        if self.serving.swap(false, Ordering::AcqRel) {
            let now = micros(self.began.elapsed()).max(1);
            self.lost.store(now, Ordering::Release);
        }
        self.believed.store(0, Ordering::Release);
        let standing = Standing::NotOwner { holder };
        self.standing
            .send_if_modified(|now| std::mem::replace(now, standing.clone()) != standing);
    }

    fn refusal(&self) -> Result<(), DbError> {
        match self.standing() {
            Standing::Serving => Ok(()),
            Standing::NotOwner { holder } => Err(DbError::NotOwner { holder }),
        }
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn is_ours(location: &str, holder: &str) -> bool {
    holder == SHARED || holder == location
}

fn micros(time: Duration) -> u64 {
    u64::try_from(time.as_micros()).unwrap_or(u64::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn row(epoch: i64, holder: &str) -> Owner {
        Owner {
            epoch,
            holder: holder.to_owned(),
        }
    }

    fn judged(ownership: &Ownership, epoch: i64, holder: &str) -> bool {
        ownership.judge(Instant::now(), row(epoch, holder)).is_ok()
    }

    #[test]
    fn who_becomes_the_owner_waits_longer_than_a_read_believes() {
        let ownership = Ownership::new("/here".to_owned(), &row(3, "/there"));
        assert!(!judged(&ownership, 3, "/there"));
        assert!(!judged(&ownership, 4, "/here"), "at once");
        ownership.state().ours_since = Instant::now().checked_sub(HANDOVER);
        assert!(judged(&ownership, 4, "/here"));
        assert_eq!(ownership.standing(), Standing::Serving);
        // away and back while nobody asked: the other may still be reading
        assert!(!judged(&ownership, 6, SHARED));
        assert!(ownership.believed.load(Ordering::Acquire) == 0);
    }

    #[test]
    fn an_answer_that_was_overtaken_changes_nothing() {
        let ownership = Ownership::new("/here".to_owned(), &row(0, SHARED));
        assert!(judged(&ownership, 0, SHARED));
        assert!(!judged(&ownership, 1, "/there"));
        assert!(!judged(&ownership, 0, SHARED));
        let holder = "/there".to_owned();
        assert_eq!(ownership.standing(), Standing::NotOwner { holder });
    }

    #[test]
    fn what_is_nobodys_can_be_claimed_in_its_epoch() {
        let ownership = Ownership::new("/here".to_owned(), &row(0, NOBODY));
        assert!(!judged(&ownership, 0, NOBODY));
        assert!(!judged(&ownership, 0, SHARED), "at once");
        ownership.state().ours_since = Instant::now().checked_sub(HANDOVER);
        assert!(judged(&ownership, 0, SHARED));
    }
}
