//! Who sent which route where: `<routes file>.audit.jsonl`, one line per change, each naming the hash of the one before.
//!
//! A line is on the disk *before* the file changes: no change takes effect without its line. A process that ends between
//! the two leaves a line too many, and whoever looks next adds what the file really says. What the file says without
//! a line (an edit by hand) is added as `who = "file"`. A route of which no line tells is with the module.

use std::collections::BTreeMap;
use std::fs::{self, File, OpenOptions};
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use crate::backend::Backend;
use crate::load::folder_of;
use crate::rules::hex;
use crate::table::RouteTable;

/// One line.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Entry {
    /// From 1.
    pub seq: u64,
    pub at: Timestamp,
    /// A person or a command; [`BY_HAND`] when the file was edited.
    pub who: String,
    pub route: String,
    pub old: Backend,
    /// `None`: the route is no longer in the file.
    pub new: Option<Backend>,
    pub why: String,
    /// The [version](RouteTable::version) of the file that the change leads to.
    pub file: String,
    /// The hash of the line before; of the first: [`BEGINNING`].
    pub prev: String,
    /// SHA-256, in hexadecimal, of this line with an empty hash.
    pub hash: String,
}

/// `who` of a change that came with the file.
pub const BY_HAND: &str = "file";

/// What stands before the first line.
pub const BEGINNING: &str = "0000000000000000000000000000000000000000000000000000000000000000";

/// What a line adds to the chain.
#[derive(Clone)]
pub(crate) struct Change {
    pub at: Timestamp,
    pub who: String,
    pub route: String,
    pub old: Backend,
    pub new: Option<Backend>,
    pub why: String,
    pub file: String,
}

/// Where the chain is broken, by line.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, thiserror::Error)]
#[error("line {line}: {what}")]
pub struct Break {
    pub line: usize,
    pub what: &'static str,
}

/// Everything that was written, and whether it still is what was written.
#[derive(Clone, Debug, Default)]
pub struct History {
    /// Oldest first.
    pub entries: Vec<Entry>,
    pub breaks: Vec<Break>,
    /// How much of the file is whole lines: what is behind it was being written when its process ended.
    whole: u64,
}

/// The file beside a routes file.
pub fn audit_path(routes: &Path) -> PathBuf {
    let mut name = routes.as_os_str().to_owned();
    name.push(".audit.jsonl");
    name.into()
}

/// Reads and verifies the audit of a routes file. Lines cut off at the end cannot be seen from within: compare the last
/// hash with one noted elsewhere.
pub fn history(routes: &Path) -> io::Result<History> {
    let text = match fs::read(audit_path(routes)) {
        Ok(text) => text,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(History::default()),
        Err(error) => return Err(error),
    };
    let whole = text
        .iter()
        .rposition(|byte| *byte == b'\n')
        .map_or(0, |newline| newline + 1);
    let mut history = History {
        whole: whole as u64,
        ..History::default()
    };
    for (n, line) in text[..whole]
        .split_inclusive(|byte| *byte == b'\n')
        .enumerate()
    {
        let line = line.strip_suffix(b"\n").unwrap_or(line);
        if let Err(what) = history.read_line(line) {
            history.breaks.push(Break { line: n + 1, what });
        }
    }
    Ok(history)
}

impl History {
    /// Where the last line of each route leads.
    fn told(&self) -> BTreeMap<&str, Backend> {
        let lines = self.entries.iter();
        lines
            .map(|entry| {
                (
                    entry.route.as_str(),
                    entry.new.clone().unwrap_or_else(Backend::module),
                )
            })
            .collect()
    }

    fn read_line(&mut self, line: &[u8]) -> Result<(), &'static str> {
        let entry: Entry =
            serde_json::from_slice(line).map_err(|_| "this is no line of an audit")?;
        let (seq, prev) = self.next();
        let told = if (entry.seq, &entry.prev) != (seq, &prev) {
            Err("a line before this one was changed or is missing")
        } else if entry.hash != seal(&entry) || written(&entry).as_bytes() != line {
            Err("this line was changed")
        } else {
            Ok(())
        };
        self.entries.push(entry);
        told
    }

    fn next(&self) -> (u64, String) {
        let last = self.entries.last();
        last.map_or((1, BEGINNING.to_owned()), |last| {
            (last.seq.saturating_add(1), last.hash.clone())
        })
    }
}

/// Adds a line, on the disk when this returns. Needs the routes file's lock.
pub(crate) fn append(routes: &Path, change: Change) -> io::Result<()> {
    let mut log = open(routes)?;
    let history = history(routes)?;
    write(&mut log, history, vec![change])
}

/// Adds what the file says and no line tells. Needs the routes file's lock.
pub(crate) fn catch_up(routes: &Path, table: &RouteTable, at: Timestamp) -> io::Result<()> {
    // most often there is nothing to add, and then no audit is begun
    if untold(&history(routes)?, table, at).is_empty() {
        return Ok(());
    }
    let mut log = open(routes)?;
    let history = history(routes)?;
    let changes = untold(&history, table, at);
    write(&mut log, history, changes)
}

fn untold(history: &History, table: &RouteTable, at: Timestamp) -> Vec<Change> {
    let (told, module) = (history.told(), Backend::module());
    let by_hand = |route: &str, old: &Backend, new: Option<&Backend>| Change {
        at,
        who: BY_HAND.to_owned(),
        route: route.to_owned(),
        old: old.clone(),
        new: new.cloned(),
        why: if new.is_some() {
            "found in the file"
        } else {
            "gone from the file"
        }
        .to_owned(),
        file: table.version.clone(),
    };
    let found = table.routes.iter().filter_map(|route| {
        let old = told.get(route.name.as_str()).unwrap_or(&module);
        (*old != route.backend).then(|| by_hand(&route.name, old, Some(&route.backend)))
    });
    let gone = told
        .iter()
        .filter(|(route, old)| **old != module && table.route(route).is_none());
    found
        .chain(gone.map(|(route, old)| by_hand(route, old, None)))
        .collect()
}

/// Locked as well: an editor may have replaced the routes file under its lock.
fn open(routes: &Path) -> io::Result<File> {
    let path = audit_path(routes);
    let is_new = !path.exists();
    let log = OpenOptions::new().create(true).append(true).open(&path)?;
    log.lock()?;
    if is_new {
        File::open(folder_of(&path))?.sync_all()?;
    }
    Ok(log)
}

fn write(log: &mut File, mut history: History, changes: Vec<Change>) -> io::Result<()> {
    let mut lines = String::new();
    for change in changes {
        let entry = chained(&history, change);
        lines += &written(&entry);
        lines.push('\n');
        history.entries.push(entry);
    }
    log.set_len(history.whole)?;
    log.write_all(lines.as_bytes())?;
    log.sync_data()
}

fn chained(history: &History, change: Change) -> Entry {
    let Change {
        at,
        who,
        route,
        old,
        new,
        why,
        file,
    } = change;
    let (seq, prev) = history.next();
    let open = Entry {
        seq,
        at,
        who,
        route,
        old,
        new,
        why,
        file,
        prev,
        hash: String::new(),
    };
    Entry {
        hash: seal(&open),
        ..open
    }
}

fn seal(entry: &Entry) -> String {
    let open = Entry {
        hash: String::new(),
        ..entry.clone()
    };
    hex(&Sha256::digest(written(&open)))
}

fn written(entry: &Entry) -> String {
    serde_json::to_string(entry).unwrap_or_default()
}
