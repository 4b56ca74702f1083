//! Follows the routes file, and keeps the last good table in effect.

use std::fs;
use std::io;
use std::os::unix::fs::MetadataExt;
use std::path::Path;
use std::sync::mpsc::{RecvTimeoutError, SyncSender, sync_channel};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::thread::JoinHandle;
use std::time::Duration;

use jiff::Timestamp;

use crate::live::Live;
use crate::load;
use crate::problem::LoadError;
use crate::rules::version;
use crate::table::RouteTable;
use crate::write::RoutesFile;

/// Follows a routes file until it is dropped.
pub struct Watch {
    live: Live,
    follower: Arc<Mutex<Follower>>,
    stop: Option<SyncSender<()>>,
    thread: Option<JoinHandle<()>>,
}

/// A change is seen within one interval and taken one later, when whoever saves has finished writing.
const INTERVAL: Duration = Duration::from_millis(20);

/// For a second after a change the text is read at every look: two saves within one tick
/// of the file system's clock look alike from outside.
const ATTENTIVE: u32 = 50;

impl Watch {
    /// At the start there is no last good table: a file that is wrong is an error. `now` dates hand edits in the audit.
    pub fn start(
        file: RoutesFile,
        now: impl Fn() -> Timestamp + Send + 'static,
    ) -> Result<Self, LoadError> {
        let stamp = Stamp::of(file.path());
        let text = load::read(file.path())?;
        let live = Live::fixed(file.check(&text)?);
        let follower = Follower {
            read: version(&text),
            live: live.clone(),
            now: Box::new(now),
            stamp,
            file,
            looks: 0,
            settling: false,
            unnoted: true,
        };
        let follower = Arc::new(Mutex::new(follower));
        let (stop, stopped) = sync_channel::<()>(0);
        let theirs = Arc::clone(&follower);
        let thread = std::thread::Builder::new()
            .name("routes".to_owned())
            .spawn(move || {
                while matches!(
                    stopped.recv_timeout(INTERVAL),
                    Err(RecvTimeoutError::Timeout)
                ) {
                    locked(&theirs).look();
                }
            });
        let thread = thread.map_err(|source| LoadError::Unreadable {
            path: "routes".into(),
            source,
        })?;
        Ok(Self {
            live,
            follower,
            stop: Some(stop),
            thread: Some(thread),
        })
    }

    pub fn live(&self) -> &Live {
        &self.live
    }

    /// Takes what the file says now, before this returns: after a change of one's own, or when what the file's rule
    /// looks at has changed.
    pub fn refresh(&self) {
        let mut follower = locked(&self.follower);
        let text = load::read(follower.file.path());
        follower.decide(text);
    }
}

impl Drop for Watch {
    fn drop(&mut self) {
        drop(self.stop.take());
        if let Some(thread) = self.thread.take() {
            // it does nothing but look: it ends within an interval
            drop(thread.join());
        }
    }
}

struct Follower {
    file: RoutesFile,
    live: Live,
    now: Box<dyn Fn() -> Timestamp + Send>,
    /// How the file looked from outside when it last changed.
    stamp: Option<Stamp>,
    /// The [`identity`] of what was read last, good or not.
    read: String,
    /// Since the stamp changed.
    looks: u32,
    settling: bool,
    /// Hand edits may be missing in the audit.
    unnoted: bool,
}

/// How a file looks from outside.
#[derive(Clone, Copy, PartialEq, Eq)]
struct Stamp {
    file: (u64, u64),
    length: u64,
    modified: (i64, i64),
    changed: (i64, i64),
}

impl Follower {
    fn look(&mut self) {
        if self.unnoted {
            self.note();
        }
        let stamp = Stamp::of(self.file.path());
        let is_new = stamp != self.stamp;
        if is_new {
            (self.stamp, self.looks) = (stamp, 0);
            // once only: a file that changes all the time is read all the same
            self.settling = !self.settling;
            if self.settling {
                return;
            }
        }
        self.settling = false;
        self.looks = self.looks.saturating_add(1);
        if self.looks < ATTENTIVE {
            self.read_again();
        }
    }

    fn read_again(&mut self) {
        let text = load::read(self.file.path());
        if identity(&text) != self.read {
            self.decide(text);
        }
    }

    fn decide(&mut self, text: Result<String, LoadError>) {
        self.read = identity(&text);
        let current = self.live.current();
        match text.and_then(|text| self.file.check(&text)) {
            Ok(table) if table.version == current.table.version => {
                if current.refused.is_some() {
                    tracing::info!("the routes file says again what is in effect");
                    self.live.refuse(None);
                }
            }
            Ok(table) => {
                tell_changes(&current.table, &table);
                self.live.swap(table);
                self.unnoted = true;
                self.note();
            }
            Err(why) => {
                tracing::error!("the routes file is refused, the last good table stays:\n{why}");
                self.live.refuse(Some(why));
            }
        }
    }

    /// A writer at work is waited for by looking again.
    fn note(&mut self) {
        match self.file.note_hand_edits((self.now)()) {
            Ok(done) => self.unnoted = !done,
            Err(error) => {
                self.unnoted = false;
                tracing::warn!("hand edits of the routes file are missing in its audit: {error}");
            }
        }
    }
}

impl Stamp {
    fn of(path: &Path) -> Option<Self> {
        let seen: io::Result<fs::Metadata> = fs::metadata(path);
        seen.ok().map(|seen| Self {
            file: (seen.dev(), seen.ino()),
            length: seen.len(),
            modified: (seen.mtime(), seen.mtime_nsec()),
            changed: (seen.ctime(), seen.ctime_nsec()),
        })
    }
}

fn tell_changes(old: &RouteTable, new: &RouteTable) {
    for route in &new.routes {
        match old.route(&route.name) {
            Some(before) if before.backend == route.backend => {}
            Some(before) => tracing::info!(
                route = route.name,
                "now {} instead of {}",
                route.backend,
                before.backend
            ),
            None => tracing::info!(route = route.name, "new: {}", route.backend),
        }
    }
}

/// The version of a text, or what was wrong with reading it.
fn identity(text: &Result<String, LoadError>) -> String {
    text.as_ref()
        .map_or_else(ToString::to_string, |text| version(text))
}

fn locked(follower: &Mutex<Follower>) -> MutexGuard<'_, Follower> {
    follower.lock().unwrap_or_else(PoisonError::into_inner)
}
