//! Every context's real tables, with the demo's data, between all databases.

use std::collections::BTreeMap;

use platform::db::Place;
use platform::db::transfer::{Side, measure};

use crate::support::{CONTEXTS, Plan, TestShop, eventually, percent};
use crate::{Mover, own, words};

const FOUND_BY: &str = "유기";
/// One for each context that has any.
const PAGES: [(&str, &str); 5] = [
    ("members", "/my/profile"),
    ("catalog", "/products"),
    ("cart", "/api/cart"),
    ("order_history", "/api/orders"),
    ("board", "/boards/qna"),
];

async fn filled() -> TestShop {
    let shop = Plan::on(crate::support::Place::Sqlite)
        .with_demo()
        .open()
        .await;
    let made = "demo --products 40 --members 6 --orders 12 --seed 3";
    let made = shop.command(&made.split(' ').collect::<Vec<_>>(), "");
    assert_eq!(made.code, Some(0), "{made:?}");
    shop
}

async fn found(shop: &TestShop) -> usize {
    let search = format!("/api/products?limit=100&q={}", percent(FOUND_BY));
    shop.guest().get(&search).await.is(200).items().len()
}

/// Rows and bytes of each table; each move leaves one line in the audit log.
fn measured(side: &Side) -> BTreeMap<String, (u64, u64)> {
    let amounts = measure(side).unwrap();
    assert!(amounts.len() >= 6, "{amounts:?}");
    amounts
        .into_iter()
        .filter(|amount| amount.table != "audit")
        .map(|amount| (amount.table, (amount.rows, amount.bytes)))
        .collect()
}

/// Until the demo's events have been heard and nobody writes any more.
async fn is_quiet(mover: Mover<'_>) {
    let all = || CONTEXTS.map(|context| measured(&mover.home(context)));
    let last = std::sync::Mutex::new((all(), std::time::Instant::now()));
    eventually("the shop is quiet", || async {
        let (now, mut last) = (all(), last.lock().unwrap());
        if now != last.0 {
            *last = (now, std::time::Instant::now());
        }
        // relays look every second
        (last.1.elapsed().as_millis() > 1_500).then_some(())
    })
    .await;
}

/// Home → the first place → the next … → home, all ten contexts.
async fn travels(places: &[Place]) {
    let shop = filled().await;
    let buyer = shop.shopper().await;
    let sku = shop.guest().get("/api/products?limit=1").await.items();
    buyer.puts(sku[0]["sku"].as_str().unwrap(), 1).await.is(200);
    let mover = Mover { shop: &shop };
    let expected = found(&shop).await;
    assert!(expected > 0, "the demo has nothing in brass");
    is_quiet(mover).await;
    let before = CONTEXTS.map(|context| measured(&mover.home(context)));
    let mut services = Vec::new();
    let mut from: Vec<String> = Vec::new();
    for place in places {
        let service = mover.waiting(&CONTEXTS, place).await;
        let to = words(place);
        for (context, before) in CONTEXTS.into_iter().zip(&before) {
            let mut args = vec![context, "switch", "--to", &to];
            args.extend(from.iter().map(String::as_str));
            crate::pause(&mover.moved(&args));
            let side = Side::new(place.clone(), context);
            assert_eq!(measured(&side), *before, "{context} at {to}");
            let all = mover.backends(context);
            assert!(all.iter().all(|backend| backend == context), "{all:?}");
        }
        own(&service).get("/readyz").await.is(200);
        shop.routes_as_written().await;
        answers(&shop, &buyer.caller, str::to_owned).await;
        assert_eq!(found(&shop).await, expected);
        from = match place {
            Place::Postgres(url) => vec!["--from".to_owned(), url.clone()],
            Place::Folder(_) => Vec::new(),
        };
        services.push(service);
    }
    let owner = Side::new(places.last().unwrap().clone(), "catalog");
    for command in [
        &["export", "products"][..],
        &["import", "products", "x.csv"],
    ] {
        std::fs::write(shop.folder().join("x.csv"), "sku\n").unwrap();
        let refused = shop.command(command, "");
        assert_eq!(refused.code, Some(1), "{refused:?}");
        assert!(refused.err.contains(owner.location()), "{refused:?}");
    }
    for (context, before) in CONTEXTS.into_iter().zip(&before) {
        let mut args = vec![context, "reverse"];
        args.extend(from.iter().map(String::as_str));
        crate::pause(&mover.moved(&args));
        assert_eq!(measured(&mover.home(context)), *before, "{context} at home");
        let all = mover.backends(context);
        assert!(all.iter().all(|backend| backend == "module"), "{all:?}");
        let status = mover.moved(&[context, "status"]);
        assert!(status.contains("shared"), "{status}");
    }
    shop.routes_as_written().await;
    answers(&shop, &buyer.caller, |_| "module".to_owned()).await;
    assert_eq!(found(&shop).await, expected);
    drop(services);
}

async fn answers(shop: &TestShop, member: &crate::support::Caller, by: impl Fn(&str) -> String) {
    shop.guest().get("/readyz").await.is(200);
    for (context, path) in PAGES {
        let answer = member.get(path).await.is(200);
        let backend = answer.header("x-banyan-backend").unwrap();
        assert_eq!(backend, by(context), "{path}");
    }
}

#[tokio::test]
async fn every_context_moves_with_all_it_has() {
    let there = tempfile::tempdir().unwrap();
    travels(&[Place::Folder(there.path().join("data"))]).await;
}

#[cfg(feature = "postgres-tests")]
#[tokio::test]
async fn every_context_moves_to_postgres_and_on_and_home() {
    let there = tempfile::tempdir().unwrap();
    let postgres = || Place::Postgres(platform::testing::postgres_url());
    travels(&[
        postgres(),
        postgres(),
        Place::Folder(there.path().join("data")),
    ])
    .await;
}

#[tokio::test]
async fn a_dry_run_tells_and_changes_nothing() {
    let shop = TestShop::on(crate::support::Place::Sqlite).await;
    let mover = Mover { shop: &shop };
    let there = tempfile::tempdir().unwrap();
    let place = Place::Folder(there.path().join("data"));
    let service = mover.waiting(&["catalog"], &place).await;
    let switch = ["catalog", "switch", "--to", &words(&place), "--dry-run"];
    let told = mover.moved(&switch);
    for word in [
        "products",
        "pictures",
        "tables",
        "catalog_api",
        "Nothing was changed",
    ] {
        assert!(told.contains(word), "{word} is not in {told}");
    }
    assert_eq!(mover.home("catalog").owner().unwrap().unwrap().epoch, 0);
    own(&service).get("/readyz").await.is(503);
    let all = mover.backends("catalog");
    assert!(all.iter().all(|backend| backend == "module"), "{all:?}");
    let told = mover.moved(&["catalog", "reverse", "--dry-run"]);
    assert!(told.contains("Nothing was changed"), "{told}");
}
