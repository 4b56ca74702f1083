//! Checkouts: one counts when its 201 arrived and it is confirmed at the end of the run. The time is that from the first
//! cart to the last confirmation. Processor time, queries and commits are those of the whole series but the making of its
//! members: one cart filled, one order, a look or two whether it is confirmed, and everything that follows from it.

use std::time::{Duration, Instant};

use hyper::Method;
use serde_json::json;

use crate::client::Client;
use crate::measure::Timed;
use crate::report::Run;
use crate::scenarios::some_skus;
use crate::server::Shop;

const ROUNDS: usize = 40;
const ROUNDS_ALONE: usize = 100;
const PATIENCE: Duration = Duration::from_mins(1);
const LOOK_AGAIN: Duration = Duration::from_millis(20);
const AFTERWARDS: Duration = Duration::from_secs(1);

/// What one buyer got.
struct Bought {
    buyer: Client,
    orders: Vec<String>,
    latencies: Vec<Duration>,
}

pub async fn run(shop: &Shop, database: &str, connections: usize) -> Run {
    let skus = some_skus(shop).await;
    shop.stock_up(&skus).await;
    let mut buyers = Vec::new();
    for n in 0..connections {
        buyers.push(buyer(shop, &format!("{database}-{connections}-{n}")).await);
    }
    let rounds = if connections == 1 {
        ROUNDS_ALONE
    } else {
        ROUNDS
    };
    let before = shop.counters().await;
    let started = Instant::now();
    let tasks: Vec<_> = buyers
        .into_iter()
        .zip(skus.into_iter().cycle())
        .map(|(buyer, sku)| tokio::spawn(buy(buyer, sku, rounds)))
        .collect();
    let mut all = Vec::new();
    for task in tasks {
        all.push(task.await.unwrap());
    }
    for bought in &mut all {
        until_confirmed(bought).await;
    }
    let elapsed = started.elapsed();
    // mails, sales figures and the courier's part come after the confirmation
    tokio::time::sleep(AFTERWARDS).await;
    let latencies = all.into_iter().flat_map(|bought| bought.latencies);
    let timed = Timed {
        latencies: latencies.collect(),
        elapsed,
    };
    timed.into_run(
        (database, "checkout", connections),
        before,
        shop.counters().await,
    )
}

/// Orders as fast as the shop takes them.
async fn buy(mut buyer: Client, sku: String, rounds: usize) -> Bought {
    let (mut orders, mut latencies) = (Vec::new(), Vec::new());
    for round in 0..rounds {
        let path = format!("/api/cart/items/{sku}");
        buyer
            .json(Method::PUT, &path, json!({ "quantity": 1 }))
            .await
            .expect(200);
        let key = round.to_string();
        let headers = [("idempotency-key", key.as_str())];
        let body = order().to_string().into();
        let asked = Instant::now();
        let answer = buyer
            .ask(Method::POST, "/api/orders", &headers, body)
            .await
            .expect(201);
        latencies.push(asked.elapsed());
        orders.push(answer.json()["id"].as_str().unwrap().to_owned());
    }
    Bought {
        buyer,
        orders,
        latencies,
    }
}

async fn until_confirmed(bought: &mut Bought) {
    let deadline = Instant::now() + PATIENCE;
    for order in &bought.orders {
        let path = format!("/api/orders/{order}");
        loop {
            let found = bought.buyer.get(&path).await.expect(200).json();
            match found["status"].as_str() {
                Some("pending") => assert!(Instant::now() < deadline, "{order} is not confirmed"),
                Some("confirmed") => break,
                other => panic!("{order} is {other:?}"),
            }
            tokio::time::sleep(LOOK_AGAIN).await;
        }
    }
}

pub fn order() -> serde_json::Value {
    json!({
        "address": {"recipient": "김반얀", "phone": "010-0000-0001", "postcode": "04524", "line1": "서울시 중구 1", "line2": ""},
        "payment": {"method": "card", "token": "tok_ok"},
    })
}

pub async fn buyer(shop: &Shop, name: &str) -> Client {
    let mut client = shop.client().await;
    let (email, password) = (format!("{name}@example.com"), "a long enough pass phrase");
    let join = json!({ "email": email, "password": password, "name": name });
    client
        .json(Method::POST, "/api/members", join)
        .await
        .expect(201);
    client
        .json(
            Method::POST,
            "/api/session",
            json!({ "email": email, "password": password }),
        )
        .await
        .expect(200);
    client
}
