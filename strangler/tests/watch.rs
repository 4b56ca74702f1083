//! The table in effect follows the file, and a wrong file changes nothing.

#![expect(
    clippy::expect_used,
    clippy::unwrap_used,
    reason = "shared set-up of tests"
)]

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use jiff::Timestamp;
use strangler::{
    BUILT_IN, Flip, LoadError, Problem, RoutesFile, Watch, create_if_missing, history, no_module,
    parse,
};

struct Shop {
    _folder: tempfile::TempDir,
    path: PathBuf,
}

impl Shop {
    fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("routes.toml");
        create_if_missing(&path, BUILT_IN).unwrap();
        Self {
            _folder: folder,
            path,
        }
    }

    fn watch(&self) -> Watch {
        Watch::start(RoutesFile::new(&self.path), now).unwrap()
    }
}

/// The shipped table with the route `catalog` sent elsewhere.
fn with(backend: &str) -> String {
    let (head, tail) = BUILT_IN
        .split_once("name    = \"catalog\"\n")
        .expect("the route");
    format!(
        "{head}name    = \"catalog\"\n{}",
        tail.replacen("\"module\"", &format!("\"{backend}\""), 1)
    )
}

fn backend(watch: &Watch) -> String {
    watch
        .live()
        .table()
        .route("catalog")
        .expect("the route")
        .backend
        .to_string()
}

fn now() -> Timestamp {
    "2026-11-21T09:00:00Z".parse().expect("a time")
}

fn until(what: &str, mut is_so: impl FnMut() -> bool) -> Duration {
    let begin = Instant::now();
    while !is_so() {
        assert!(begin.elapsed() < Duration::from_secs(10), "{what}");
        std::thread::yield_now();
    }
    begin.elapsed()
}

fn rename(path: &Path, text: &str) {
    let next = path.with_extension("swp");
    fs::write(&next, text).unwrap();
    fs::rename(next, path).unwrap();
}

/// As vim does it: the old file away, a new one in its place.
fn editor_swap(path: &Path, text: &str) {
    fs::rename(path, path.with_extension("toml~")).unwrap();
    fs::write(path, text).unwrap();
}

fn truncate(path: &Path, text: &str) {
    fs::write(path, text).unwrap();
}

#[test]
fn every_way_to_save_is_taken_within_a_tenth_of_a_second() {
    let shop = Shop::new();
    let watch = shop.watch();
    let ways: [fn(&Path, &str); 3] = [rename, editor_swap, truncate];
    let mut took = Vec::new();
    for (n, save) in ways.iter().cycle().take(30).enumerate() {
        let target = ["catalog", "module"][n % 2];
        save(&shop.path, &with(target));
        took.push(until("the table follows the file", || {
            backend(&watch) == target
        }));
    }
    took.sort();
    assert!(
        took[took.len() / 2] < Duration::from_millis(100),
        "{took:?}"
    );
}

#[test]
fn a_wrong_file_changes_nothing_and_says_where_it_is_wrong() {
    let shop = Shop::new();
    let watch = shop.watch();
    let refused = || {
        watch
            .live()
            .current()
            .refused
            .as_ref()
            .map(|refused| refused.why.to_string())
    };
    let begun = watch.live().current().since;
    let name = shop.path.display();
    for (text, told) in [
        (
            String::new(),
            format!("{name}:1:1: there is no [[routes]]: nothing would be answered"),
        ),
        (
            with("catalgo"),
            format!("{name}:124:11: there is no service \"catalgo\"; did you mean \"catalog\"?"),
        ),
        (
            with("catalog").replacen("[[routes]]", "[[routes]", 1),
            format!("{name}:76:"),
        ),
    ] {
        fs::write(&shop.path, text).unwrap();
        until(&told, || {
            refused().is_some_and(|refused| refused.starts_with(&told))
        });
        assert_eq!(backend(&watch), "module");
        assert_eq!(
            watch.live().current().since,
            begun,
            "the last good table ages on"
        );
    }
    fs::remove_file(&shop.path).unwrap();
    until("a file that is gone is told", || {
        refused().is_some_and(|refused| refused.contains("No such file"))
    });
    assert_eq!(backend(&watch), "module");

    fs::write(&shop.path, BUILT_IN).unwrap();
    until("the same text again is no change", || refused().is_none());
    assert_eq!(watch.live().current().since, begun);
    fs::write(&shop.path, with("catalog")).unwrap();
    until("a good text is taken", || backend(&watch) == "catalog");
    assert!(watch.live().current().since > begun);
}

#[test]
fn at_the_start_a_wrong_file_is_an_error() {
    let shop = Shop::new();
    fs::write(&shop.path, "routes = 1").unwrap();
    assert!(matches!(
        Watch::start(RoutesFile::new(&shop.path), now),
        Err(LoadError::Refused { .. })
    ));
    let alone = RoutesFile::new(&shop.path).with_rule(no_module);
    fs::write(&shop.path, BUILT_IN).unwrap();
    let told = Watch::start(alone.clone(), now)
        .err()
        .expect("modules are refused")
        .to_string();
    assert_eq!(told.lines().count(), 11, "{told}");
    assert!(
        told.contains(":124:11: no module \"catalog\" is in this process"),
        "{told}"
    );
    fs::write(&shop.path, strangler::built_in_front()).unwrap();
    let watch = Watch::start(alone, now).unwrap();
    for route in &watch.live().table().routes {
        let expected = if route.context == "app" {
            "module"
        } else {
            &route.context
        };
        assert_eq!(route.backend.to_string(), expected);
    }
}

#[test]
fn a_request_ends_with_the_table_it_began_with() {
    let shop = Shop::new();
    let watch = shop.watch();
    let mine = watch.live().table();
    rename(&shop.path, &with("catalog"));
    until("others have the new one", || backend(&watch) == "catalog");
    assert_eq!(mine.route("catalog").unwrap().backend.to_string(), "module");
}

#[test]
fn a_file_that_changes_all_the_time_is_read_all_the_same() {
    let shop = Shop::new();
    let watch = shop.watch();
    let stop = AtomicBool::new(false);
    std::thread::scope(|scope| {
        scope.spawn(|| {
            for n in 0_u64.. {
                if stop.load(Ordering::Relaxed) {
                    break;
                }
                rename(&shop.path, &format!("{}# {n}", with("catalog")));
            }
        });
        until("one of many saves is taken", || {
            backend(&watch) == "catalog"
        });
        stop.store(true, Ordering::Relaxed);
    });
}

#[test]
fn a_flip_of_ones_own_is_taken_at_once() {
    let shop = Shop::new();
    let watch = shop.watch();
    for target in ["catalog", "module", "catalog=10"] {
        let flip = Flip {
            route: "catalog".to_owned(),
            backend: target.parse().unwrap(),
            who: "kim".to_owned(),
            why: "try it".to_owned(),
            at: now(),
            seen: Some(watch.live().table().version.clone()),
        };
        let table = RoutesFile::new(&shop.path).set(&flip).unwrap();
        watch.refresh();
        assert_eq!(watch.live().table().version, table.version);
    }
    let history = history(&shop.path).unwrap();
    assert!(
        history.entries.iter().all(|entry| entry.who == "kim"),
        "{history:?}"
    );
    assert_eq!(history.entries.len(), 3);
}

#[test]
fn edits_by_hand_are_audited_while_running_and_from_before_the_start() {
    let shop = Shop::new();
    fs::write(&shop.path, with("catalog")).unwrap();
    let watch = shop.watch();
    let lines = || {
        let entries = history(&shop.path).unwrap().entries;
        entries
            .iter()
            .map(|entry| format!("{} {} {}", entry.who, entry.route, entry.old))
            .collect::<Vec<_>>()
    };
    until("what was edited before the start is told", || {
        lines() == ["file catalog module"]
    });
    fs::write(&shop.path, with("module")).unwrap();
    until("what is edited now is told", || {
        lines() == ["file catalog module", "file catalog catalog"]
    });
    fs::write(&shop.path, with("nobody")).unwrap();
    until("a wrong file is refused", || {
        watch.live().current().refused.is_some()
    });
    assert_eq!(lines().len(), 2, "what is refused is not told as a change");
}

#[test]
fn a_rule_is_asked_again_when_what_it_looks_at_has_changed() {
    let shop = Shop::new();
    let exclusive = Arc::new(AtomicBool::new(false));
    let asked = Arc::clone(&exclusive);
    let file = RoutesFile::new(&shop.path).with_rule(move |table| {
        let wrong = table
            .routes
            .iter()
            .filter(|route| route.name == "catalog" && asked.load(Ordering::Relaxed));
        wrong
            .map(|route| Problem {
                at: route.at,
                what: "catalog belongs to another".to_owned(),
            })
            .collect()
    });
    let watch = Watch::start(file, now).unwrap();
    exclusive.store(true, Ordering::Relaxed);
    watch.refresh();
    assert!(watch.live().current().refused.is_some());
    exclusive.store(false, Ordering::Relaxed);
    watch.refresh();
    assert!(watch.live().current().refused.is_none());
}

#[test]
fn two_saves_within_one_tick_of_the_clock_are_told_apart() {
    let shop = Shop::new();
    let watch = shop.watch();
    // of the same length, one right after the other
    fs::write(&shop.path, with("catalog")).unwrap();
    fs::write(&shop.path, with("members")).unwrap();
    until("the last of them is in effect", || {
        backend(&watch) == "members"
    });
    assert!(parse(&with("members")).is_ok());
}
