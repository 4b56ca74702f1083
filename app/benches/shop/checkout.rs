//! Checkouts: one counts when its 201 arrived and it is confirmed at the end of the run. The time is that of ordering until
//! the last of a round is confirmed. Processor time, queries and commits are those of the whole series but the making of
//! its members: one cart filled, one order, a look or two whether it is confirmed, and everything that follows from it.

use std::time::{Duration, Instant};

use hyper::Method;
use serde_json::json;

use crate::client::Client;
use crate::measure::Timed;
use crate::report::Run;
use crate::scenarios::some_skus;
use crate::server::Shop;

const ROUNDS: usize = 8;
const PATIENCE: Duration = Duration::from_mins(1);
const AFTERWARDS: Duration = Duration::from_secs(1);

pub async fn run(shop: &Shop, database: &str, connections: usize) -> Run {
    let skus = some_skus(shop).await;
    shop.stock_up(&skus).await;
    let mut buyers = Vec::new();
    for n in 0..connections {
        buyers.push(buyer(shop, &format!("{database}-{connections}-{n}")).await);
    }
    let rounds = if connections == 1 { 100 } else { ROUNDS };
    let mut total = Timed {
        latencies: Vec::new(),
        elapsed: Duration::ZERO,
    };
    let before = shop.counters().await;
    for round in 0..rounds {
        for (buyer, sku) in buyers.iter_mut().zip(skus.iter().cycle()) {
            let path = format!("/api/cart/items/{sku}");
            buyer
                .json(Method::PUT, &path, json!({ "quantity": 1 }))
                .await
                .expect(200);
        }
        let started = Instant::now();
        let (back, orders) = all_order(buyers, round, &mut total.latencies).await;
        buyers = back;
        until_confirmed(&mut buyers, &orders).await;
        total.elapsed += started.elapsed();
    }
    // mails, sales figures and the courier's part come after the confirmation
    tokio::time::sleep(AFTERWARDS).await;
    total.into_run(
        (database, "checkout", connections),
        before,
        shop.counters().await,
    )
}

async fn all_order(
    buyers: Vec<Client>,
    round: usize,
    latencies: &mut Vec<Duration>,
) -> (Vec<Client>, Vec<String>) {
    let tasks: Vec<_> = buyers
        .into_iter()
        .enumerate()
        .map(|(n, mut buyer)| {
            tokio::spawn(async move {
                let asked = Instant::now();
                let key = format!("{round}-{n}");
                let headers = [("idempotency-key", key.as_str())];
                let body = order().to_string().into();
                let answer = buyer
                    .ask(Method::POST, "/api/orders", &headers, body)
                    .await
                    .expect(201);
                (
                    buyer,
                    answer.json()["id"].as_str().unwrap().to_owned(),
                    asked.elapsed(),
                )
            })
        })
        .collect();
    let (mut buyers, mut orders) = (Vec::new(), Vec::new());
    for task in tasks {
        let (buyer, order, took) = task.await.unwrap();
        buyers.push(buyer);
        orders.push(order);
        latencies.push(took);
    }
    (buyers, orders)
}

async fn until_confirmed(buyers: &mut [Client], orders: &[String]) {
    let deadline = Instant::now() + PATIENCE;
    for (buyer, order) in buyers.iter_mut().zip(orders) {
        loop {
            let found = buyer
                .get(&format!("/api/orders/{order}"))
                .await
                .expect(200)
                .json();
            match found["status"].as_str() {
                Some("pending") => assert!(Instant::now() < deadline, "{order} is not confirmed"),
                Some("confirmed") => break,
                other => panic!("{order} is {other:?}"),
            }
            tokio::time::sleep(Duration::from_millis(2)).await;
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
