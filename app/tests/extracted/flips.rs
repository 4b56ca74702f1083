//! Flips while people shop: nothing fails, nothing is answered by the wrong side, no order is lost or doubled.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Instant;

use crate::support::{Place, Plan, Shopper, TestShop, json};

/// `BANYAN_TEST_FLIPS` says otherwise; the figure is 2,000.
const FLIPS: u64 = 300;
const READERS: usize = 4;
const BUYERS: usize = 3;

/// One answer: when its request began, and which side gave it.
struct Seen {
    begun: Instant,
    side: String,
}

fn flips() -> u64 {
    std::env::var("BANYAN_TEST_FLIPS").map_or(FLIPS, |count| count.parse().unwrap())
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn flips_by_file_command_and_console_in_turn_are_noticed_by_nobody() {
    let shop = Plan::on(Place::Sqlite).open().await;
    shop.sells("BOWL-1", 12_900, 100_000).await;
    let _service = shop.extracts(&["catalog"]).await;
    // from when on which side answers
    let mut effects: Vec<(Instant, &str)> = vec![(Instant::now(), "module")];
    let over = Arc::new(AtomicBool::new(false));
    let readers: Vec<_> = (0..READERS)
        .map(|n| tokio::spawn(reads(shop.guest(), n, over.clone())))
        .collect();
    let mut buyers = Vec::new();
    for buyer in shop.shoppers(BUYERS).await {
        buyers.push((buyer.clone(), tokio::spawn(buys(buyer, over.clone()))));
    }

    let probe = shop.guest();
    let mut uncertain: Vec<(Instant, Instant)> = Vec::new();
    for n in 0..flips() {
        let to = if n % 2 == 0 { "catalog" } else { "module" };
        let begun = Instant::now();
        flip(&shop, n, to).await;
        let now = Instant::now();
        uncertain.push((begun, now));
        effects.push((now, to));
        // from the moment the flip has returned on
        let answer = probe.get("/api/products").await.is(200);
        assert_eq!(answer.header("x-banyan-backend"), Some(to));
    }
    over.store(true, Ordering::Relaxed);

    let mut counted: BTreeMap<String, u64> = BTreeMap::new();
    for reader in readers {
        for seen in reader.await.unwrap() {
            let in_between = uncertain
                .iter()
                .any(|(from, to)| (*from..=*to).contains(&seen.begun));
            if !in_between {
                let expected = effects.iter().rev().find(|(at, _)| *at <= seen.begun);
                assert_eq!(expected.map(|(_, side)| *side), Some(seen.side.as_str()));
            }
            *counted.entry(seen.side).or_default() += 1;
        }
    }
    assert!(counted.len() == 2, "{counted:?}");
    let mut placed = 0;
    for (buyer, task) in buyers {
        let mine = task.await.unwrap();
        placed += mine.len();
        let listed = buyer.order_list_settles(mine.len().min(100)).await;
        assert!(listed.iter().all(|id| mine.contains(id)));
    }
    let left = shop.available("BOWL-1").await;
    assert_eq!(left, 100_000 - i64::try_from(placed).unwrap());
    eprintln!(
        "{} flips, {placed} orders, answers by side: {counted:?}",
        flips()
    );
}

/// By the three ways in turn; returns when it is in effect.
async fn flip(shop: &TestShop, n: u64, to: &str) {
    match n % 3 {
        0 => drop(shop.sets_route("catalog_api", to)),
        1 => {
            let set = ["route", "set", "catalog_api", to, "--why", "a test"];
            let done = shop.command(&set, "");
            assert_eq!(done.code, Some(0), "{done:?}");
        }
        _ => {
            let flip = json!({ "backend": to, "why": "a test" });
            let admin = shop.admin().await;
            admin.put("/api/routes/catalog_api", &flip).await.is(200);
        }
    }
    shop.routes_as_written().await;
}

async fn reads(guest: crate::support::Caller, n: usize, over: Arc<AtomicBool>) -> Vec<Seen> {
    let path = ["/api/products", "/api/products/BOWL-1"][n % 2];
    let mut seen = Vec::new();
    while !over.load(Ordering::Relaxed) {
        let begun = Instant::now();
        let answer = guest.get(path).await.is(200);
        let side = answer.header("x-banyan-backend").unwrap().to_owned();
        seen.push(Seen { begun, side });
    }
    seen
}

/// Changes the cart and orders, again and again; the ids of all orders that were acknowledged.
async fn buys(buyer: Shopper, over: Arc<AtomicBool>) -> Vec<String> {
    let mut placed = Vec::new();
    while !over.load(Ordering::Relaxed) {
        buyer.puts("BOWL-1", 3).await.is(200);
        buyer.puts("BOWL-1", 1).await.is(200);
        let order = buyer.orders("tok_ok").await;
        let order = buyer.sees_order(&order).until("confirmed").await;
        placed.push(order["id"].as_str().unwrap().to_owned());
    }
    placed
}
