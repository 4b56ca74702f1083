//! `kill -9` after every step, in both directions, while the data is written at either end.

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use platform::db::transfer::Side;

use crate::Mover;
use crate::router::StandIn;
use crate::support::{Banyan, Caller, Place, TestShop, Value, eventually, free_port, json};

const WRITERS: usize = 4;

/// Where the last write of each SKU that was acknowledged stands.
type Acknowledged = Arc<Mutex<BTreeMap<String, i64>>>;

/// States ever higher counts, each at whichever end takes it, until told to stop. An answer that is no yes means nothing.
async fn write_on(ends: [Caller; 2], sku: String, told: Acknowledged, stop: Arc<AtomicBool>) {
    for count in 1.. {
        for end in ends.iter().cycle() {
            if stop.load(Ordering::SeqCst) {
                return;
            }
            let call = json!({
                "rows": [{ "sku": sku, "on_hand": count }], "reason": "counted", "who": "test",
            });
            let answer = end
                .post("/internal/stock/put-on-hand", &call)
                .try_send()
                .await;
            if answer.is_some_and(|answer| answer.status == 200) {
                told.lock().unwrap().insert(sku.clone(), count);
                break;
            }
            tokio::time::sleep(Duration::from_millis(2)).await;
        }
    }
}

/// All that was acknowledged before now is there, or something later of the same writer.
async fn nothing_is_lost(at: &Caller, told: &Acknowledged, when: &str) {
    let before = told.lock().unwrap().clone();
    let skus: Vec<&String> = before.keys().collect();
    let rows: Value = eventually("the owner answers", || async {
        let call = json!({ "skus": skus });
        let answer = at
            .post("/internal/stock/on-hand-of", &call)
            .try_send()
            .await?;
        (answer.status == 200).then(|| answer.json())
    })
    .await;
    let rows: BTreeMap<&str, i64> = rows
        .as_array()
        .unwrap()
        .iter()
        .map(|row| {
            (
                row["sku"].as_str().unwrap(),
                row["on_hand"].as_i64().unwrap(),
            )
        })
        .collect();
    for (sku, count) in &before {
        let there = rows.get(sku.as_str()).copied().unwrap_or_default();
        assert!(there >= *count, "{when}: {sku} was {count} and is {there}");
    }
}

async fn more_is_written(told: &Acknowledged) {
    let sum = || told.lock().unwrap().values().sum::<i64>();
    let before = sum();
    eventually("writes go on", || async { (sum() > before).then_some(()) }).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn killed_after_any_step_every_acknowledged_write_is_there() {
    killed_after_any_step(Place::Sqlite).await;
}

#[cfg(feature = "postgres-tests")]
#[tokio::test(flavor = "multi_thread")]
async fn on_postgres_killed_after_any_step_every_acknowledged_write_is_there() {
    killed_after_any_step(Place::Postgres).await;
}

/// The shop is at `place`, the service on SQLite.
async fn killed_after_any_step(place: Place) {
    let shop = TestShop::on(place).await;
    let data = shop.data();
    let folder = data.parent().unwrap();
    let router = StandIn::start();
    let mover = Mover {
        folder,
        router: &router,
        database: shop.database().map(str::to_owned),
    };
    let there = folder.join("there");
    let port = free_port();
    let (_service, service) = serve(folder, port, &shop).await;
    let side = Side::new(platform::db::Place::Folder(there.clone()), "stock");
    router.register(
        "stock",
        side.location(),
        Some(&format!("http://127.0.0.1:{port}")),
    );

    let told = Acknowledged::default();
    let stop = Arc::new(AtomicBool::new(false));
    let writers: Vec<_> = (0..WRITERS)
        .map(|n| {
            let ends = [shop.neighbour(), service.clone()];
            tokio::spawn(write_on(ends, format!("W-{n}"), told.clone(), stop.clone()))
        })
        .collect();
    let to = there.to_str().unwrap();
    let home = shop.neighbour();
    let steps = steps();
    assert!(steps.len() >= 7, "{steps:?}");
    for step in &steps {
        more_is_written(&told).await;
        for (args, owner) in [
            (&["stock", "switch", "--to", to][..], &service),
            (&["stock", "reverse"], &home),
        ] {
            let killed = mover.moves(args, &[("FAILPOINTS", &format!("{step}=return"))]);
            assert_eq!(killed.code, None, "{step}: {killed:?}");
            // what is half done completes itself where the source can be looked into, and says how where it cannot
            if place == Place::Sqlite {
                more_is_written(&told).await;
            }
            mover.moved(&["stock", "status"]);
            mover.moved(args);
            nothing_is_lost(owner, &told, &format!("{step}, {args:?}")).await;
            more_is_written(&told).await;
        }
        assert_eq!(mover.backends("stock"), ["module"]);
    }
    stop.store(true, Ordering::SeqCst);
    for writer in writers {
        writer.await.unwrap();
    }
    nothing_is_lost(&home, &told, "at the end").await;
}

/// The service at the other end.
async fn serve(folder: &Path, port: u16, shop: &TestShop) -> (Banyan, Caller) {
    let listen = format!("127.0.0.1:{port}");
    let mut args = vec!["serve", "--only", "stock", "--data", "there"];
    args.extend(["--service-key", "data/service.key", "--listen", &listen]);
    args.extend(["--management", "127.0.0.1:0"]);
    let process = Banyan::start(folder, &args, &[]);
    let service = Caller::new(reqwest::Client::new(), format!("http://{listen}"))
        .with_key(&shop.service_key());
    eventually("the service listens", || async {
        service.get("/livez").try_send().await
    })
    .await;
    (process, service)
}

/// The names of the steps, from the source itself: none can be forgotten.
fn steps() -> Vec<String> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("src/commands/moving");
    let mut steps = Vec::new();
    for file in std::fs::read_dir(folder).unwrap() {
        let source = std::fs::read_to_string(file.unwrap().path()).unwrap();
        let names = source.split('"').filter(|text| {
            text.strip_prefix("move::")
                .is_some_and(|step| step.bytes().all(|b| b.is_ascii_lowercase() || b == b'_'))
        });
        for name in names {
            if !steps.contains(&name.to_owned()) {
                steps.push(name.to_owned());
            }
        }
    }
    steps
}
