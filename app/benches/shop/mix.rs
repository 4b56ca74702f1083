//! The shop's request mix (home 1, list 4, product 10, cart 3, add 2, checkout 1) while contexts answer from processes of
//! their own: processor time of all processes per request, and how long people wait, beside the shop in one process.
//! The layouts take turns, so that whatever else the machine does hits all alike.

use std::time::{Duration, Instant};

use hyper::Method;
use serde::Serialize;
use serde_json::json;

use crate::checkout::{buyer, order};
use crate::client::Client;
use crate::scenarios::some_skus;
use crate::server::{Database, Shop};

const LAYOUTS: [(&str, &[&str]); 4] = [
    ("merged", &[]),
    ("catalog", &["catalog"]),
    ("catalog+stock+payments", &["catalog", "stock", "payments"]),
    (
        "one process per context",
        &[
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
        ],
    ),
];
const BUYERS: usize = 8;
const ROUNDS: usize = 3;
const TIME: Duration = Duration::from_secs(5);
/// What follows from the orders of a round belongs to it.
const AFTERWARDS: Duration = Duration::from_secs(1);
const FILE: &str = "bench-mix.json";

#[derive(Clone, Copy)]
enum Step {
    Home,
    List,
    Product,
    Cart,
    Add,
    Checkout,
}

/// One shopper's walk: everything is added before it is ordered.
const WALK: [Step; 21] = {
    use Step::{Add, Cart, Checkout, Home, List, Product};
    [
        Home, List, Product, Product, Product, Add, Cart, List, Product, Product, Product, List,
        Product, Product, Add, Cart, Product, List, Product, Cart, Checkout,
    ]
};

struct Layout {
    name: &'static str,
    shop: Shop,
    buyers: Vec<Client>,
    skus: Vec<String>,
    latencies: Vec<Duration>,
    cpu_ms: f64,
}

#[derive(Serialize)]
struct Line {
    layout: &'static str,
    requests: usize,
    cpu_ms: f64,
    p50_ms: f64,
    p99_ms: f64,
    rss_mib: f64,
}

pub async fn bench(products: u32) {
    println!(
        "{products} products, {BUYERS} shoppers, SQLite; {ROUNDS} rounds of {TIME:?} each, in turns\n"
    );
    let mut layouts = Vec::new();
    for (name, contexts) in LAYOUTS {
        let mut shop = Shop::start(&Database::Sqlite, products);
        shop.extract(contexts).await;
        let skus = some_skus(&shop).await;
        shop.stock_up(&skus).await;
        let mut buyers = Vec::new();
        for n in 0..BUYERS {
            buyers.push(buyer(&shop, &format!("mix-{n}")).await);
        }
        layouts.push(Layout {
            name,
            shop,
            buyers,
            skus,
            latencies: Vec::new(),
            cpu_ms: 0.0,
        });
    }
    for round in 0..ROUNDS {
        for layout in &mut layouts {
            layout.round(round).await;
        }
    }
    let lines: Vec<Line> = layouts.iter_mut().map(Layout::line).collect();
    print(&lines);
    let folder = std::env::var("CARGO_TARGET_TMPDIR")
        .unwrap_or_else(|_| env!("CARGO_TARGET_TMPDIR").to_owned());
    let path = std::path::Path::new(&folder).join(FILE);
    std::fs::write(&path, serde_json::to_string_pretty(&lines).unwrap()).unwrap();
    println!("written to {}", path.display());
}

impl Layout {
    async fn round(&mut self, round: usize) {
        let before = self.shop.counters().await.cpu_ms;
        let until = Instant::now() + TIME;
        let walks: Vec<_> = std::mem::take(&mut self.buyers)
            .into_iter()
            .enumerate()
            .map(|(n, buyer)| {
                let name = format!("{round}-{n}");
                tokio::spawn(walk(buyer, self.skus.clone(), (name, n), until))
            })
            .collect();
        for walk in walks {
            let (buyer, latencies) = walk.await.unwrap();
            self.buyers.push(buyer);
            self.latencies.extend(latencies);
        }
        tokio::time::sleep(AFTERWARDS).await;
        self.cpu_ms += self.shop.counters().await.cpu_ms - before;
    }

    fn line(&mut self) -> Line {
        self.latencies.sort_unstable();
        let count = self.latencies.len();
        let at = |share: f64| {
            self.latencies[((count - 1) as f64 * share) as usize].as_secs_f64() * 1000.0
        };
        Line {
            layout: self.name,
            requests: count,
            cpu_ms: self.cpu_ms / count as f64,
            p50_ms: at(0.5),
            p99_ms: at(0.99),
            rss_mib: self.shop.rss_mib(),
        }
    }
}

/// Whole walks until the time is up.
async fn walk(
    mut buyer: Client,
    skus: Vec<String>,
    (name, first): (String, usize),
    until: Instant,
) -> (Client, Vec<Duration>) {
    let (mut latencies, mut n) = (Vec::new(), first);
    while Instant::now() < until {
        for (at, step) in WALK.into_iter().enumerate() {
            let sku = &skus[(n + at) % skus.len()];
            let asked = Instant::now();
            match step {
                Step::Home => drop(buyer.get("/").await.expect(200)),
                Step::List => drop(buyer.get("/products").await.expect(200)),
                Step::Product => drop(buyer.get(&format!("/products/{sku}")).await.expect(200)),
                Step::Cart => drop(buyer.get("/cart").await.expect(200)),
                Step::Add => {
                    let path = format!("/api/cart/items/{sku}");
                    let one = json!({ "quantity": 1 });
                    drop(buyer.json(Method::PUT, &path, one).await.expect(200));
                }
                Step::Checkout => {
                    let key = format!("{name}-{n}");
                    let headers = [("idempotency-key", key.as_str())];
                    let body = order().to_string().into();
                    let asked = buyer.ask(Method::POST, "/api/orders", &headers, body);
                    drop(asked.await.expect(201));
                }
            }
            latencies.push(asked.elapsed());
        }
        n += 1;
    }
    (buyer, latencies)
}

fn print(lines: &[Line]) {
    let merged = &lines[0];
    println!(
        "{:<26} {:>9} {:>8} {:>7} {:>8} {:>7} {:>8} {:>7} {:>8}",
        "layout", "requests", "CPU-ms", "ratio", "p50 ms", "ratio", "p99 ms", "ratio", "RSS MiB"
    );
    for line in lines {
        println!(
            "{:<26} {:>9} {:>8.3} {:>7.2} {:>8.2} {:>7.2} {:>8.2} {:>7.2} {:>8.0}",
            line.layout,
            line.requests,
            line.cpu_ms,
            line.cpu_ms / merged.cpu_ms,
            line.p50_ms,
            line.p50_ms / merged.p50_ms,
            line.p99_ms,
            line.p99_ms / merged.p99_ms,
            line.rss_mib
        );
    }
}
