//! Every context's real tables, with the demo's data, between all databases.

use std::collections::BTreeMap;

use platform::db::Place;
use platform::db::transfer::{Side, measure};
use tempfile::TempDir;

use crate::Mover;
use crate::router::StandIn;
use crate::support::{Banyan, Plan, Value, eventually, free_port, run};

const CONTEXTS: [&str; 10] = [
    "members",
    "catalog",
    "stock",
    "cart",
    "orders",
    "payments",
    "shipping",
    "order_history",
    "board",
    "notifications",
];
const FOUND_BY: &str = "유기";

/// The folder of a shop that was filled and has stopped, and what is found in it.
async fn filled() -> (TempDir, usize) {
    let mut shop = Plan::on(crate::support::Place::Sqlite)
        .with_demo()
        .open()
        .await;
    let made = shop.command(
        &[
            "demo",
            "--products",
            "40",
            "--members",
            "6",
            "--orders",
            "12",
            "--seed",
            "3",
        ],
        "",
    );
    assert_eq!(made.code, Some(0), "{made:?}");
    let buyer = shop.shopper().await;
    let guest = shop.guest();
    let first = guest.get("/api/products?limit=1").await.is(200).json();
    let sku = first["items"][0]["sku"].as_str().unwrap().to_owned();
    buyer.puts(&sku, 1).await.is(200);
    let found = guest.get(&search()).await.is(200).json();
    let found = found["items"].as_array().unwrap().len();
    assert!(found > 0, "the demo has nothing in brass");
    shop.process().terminate();
    shop.is_gone().await;
    (shop.into_folder(), found)
}

fn search() -> String {
    format!(
        "/api/products?limit=100&q={}",
        crate::support::percent(FOUND_BY)
    )
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

/// The catalogue alone, wherever it is, still finds Korean words.
async fn finds(folder: &TempDir, place: &Place, expected: usize) {
    let port = free_port();
    let listen = format!("127.0.0.1:{port}");
    let mut args = vec![
        "serve",
        "--only",
        "catalog",
        "--service-key",
        "data/service.key",
    ];
    args.extend(["--listen", &listen, "--management", "127.0.0.1:0"]);
    args.extend(["--routes", "alone.toml"]);
    let (data, url);
    match place {
        Place::Folder(path) => {
            data = path.to_str().unwrap().to_owned();
            args.extend(["--data", &data]);
        }
        Place::Postgres(of_server) => {
            url = of_server.clone();
            args.extend(["--data", "data", "--database", &url]);
        }
    }
    let _service = Banyan::start(folder.path(), &args, &[]);
    let url = format!("http://{listen}{}", search());
    let found: Value = eventually("the moved catalogue answers", || async {
        let answer = reqwest::get(&url).await.ok()?;
        (answer.status() == 200).then_some(())?;
        answer.json().await.ok()
    })
    .await;
    assert_eq!(found["items"].as_array().unwrap().len(), expected);
}

/// Home → the first place → the next … → home, all ten contexts.
async fn travels(places: &[Place]) {
    let (folder, found) = filled().await;
    let router = StandIn::start();
    let mover = Mover {
        folder: folder.path(),
        router: &router,
        database: None,
    };
    let before = CONTEXTS.map(|context| measured(&mover.home(context)));
    let mut at: Option<&Place> = None;
    for place in places {
        let to = words(place);
        let from = at.and_then(|place| match place {
            Place::Postgres(url) => Some(url.as_str()),
            Place::Folder(_) => None,
        });
        for (context, before) in CONTEXTS.into_iter().zip(&before) {
            let side = Side::new(place.clone(), context);
            router.register(context, side.location(), None);
            let mut args = vec![context, "switch", "--to", &to];
            args.extend(from.iter().flat_map(|url| ["--from", url]));
            let told = mover.moved(&args);
            assert!(told.contains("Writes waited for"), "{told}");
            assert_eq!(measured(&side), *before, "{context} at {to}");
            assert!(
                mover
                    .backends(context)
                    .iter()
                    .all(|backend| backend == context)
            );
        }
        finds(&folder, place, found).await;
        at = Some(place);
    }
    let from = at.into_iter().filter_map(|place| match place {
        Place::Postgres(url) => Some(url.as_str()),
        Place::Folder(_) => None,
    });
    let from: Vec<&str> = from.flat_map(|url| ["--from", url]).collect();
    // a command of the shop is refused there with the owner's name
    let refused = run(
        folder.path(),
        &["export", "products", "--data", "data"],
        &[],
        "",
    );
    assert_eq!(refused.code, Some(1), "{refused:?}");
    let owner = Side::new(at.unwrap().clone(), "catalog");
    assert!(refused.err.contains(owner.location()), "{refused:?}");
    for (context, before) in CONTEXTS.into_iter().zip(&before) {
        mover.moved(&[&[context, "reverse"], &*from].concat());
        assert_eq!(measured(&mover.home(context)), *before, "{context} at home");
        assert!(
            mover
                .backends(context)
                .iter()
                .all(|backend| backend == "module")
        );
        let status = mover.moved(&[context, "status"]);
        assert!(status.contains("shared"), "{status}");
    }
    finds(&folder, &Place::Folder(mover.data()), found).await;
}

fn words(place: &Place) -> String {
    match place {
        Place::Folder(folder) => folder.to_str().unwrap().to_owned(),
        Place::Postgres(url) => url.clone(),
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
    let (folder, _) = filled().await;
    let router = StandIn::start();
    let mover = Mover {
        folder: folder.path(),
        router: &router,
        database: None,
    };
    let there = tempfile::tempdir().unwrap();
    let place = Place::Folder(there.path().join("data"));
    let side = Side::new(place.clone(), "catalog");
    router.register("catalog", side.location(), None);
    let told = mover.moved(&["catalog", "switch", "--to", &words(&place), "--dry-run"]);
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
    assert!(!there.path().join("data").exists());
    assert!(
        mover
            .backends("catalog")
            .iter()
            .all(|backend| backend == "module")
    );
}
