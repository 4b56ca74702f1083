//! Flips: one word changes, everything else stays, and each leaves a line.

#![expect(
    clippy::expect_used,
    clippy::unwrap_used,
    reason = "shared set-up of tests"
)]

use std::collections::BTreeMap;
use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::PathBuf;

use proptest::prelude::*;
use strangler::{
    BUILT_IN, Backend, Flip, Problem, RoutesFile, SetError, audit_path, create_if_missing, load,
};

struct Shop {
    folder: tempfile::TempDir,
    path: PathBuf,
}

impl Shop {
    fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("routes.toml");
        create_if_missing(&path, BUILT_IN).unwrap();
        Self { folder, path }
    }

    fn file(&self) -> RoutesFile {
        RoutesFile::new(&self.path)
    }

    fn text(&self) -> String {
        fs::read_to_string(&self.path).unwrap()
    }

    /// `who route: old -> new (why)`, line by line; the chain is whole.
    fn audit(&self) -> Vec<String> {
        let history = self.file().history().unwrap();
        assert_eq!(history.breaks, []);
        let lines = history.entries.iter().map(|entry| {
            let new = entry
                .new
                .as_ref()
                .map_or("gone".to_owned(), ToString::to_string);
            format!(
                "{} {}: {} -> {new} ({})",
                entry.who, entry.route, entry.old, entry.why
            )
        });
        lines.collect()
    }
}

fn flip(route: &str, backend: &str) -> Flip {
    Flip {
        route: route.to_owned(),
        backend: backend.parse().expect("a backend"),
        who: "kim".to_owned(),
        why: "try it".to_owned(),
        at: "2026-11-21T09:00:00Z".parse().expect("a time"),
        seen: None,
    }
}

#[test]
fn a_flip_changes_one_word_and_leaves_a_line() {
    let shop = Shop::new();
    let table = shop.file().set(&flip("catalog", "catalog")).unwrap();
    assert_eq!(
        table.route("catalog").unwrap().backend.to_string(),
        "catalog"
    );
    let (old, new) = (BUILT_IN.lines().collect::<Vec<_>>(), shop.text());
    let changed: Vec<_> = old
        .iter()
        .zip(new.lines())
        .filter(|(old, new)| *old != new)
        .collect();
    assert_eq!(
        changed,
        [(&"backend = \"module\"", "backend = \"catalog\"")]
    );
    assert_eq!(old.len(), new.lines().count());
    assert_eq!(shop.audit(), ["kim catalog: module -> catalog (try it)"]);

    shop.file().set(&flip("catalog", "catalog=10")).unwrap();
    assert!(
        shop.text()
            .contains("backend = { catalog = 10, module = 90 }\n")
    );
    shop.file().set(&flip("catalog", "module")).unwrap();
    assert_eq!(shop.text(), BUILT_IN);
    assert_eq!(shop.audit().len(), 3);
    assert_eq!(
        fs::read_dir(shop.folder.path()).unwrap().count(),
        2,
        "the file and its audit, nothing else"
    );
}

#[test]
fn a_flip_to_what_is_there_changes_nothing() {
    let shop = Shop::new();
    shop.file().set(&flip("catalog", "module")).unwrap();
    assert!(!audit_path(&shop.path).exists());
    assert_eq!(shop.text(), BUILT_IN);
}

#[test]
fn comments_and_spelling_of_the_rest_survive_in_every_way_to_write_a_route() {
    let services = "[services.catalog] # who\ndiscovery=\"registry\"\n\n";
    let rest = "name=\"r\"\ncontext = 'catalog' # here\nmatches = [{path={type=\"PathPrefix\",value=\"/internal/catalog\"}}]\n";
    let inline = "{name=\"r\", context=\"catalog\", matches=[{path={type=\"PathPrefix\",value=\"/internal/catalog\"}}], backend=\"module\"}";
    for (before, after) in [
        (
            format!("{services}[[routes]]\n{rest}backend   =  'module'   # why\n# end"),
            format!("{services}[[routes]]\n{rest}backend   =  \"catalog\"   # why\n# end"),
        ),
        (
            format!("{services}[[routes]]\n{rest}"),
            format!("{services}[[routes]]\n{rest}backend = \"catalog\"\n"),
        ),
        (
            format!("{services}[[routes]]\n{rest}backend.module=100\n"),
            format!("{services}[[routes]]\n{rest}backend = \"catalog\"\n"),
        ),
        (
            format!("{services}[[routes]]\n{rest}[routes.backend]\nmodule = 100\n"),
            format!("{services}[[routes]]\n{rest}backend = \"catalog\"\n"),
        ),
        (
            format!("routes = [{inline}] # all\n{services}"),
            format!(
                "routes = [{}] # all\n{services}",
                inline.replace("module", "catalog")
            ),
        ),
        (
            format!("\u{feff}{services}[[routes]]\n{rest}"),
            format!("\u{feff}{services}[[routes]]\n{rest}backend = \"catalog\"\n"),
        ),
    ] {
        let shop = Shop::new();
        fs::write(&shop.path, &before).unwrap();
        shop.file()
            .set(&flip("r", "catalog"))
            .unwrap_or_else(|error| panic!("{error}\n{before}"));
        assert_eq!(shop.text(), after);
    }
}

#[test]
fn line_ends_of_other_systems_survive() {
    let shop = Shop::new();
    fs::write(&shop.path, BUILT_IN.replace('\n', "\r\n")).unwrap();
    shop.file().set(&flip("catalog", "catalog")).unwrap();
    shop.file().set(&flip("catalog", "module")).unwrap();
    assert_eq!(shop.text(), BUILT_IN.replace('\n', "\r\n"));
}

#[test]
fn what_cannot_be_done_is_refused_and_changes_nothing() {
    let shop = Shop::new();
    let refused = |flip: &Flip| {
        let error = shop.file().set(flip).unwrap_err();
        assert_eq!(shop.text(), BUILT_IN);
        assert!(!audit_path(&shop.path).exists());
        error.to_string().replace(shop.path.to_str().unwrap(), "F")
    };
    assert_eq!(
        refused(&flip("catalgo", "module")),
        "there is no route \"catalgo\"; did you mean \"catalog\"?"
    );
    assert_eq!(
        refused(&flip("catalog", "catalgo")),
        "F:124:11: there is no service \"catalgo\"; did you mean \"catalog\"?"
    );
    assert_eq!(
        refused(&flip("app", "catalog")),
        "F:92:11: the context \"app\" never leaves: its backend is \"module\""
    );
    assert_eq!(
        refused(&Flip {
            why: " ".to_owned(),
            ..flip("catalog", "catalog")
        }),
        "a change needs a reason: say why"
    );
    let seen = Some(load(&shop.path).unwrap().version);
    fs::write(&shop.path, format!("{BUILT_IN}# an edit")).unwrap();
    let error = shop
        .file()
        .set(&Flip {
            seen,
            ..flip("catalog", "catalog")
        })
        .unwrap_err();
    assert!(matches!(error, SetError::Changed));
    fs::write(&shop.path, "[[routes]").unwrap();
    let error = shop.file().set(&flip("catalog", "catalog")).unwrap_err();
    assert!(matches!(error, SetError::Refused(_)));
    assert_eq!(shop.text(), "[[routes]");
}

#[test]
fn a_rule_of_the_application_refuses_what_the_file_would_become() {
    let shop = Shop::new();
    let file = shop.file().with_rule(|table| {
        let away = table
            .routes
            .iter()
            .filter(|route| route.backend.services().any(|service| service == "stock"));
        away.map(|route| Problem {
            at: route.at,
            what: "stock belongs to data/stock.db".to_owned(),
        })
        .collect()
    });
    let error = file.set(&flip("stock", "stock")).unwrap_err().to_string();
    assert!(
        error.ends_with(": stock belongs to data/stock.db"),
        "{error}"
    );
    assert_eq!(
        file.preview(&flip("cart", "cart"))
            .unwrap()
            .route("cart")
            .unwrap()
            .backend
            .to_string(),
        "cart"
    );
    assert_eq!(shop.text(), BUILT_IN);

    // the way back is open although the file is refused as it is
    fs::write(
        &shop.path,
        BUILT_IN.replace("context = \"stock\"\n", "context = \"stock\" # s\n"),
    )
    .unwrap();
    shop.file().set(&flip("stock", "stock")).unwrap();
    assert!(file.load().is_err());
    file.set(&flip("stock", "module")).unwrap();
    assert!(file.load().is_ok());
}

#[test]
fn edits_by_hand_are_told_before_the_next_flip() {
    let shop = Shop::new();
    shop.file().set(&flip("catalog", "catalog")).unwrap();
    let by_hand = shop
        .text()
        .replace("\nbackend = \"catalog\"", "\nbackend = \"stock\"");
    let by_hand = by_hand.replacen(
        "backend = \"module\"\n\n[[routes]]\nname    = \"cart\"",
        "backend = \"cart\"\n\n[[routes]]\nname    = \"cart\"",
        1,
    );
    fs::write(&shop.path, by_hand).unwrap();
    shop.file().set(&flip("catalog", "module")).unwrap();
    assert_eq!(
        shop.audit(),
        [
            "kim catalog: module -> catalog (try it)",
            "file catalog: catalog -> stock (found in the file)",
            "file stock: module -> cart (found in the file)",
            "kim catalog: stock -> module (try it)",
        ]
    );
    let without_stock = {
        let text = shop.text();
        let (start, end) = (
            text.find("# What is on hand").unwrap(),
            text.find("[[routes]]\nname    = \"cart\"").unwrap(),
        );
        format!("{}{}", &text[..start], &text[end..])
    };
    fs::write(&shop.path, without_stock).unwrap();
    shop.file().set(&flip("catalog", "catalog")).unwrap();
    assert_eq!(
        shop.audit()[4],
        "file stock: cart -> gone (gone from the file)"
    );
}

#[test]
fn permissions_and_links_stay() {
    let shop = Shop::new();
    fs::set_permissions(&shop.path, fs::Permissions::from_mode(0o640)).unwrap();
    let link = shop.folder.path().join("link.toml");
    std::os::unix::fs::symlink(&shop.path, &link).unwrap();
    RoutesFile::new(&link)
        .set(&flip("catalog", "catalog"))
        .unwrap();
    assert!(fs::symlink_metadata(&link).unwrap().is_symlink());
    assert_eq!(
        fs::metadata(&shop.path).unwrap().permissions().mode() & 0o777,
        0o640
    );
    assert_eq!(shop.audit().len(), 1);
}

#[test]
fn writers_at_once_lose_nothing_and_chain_every_line() {
    let shop = Shop::new();
    let routes = [
        "members",
        "catalog",
        "catalog_api",
        "stock",
        "cart",
        "board",
    ];
    std::thread::scope(|scope| {
        for (n, route) in routes.iter().chain(&routes).enumerate() {
            let file = shop.file();
            scope.spawn(move || {
                for round in 0..12 {
                    let backend = if (round + n / routes.len()).is_multiple_of(2) {
                        "catalog"
                    } else {
                        "module"
                    };
                    file.set(&flip(route, backend)).unwrap();
                }
            });
        }
    });
    let history = shop.file().history().unwrap();
    assert_eq!(history.breaks, []);
    let mut told: BTreeMap<&str, Backend> = BTreeMap::new();
    for entry in &history.entries {
        assert_eq!(entry.who, "kim", "nobody edited by hand");
        let before = told
            .insert(&entry.route, entry.new.clone().unwrap())
            .unwrap_or_else(Backend::module);
        assert_eq!(before, entry.old, "line {}", entry.seq);
    }
    let table = load(&shop.path).unwrap();
    for route in routes {
        assert_eq!(table.route(route).unwrap().backend, told[route], "{route}");
    }
}

#[test]
fn of_two_who_saw_the_same_one_flips() {
    let shop = Shop::new();
    let seen = Some(load(&shop.path).unwrap().version);
    let outcomes: Vec<_> = std::thread::scope(|scope| {
        let flips = ["catalog", "stock"].map(|backend| Flip {
            seen: seen.clone(),
            ..flip("catalog", backend)
        });
        let writers = flips
            .map(|flip| (shop.file(), flip))
            .map(|(file, flip)| scope.spawn(move || file.set(&flip)));
        writers
            .into_iter()
            .map(|writer| writer.join().unwrap())
            .collect()
    });
    assert_eq!(outcomes.iter().filter(|outcome| outcome.is_ok()).count(), 1);
    assert!(
        outcomes
            .iter()
            .any(|outcome| matches!(outcome, Err(SetError::Changed)))
    );
    assert_eq!(shop.audit().len(), 1);
}

#[test]
fn a_writer_that_never_ends_is_not_waited_for_for_ever() {
    let shop = Shop::new();
    let held = fs::File::open(&shop.path).unwrap();
    held.lock().unwrap();
    assert!(matches!(
        shop.file().set(&flip("catalog", "catalog")),
        Err(SetError::Busy)
    ));
    assert_eq!(shop.text(), BUILT_IN);
    drop(held);
    shop.file().set(&flip("catalog", "catalog")).unwrap();
}

#[test]
fn a_crash_before_the_file_was_replaced_leaves_a_line_that_the_next_one_corrects() {
    let shop = Shop::new();
    shop.file().set(&flip("catalog", "catalog")).unwrap();
    fs::write(&shop.path, BUILT_IN).unwrap();
    fs::write(shop.folder.path().join(".routes.toml.next"), "half a fi").unwrap();
    shop.file().set(&flip("stock", "stock")).unwrap();
    assert_eq!(
        shop.audit(),
        [
            "kim catalog: module -> catalog (try it)",
            "file catalog: catalog -> module (found in the file)",
            "kim stock: module -> stock (try it)",
        ]
    );
}

#[test]
fn a_crash_in_the_middle_of_a_line_leaves_nothing_of_it() {
    let shop = Shop::new();
    shop.file().set(&flip("catalog", "catalog")).unwrap();
    let whole = fs::read_to_string(audit_path(&shop.path)).unwrap();
    fs::write(
        audit_path(&shop.path),
        format!("{whole}{{\"seq\":2,\"at\":\"2026"),
    )
    .unwrap();
    assert_eq!(shop.audit().len(), 1);
    shop.file().set(&flip("stock", "stock")).unwrap();
    assert_eq!(shop.audit()[1], "kim stock: module -> stock (try it)");
}

#[test]
fn every_change_to_the_audit_is_found() {
    let shop = Shop::new();
    for backend in ["catalog", "module", "catalog=10", "module"] {
        shop.file().set(&flip("catalog", backend)).unwrap();
    }
    let path = audit_path(&shop.path);
    let whole = fs::read_to_string(&path).unwrap();
    let lines: Vec<&str> = whole.split_inclusive('\n').collect();
    let breaks = |text: String| {
        fs::write(&path, text).unwrap();
        let breaks = shop.file().history().unwrap().breaks;
        breaks
            .into_iter()
            .map(|found| found.to_string())
            .collect::<Vec<_>>()
    };
    let (changed, missing) = (
        "this line was changed",
        "a line before this one was changed or is missing",
    );
    assert_eq!(breaks(whole.clone()), [""; 0]);
    assert_eq!(
        breaks(whole.replacen("try it", "tried", 1)),
        [format!("line 1: {changed}")]
    );
    assert_eq!(
        breaks(whole.replacen("{\"seq\":2,", "{ \"seq\":2,", 1)),
        [format!("line 2: {changed}")]
    );
    assert_eq!(
        breaks([lines[0], lines[2], lines[3]].concat()),
        [format!("line 2: {missing}")]
    );
    assert_eq!(
        breaks([lines[1], lines[0], lines[2], lines[3]].concat())[0],
        format!("line 1: {missing}")
    );
    assert_eq!(
        breaks([lines[0], "rubbish\n", lines[1], lines[2], lines[3]].concat()),
        ["line 2: this is no line of an audit"]
    );
    // who is in a hurry to flip back is not stopped by it
    shop.file().set(&flip("catalog", "catalog")).unwrap();
    assert_eq!(shop.file().history().unwrap().breaks.len(), 1);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn an_edit_changes_only_the_backend_it_is_about(
        flips in prop::collection::vec((0_usize..12, prop::sample::select(vec!["module", "board", "board=5", "cart=5,board=6"])), 1..6),
    ) {
        let shop = Shop::new();
        let mut expected = load(&shop.path).unwrap().routes;
        for (n, backend) in flips {
            let name = expected[n].name.clone();
            if name != "app" {
                shop.file().set(&flip(&name, backend)).unwrap();
                expected[n].backend = backend.parse().unwrap();
            }
        }
        let found = load(&shop.path).unwrap().routes;
        prop_assert_eq!(&found, &expected);
        let comments = |text: &str| text.lines().filter(|line| line.starts_with('#')).map(str::to_owned).collect::<Vec<_>>();
        prop_assert_eq!(comments(&shop.text()), comments(BUILT_IN));
        prop_assert_eq!(shop.file().history().unwrap().breaks.len(), 0);
    }
}

#[test]
fn a_writer_killed_at_any_moment_leaves_a_whole_file_and_a_whole_chain() {
    let shop = Shop::new();
    for round in 0..20_u64 {
        let mut writer = std::process::Command::new(std::env::current_exe().unwrap())
            .args(["--exact", "flips_until_it_is_killed"])
            .env("STRANGLER_TEST_FLIPS", &shop.path)
            .stdout(std::process::Stdio::null())
            .spawn()
            .unwrap();
        let lines = || shop.file().history().unwrap().entries.len();
        let enough = lines() + 1 + usize::try_from(round % 5).unwrap();
        while lines() < enough {
            std::thread::yield_now();
        }
        writer.kill().unwrap();
        writer.wait().unwrap();
        load(&shop.path).unwrap_or_else(|error| panic!("{error}"));
        assert_eq!(shop.file().history().unwrap().breaks, []);
    }
    shop.file().set(&flip("stock", "stock")).unwrap();
    let audit = shop.audit();
    let last = audit
        .iter()
        .rfind(|line| line.contains(" catalog: "))
        .unwrap();
    let backend = load(&shop.path)
        .unwrap()
        .route("catalog")
        .unwrap()
        .backend
        .to_string();
    assert!(
        last.contains(&format!(" -> {backend} (")),
        "{last}, and the file says {backend}"
    );
}

/// The other process of the test above; by itself it has nothing to do.
#[test]
#[expect(
    clippy::disallowed_methods,
    reason = "the way from one test process to another"
)]
fn flips_until_it_is_killed() {
    let Some(path) = std::env::var_os("STRANGLER_TEST_FLIPS") else {
        return;
    };
    let file = RoutesFile::new(path);
    for backend in ["catalog", "module"].iter().cycle() {
        file.set(&flip("catalog", backend)).unwrap();
    }
}

#[test]
fn several_routes_flip_at_once_or_not_at_all() {
    let shop = Shop::new();
    let together = |table: &strangler::RouteTable| {
        let mut catalog = table.routes.iter().filter(|r| r.context == "catalog");
        let first = catalog.next().map(|route| &route.backend);
        let differs = catalog.any(|route| Some(&route.backend) != first);
        let at = table.routes[0].at;
        let what = "half of it".to_owned();
        differs
            .then_some(Problem { at, what })
            .into_iter()
            .collect()
    };
    let file = shop.file().with_rule(together);
    assert!(file.set(&flip("catalog", "catalog")).is_err());
    assert!(shop.audit().is_empty());
    let both = [flip("catalog", "catalog"), flip("catalog_api", "catalog")];
    let table = file.set_all(&both).unwrap();
    assert!(
        table
            .routes
            .iter()
            .filter(|r| r.context == "catalog")
            .all(|r| r.backend.to_string() == "catalog")
    );
    assert_eq!(shop.audit().len(), 2);
}
