//! An import file: its text, and how places in it are told.

use std::path::Path;

use super::entry::{Complaint, Entry};
use super::walk;

/// More than this is no list of products.
const LARGEST_MIB: u64 = 1024;

pub struct File {
    /// As it was given on the command line.
    pub name: String,
    pub text: String,
}

/// What a file says, as far as its form goes.
#[derive(Default)]
pub struct Parsed {
    pub entries: Vec<Entry>,
    /// Where each entry is.
    pub spots: Vec<Spot>,
    pub problems: Vec<Problem>,
}

/// Where an entry is.
#[derive(Clone, Debug)]
pub enum Spot {
    /// Its JSON begins at this byte.
    Offset(usize),
    /// It is in these lines of CSV, one per option.
    Rows { lines: Vec<u64>, has_options: bool },
}

#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Place {
    Offset(usize),
    Row(u64, String),
}

#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Problem {
    pub place: Place,
    pub what: String,
}

impl File {
    pub fn read(path: &Path) -> Result<Self, String> {
        let name = path.display().to_string();
        let failed = |e: std::io::Error| format!("{name}: {e}");
        let metadata = std::fs::metadata(path).map_err(failed)?;
        if !metadata.is_file() {
            return Err(format!("{name}: is not a file"));
        }
        if metadata.len() > LARGEST_MIB << 20 {
            return Err(format!(
                "{name}: is larger than {LARGEST_MIB} MiB: split it"
            ));
        }
        let bytes = std::fs::read(path).map_err(failed)?;
        let text = String::from_utf8(bytes).map_err(|e| not_utf8(&name, &e))?;
        let text = text
            .strip_prefix('\u{feff}')
            .map(ToOwned::to_owned)
            .unwrap_or(text);
        Ok(Self { name, text })
    }

    /// `products.csv, line 3, column price: must be …`
    pub fn line(&self, problem: &Problem) -> String {
        let (line, column) = match &problem.place {
            Place::Offset(offset) => {
                let (line, column) = position(&self.text, *offset);
                (line, column.to_string())
            }
            Place::Row(line, column) => (*line, column.clone()),
        };
        let column = if column.is_empty() {
            column
        } else {
            format!(", column {column}")
        };
        format!("{}, line {line}{column}: {}", self.name, problem.what)
    }

    /// Where a complaint points at. The field is named beside a JSON place, of which it is the value; a column of
    /// CSV names itself.
    pub fn problem(&self, spots: &[Spot], complaint: &Complaint, sku: &str) -> Problem {
        let Complaint { index, field, what } = complaint;
        let whose = if sku.is_empty() {
            String::new()
        } else {
            format!("{sku}: ")
        };
        match spots.get(*index) {
            Some(Spot::Offset(start)) => {
                let field_name = if field.is_empty() {
                    String::new()
                } else {
                    format!("{field}: ")
                };
                let place = Place::Offset(walk::find(&self.text, *start, field));
                Problem {
                    place,
                    what: format!("{whose}{field_name}{what}"),
                }
            }
            Some(Spot::Rows { lines, has_options }) => {
                let (row, column) = super::csv::column_of(field, *has_options);
                let line = lines
                    .get(row)
                    .or(lines.first())
                    .copied()
                    .unwrap_or_default();
                Problem {
                    place: Place::Row(line, column),
                    what: format!("{whose}{what}"),
                }
            }
            None => Problem {
                place: Place::Offset(0),
                what: format!("{whose}{what}"),
            },
        }
    }
}

/// Line and column of a byte, both from 1; the column in characters.
fn position(text: &str, offset: usize) -> (u64, u64) {
    let before = text.get(..offset).unwrap_or(text);
    let line = before.bytes().filter(|b| *b == b'\n').count() as u64 + 1;
    let column = before.chars().rev().take_while(|c| *c != '\n').count() as u64 + 1;
    (line, column)
}

fn not_utf8(name: &str, error: &std::string::FromUtf8Error) -> String {
    let good = &error.as_bytes()[..error.utf8_error().valid_up_to()];
    let (line, column) = position(&String::from_utf8_lossy(good), good.len());
    format!("{name}, line {line}, column {column}: is not UTF-8: save the file with that encoding")
}
