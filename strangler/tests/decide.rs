//! Precedence and shares, against rules so plain that they are slow.

#![expect(clippy::expect_used, reason = "the tables made here are valid")]

use proptest::prelude::*;
use strangler::{Match, PathMatch, Route, RouteTable, Target, choose, find, parse};

/// The contract's sentence, word by word: exact > longest prefix (whole segments) > method > first in file.
fn by_the_book<'t>(table: &'t RouteTable, method: &str, path: &str) -> Option<&'t Route> {
    let mut best: Option<((bool, usize, bool), &Route)> = None;
    for route in &table.routes {
        for found in route
            .matches
            .iter()
            .filter(|found| fits(found, method, path))
        {
            let exact = matches!(found.path, PathMatch::Exact(_));
            let segments = found
                .path
                .value()
                .split('/')
                .filter(|segment| !segment.is_empty())
                .count();
            let rank = (exact, segments, found.method.is_some());
            if best.is_none_or(|(before, _)| rank > before) {
                best = Some((rank, route));
            }
        }
    }
    best.map(|(_, route)| route)
}

fn fits(found: &Match, method: &str, path: &str) -> bool {
    let segments = |path: &str| {
        path.split('/')
            .skip(1)
            .map(str::to_owned)
            .collect::<Vec<_>>()
    };
    let path_fits = match &found.path {
        PathMatch::Exact(value) => value == path,
        PathMatch::PathPrefix(value) => {
            value == "/" || segments(path).starts_with(&segments(value))
        }
    };
    path_fits
        && found
            .method
            .is_none_or(|wanted| wanted == method || (wanted, method) == ("GET", "HEAD"))
}

fn a_path() -> impl Strategy<Value = String> {
    prop::collection::vec(prop::sample::select(vec!["a", "b", "ab", "a-b"]), 0..4)
        .prop_map(|segments| format!("/{}", segments.join("/")))
}

fn a_request_path() -> impl Strategy<Value = String> {
    (a_path(), any::<bool>()).prop_map(|(path, slash)| {
        if slash && path.len() > 1 {
            format!("{path}/")
        } else {
            path
        }
    })
}

fn a_match() -> impl Strategy<Value = String> {
    let kind = prop::sample::select(vec!["Exact", "PathPrefix"]);
    let method = prop::sample::select(vec![
        "",
        ", method = \"GET\"",
        ", method = \"HEAD\"",
        ", method = \"POST\"",
    ]);
    (kind, a_path(), method).prop_map(|(kind, path, method)| {
        format!("{{ path = {{ type = \"{kind}\", value = \"{path}\" }}{method} }}")
    })
}

fn a_table() -> impl Strategy<Value = RouteTable> {
    prop::collection::vec(prop::collection::vec(a_match(), 1..4), 1..8).prop_map(|routes| {
        let routes = routes.iter().enumerate().map(|(n, matches)| {
            format!(
                "[[routes]]\nname = \"r{n}\"\ncontext = \"app\"\nmatches = [{}]\n",
                matches.join(", ")
            )
        });
        parse(&routes.collect::<String>()).expect("a valid table")
    })
}

proptest! {
    #[test]
    fn the_found_route_is_the_one_by_the_book(
        table in a_table(),
        path in a_request_path(),
        method in prop::sample::select(vec!["GET", "HEAD", "POST", "PURGE"]),
    ) {
        let (found, expected) = (find(&table, method, &path), by_the_book(&table, method, &path));
        prop_assert_eq!(found.map(|route| &route.name), expected.map(|route| &route.name));
    }

    #[test]
    fn a_growing_share_keeps_whom_it_had(key in "[a-z0-9-]{1,40}", less in 0_u8..=100, more in 0_u8..=100) {
        let (less, more) = (less.min(more), less.max(more));
        let (before, after) = (shared(less), shared(more));
        if *choose(&before, &key) != Target::Module {
            prop_assert_eq!(choose(&after, &key), &Target::from("catalog"));
        }
    }
}

fn shared(percent: u8) -> Route {
    Route {
        backend: format!("catalog={percent}").parse().expect("shares"),
        ..one_route("catalog")
    }
}

fn one_route(context: &str) -> Route {
    let text = format!(
        "[[routes]]\nname = \"r\"\ncontext = \"{context}\"\nmatches = [{{ path = {{ type = \"PathPrefix\", value = \"/internal/{context}\" }} }}]"
    );
    parse(&text).expect("a valid table").routes.remove(0)
}

#[test]
fn ten_percent_are_ten_percent_of_all_sorts_of_keys() {
    let route = shared(10);
    let sorts: [fn(u32) -> String; 3] = [
        |n| n.to_string(),
        |n| format!("0190-{n:08x}-7a"),
        |n| format!("member/{n}@shop.example"),
    ];
    for sort in sorts {
        let there = (0..20_000)
            .filter(|n| *choose(&route, &sort(*n)) != Target::Module)
            .count();
        assert!((1_800..2_200).contains(&there), "{there} of 20,000");
    }
}

#[test]
fn a_visitor_is_on_the_same_side_in_every_version() {
    let sides: String = ('a'..='p')
        .map(|key| choose(&shared(50), &key.to_string()).to_string().remove(0))
        .collect();
    assert_eq!(sides, SIDES);
}

/// Written down once: whoever changes the hash moves every visitor of every canary.
const SIDES: &str = "cmcmcmcmccmmmmcc";

#[test]
fn different_contexts_do_not_pick_the_same_unlucky_ones() {
    let (one, other) = (
        shared(10),
        Route {
            context: "board".to_owned(),
            ..shared(10)
        },
    );
    let there = |route: &Route, key: &str| *choose(route, key) != Target::Module;
    let both = (0..20_000)
        .map(|n: u32| n.to_string())
        .filter(|key| there(&one, key) && there(&other, key))
        .count();
    assert!(
        (120..280).contains(&both),
        "{both} of 20,000 where 200 are expected"
    );
}
