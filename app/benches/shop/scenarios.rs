use std::time::Duration;

use hyper::Method;

use crate::client::Client;
use crate::measure::for_a_while;
use crate::report::Run;
use crate::server::{Empty, Shop};

const WARM: Duration = Duration::from_millis(500);
const TIME: Duration = Duration::from_secs(3);

pub async fn empty(empty: &Empty, connections: usize) -> Run {
    let clients = clients(&empty.host, connections).await;
    let before = empty.counters();
    let timed = for_a_while(clients, TIME, |mut client: Client, _| async move {
        client.get("/").await.expect(200);
        client
    });
    timed.await.into_run(
        ("–", "empty handler", connections),
        before,
        empty.counters(),
    )
}

pub async fn reads(shop: &Shop, database: &str, connections: usize) -> Vec<Run> {
    let skus = some_skus(shop).await;
    let search = "/products?q=%EC%9C%A0%EA%B8%B0";
    let pages: Vec<(&str, Vec<String>)> = vec![
        ("home", vec!["/".to_owned()]),
        ("product list", vec!["/products".to_owned()]),
        (
            "product page",
            skus.iter().map(|sku| format!("/products/{sku}")).collect(),
        ),
        (
            "product JSON",
            skus.iter()
                .map(|sku| format!("/api/products/{sku}"))
                .collect(),
        ),
        ("Korean search", vec![search.to_owned()]),
    ];
    let mut runs = Vec::new();
    for (name, paths) in pages {
        read(shop, &paths, (connections, WARM)).await;
        let before = shop.counters().await;
        let timed = read(shop, &paths, (connections, TIME)).await;
        runs.push(timed.into_run((database, name, connections), before, shop.counters().await));
    }
    runs
}

pub async fn add_to_cart(shop: &Shop, database: &str, connections: usize) -> Run {
    let skus = some_skus(shop).await;
    let clients = clients(&shop.host, connections).await;
    let before = shop.counters().await;
    let timed = for_a_while(clients, TIME, move |mut client: Client, n| {
        let path = format!("/api/cart/items/{}", skus[n % skus.len()]);
        let body = serde_json::json!({ "quantity": 1 + n % 2 });
        async move {
            client.json(Method::PUT, &path, body).await.expect(200);
            client
        }
    });
    timed.await.into_run(
        (database, "add to cart", connections),
        before,
        shop.counters().await,
    )
}

/// Products of which there are plenty.
pub async fn some_skus(shop: &Shop) -> Vec<String> {
    let list = shop
        .client()
        .await
        .get("/api/products?limit=100&sort=newest")
        .await
        .expect(200)
        .json();
    let items = list["items"]
        .as_array()
        .unwrap()
        .iter()
        .filter(|item| item["available"].as_i64().unwrap_or(0) > 2);
    items
        .take(20)
        .map(|item| item["sku"].as_str().unwrap().to_owned())
        .collect()
}

pub async fn clients(host: &str, connections: usize) -> Vec<Client> {
    let mut all = Vec::new();
    for _ in 0..connections {
        all.push(Client::connect(host).await);
    }
    all
}

async fn read(
    shop: &Shop,
    paths: &[String],
    (connections, time): (usize, Duration),
) -> crate::measure::Timed {
    let paths = paths.to_vec();
    let clients = clients(&shop.host, connections).await;
    for_a_while(clients, time, move |mut client: Client, n| {
        let path = paths[n % paths.len()].clone();
        async move {
            client.get(&path).await.expect(200);
            client
        }
    })
    .await
}
