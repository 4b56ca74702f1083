use std::fs::{self, Permissions};
use std::io::{self, Write};
use std::os::unix::fs::PermissionsExt;
use std::path::Path;

use crate::backend::{Backend, Target};
use crate::edit::edited;
use crate::problem::{LoadError, Position, Problem, Problems};
use crate::rules::parse;
use crate::table::{HOME, RouteTable};

/// The shipped routes file.
pub const BUILT_IN: &str = include_str!("../routes.toml");

/// The shipped routes file for a router that stands alone: each context is answered by the service named after it.
pub fn built_in_front() -> String {
    let routes = parse(BUILT_IN)
        .map(|table| table.routes)
        .unwrap_or_default();
    let leave = routes.iter().filter(|route| route.context != HOME);
    leave.fold(BUILT_IN.to_owned(), |text, route| {
        edited(
            &text,
            &route.name,
            &Backend::only(route.context.as_str().into()),
        )
        .unwrap_or(text)
    })
}

/// The rule of a router that stands alone: it has no module to answer.
pub fn no_module(table: &RouteTable) -> Vec<Problem> {
    let routes = table.routes.iter().filter(|route| route.context != HOME);
    let wrong = routes.filter(|route| route.backend.share_of(&Target::Module) > 0);
    wrong
        .map(|route| Problem {
            at: route.at,
            what: format!("no module \"{}\" is in this process", route.context),
        })
        .collect()
}

/// The table that a file holds.
pub fn load(path: &Path) -> Result<RouteTable, LoadError> {
    parse(&read(path)?).map_err(|problems| LoadError::Refused {
        path: path.to_owned(),
        problems,
    })
}

/// Writes `text` (as a rule [`BUILT_IN`]) where no file is, whole or not at all, and says whether it did.
/// Never overwrites: of two processes that start at once, one writes.
pub fn create_if_missing(path: &Path, text: &str) -> io::Result<bool> {
    if path.exists() {
        return Ok(false);
    }
    let folder = folder_of(path);
    fs::create_dir_all(folder)?;
    let mut file = tempfile::Builder::new()
        .permissions(Permissions::from_mode(0o644))
        .tempfile_in(folder)?;
    file.write_all(text.as_bytes())?;
    file.as_file().sync_all()?;
    match file.persist_noclobber(path) {
        Ok(_) => fs::File::open(folder)?.sync_all().map(|()| true),
        Err(other) if other.error.kind() == io::ErrorKind::AlreadyExists => Ok(false),
        Err(other) => Err(other.error),
    }
}

pub(crate) fn read(path: &Path) -> Result<String, LoadError> {
    let unreadable = |source| LoadError::Unreadable {
        path: path.to_owned(),
        source,
    };
    // whoever reads a pipe waits for ever
    if !fs::metadata(path).map_err(unreadable)?.is_file() {
        let kind = io::Error::new(io::ErrorKind::InvalidInput, "this is not a regular file");
        return Err(unreadable(kind));
    }
    let bytes = fs::read(path).map_err(unreadable)?;
    String::from_utf8(bytes).map_err(|error| {
        let good = error.utf8_error().valid_up_to();
        let before = String::from_utf8_lossy(&error.as_bytes()[..good]).into_owned();
        let column = before.chars().rev().take_while(|c| *c != '\n').count() + 1;
        let at = Position {
            line: before.matches('\n').count() + 1,
            column,
        };
        let problems = Problems(vec![Problem {
            at,
            what: "this is not UTF-8 text".to_owned(),
        }]);
        LoadError::Refused {
            path: path.to_owned(),
            problems,
        }
    })
}

pub(crate) fn folder_of(path: &Path) -> &Path {
    path.parent()
        .filter(|folder| !folder.as_os_str().is_empty())
        .unwrap_or(Path::new("."))
}
