//! Which route, and which side of it. Pure: a table and a request in, an answer out.

use std::cmp::Reverse;

use actix_web::http::header::HeaderValue;
use foldhash::HashMap;

use crate::backend::Target;
use crate::table::{PathMatch, Route, RouteTable};

/// How closely a match fits, the closest greatest. The order of the fields *is* the precedence.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Specificity {
    exact: bool,
    /// Of the path, in bytes: of two prefixes of one path the longer has more segments.
    length: usize,
    method: bool,
    first: Reverse<usize>,
}

/// Where to look: the matches of a table by the path they name, the most specific first.
#[derive(Debug, Default)]
pub(crate) struct Index {
    by_path: HashMap<String, Vec<Entry>>,
    /// Of the paths there, the longest first: most of what a request's path begins with need not be looked for.
    lengths: Vec<usize>,
    by_context: HashMap<String, usize>,
    /// What answers say of each route.
    names: Vec<HeaderValue>,
}

#[derive(Debug)]
struct Entry {
    specificity: Specificity,
    method: Option<&'static str>,
    route: usize,
}

/// The route for a request; `path` is [normal](crate::normalise).
///
/// Exact before prefix, then the longest prefix of whole segments, then with a method, then the first in the file.
pub fn find<'t>(table: &'t RouteTable, method: &str, path: &str) -> Option<&'t Route> {
    table.routes.get(table.index.find(method, path)?)
}

/// The route that matches `/internal/<context>`: where the neighbours' calls and events for the context go.
pub fn find_context<'t>(table: &'t RouteTable, context: &str) -> Option<&'t Route> {
    table.routes.get(table.index.find_context(context)?)
}

/// The side that answers. The same `key` (a member's id, a cookie) is on the same side of all routes of a context, in
/// every process and every version; a side whose share grows keeps all it had. Not sticky: give it a random key.
pub fn choose<'r>(route: &'r Route, key: &str) -> &'r Target {
    if let Some(sole) = route.backend.sole() {
        return sole;
    }
    let place = place(&route.context, key);
    let mut upto = 0;
    let chosen = route.backend.shares().find(|(_, share)| {
        upto += u64::from(*share);
        place < upto
    });
    chosen.map_or(&Target::Module, |(target, _)| target)
}

impl Index {
    pub(crate) fn of(routes: &[Route]) -> Self {
        let name = |route: &Route| HeaderValue::from_str(&route.name);
        let none = HeaderValue::from_static("none");
        let mut index = Self {
            names: routes
                .iter()
                .map(|route| name(route).unwrap_or(none.clone()))
                .collect(),
            ..Self::default()
        };
        let matches = routes
            .iter()
            .enumerate()
            .flat_map(|(n, route)| route.matches.iter().map(move |m| (n, route, m)));
        for (order, (n, route, a_match)) in matches.enumerate() {
            let specificity = Specificity {
                exact: matches!(a_match.path, PathMatch::Exact(_)),
                length: a_match.path.value().len(),
                method: a_match.method.is_some(),
                first: Reverse(order),
            };
            let entry = Entry {
                specificity,
                method: a_match.method,
                route: n,
            };
            index.lengths.push(specificity.length);
            index
                .by_path
                .entry(a_match.path.value().to_owned())
                .or_default()
                .push(entry);
            if a_match.path.value().strip_prefix("/internal/") == Some(&route.context) {
                index.by_context.insert(route.context.clone(), n);
            }
        }
        for entries in index.by_path.values_mut() {
            entries.sort_by_key(|entry| Reverse(entry.specificity));
        }
        index
            .lengths
            .sort_unstable_by_key(|length| Reverse(*length));
        index.lengths.dedup();
        index
    }

    /// The number of the route.
    pub(crate) fn find(&self, method: &str, path: &str) -> Option<usize> {
        let entry = self.prefixes(path).find_map(|prefix| {
            let whole = prefix.len() == path.len();
            let mut entries = self.by_path.get(prefix)?.iter();
            entries.find(|entry| (whole || !entry.specificity.exact) && fits(entry.method, method))
        })?;
        Some(entry.route)
    }

    /// `/a/b`, `/a`, `/`: the path itself and everything that is a prefix of it by whole segments, the longest first, as
    /// long as paths of the table are.
    fn prefixes<'p>(&self, path: &'p str) -> impl Iterator<Item = &'p str> {
        let ends_segment = |length: usize| match path.as_bytes().get(length) {
            Some(next) => *next == b'/' || length == 1,
            None => length == path.len(),
        };
        let lengths = self.lengths.iter().copied();
        lengths
            .filter(move |length| ends_segment(*length))
            .filter_map(|length| path.get(..length))
    }

    pub(crate) fn find_context(&self, context: &str) -> Option<usize> {
        self.by_context.get(context).copied()
    }

    pub(crate) fn name(&self, route: usize) -> HeaderValue {
        self.names[route].clone()
    }
}

fn fits(wanted: Option<&str>, method: &str) -> bool {
    wanted.is_none_or(|wanted| wanted == method || (wanted == "GET" && method == "HEAD"))
}

/// 0 to 99, evenly: FNV-1a, then the finaliser of MurmurHash3, because FNV alone divides short keys badly.
fn place(context: &str, key: &str) -> u64 {
    let bytes = context.bytes().chain([0]).chain(key.bytes());
    let fnv = bytes.fold(0xcbf2_9ce4_8422_2325, |hash: u64, byte| {
        (hash ^ u64::from(byte)).wrapping_mul(0x0000_0100_0000_01b3)
    });
    let mixed = (fnv ^ (fnv >> 33)).wrapping_mul(0xff51_afd7_ed55_8ccd);
    let mixed = (mixed ^ (mixed >> 33)).wrapping_mul(0xc4ce_b9fe_1a85_ec53);
    (mixed ^ (mixed >> 33)) % 100
}
