use std::fmt;
use std::io;
use std::path::PathBuf;

use serde::Serialize;

/// A place in the routes file. Both count from 1; columns count characters, as editors do.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub struct Position {
    pub line: usize,
    pub column: usize,
}

/// What is wrong with a routes file, and where.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub struct Problem {
    #[serde(flatten)]
    pub at: Position,
    pub what: String,
}

/// Everything that is wrong with a routes file, in the order of the file.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, thiserror::Error)]
pub struct Problems(pub Vec<Problem>);

/// Why a routes file did not become a table.
#[derive(Debug, thiserror::Error)]
pub enum LoadError {
    #[error("{}: {source}", path.display())]
    Unreadable { path: PathBuf, source: io::Error },
    /// Shown as one line per problem: `routes.toml:12:5: unknown key …`.
    #[error("{}", each_with(path, problems))]
    Refused { path: PathBuf, problems: Problems },
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}: {}", self.at.line, self.at.column, self.what)
    }
}

impl fmt::Display for Problems {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&few(&self.0, ToString::to_string))
    }
}

/// Nobody reads more: a file that is no routes file at all has a problem in every line.
const SHOWN: usize = 20;

/// A line each, and how many more there are.
fn few(problems: &[Problem], line: impl Fn(&Problem) -> String) -> String {
    let mut lines: Vec<String> = problems.iter().take(SHOWN).map(line).collect();
    if problems.len() > SHOWN {
        lines.push(format!("… and {} more", problems.len() - SHOWN));
    }
    lines.join("\n")
}

/// `; did you mean "backend"?`, or what there is to choose from when nothing is near.
pub(crate) fn did_you_mean<'a>(word: &str, known: impl Iterator<Item = &'a str> + Clone) -> String {
    let nearest = known
        .clone()
        .map(|candidate| (distance(word, candidate), candidate))
        .min();
    match nearest {
        Some((far, candidate)) if far <= 1.max(candidate.len() / 3) => {
            format!("; did you mean \"{candidate}\"?")
        }
        Some(_) => format!("; there is {}", listed(known)),
        None => String::new(),
    }
}

/// `"a", "b", "c"`
pub(crate) fn listed<'a>(words: impl Iterator<Item = &'a str>) -> String {
    words
        .map(|word| format!("\"{word}\""))
        .collect::<Vec<_>>()
        .join(", ")
}

/// Typing mistakes between two words; capitals, dashes and underscores are none (`backend_request`).
fn distance(a: &str, b: &str) -> usize {
    let plain = |word: &str| word.replace(['-', '_'], "").to_lowercase();
    strsim::damerau_levenshtein(&plain(a), &plain(b))
}

fn each_with(path: &std::path::Path, problems: &Problems) -> String {
    few(&problems.0, |problem| {
        format!("{}:{problem}", path.display())
    })
}
