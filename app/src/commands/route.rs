//! `banyan route`: the routes file, beside a running shop or without one.

use std::io::Write as _;

use serde::Serialize;
use strangler::{
    Backend, Flip, LoadError, Match, PathMatch, Route, RouteTable, RoutesFile, SetError,
};

use super::WHO;
use crate::cli::RouteCommand;
use crate::failure::Failure;
use crate::role::Role;
use crate::routing::{self, now};
use crate::settings::Settings;

pub fn run(settings: &Settings, command: RouteCommand) -> Result<(), Failure> {
    let file = routing::file(settings);
    match command {
        RouteCommand::List => list(&table(&file)?),
        RouteCommand::Show { name } => show(&table(&file)?, &name)?,
        RouteCommand::Set { name, backend, why } => {
            routing::create(settings, &Role::Whole)?;
            set(&routing::file_beside(settings), &name, &backend, why)?;
        }
        RouteCommand::History => history(&file)?,
    }
    Ok(())
}

/// What is in the file; what will be in it, when there is none yet.
#[expect(clippy::print_stderr, reason = "a remark beside the answer")]
fn table(file: &RoutesFile) -> Result<RouteTable, Failure> {
    if file.path().exists() {
        return file.load().map_err(Failure::usage);
    }
    let path = file.path().display();
    eprintln!("banyan: {path} does not exist yet and will be made like this");
    strangler::parse(strangler::BUILT_IN).map_err(Failure::other)
}

fn list(table: &RouteTable) {
    let mut rows = vec![["ROUTE", "BACKEND", "CONTEXT", "PATHS"].map(str::to_owned)];
    rows.extend(table.routes.iter().map(|route| {
        let name = route.name.clone();
        let paths = paths(route).join("  ");
        [
            name,
            route.backend.to_string(),
            route.context.clone(),
            paths,
        ]
    }));
    say(&aligned(&rows));
}

fn show(table: &RouteTable, name: &str) -> Result<(), Failure> {
    let Some(route) = table.route(name) else {
        let names: Vec<&str> = table.routes.iter().map(|r| r.name.as_str()).collect();
        let there = names.join(", ");
        return Err(Failure::usage(format!(
            "there is no route \"{name}\"; there are {there}"
        )));
    };
    let limits = route.timeouts;
    let limits = format!(
        "{:?}, of each try {:?}",
        limits.request, limits.backend_request
    );
    let row = |key: &str, value: String| [key.to_owned(), value];
    let mut rows = vec![
        row("route", route.name.clone()),
        row("backend", route.backend.to_string()),
        row("context", route.context.clone()),
        row("sticky", word(&route.sticky)),
        row("fallback", word(&route.fallback)),
        row("timeouts", limits),
    ];
    let paths = paths(route).into_iter().enumerate();
    rows.extend(paths.map(|(n, path)| row(if n == 0 { "paths" } else { "" }, path)));
    say(&aligned(&rows));
    Ok(())
}

fn set(file: &RoutesFile, name: &str, backend: &str, why: String) -> Result<(), Failure> {
    let backend: Backend = backend.parse().map_err(Failure::usage)?;
    let before = file.history().map_err(Failure::other)?.entries.len();
    let flip = Flip {
        route: name.to_owned(),
        backend,
        who: WHO.to_owned(),
        why,
        at: now(),
        seen: None,
    };
    file.set(&flip).map_err(failure)?;
    let history = file.history().map_err(Failure::other)?;
    // an edit by hand may have been noted first, another change may have come since
    let ours =
        history.entries.iter().skip(before).find(|entry| {
            (entry.route.as_str(), entry.who.as_str(), entry.at) == (name, WHO, flip.at)
        });
    match ours {
        Some(entry) => say(&format!("{name}: {} -> {}", entry.old, flip.backend)),
        None => say(&format!(
            "{name}: {} already, nothing was changed",
            flip.backend
        )),
    }
    Ok(())
}

fn failure(error: SetError) -> Failure {
    match error {
        SetError::NoSuchRoute { .. }
        | SetError::NoReason
        | SetError::Refused(LoadError::Refused { .. }) => Failure::usage(error),
        _ => Failure::other(error),
    }
}

fn history(file: &RoutesFile) -> Result<(), Failure> {
    let history = file.history().map_err(Failure::other)?;
    let mut rows = vec![["NO", "WHEN", "WHO", "ROUTE", "CHANGE", "WHY"].map(str::to_owned)];
    rows.extend(history.entries.iter().rev().map(|entry| {
        let new = entry
            .new
            .as_ref()
            .map_or_else(|| "gone".to_owned(), ToString::to_string);
        [
            entry.seq.to_string(),
            format!("{:.0}", entry.at),
            entry.who.clone(),
            entry.route.clone(),
            format!("{} -> {new}", entry.old),
            in_one_line(&entry.why),
        ]
    }));
    if history.entries.is_empty() {
        say("no route was sent elsewhere so far");
    } else {
        say(&aligned(&rows));
    }
    if history.breaks.is_empty() {
        let lines = history.entries.len();
        let lines = if lines == 1 {
            "1 line".to_owned()
        } else {
            format!("{lines} lines")
        };
        say(&format!("{lines}, the chain is whole"));
        return Ok(());
    }
    let breaks: Vec<String> = history.breaks.iter().map(ToString::to_string).collect();
    let audit = strangler::audit_path(file.path());
    Err(Failure::other(format!(
        "{}: the chain is broken: {}",
        audit.display(),
        breaks.join("; ")
    )))
}

fn paths(route: &Route) -> Vec<String> {
    let path = |found: &Match| {
        let path = match &found.path {
            PathMatch::Exact(path) => path.clone(),
            PathMatch::PathPrefix(path) => format!("{}/*", path.trim_end_matches('/')),
        };
        found
            .method
            .map_or_else(|| path.clone(), |method| format!("{method} {path}"))
    };
    route.matches.iter().map(path).collect()
}

/// As the routes file writes it.
fn word(value: &impl Serialize) -> String {
    let value = serde_json::to_value(value).unwrap_or_default();
    value.as_str().unwrap_or_default().to_owned()
}

/// What somebody wrote may hold anything.
fn in_one_line(text: &str) -> String {
    text.chars()
        .map(|letter| if letter.is_control() { ' ' } else { letter })
        .collect()
}

/// Columns as wide as they must be; the last one ends where it ends.
fn aligned<const N: usize>(rows: &[[String; N]]) -> String {
    let width = |column: usize| {
        let widths = rows.iter().map(|row| row[column].chars().count());
        widths.max().unwrap_or(0)
    };
    let lines = rows.iter().map(|row| {
        let cells = row.iter().enumerate();
        let padded = cells.map(|(n, cell)| format!("{cell:<0$}", width(n)));
        let line: Vec<String> = padded.collect();
        line.join("  ").trim_end().to_owned()
    });
    lines.collect::<Vec<_>>().join("\n")
}

/// Nobody has to read on: `| head` closes the pipe.
fn say(text: &str) {
    let _ = writeln!(std::io::stdout(), "{text}");
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_line_up() {
        let rows = [["a", "bb", "c"], ["aaa", "b", ""]].map(|row| row.map(str::to_owned));
        assert_eq!(aligned(&rows), "a    bb  c\naaa  b");
    }
}
