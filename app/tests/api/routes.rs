use super::plan;
use crate::support::{Answer, Layout, Method, TestShop, Value, eventually, json};

const BOARD: &str = "/api/routes/board";

/// All of it answered by one process: these tests send routes elsewhere themselves.
async fn shop() -> TestShop {
    plan().layout(Layout::default()).open().await
}

async fn backend_of(shop: &TestShop, route: &str) -> Value {
    let list = shop.admin().await.get("/api/routes").await.is(200).json();
    let items = list["items"].as_array().unwrap();
    items.iter().find(|item| item["name"] == route).unwrap()["backend"].clone()
}

async fn flip(shop: &TestShop, backend: Value, why: &str) -> Answer {
    let body = json!({ "backend": backend, "why": why });
    shop.admin().await.put(BOARD, &body).await
}

async fn history(shop: &TestShop) -> Vec<Value> {
    let path = "/api/routes/history";
    shop.admin().await.get(path).await.is(200).items()
}

#[tokio::test]
async fn the_routes_are_for_administrators() {
    let shop = shop().await;
    let shopper = shop.shopper().await;
    for (method, path) in [
        (Method::GET, "/api/routes"),
        (Method::PUT, BOARD),
        (Method::GET, "/api/routes/history"),
    ] {
        let body = json!({ "backend": "board", "why": "I may not" });
        let guest = shop.guest().ask(method.clone(), path).json(&body).await;
        guest.problem(401);
        shopper.ask(method, path).json(&body).await.problem(403);
    }
    for path in [
        "/console/routes",
        "/console/routes/board",
        "/console/routes/history",
        "/console/routes/events",
    ] {
        let sent = shop.guest().get(path).await.is(303);
        assert!(sent.header("location").unwrap().starts_with("/login"));
        shopper.get(path).await.is(403);
    }
    assert_eq!(backend_of(&shop, "board").await, "module");
}

#[tokio::test]
async fn a_route_is_sent_elsewhere_and_back_and_both_are_written_down() {
    let shop = shop().await;
    let list = shop.admin().await.get("/api/routes").await.is(200).json();
    assert_eq!(list["items"].as_array().unwrap().len(), 12, "{list}");
    let catalog = &list["items"][2];
    for (key, expect) in [
        ("name", json!("catalog")),
        ("context", json!("catalog")),
        ("backend", json!("module")),
        ("sticky", json!("none")),
        ("fallback", json!("none")),
        (
            "timeouts",
            json!({ "request": "10s", "backendRequest": "5s" }),
        ),
    ] {
        assert_eq!(catalog[key], expect, "{catalog}");
    }
    let first = json!({ "path": { "type": "PathPrefix", "value": "/products" } });
    assert_eq!(catalog["matches"][0], first);

    let tenth = json!({ "module": 90, "board": 10 });
    let now = flip(&shop, tenth.clone(), "the first tenth")
        .await
        .is(200)
        .json();
    assert_eq!((&now["name"], &now["backend"]), (&json!("board"), &tenth));
    assert_eq!(backend_of(&shop, "board").await, tenth, "in effect at once");
    // the words of the command line are understood too; what is so already is no change
    flip(&shop, json!("board=10"), "again").await.is(200);
    flip(&shop, json!("module"), "it is only a test")
        .await
        .is(200);
    assert_eq!(backend_of(&shop, "board").await, "module");

    let lines = history(&shop).await;
    let told: Vec<[&Value; 4]> = lines
        .iter()
        .map(|line| [&line["seq"], &line["old"], &line["new"], &line["why"]])
        .collect();
    let expect = [
        [
            json!(2),
            tenth.clone(),
            json!("module"),
            json!("it is only a test"),
        ],
        [json!(1), json!("module"), tenth, json!("the first tenth")],
    ];
    assert_eq!(
        told,
        expect
            .iter()
            .map(<[Value; 4]>::each_ref)
            .collect::<Vec<_>>()
    );
    let me = shop
        .admin()
        .await
        .get("/api/members/me")
        .await
        .is(200)
        .json();
    let who = format!("member:{}", me["id"].as_str().unwrap());
    assert!(lines.iter().all(|line| line["who"] == who), "{lines:?}");
    let admin = shop.admin().await;
    let half = admin
        .get("/api/routes/history?limit=1")
        .await
        .is(200)
        .json();
    assert_eq!(half["items"][0], lines[0]);
    assert_eq!(half["broken"], json!([]));
    let next = half["next"].as_str().unwrap();
    let rest = admin
        .get(&format!("/api/routes/history?limit=1&cursor={next}"))
        .await;
    let rest = rest.is(200).json();
    assert_eq!(
        (&rest["items"][0], &rest["next"]),
        (&lines[1], &Value::Null)
    );
    let wrong = admin.get("/api/routes/history?limit=0").await;
    assert_eq!(wrong.wrong_fields(), ["limit"]);
}

#[tokio::test]
async fn a_flip_that_cannot_be_names_what_is_wrong() {
    let shop = shop().await;
    let file = shop.data().join("routes.toml");
    let before = std::fs::read(&file).unwrap();
    for (body, fields) in [
        (json!({ "backend": "board" }), &["why"][..]),
        (json!({ "backend": "board", "why": " " }), &["why"]),
        (
            json!({ "backend": "board", "why": "x".repeat(501) }),
            &["why"],
        ),
        (json!({ "why": "because" }), &["backend"]),
        (
            json!({ "backend": "baord", "why": "because" }),
            &["backend"],
        ),
        (
            json!({ "backend": { "module": 90 }, "why": "because" }),
            &["backend"],
        ),
        (
            json!({ "backend": { "board": -10, "module": 110 }, "why": "because" }),
            &["backend"],
        ),
        (json!({ "backend": 7 }), &["backend", "why"]),
        (
            json!({ "backend": "board", "why": "because", "who": "me" }),
            &["who"],
        ),
    ] {
        let answer = shop.admin().await.put(BOARD, &body).await;
        assert_eq!(answer.wrong_fields(), fields, "{body}");
    }
    let body = json!({ "backend": "board", "why": "because" });
    let admin = shop.admin().await;
    admin.put("/api/routes/baord", &body).await.problem(404);
    // the frame of the shop never leaves
    let refused = admin.put("/api/routes/app", &body).await.problem(409);
    assert!(
        refused["detail"].as_str().unwrap().contains("app"),
        "{refused}"
    );
    assert_eq!(std::fs::read(&file).unwrap(), before);
    assert_eq!(history(&shop).await, Vec::<Value>::new());
}

#[tokio::test]
async fn a_version_is_named_and_insisted_on() {
    let shop = shop().await;
    let admin = shop.admin().await;
    let list = admin.get("/api/routes").await.is(200);
    let old = list.header("etag").unwrap().to_owned();
    assert_eq!(
        old,
        format!("\"{}\"", list.json()["version"].as_str().unwrap())
    );
    let same = admin.get("/api/routes").header("if-none-match", &old).await;
    assert_eq!(same.is(304).header("etag"), Some(old.as_str()));

    let put = |tag: &str, backend: &str| {
        let body = json!({ "backend": backend, "why": "because" });
        admin.put(BOARD, &body).header("if-match", tag)
    };
    let flipped = put(&old, "board=1").await.is(200);
    let new = flipped.header("etag").unwrap().to_owned();
    assert_ne!(old, new);
    put(&old, "module").await.problem(412);
    let changed = admin.get("/api/routes").header("if-none-match", &old).await;
    assert_eq!(changed.is(200).header("etag"), Some(new.as_str()));
    put(&format!("{old}, {new}"), "board=2").await.is(200);
    put("*", "module").await.is(200);
    assert_eq!(history(&shop).await.len(), 3);
}

#[tokio::test]
async fn the_command_works_beside_the_running_shop() {
    let shop = shop().await;
    let set = shop.command(
        &[
            "route",
            "set",
            "board",
            "board=25",
            "--why",
            "a quarter\nof it",
        ],
        "",
    );
    assert_eq!(
        (set.code, set.out.trim()),
        (Some(0), "board: module -> board=25,module=75"),
        "{set:?}"
    );
    let quarter = json!({ "module": 75, "board": 25 });
    eventually("the shop has taken it", || async {
        (backend_of(&shop, "board").await == quarter).then_some(())
    })
    .await;
    let again = shop.command(&["route", "set", "board", "board=25", "--why", "again"], "");
    assert_eq!(again.code, Some(0));
    assert!(again.out.contains("nothing was changed"), "{again:?}");

    let list = shop.command(&["route", "list"], "");
    let row = list
        .out
        .lines()
        .find(|line| line.starts_with("board "))
        .unwrap();
    for word in ["board=25,module=75", "/boards/*", "/internal/board/*"] {
        assert!(row.contains(word), "{row}");
    }
    let show = shop.command(&["route", "show", "board"], "");
    assert!(
        show.out
            .lines()
            .any(|line| line == "backend   board=25,module=75"),
        "{show:?}"
    );

    flip(&shop, json!("module"), "back").await.is(200);
    let told = shop.command(&["route", "history"], "");
    assert_eq!(told.code, Some(0), "{told:?}");
    let lines: Vec<&str> = told.out.lines().collect();
    assert_eq!(lines.len(), 4, "{told:?}");
    assert!(lines[1].contains("member:") && lines[1].contains("board=25,module=75 -> module"));
    assert!(lines[2].contains("command line") && lines[2].ends_with("a quarter of it"));
    assert_eq!(lines[3], "2 lines, the chain is whole");
    assert_eq!(history(&shop).await[1]["who"], "command line");
}

#[tokio::test]
async fn the_command_refuses_in_one_line() {
    let shop = shop().await;
    for (args, words) in [
        (&["route"][..], &["subcommand"][..]),
        (&["route", "set", "board", "board"], &["--why"]),
        (
            &["route", "set", "board", "board", "--why", " "],
            &["reason"],
        ),
        (
            &["route", "set", "baord", "board", "--why", "x"],
            &["baord", "did you mean \"board\"?"],
        ),
        (
            &["route", "set", "board", "baord", "--why", "x"],
            &["routes.toml:", "did you mean \"board\"?"],
        ),
        (
            &["route", "set", "board", "board=120", "--why", "x"],
            &["120"],
        ),
        (&["route", "set", "app", "board", "--why", "x"], &["app"]),
        (&["route", "show", "baord"], &["baord", "board"]),
    ] {
        let refused = shop.command(args, "");
        assert_eq!(refused.code, Some(64), "{args:?}: {refused:?}");
        assert_eq!(refused.err.trim().lines().count(), 1, "{refused:?}");
        assert!(
            words.iter().all(|word| refused.err.contains(word)),
            "{refused:?}"
        );
    }
    assert_eq!(backend_of(&shop, "board").await, "module");
}

#[tokio::test]
async fn a_history_that_somebody_changed_says_where() {
    let shop = shop().await;
    for backend in ["board=1", "board=2", "module"] {
        flip(&shop, json!(backend), "because").await.is(200);
    }
    let audit = shop.data().join("routes.toml.audit.jsonl");
    let text = std::fs::read_to_string(&audit).unwrap();
    std::fs::write(
        &audit,
        text.replacen("\"why\":\"because\"", "\"why\":\"by chance\"", 1),
    )
    .unwrap();
    let admin = shop.admin().await;
    let told = admin.get("/api/routes/history").await.is(200).json();
    assert_eq!(told["broken"][0]["line"], 1, "{told}");
    assert_eq!(told["items"].as_array().unwrap().len(), 3);
    let page = admin.get("/console/routes/history").await.is(200).text();
    assert!(page.contains("this line was changed"), "{page}");
    let command = shop.command(&["route", "history"], "");
    assert_eq!(command.code, Some(1), "{command:?}");
    assert!(
        command.err.contains("line 1: this line was changed"),
        "{command:?}"
    );
}

#[tokio::test]
async fn a_file_that_is_refused_is_told_and_changes_nothing() {
    let shop = shop().await;
    let file = shop.data().join("routes.toml");
    let good = std::fs::read_to_string(&file).unwrap();
    std::fs::write(&file, good.replacen("\nbackend = ", "\nbackned = ", 1)).unwrap();
    let admin = shop.admin().await;
    eventually("the console tells", || async {
        let page = admin.get("/console/routes").await.is(200).text();
        (page.contains("did you mean") && page.contains("backned")).then_some(())
    })
    .await;
    let ready = shop.guest().get("/readyz").await.is(200).json();
    assert_eq!(ready["routes_refused"], true, "{ready}");
    let refused = flip(&shop, json!("board=1"), "because").await.problem(409);
    assert!(
        refused["detail"].as_str().unwrap().contains("backned"),
        "{refused}"
    );
    std::fs::write(&file, good).unwrap();
    eventually("all is well again", || async {
        let page = admin.get("/console/routes").await.is(200).text();
        (!page.contains("backned")).then_some(())
    })
    .await;
    assert_eq!(backend_of(&shop, "board").await, "module");
}

#[tokio::test]
async fn the_console_flips_without_scripts_and_notices_what_changed_meanwhile() {
    let shop = shop().await;
    let admin = shop.admin().await;
    let version = || async {
        let list = admin.get("/api/routes").await.is(200).json();
        list["version"].as_str().unwrap().to_owned()
    };
    let seen = version().await;
    let preview = "/console/routes/board/preview";
    let fields = [
        ("to", "share"),
        ("service", "board"),
        ("share", "20"),
        ("version", &seen),
    ];
    let missing = admin
        .ask(Method::POST, preview)
        .form(&fields)
        .await
        .is(422)
        .text();
    assert!(missing.contains("id=\"e-why\""), "{missing}");
    let fields = [&fields[..], &[("why", "a fifth")]].concat();
    let told = admin
        .ask(Method::POST, preview)
        .form(&fields)
        .await
        .is(200)
        .text();
    for word in [
        "503",
        "/boards/…",
        "a fifth",
        "value=\"board=20,module=80\"",
    ] {
        assert!(told.contains(word), "{word}\n{told}");
    }
    assert_eq!(
        backend_of(&shop, "board").await,
        "module",
        "looking changes nothing"
    );

    let confirm = [
        ("backend", "board=20,module=80"),
        ("why", "a fifth"),
        ("version", &seen),
    ];
    let console = "/console/routes/board";
    let sent = admin
        .ask(Method::POST, console)
        .form(&confirm)
        .await
        .is(303);
    assert_eq!(sent.header("location"), Some(console));
    assert_eq!(
        backend_of(&shop, "board").await,
        json!({ "module": 80, "board": 20 })
    );
    let shown = admin.get(console).await.is(200).text();
    assert!(
        shown.contains("a fifth") && shown.contains("value=\"module\""),
        "{shown}"
    );

    // the same form once more: the file is no longer what it saw
    let late = [
        ("backend", "module"),
        ("why", "too late"),
        ("version", &seen),
    ];
    let late = admin
        .ask(Method::POST, console)
        .form(&late)
        .await
        .is(409)
        .text();
    assert!(late.contains("role=\"alert\""), "{late}");
    assert_eq!(history(&shop).await.len(), 1);
    admin.get("/console/routes/baord").await.is(404);
}

#[tokio::test]
async fn the_console_follows_the_routes_by_itself() {
    let shop = shop().await;
    let admin = shop.admin().await;
    let mut events = crate::support::Events::of(admin.get("/console/routes/events").open().await);
    let first = events.next().await.unwrap().data;
    assert!(first.contains("routes.toml"), "{first}");
    flip(&shop, json!("board=33"), "because").await.is(200);
    while let Some(event) = events.next().await {
        if event.data.contains("33") && event.data.contains("board") {
            return;
        }
    }
    panic!("the stream ended without the flip");
}
