//! Changing one word of a routes file while others read it, edit it and change it too.

use std::fs::{self, File};
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use jiff::Timestamp;

use crate::audit::{self, Change, History};
use crate::backend::Backend;
use crate::edit::edited;
use crate::load;
use crate::lock::Lock;
use crate::problem::{LoadError, Problem, Problems, did_you_mean};
use crate::rules::parse;
use crate::table::RouteTable;

/// What the file's grammar cannot know: whether a side may serve what a route gives it, for instance.
pub type Rule = dyn Fn(&RouteTable) -> Vec<Problem> + Send + Sync;

/// A routes file on the disk, and what its tables must obey beyond the grammar.
#[derive(Clone)]
pub struct RoutesFile {
    path: PathBuf,
    rule: Arc<Rule>,
}

/// Sends a route elsewhere.
#[derive(Clone, Debug)]
pub struct Flip {
    pub route: String,
    pub backend: Backend,
    pub who: String,
    pub why: String,
    pub at: Timestamp,
    /// The [version](RouteTable::version) that whoever decided had seen; `None`: whatever is there.
    pub seen: Option<String>,
}

#[derive(Debug, thiserror::Error)]
pub enum SetError {
    #[error("there is no route \"{route}\"{hint}")]
    NoSuchRoute { route: String, hint: String },
    #[error("a change needs a reason: say why")]
    NoReason,
    /// Look again, then decide again.
    #[error("the routes file has changed meanwhile; nothing was written")]
    Changed,
    #[error("another process is changing the routes file; nothing was written")]
    Busy,
    /// What is in the file, or what it would become.
    #[error(transparent)]
    Refused(#[from] LoadError),
    #[error("{}: {source}", path.display())]
    Unwritable { path: PathBuf, source: io::Error },
}

/// How long a writer waits for another.
const PATIENCE: Duration = Duration::from_secs(5);

impl RoutesFile {
    pub fn new(path: impl Into<PathBuf>) -> Self {
        Self {
            path: path.into(),
            rule: Arc::new(|_| Vec::new()),
        }
    }

    #[must_use]
    pub fn with_rule(
        self,
        rule: impl Fn(&RouteTable) -> Vec<Problem> + Send + Sync + 'static,
    ) -> Self {
        Self {
            rule: Arc::new(rule),
            ..self
        }
    }

    pub fn path(&self) -> &Path {
        &self.path
    }

    pub fn load(&self) -> Result<RouteTable, LoadError> {
        self.check(&load::read(&self.path)?)
    }

    /// The table that a flip would lead to; nothing is written.
    pub fn preview(&self, flip: &Flip) -> Result<RouteTable, SetError> {
        let text = load::read(&self.path)?;
        Ok(self.plan(&text, std::slice::from_ref(flip))?.1)
    }

    /// Flips, and answers with the table that is now in the file. Comments and all else in the file stay as they are.
    pub fn set(&self, flip: &Flip) -> Result<RouteTable, SetError> {
        self.set_all(std::slice::from_ref(flip))
    }

    /// As [`RoutesFile::set`], all at once: nobody sees a table with only some of them.
    pub fn set_all(&self, flips: &[Flip]) -> Result<RouteTable, SetError> {
        if flips.iter().any(|flip| flip.why.trim().is_empty()) {
            return Err(SetError::NoReason);
        }
        let path = self.real_path();
        let lock = Lock::take(&path, PATIENCE).map_err(unwritable(&path))?;
        let _lock = lock.ok_or(SetError::Busy)?;
        let text = load::read(&path)?;
        let (new_text, after) = self.plan(&text, flips)?;
        let before = self.parse(&text)?;
        let changes = changes(flips, &before, &after);
        let Some(first) = changes.first() else {
            return Ok(before);
        };

        let audit = audit::audit_path(&path);
        if (self.rule)(&before).is_empty() {
            audit::catch_up(&path, &before, first.at).map_err(unwritable(&audit))?;
        }
        let next = Next::write(&path, &new_text).map_err(unwritable(&path))?;
        for line in &changes {
            audit::append(&path, line.clone()).map_err(unwritable(&audit))?;
        }
        next.replace(&path, &text).or_else(|error| {
            for line in changes {
                let undone = Change {
                    old: line.new.clone().unwrap_or_else(Backend::module),
                    new: Some(line.old.clone()),
                    why: format!("not done: {error}"),
                    file: before.version.clone(),
                    ..line
                };
                audit::append(&path, undone).map_err(unwritable(&audit))?;
            }
            Err(error)
        })?;
        Ok(after)
    }

    /// What was changed so far, verified.
    pub fn history(&self) -> io::Result<History> {
        audit::history(&self.real_path())
    }

    /// Adds hand edits to the audit; `false` when a writer is at work, who does it anyway.
    pub(crate) fn note_hand_edits(&self, at: Timestamp) -> io::Result<bool> {
        let path = self.real_path();
        let Some(_lock) = Lock::take(&path, Duration::ZERO)? else {
            return Ok(false);
        };
        match load::read(&path).and_then(|text| self.check(&text)) {
            Ok(table) => audit::catch_up(&path, &table, at).map(|()| true),
            Err(_) => Ok(true),
        }
    }

    pub(crate) fn check(&self, text: &str) -> Result<RouteTable, LoadError> {
        let table = self.parse(text)?;
        let mut problems = (self.rule)(&table);
        problems.sort();
        if problems.is_empty() {
            Ok(table)
        } else {
            Err(self.refused(Problems(problems)))
        }
    }

    /// Without the rule: what is to be left behind may break it.
    fn parse(&self, text: &str) -> Result<RouteTable, LoadError> {
        parse(text).map_err(|problems| self.refused(problems))
    }

    fn plan(&self, text: &str, flips: &[Flip]) -> Result<(String, RouteTable), SetError> {
        let table = self.parse(text)?;
        let mut seen = flips.iter().filter_map(|flip| flip.seen.as_ref());
        if seen.any(|seen| *seen != table.version) {
            return Err(SetError::Changed);
        }
        let names = || table.routes.iter().map(|route| route.name.as_str());
        let mut new_text = text.to_owned();
        for flip in flips {
            new_text = edited(&new_text, &flip.route, &flip.backend).ok_or_else(|| {
                SetError::NoSuchRoute {
                    route: flip.route.clone(),
                    hint: did_you_mean(&flip.route, names()),
                }
            })?;
        }
        let after = self.check(&new_text)?;
        Ok((new_text, after))
    }

    fn refused(&self, problems: Problems) -> LoadError {
        LoadError::Refused {
            path: self.path.clone(),
            problems,
        }
    }

    /// A link stays a link: what it leads to is replaced.
    fn real_path(&self) -> PathBuf {
        fs::canonicalize(&self.path).unwrap_or_else(|_| self.path.clone())
    }
}

/// What the audit is told of the flips that change anything.
fn changes(flips: &[Flip], before: &RouteTable, after: &RouteTable) -> Vec<Change> {
    let lines = flips.iter().map(|flip| Change {
        at: flip.at,
        who: flip.who.clone(),
        route: flip.route.clone(),
        old: before
            .route(&flip.route)
            .map_or_else(Backend::module, |route| route.backend.clone()),
        new: Some(flip.backend.clone()),
        why: flip.why.clone(),
        file: after.version.clone(),
    });
    lines
        .filter(|line| line.new.as_ref() != Some(&line.old))
        .collect()
}

/// The file to come, whole and on the disk, under a name that nobody reads. One writer at a time has it.
struct Next {
    path: PathBuf,
    _lock: Lock,
}

impl Next {
    fn write(path: &Path, text: &str) -> io::Result<Self> {
        let name = path.file_name().unwrap_or_default().to_string_lossy();
        let next = path.with_file_name(format!(".{name}.next"));
        let mut file = File::create(&next)?;
        let lock = Lock::new(&file)?;
        file.set_permissions(fs::metadata(path)?.permissions())?;
        file.write_all(text.as_bytes())?;
        file.sync_all()?;
        Ok(Self {
            path: next,
            _lock: lock,
        })
    }

    /// Takes the file's name, unless the file no longer says `text`: editors know no locks.
    fn replace(self, path: &Path, text: &str) -> Result<(), SetError> {
        let replaced = match fs::read(path) {
            Ok(now) if now == text.as_bytes() => {
                fs::rename(&self.path, path).map_err(unwritable(path))
            }
            Ok(_) => Err(SetError::Changed),
            Err(error) => Err(unwritable(path)(error)),
        };
        if replaced.is_err() {
            // nobody reads it, and the next writer writes over it
            drop(fs::remove_file(&self.path));
            return replaced;
        }
        let folder = load::folder_of(path);
        File::open(folder)
            .and_then(|folder| folder.sync_all())
            .map_err(unwritable(folder))
    }
}

fn unwritable(path: &Path) -> impl FnOnce(io::Error) -> SetError {
    let path = path.to_owned();
    |source| SetError::Unwritable { path, source }
}
