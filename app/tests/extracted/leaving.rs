//! One word in the routes file sends a context away, and brings it back.

use crate::support::{CONTEXTS, Caller, Layout, Method, Place, Plan, TestShop, eventually, json};

async fn side(caller: &Caller, path: &str) -> String {
    let answer = caller.get(path).await;
    assert!(answer.status < 500, "{answer:?}");
    answer.header("x-banyan-backend").unwrap().to_owned()
}

/// A page or an answer of each context that has one.
const PAGES: [(&str, &str); 8] = [
    ("members", "/login"),
    ("catalog", "/products"),
    ("stock", "/api/admin/stock/BOWL-1"),
    ("cart", "/api/cart"),
    ("orders", "/checkout"),
    ("order_history", "/api/orders"),
    ("board", "/boards/qna"),
    ("app", "/"),
];

#[tokio::test]
async fn each_context_leaves_by_itself_and_comes_back() {
    let shop = TestShop::on(Place::Sqlite).await;
    shop.sells("BOWL-1", 12_900, 20).await;
    let shopper = shop.shopper().await;
    for context in CONTEXTS {
        let mut service = shop.extracts(&[context]).await;
        shop.sends(context, context).await;
        for (of, path) in PAGES {
            let expected = if of == context { context } else { "module" };
            assert_eq!(
                side(&shopper.caller, path).await,
                expected,
                "{context} is away: {path}"
            );
        }
        let order = shopper.buys("BOWL-1", "tok_ok").await;
        shopper.sees_order(&order).until("confirmed").await;
        shop.sends(context, "module").await;
        for (_, path) in PAGES {
            assert_eq!(
                side(&shopper.caller, path).await,
                "module",
                "{context} is back: {path}"
            );
        }
        service.kill();
    }
}

#[tokio::test]
async fn a_table_without_any_module_serves_the_whole_shop() {
    let shop = Plan::on(Place::Sqlite)
        .layout(Layout::named("all"))
        .open()
        .await;
    shop.sells("BOWL-1", 12_900, 20).await;
    let shopper = shop.shopper().await;
    for (context, path) in PAGES {
        let expected = if context == "app" { "module" } else { context };
        assert_eq!(side(&shopper.caller, path).await, expected, "{path}");
    }
    let order = shopper.buys("BOWL-1", "tok_ok").await;
    shopper.sees_order(&order).until("delivered").await;
    assert_eq!(shop.available("BOWL-1").await, 19);
}

#[tokio::test]
async fn several_instances_share_the_load_and_one_goes_without_a_trace() {
    let shop = TestShop::on(Place::Sqlite).await;
    shop.sells("BOWL-1", 12_900, 20).await;
    let (one, mut two) = (
        shop.extracts(&["catalog"]).await,
        shop.extracts(&["catalog"]).await,
    );
    shop.sends("catalog", "catalog").await;
    let guest = shop.guest();
    for _ in 0..40 {
        guest.get("/api/products").await.is(200);
    }
    for service in [&one, &two] {
        let own = Caller::new(reqwest::Client::new(), service.base.clone());
        assert_eq!(own.get("/readyz").await.is(200).json()["status"], "ready");
    }
    two.process().terminate();
    while two.process().has_ended().is_none() {
        guest.get("/api/products").await.is(200);
    }
    guest.get("/api/products").await.is(200);
    eventually("one instance is left", || async {
        let known = shop
            .neighbour()
            .get("/internal/registry")
            .await
            .is(200)
            .json();
        (known.as_array().unwrap().len() == 1).then_some(())
    })
    .await;
}

#[tokio::test]
async fn shares_divide_and_keep_a_member_on_one_side() {
    let shop = TestShop::on(Place::Sqlite).await;
    let _service = shop.extracts(&["board"]).await;
    let text = std::fs::read_to_string(shop.routes().path()).unwrap();
    let sticky = "name    = \"board\"\nsticky = \"member\"";
    std::fs::write(
        shop.routes().path(),
        text.replace("name    = \"board\"", sticky),
    )
    .unwrap();
    shop.sends("board", "board=50").await;
    let mut seen = std::collections::BTreeSet::new();
    for shopper in shop.shoppers(12).await {
        let first = side(&shopper.caller, "/boards/qna").await;
        for _ in 0..5 {
            assert_eq!(side(&shopper.caller, "/boards/qna").await, first);
        }
        seen.insert(first);
    }
    assert_eq!(seen.len(), 2, "{seen:?}");
    let guest = shop.guest();
    let mut sides = std::collections::BTreeSet::new();
    for _ in 0..60 {
        sides.insert(side(&guest, "/boards/qna").await);
    }
    assert_eq!(sides.len(), 2, "{sides:?}");
}

#[tokio::test]
async fn a_broken_file_changes_nothing_and_says_where() {
    let shop = TestShop::on(Place::Sqlite).await;
    let path = shop.routes().path().to_owned();
    let good = std::fs::read_to_string(&path).unwrap();
    for (broken, place, word) in [
        (
            good.replacen("\nbackend = \"module\"", "\nbackend = \"modul\"", 1),
            None,
            "modul",
        ),
        (
            good.replacen("\nname    = \"app\"", "\nnam     = \"app\"", 1),
            None,
            "nam",
        ),
        (
            format!("{good}\n[[routes]\n"),
            Some(good.lines().count() + 2),
            "",
        ),
        (
            good.replacen(
                "\ncontext = \"app\"",
                "\ncontext = \"app\"\nmirror = \"x\"",
                1,
            ),
            None,
            "not yet supported",
        ),
    ] {
        std::fs::write(&path, &broken).unwrap();
        let checked = shop.command(&["check"], "");
        assert_eq!(checked.code, Some(64), "{checked:?}");
        assert!(
            checked.err.contains(word) && checked.err.contains("routes.toml:"),
            "{checked:?}"
        );
        if let Some(line) = place {
            assert!(
                checked.err.contains(&format!("routes.toml:{line}:")),
                "{checked:?}"
            );
        }
        for path in ["/products", "/api/cart", "/boards/qna"] {
            assert_eq!(side(&shop.guest(), path).await, "module");
        }
        std::fs::write(&path, &good).unwrap();
        shop.routes_as_written().await;
    }
    let missing = json!({ "nothing": "here" });
    shop.guest().post("/nowhere", &missing).await.is(404);
}

#[tokio::test]
async fn calls_here_and_elsewhere_show_in_one_trace() {
    let shop = Plan::on(Place::Sqlite)
        .open_with(&[("RUST_LOG", "debug")])
        .await;
    shop.sells("BOWL-1", 12_900, 20).await;
    let service = shop
        .extracts_with(&["stock"], &[("RUST_LOG", "debug")])
        .await;
    shop.sends("stock", "stock").await;
    let trace = "4bf92f3577b34da6a3ce929d0e0e4736";
    shop.guest()
        .get("/products/BOWL-1")
        .header("traceparent", &format!("00-{trace}-00f067aa0ba902b7-01"))
        .await
        .is(200);
    let shop_said = |words: &[&str]| {
        let written = shop.written();
        let mut lines = written.lines();
        lines.any(|line| line.contains(trace) && words.iter().all(|word| line.contains(word)))
    };
    let remote = [
        "\"message\":\"call\"",
        "\"context\":\"stock\"",
        "\"at\":\"remote\"",
    ];
    let local = [
        "\"message\":\"call\"",
        "\"context\":\"board\"",
        "\"at\":\"local\"",
    ];
    eventually("both calls are told", || async {
        (shop_said(&remote) && shop_said(&local)).then_some(())
    })
    .await;
    eventually("the service tells the same trace", || async {
        let written = service.written();
        let mut lines = written.lines();
        lines
            .any(|line| line.contains(trace) && line.contains("/internal/stock/"))
            .then_some(())
    })
    .await;
}

#[tokio::test]
async fn a_table_is_refused_that_a_part_of_the_shop_is_missing_from() {
    let shop = TestShop::on(Place::Sqlite).await;
    let path = shop.routes().path().to_owned();
    let good = std::fs::read_to_string(&path).unwrap();
    let cut = good.split("# Notices, questions, reviews.").next().unwrap();
    let frameless = good.replace("value = \"/console\"", "value = \"/consol\"");
    for (text, word) in [(cut, "\"/internal/board\""), (&frameless, "\"/console\"")] {
        std::fs::write(&path, text).unwrap();
        let checked = shop.command(&["check"], "");
        assert_eq!(checked.code, Some(64), "{checked:?}");
        assert!(checked.err.contains(word), "{checked:?}");
        assert_eq!(side(&shop.guest(), "/boards/qna").await, "module");
    }
}

#[tokio::test]
async fn no_route_goes_to_a_service_that_does_not_hold_its_context() {
    let shop = TestShop::on(Place::Sqlite).await;
    let _service = shop.extracts(&["stock"]).await;
    let address = shop.address();
    let set = [
        "route",
        "set",
        "catalog_api",
        "stock",
        "--why",
        "x",
        "--listen",
        &address,
    ];
    let refused = shop.command(&set, "");
    assert_eq!(refused.code, Some(64), "{refused:?}");
    assert!(
        refused.err.contains("does not hold \"catalog\""),
        "{refused:?}"
    );
    let flip = json!({ "backend": "stock", "why": "x" });
    let admin = shop.admin().await;
    admin
        .put("/api/routes/catalog_api", &flip)
        .await
        .problem(409);
    assert_eq!(side(&shop.guest(), "/api/products").await, "module");
}

#[tokio::test]
async fn every_answer_says_who_gave_it() {
    let shop = TestShop::on(Place::Sqlite).await;
    let guest = shop.guest();
    guest.has_cookie("banyan", "x");
    let answers = [
        guest.get("/nowhere").await.is(404),
        guest.get("/internal/board/x").await.is(404),
        guest.ask(Method::HEAD, "/products").await.is(200),
        guest.get("/api/orders").await.is(401),
        guest
            .post("/api/boards/qna/posts", &json!({}))
            .header("sec-fetch-site", "cross-site")
            .await
            .is(403),
    ];
    for answer in answers {
        let (route, backend) = (
            answer.header("x-banyan-route"),
            answer.header("x-banyan-backend"),
        );
        assert!(route.is_some() && backend.is_some(), "{answer:?}");
    }
}
