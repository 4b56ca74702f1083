//! Reads TOML tables key by key, and remembers everything that is wrong with them instead of stopping at the first.

use std::ops::Range;

use toml::Spanned;
use toml::de::{DeTable, DeValue};

use crate::problem::{Position, Problem, Problems, did_you_mean, listed};

pub(crate) type Value<'t> = Spanned<DeValue<'t>>;

/// Something read, and where it stood.
#[derive(Clone, Debug)]
pub(crate) struct At<T> {
    pub value: T,
    pub at: Position,
}

/// Which keys a kind of table has.
pub(crate) struct Shape {
    /// With its article: "a route".
    pub what: &'static str,
    pub keys: &'static [&'static str],
    /// Keys that are promised for later.
    pub later: &'static [&'static str],
}

/// Which words a key takes.
pub(crate) struct Words<T: 'static> {
    pub known: &'static [(&'static str, T)],
    pub later: &'static [&'static str],
}

pub(crate) struct Table<'a, 't> {
    pub what: &'static str,
    pub at: Position,
    pub entries: &'a DeTable<'t>,
}

pub(crate) struct Reading<'t> {
    text: &'t str,
    /// Where each line begins.
    lines: Vec<usize>,
    problems: Vec<Problem>,
}

impl<'t> Reading<'t> {
    pub fn new(text: &'t str) -> Self {
        let lines = std::iter::once(0)
            .chain(text.match_indices('\n').map(|(newline, _)| newline + 1))
            .collect();
        Self {
            text,
            lines,
            problems: Vec::new(),
        }
    }

    pub fn refuse(&mut self, at: Position, what: impl Into<String>) {
        self.problems.push(Problem {
            at,
            what: what.into(),
        });
    }

    /// What was read, if nothing was wrong.
    pub fn finish<T>(mut self, read: Option<T>) -> Result<T, Problems> {
        self.problems.sort();
        self.problems.dedup();
        match read {
            Some(read) if self.problems.is_empty() => Ok(read),
            _ => Err(Problems(self.problems)),
        }
    }

    pub fn at(&self, span: &Range<usize>) -> Position {
        let line = self.lines.partition_point(|begin| *begin <= span.start);
        let begin = self.lines.get(line.saturating_sub(1)).copied().unwrap_or(0);
        let before = self
            .text
            .get(begin..span.start)
            .unwrap_or("")
            .trim_start_matches('\u{feff}');
        Position {
            line,
            column: before.chars().count() + 1,
        }
    }

    /// The document, or every mistake of spelling in it.
    pub fn document(&mut self) -> Option<Spanned<DeTable<'t>>> {
        let (document, errors) = DeTable::parse_recoverable(self.text);
        for error in &errors {
            let at = self.at(&error.span().unwrap_or(0..0));
            self.refuse(at, error.message().replace('\n', ", "));
        }
        errors.is_empty().then_some(document)
    }

    pub fn table<'a>(&mut self, shape: &Shape, value: &'a Value<'t>) -> Option<Table<'a, 't>> {
        match value.get_ref() {
            DeValue::Table(entries) => Some(self.keys(shape, entries, self.at(&value.span()))),
            _ => self.expected("a table", value),
        }
    }

    /// Refuses the keys that a table of this shape does not have.
    pub fn keys<'a>(
        &mut self,
        shape: &Shape,
        entries: &'a DeTable<'t>,
        at: Position,
    ) -> Table<'a, 't> {
        for key in entries.keys() {
            let (name, at) = (key.get_ref().as_ref(), self.at(&key.span()));
            if shape.later.contains(&name) {
                self.refuse(at, format!("\"{name}\" is not yet supported"));
            } else if !shape.keys.contains(&name) {
                let hint = did_you_mean(name, shape.keys.iter().copied());
                self.refuse(
                    at,
                    format!("unknown key \"{name}\" in {}{hint}", shape.what),
                );
            }
        }
        Table {
            what: shape.what,
            at,
            entries,
        }
    }

    pub fn required<'a>(&mut self, table: &Table<'a, 't>, key: &str) -> Option<&'a Value<'t>> {
        let value = table.entries.get(key);
        if value.is_none() {
            self.refuse(table.at, format!("{} needs the key \"{key}\"", table.what));
        }
        value
    }

    pub fn string(&mut self, value: &Value<'t>) -> Option<At<String>> {
        let at = self.at(&value.span());
        match value.get_ref() {
            DeValue::String(text) => Some(At {
                value: text.to_string(),
                at,
            }),
            _ => self.expected("a string", value),
        }
    }

    pub fn boolean(&mut self, value: &Value<'t>) -> Option<bool> {
        value
            .get_ref()
            .as_bool()
            .or_else(|| self.expected("true or false", value))
    }

    /// Of a share: a whole number, not negative.
    pub fn whole(&mut self, value: &Value<'t>) -> Option<u64> {
        let read = value
            .get_ref()
            .as_integer()
            .map(|number| u64::from_str_radix(number.as_str(), number.radix()));
        match read {
            Some(Ok(number)) => Some(number),
            _ => self.expected("a whole number from 0 to 100", value),
        }
    }

    /// Of an array that must not be empty; none when it is no array.
    pub fn items<'a>(&mut self, value: &'a Value<'t>, empty: &str) -> &'a [Value<'t>] {
        let DeValue::Array(items) = value.get_ref() else {
            return self.expected("an array", value).unwrap_or_default();
        };
        if items.is_empty() {
            self.refuse(self.at(&value.span()), empty);
        }
        items.iter().as_slice()
    }

    pub fn word<T: Copy>(&mut self, words: &Words<T>, value: &Value<'t>) -> Option<T> {
        let text = self.string(value)?;
        if let Some((_, meaning)) = words.known.iter().find(|(word, _)| *word == text.value) {
            return Some(*meaning);
        }
        let known = words.known.iter().map(|(word, _)| *word);
        if words.later.contains(&text.value.as_str()) {
            self.refuse(
                text.at,
                format!(
                    "\"{}\" is not yet supported; there is {}",
                    text.value,
                    listed(known)
                ),
            );
        } else {
            let hint = did_you_mean(&text.value, known);
            self.refuse(text.at, format!("unknown value \"{}\"{hint}", text.value));
        }
        None
    }

    /// Reads a string by its own rules.
    pub fn parsed<T, E: ToString>(
        &mut self,
        value: &Value<'t>,
        parse: fn(&str) -> Result<T, E>,
    ) -> Option<At<T>> {
        let text = self.string(value)?;
        match parse(&text.value) {
            Ok(value) => Some(At { value, at: text.at }),
            Err(error) => {
                self.refuse(text.at, error.to_string());
                None
            }
        }
    }

    fn expected<T>(&mut self, what: &str, found: &Value<'t>) -> Option<T> {
        let found_type = match found.get_ref() {
            DeValue::Integer(number) => format!("the integer {}", number.as_str()),
            DeValue::Array(_) | DeValue::Boolean(_) | DeValue::Float(_) | DeValue::Datetime(_) => {
                format!("a value of type {}", found.get_ref().type_str())
            }
            DeValue::String(_) => "a string".to_owned(),
            DeValue::Table(_) => "a table".to_owned(),
        };
        self.refuse(
            self.at(&found.span()),
            format!("expected {what}, found {found_type}"),
        );
        None
    }
}
