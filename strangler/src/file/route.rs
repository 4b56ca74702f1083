//! One `[[routes]]`.

use super::{FileRoute, optional};
use crate::backend::{Backend, Target};
use crate::path::normalise;
use crate::reading::{At, Reading, Shape, Table, Value, Words};
use crate::table::{Fallback, Match, PathMatch, Sticky};
use crate::words;

const ROUTE: Shape = Shape {
    what: "a route",
    keys: &[
        "name", "context", "matches", "backend", "sticky", "fallback", "timeouts",
    ],
    later: &["when", "mirror", "retry", "fault", "analysis"],
};
const MATCH: Shape = Shape {
    what: "a match",
    keys: &["path", "method"],
    later: &["headers", "query", "queryParams", "cookies"],
};
const PATH: Shape = Shape {
    what: "a path",
    keys: &["type", "value"],
    later: &[],
};
const TIMEOUTS: Shape = Shape {
    what: "timeouts",
    keys: &["request", "backendRequest"],
    later: &[],
};
const PATH_TYPE: Words<fn(String) -> PathMatch> = Words {
    known: &[
        ("PathPrefix", PathMatch::PathPrefix),
        ("Exact", PathMatch::Exact),
    ],
    later: &[],
};
const STICKY: Words<Sticky> = Words {
    known: &[
        ("member", Sticky::Member),
        ("cookie", Sticky::Cookie),
        ("none", Sticky::None),
    ],
    later: &[],
};
const FALLBACK: Words<Fallback> = Words {
    known: &[("module", Fallback::Module), ("none", Fallback::None)],
    later: &[],
};

pub(super) fn route<'t>(reading: &mut Reading<'t>, value: &Value<'t>) -> Option<FileRoute> {
    let table = reading.table(&ROUTE, value)?;
    let matches = match reading.required(&table, "matches") {
        Some(value) => matches(reading, value),
        None => Vec::new(),
    };
    let (backend, named) = match table.entries.get("backend") {
        Some(value) => backend(reading, value),
        None => (
            Some(At {
                value: Backend::module(),
                at: table.at,
            }),
            Vec::new(),
        ),
    };
    let timeouts = optional(reading, &table, "timeouts", |reading, value| {
        reading.table(&TIMEOUTS, value)
    });
    let timeout = |reading: &mut Reading<'t>, key| {
        optional(reading, timeouts.as_ref()?, key, |reading, value| {
            reading.parsed(value, words::duration)
        })
    };
    Some(FileRoute {
        name: name(reading, &table, "name"),
        context: name(reading, &table, "context"),
        matches,
        backend,
        named,
        request: timeout(reading, "request"),
        backend_request: timeout(reading, "backendRequest"),
        sticky: optional(reading, &table, "sticky", |r, v| r.word(&STICKY, v)).unwrap_or_default(),
        fallback: optional(reading, &table, "fallback", |r, v| r.word(&FALLBACK, v))
            .unwrap_or_default(),
    })
}

fn name<'t>(reading: &mut Reading<'t>, table: &Table<'_, 't>, key: &str) -> Option<At<String>> {
    let value = reading.required(table, key)?;
    reading.parsed(value, words::name)
}

fn matches<'t>(reading: &mut Reading<'t>, value: &Value<'t>) -> Vec<At<Match>> {
    let items = reading
        .items(value, "a route needs at least one match")
        .iter();
    items.filter_map(|item| a_match(reading, item)).collect()
}

fn a_match<'t>(reading: &mut Reading<'t>, value: &Value<'t>) -> Option<At<Match>> {
    let table = reading.table(&MATCH, value)?;
    let path = reading
        .required(&table, "path")
        .and_then(|value| path(reading, value));
    let method = optional(reading, &table, "method", |reading, value| {
        Some(reading.parsed(value, words::method)?.value)
    });
    Some(At {
        value: Match {
            path: path?,
            method,
        },
        at: table.at,
    })
}

fn path<'t>(reading: &mut Reading<'t>, value: &Value<'t>) -> Option<PathMatch> {
    let table = reading.table(&PATH, value)?;
    let kind = reading
        .required(&table, "type")
        .and_then(|value| reading.word(&PATH_TYPE, value));
    let value = reading.required(&table, "value")?;
    let path = reading
        .parsed(value, |text| normalise(text).map(String::from))?
        .value;
    let matched = kind?(path);
    Some(match matched {
        PathMatch::PathPrefix(prefix) if prefix.len() > 1 => {
            PathMatch::PathPrefix(prefix.trim_end_matches('/').to_owned())
        }
        other => other,
    })
}

fn backend<'t>(
    reading: &mut Reading<'t>,
    value: &Value<'t>,
) -> (Option<At<Backend>>, Vec<At<String>>) {
    let at = reading.at(&value.span());
    let Some(entries) = value.get_ref().as_table() else {
        let Some(word) = reading.parsed(value, words::backend) else {
            return (None, Vec::new());
        };
        return (
            Some(At {
                value: Backend::only(word.value.as_str().into()),
                at,
            }),
            vec![word],
        );
    };
    let (mut shares, mut named) = (Vec::new(), Vec::new());
    for (name, value) in entries {
        named.push(At {
            value: name.get_ref().to_string(),
            at: reading.at(&name.span()),
        });
        shares.extend(
            reading
                .whole(value)
                .map(|share| (Target::from(name.get_ref().as_ref()), share)),
        );
    }
    if shares.len() < entries.len() {
        return (None, named);
    }
    match Backend::new(shares) {
        Ok(backend) => (Some(At { value: backend, at }), named),
        Err(error) => {
            reading.refuse(at, error.to_string());
            (None, named)
        }
    }
}
