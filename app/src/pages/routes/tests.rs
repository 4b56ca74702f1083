use std::sync::Arc;
use std::time::Duration;

use askama::Template as _;
use kernel::Locale;
use platform::identity::{Identity, Role};
use platform::page::{Area, Page};
use platform::problem::FieldError;
use platform::shell::Shell;
use strangler::{BEGINNING, Backend, Break, Entry, RouteTable};

use super::HISTORY;
use super::change::Wish;
use super::flip::{RoutePage, Undo};
use super::form::FlipForm;
use super::history::{HistoryPage, Line};
use super::list::RoutesPage;
use super::preview::{PreviewPage, Told};
use super::view::{InstanceView, MoveView, RouteView, ServiceView, StateView};
use crate::routing::Side;
use crate::routing::moves::Standing;

const REFUSED: &str =
    "data/routes.toml:93:11: unknown key \"backned\" in a route; did you mean \"backend\"? <L>";

fn table() -> RouteTable {
    let text = strangler::BUILT_IN.replacen(
        "{ path = { type = \"PathPrefix\", value = \"/boards\" } }",
        "{ path = { type = \"PathPrefix\", value = \"/boards\" }, method = \"GET\" }",
        1,
    );
    let text = text.replace(
        "name    = \"catalog\"\ncontext = \"catalog\"\n",
        "name    = \"catalog\"\ncontext = \"catalog\"\nsticky = \"member\"\nfallback = \"module\"\n",
    );
    strangler::parse(&text).unwrap()
}

fn side(backend: &str, each: u64, errors: u64) -> Side {
    Side {
        route: "catalog".to_owned(),
        backend: backend.to_owned(),
        rate: 12.25,
        count: each * 60,
        errors,
        p50: Duration::from_micros(850),
        p99: Duration::from_millis(42),
        seconds: (0..60).map(|n| each * n % 17).collect(),
    }
}

fn views(table: &RouteTable) -> Vec<RouteView> {
    let recent = [side("module", 9, 0), side("catalog", 3, 2)];
    let mut routes = table.routes.clone();
    for route in &mut routes {
        match route.name.as_str() {
            "catalog" => route.backend = "catalog=10".parse().unwrap(),
            "board" => route.backend = "board".parse().unwrap(),
            _ => {}
        }
    }
    let routes = routes.iter();
    routes
        .map(|route| RouteView::with(route, &recent, |service| service == "catalog"))
        .collect()
}

fn entry(seq: u64, who: &str, (old, new): (&str, Option<&str>), why: &str) -> Entry {
    Entry {
        seq,
        at: "2026-11-21T09:44:02.123Z".parse().unwrap(),
        who: who.to_owned(),
        route: "catalog".to_owned(),
        old: old.parse().unwrap(),
        new: new.map(|new| new.parse().unwrap()),
        why: why.to_owned(),
        file: BEGINNING.to_owned(),
        prev: BEGINNING.to_owned(),
        hash: BEGINNING.to_owned(),
    }
}

fn lines(page: &Page) -> Vec<Line> {
    [
        entry(
            3,
            "member:0198c1d2-0000-7000-8000-000000000007",
            ("module", Some("catalog=10")),
            "첫 10 %를 보냅니다 <L>",
        ),
        entry(
            2,
            "command line",
            ("catalog", Some("module")),
            "it was too slow",
        ),
        entry(1, "file", ("module", Some("catalog")), "found in the file"),
        entry(1, "file", ("catalog", None), "gone from the file"),
    ]
    .map(|entry| Line::of(page, entry))
    .into()
}

fn services() -> Vec<ServiceView> {
    let instance = |id: &str, is_out, lease| InstanceView {
        id: id.to_owned(),
        endpoint: "127.0.0.1:8101".to_owned(),
        is_ready: id != "a3",
        is_out,
        lease,
        about: "database=data version=0.1.0 <L>".to_owned(),
    };
    let lease = Some((Duration::from_hours(30), Duration::from_millis(4_200)));
    let service = |name: &str, is_used, instances| ServiceView {
        name: name.to_owned(),
        is_foreign: name == "catalog",
        is_used,
        instances,
    };
    vec![
        service("members", false, vec![]),
        service(
            "catalog",
            true,
            vec![
                instance("a1", false, lease),
                instance("a2", true, lease),
                instance("a3", false, lease),
            ],
        ),
        service(
            "stock",
            false,
            vec![instance("127.0.0.1:8101", false, None)],
        ),
        service("board", true, vec![]),
    ]
}

fn moves() -> Vec<MoveView> {
    let moving = |context: &str, percent, step: &str, standing| MoveView {
        context: context.to_owned(),
        to: "/srv/shop/data2/catalog.db <L>".to_owned(),
        percent,
        step: step.to_owned(),
        what: "20 tables, 1400 rows, 1.2 MB, compared <L>".to_owned(),
        standing,
        begun: Duration::from_secs(90),
        last: Duration::from_secs(70),
    };
    vec![
        moving("catalog", 28, "copied", Standing::UnderWay),
        moving("stock", 57, "handed over", Standing::Silent),
        moving("cart", 100, "flipped", Standing::Done),
        moving("board", 0, "begun step", Standing::UnderWay),
        moving("orders", 14, "fenced", Standing::Stopped),
    ]
}

impl RoutesPage {
    fn sample(page: Page, refused: Option<&str>) -> Self {
        let table = table();
        Self {
            page: page.in_area(Area::Console, "routes"),
            state: StateView {
                version: table.version.clone(),
                file: "data/routes.toml".to_owned(),
                age: Duration::from_secs(754),
                refused: refused.map(str::to_owned),
            },
            routes: views(&table),
            services: services(),
            moves: moves(),
        }
    }
}

impl RoutePage {
    fn sample(page: Page, name: &str) -> Self {
        let table = table();
        let route = table.route(name).unwrap();
        let mut views = views(&table);
        views.retain(|view| view.name == name);
        Self {
            view: views.remove(0),
            route: route.clone(),
            services: vec![("catalog".to_owned(), 2), ("board".to_owned(), 0)],
            form: FlipForm::of(&"catalog=10".parse().unwrap(), &table.version),
            errors: Vec::new(),
            refused: None,
            lines: lines(&page),
            undo: Some(Undo {
                seq: 3,
                backend: "module".to_owned(),
                why: page.tn("app-route-undo-why", "seq", 3),
            }),
            page: page.in_area(Area::Console, "routes"),
        }
    }
}

impl HistoryPage {
    fn sample(page: Page, breaks: Vec<Break>) -> Self {
        Self {
            lines: lines(&page),
            all: 4,
            breaks,
            first: HISTORY,
            next: format!("{HISTORY}?cursor=x"),
            page: page.in_area(Area::Console, "routes"),
        }
    }
}

impl PreviewPage {
    fn sample(page: Page, warnings: Vec<String>) -> Self {
        Self {
            wish: Wish {
                route: "catalog".to_owned(),
                backend: "catalog=10".parse().unwrap(),
                why: "첫 10 % <L>".to_owned(),
                seen: None,
            },
            version: BEGINNING.to_owned(),
            old: super::view::in_words(&page, &Backend::module()),
            new: super::view::in_words(&page, &"catalog=10".parse().unwrap()),
            told: Told {
                paths: vec!["/products/…".to_owned()],
                facts: vec![page.t("app-route-under-way").into_owned()],
                changes_nothing: warnings.is_empty(),
                warnings,
            },
            page: page.in_area(Area::Console, "routes"),
        }
    }
}

/// Every page, in every shape that it can have.
fn pages(page: &Page) -> Vec<(&'static str, String)> {
    let wrong = RoutePage {
        errors: vec![
            FieldError::new("share", "app-route-share-bad"),
            FieldError::new("why", "app-route-why-missing").arg("most", 500),
        ],
        refused: Some(page.tn("app-route-refused", "why", "catalog is with postgres <L>")),
        ..RoutePage::sample(page.clone(), "catalog")
    };
    let fresh = RoutePage {
        lines: Vec::new(),
        undo: None,
        ..RoutePage::sample(page.clone(), "board")
    };
    let empty = HistoryPage {
        lines: Vec::new(),
        all: 0,
        first: "",
        next: String::new(),
        ..HistoryPage::sample(page.clone(), Vec::new())
    };
    let broken = vec![Break {
        line: 2,
        what: "this line was changed",
    }];
    let about = [("service", "catalog".into())];
    let absent = page.with("app-route-absent", &about);
    [
        ("routes", RoutesPage::sample(page.clone(), None).render()),
        (
            "refused",
            RoutesPage::sample(page.clone(), Some(REFUSED)).render(),
        ),
        ("route", RoutePage::sample(page.clone(), "catalog").render()),
        ("wrong", wrong.render()),
        ("fresh", fresh.render()),
        ("frame", RoutePage::sample(page.clone(), "app").render()),
        (
            "history",
            HistoryPage::sample(page.clone(), Vec::new()).render(),
        ),
        ("broken", HistoryPage::sample(page.clone(), broken).render()),
        ("empty", empty.render()),
        (
            "preview",
            PreviewPage::sample(page.clone(), vec![absent]).render(),
        ),
        (
            "nothing",
            PreviewPage::sample(page.clone(), Vec::new()).render(),
        ),
    ]
    .map(|(name, html)| (name, html.unwrap()))
    .into()
}

fn page(locale: Locale) -> Page {
    let member = kernel::Id::new(kernel::Timestamp::from_micros(0), [1; 10]);
    let admin = Identity::of_member(member, [Role::Shopper, Role::Admin]);
    let shell = Shell::sample(crate::house::texts().unwrap());
    Page::sample(Arc::new(shell), admin.in_language(locale))
}

#[test]
fn every_page_renders_in_both_languages_with_all_its_texts_and_nothing_unescaped() {
    for locale in [Locale::Ko, Locale::En] {
        for (name, html) in pages(&page(locale)) {
            for key in [
                "app-route",
                "app-flip",
                "app-chain",
                "app-service",
                "app-age",
            ] {
                for start in [">", "\"", " "] {
                    assert!(
                        !html.contains(&format!("{start}{key}")),
                        "{name} in {locale:?}: {key}\n{html}"
                    );
                }
            }
            assert!(!html.contains("<L>"), "{name}");
            assert!(!html.contains(" style="), "{name}");
            assert_eq!(html.matches("<h1").count(), 1, "{name}");
        }
    }
}

#[test]
fn what_is_wrong_with_the_file_is_told_with_its_place() {
    let html = RoutesPage::sample(page(Locale::En), Some(REFUSED))
        .render()
        .unwrap();
    assert!(html.contains("routes.toml:93:11: unknown key"), "{html}");
    assert!(
        !RoutesPage::sample(page(Locale::En), None)
            .render()
            .unwrap()
            .contains("role=\"alert\"")
    );
}

#[test]
fn only_what_has_changed_comes_again() {
    let mut shown = RoutesPage::sample(page(Locale::En), None);
    let mut told = std::collections::HashMap::new();
    let first = super::live::news(&shown, &mut told).unwrap();
    // beside the routes: state, services, moves
    assert_eq!(first.matches("event: ").count(), shown.routes.len() + 3);
    assert_eq!(super::live::news(&shown, &mut told).unwrap(), "");
    shown.routes[2].sides[0].errors = 7;
    let then = super::live::news(&shown, &mut told).unwrap();
    assert!(then.starts_with("event: route-catalog\ndata: "), "{then}");
    assert!(
        then.ends_with("\n\n") && then.contains("7 errors"),
        "{then}"
    );
    assert_eq!(then.matches("event: ").count(), 1);
}
