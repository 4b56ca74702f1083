//! People at the shop's address while data moves: they change carts, state stock, order and read.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use tokio::task::JoinHandle;
use tokio_util::sync::CancellationToken;

use crate::ledger::Settled;
use crate::support::{Answer, Ask, Shopper, TestShop, eventually, json, unique};

/// What the buyers buy, one at a time.
pub const SOLD: &str = "SOLD-1";
const PRICE: i64 = 7_000;
const STOCKED: i64 = 100_000;
const BUYERS: usize = 2;
const CARTS: usize = 2;
const COUNTERS: usize = 3;
const READERS: usize = 2;
/// What a person who is told to come again waits at least.
const AGAIN: Duration = Duration::from_millis(20);

/// What was acknowledged, and what was refused.
#[derive(Default)]
struct Told {
    /// By SKU, the last count that was acknowledged.
    counts: BTreeMap<String, i64>,
    orders: Vec<(usize, String)>,
    /// The contexts whose data moves, while and soon after they do.
    moving: Vec<&'static str>,
    /// 503s, by context.
    refused: BTreeMap<&'static str, u64>,
    answered: u64,
}

pub struct Load {
    told: Arc<Mutex<Told>>,
    over: CancellationToken,
    buyers: Vec<Shopper>,
    carts: Vec<JoinHandle<(Shopper, u32)>>,
    tasks: Vec<JoinHandle<()>>,
}

#[derive(Clone)]
struct Hand {
    told: Arc<Mutex<Told>>,
    over: CancellationToken,
}

impl Load {
    pub async fn on(shop: &TestShop) -> Self {
        shop.sells(SOLD, PRICE, STOCKED).await;
        let hand = Hand {
            told: Arc::default(),
            over: CancellationToken::new(),
        };
        let buyers = shop.shoppers(BUYERS).await;
        let mut tasks = Vec::new();
        for (n, buyer) in buyers.iter().cloned().enumerate() {
            tasks.push(tokio::spawn(hand.clone().buys(buyer, n)));
        }
        let admin = shop.admin().await;
        for n in 0..COUNTERS {
            tasks.push(tokio::spawn(hand.clone().counts(admin.clone(), n)));
        }
        for _ in 0..READERS {
            tasks.push(tokio::spawn(hand.clone().reads(shop.stranger())));
        }
        let mut carts = Vec::new();
        for member in shop.shoppers(CARTS).await {
            carts.push(tokio::spawn(hand.clone().fills(member)));
        }
        Self {
            told: hand.told,
            over: hand.over,
            buyers,
            carts,
            tasks,
        }
    }

    /// Only writes of these contexts may be told to come again.
    pub fn may_pause(&self, contexts: &[&'static str]) {
        self.told.lock().unwrap().moving = contexts.to_vec();
    }

    /// Each kind of write is acknowledged again, and orders go on. Fails when somebody gave up.
    pub async fn goes_on(&self) {
        let now = || {
            let told = self.told.lock().unwrap();
            (told.counts.values().sum::<i64>(), told.orders.len())
        };
        let before = now();
        eventually("counts and orders are taken again", || async {
            let now = now();
            let gone = self.tasks.iter().any(JoinHandle::is_finished);
            assert!(!gone, "somebody gave up");
            (now.0 > before.0 && now.1 > before.1).then_some(())
        })
        .await;
    }

    /// Counts are taken again.
    pub async fn counts_go_on(&self) {
        let sum = || self.told.lock().unwrap().counts.values().sum::<i64>();
        let before = sum();
        eventually("counts are taken again", || async {
            (sum() > before).then_some(())
        })
        .await;
    }

    /// All counts that were acknowledged before now are there, or something later of the same hand.
    pub async fn counts_are_there(&self, shop: &TestShop, when: &str) {
        let before = self.told.lock().unwrap().counts.clone();
        for (sku, count) in before {
            let there = counted(shop, &sku).await;
            assert!(there >= count, "{when}: {sku} was {count} and is {there}");
        }
    }

    /// Everyone stops; then everything that was acknowledged is there, and the books add up.
    pub async fn ends_well(self, shop: &TestShop) {
        self.over.cancel();
        for task in self.tasks {
            task.await.unwrap();
        }
        for cart in self.carts {
            let (member, quantity) = cart.await.unwrap();
            let expected = [(SOLD.to_owned(), i64::from(quantity))];
            assert_eq!(member.has_in_cart().await, expected);
        }
        let (counts, orders, refused, answered) = {
            let told = self.told.lock().unwrap();
            let (counts, orders) = (told.counts.clone(), told.orders.clone());
            (counts, orders, told.refused.clone(), told.answered)
        };
        for (sku, count) in counts {
            let there = counted(shop, &sku).await;
            assert!(there >= count, "{sku} was {count} and is {there}");
        }
        for (buyer, id) in &orders {
            let order = json!({ "id": id });
            let buyer = &self.buyers[*buyer];
            buyer.sees_order(&order).until("delivered").await;
        }
        for (n, buyer) in self.buyers.iter().enumerate() {
            let mine = orders.iter().filter(|(buyer, _)| *buyer == n).count();
            if mine <= 100 {
                buyer.order_list_settles(mine).await;
            }
        }
        eprintln!(
            "{} orders, {answered} answers, told to come again: {refused:?}",
            orders.len()
        );
        Settled {
            sold: i64::try_from(orders.len()).unwrap(),
            price: PRICE,
            stocked: STOCKED,
            sku: SOLD,
        }
        .holds_in(shop)
        .await;
    }
}

async fn counted(shop: &TestShop, sku: &str) -> i64 {
    let path = format!("/api/admin/stock/{sku}");
    let item = shop.admin().await.get(&path).await.is(200).json();
    item["on_hand"].as_i64().unwrap()
}

impl Hand {
    fn is_over(&self) -> bool {
        self.over.is_cancelled()
    }

    /// A write of `context`, again and again until it is taken.
    async fn writes(&self, context: &'static str, ask: impl Fn() -> Ask) -> Answer {
        loop {
            let answer = ask().await;
            self.told.lock().unwrap().answered += 1;
            if answer.status != 503 {
                return answer;
            }
            self.is_refused(context, &answer);
            tokio::time::sleep(AGAIN).await;
        }
    }

    fn is_refused(&self, context: &'static str, answer: &Answer) {
        let mut told = self.told.lock().unwrap();
        assert!(answer.header("retry-after").is_some(), "{answer:?}");
        assert!(told.moving.contains(&context), "{context}: {answer:?}");
        *told.refused.entry(context).or_default() += 1;
    }

    async fn counts(self, admin: Shopper, n: usize) {
        let sku = format!("COUNT-{n}");
        let path = format!("/api/admin/stock/{sku}");
        for count in 1.. {
            if self.is_over() {
                return;
            }
            let body = json!({ "on_hand": count, "reason": "counted" });
            let put = self.writes("stock", || admin.put(&path, &body)).await;
            put.is(200);
            self.told.lock().unwrap().counts.insert(sku.clone(), count);
        }
    }

    /// Answers with what was acknowledged last.
    async fn fills(self, member: Shopper) -> (Shopper, u32) {
        let mut acknowledged = 0;
        for n in 1.. {
            let quantity = n % 90 + 1;
            if self.is_over() {
                break;
            }
            let put = self.writes("cart", || member.puts(SOLD, quantity)).await;
            put.is(200);
            acknowledged = quantity;
        }
        (member, acknowledged)
    }

    async fn buys(self, buyer: Shopper, n: usize) {
        while !self.is_over() {
            let put = self.writes("cart", || buyer.puts(SOLD, 1)).await;
            put.is(200);
            let key = unique();
            let order = loop {
                let checks_out = || buyer.checks_out(&key, "04524", "tok_ok");
                let answer = self.writes("orders", checks_out).await;
                // the first attempt with this key is still on its way
                if answer.status != 409 {
                    break answer.is(201).json();
                }
            };
            let id = order["id"].as_str().unwrap().to_owned();
            self.told.lock().unwrap().orders.push((n, id));
            // what was ordered leaves the cart before
            buyer.sees_order(&order).until("delivered").await;
        }
    }

    /// Reads never fail, whatever moves.
    async fn reads(self, guest: Shopper) {
        let product = format!("/api/products/{SOLD}");
        let page = format!("/products/{SOLD}");
        while !self.is_over() {
            for path in ["/api/products", &product, &page, "/api/cart", "/boards/qna"] {
                guest.get(path).await.is(200);
                self.told.lock().unwrap().answered += 1;
            }
        }
    }
}
