use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use futures_util::StreamExt as _;
use futures_util::stream;

use super::ledger::Settled;
use super::plan;
use crate::support::{Shopper, Value, json, unique};

const BUYERS: usize = 64;
const ROUNDS: usize = 3;
const STOCKED: i64 = 100_000;
/// So many orders are acknowledged in a round before the shop is killed.
const ACKNOWLEDGED: usize = 40;
/// So many look at the same time what became of their orders.
const LOOKING: usize = 16;

/// A checkout that was begun: with which key, and the order if it was acknowledged.
struct Begun {
    buyer: Shopper,
    key: String,
    token: &'static str,
    order: Option<Value>,
}

#[tokio::test]
async fn killed_amid_sixty_four_checkouts_the_shop_loses_and_doubles_nothing() {
    let mut shop = plan().speed(200).open().await;
    shop.sells("KEEP-1", 7_000, STOCKED).await;
    let buyers = shop.shoppers(BUYERS).await;
    let mut all = Vec::new();
    for _ in 0..ROUNDS {
        let acknowledged = Arc::new(AtomicUsize::new(0));
        let customers = buyers.iter().enumerate().map(|(n, buyer)| {
            let token = if n % 8 == 0 { "tok_declined" } else { "tok_ok" };
            tokio::spawn(shops_until_the_lights_go_out(
                buyer.clone(),
                token,
                acknowledged.clone(),
            ))
        });
        let customers: Vec<_> = customers.collect();
        while acknowledged.load(Ordering::SeqCst) < ACKNOWLEDGED {
            assert!(shop.is_running(), "the shop ended by itself");
            tokio::time::sleep(std::time::Duration::from_millis(2)).await;
        }
        shop.kill();
        for customer in customers {
            all.extend(customer.await.unwrap());
        }
        shop.restart().await;
    }

    let acknowledged = all.iter().filter(|begun| begun.order.is_some()).count();
    assert!(acknowledged >= ROUNDS * ACKNOWLEDGED, "{acknowledged}");
    // everybody looks what became of it: whoever heard nothing asks again with the same key
    let looks = all.iter().map(|begun| async {
        let known = match &begun.order {
            Some(order) => order.clone(),
            None => asks_again(begun).await,
        };
        begun.buyer.sees_order(&known).ends().await
    });
    let ends: Vec<Value> = stream::iter(looks).buffered(LOOKING).collect().await;
    let mut ids: Vec<&str> = ends
        .iter()
        .map(|order| order["id"].as_str().unwrap())
        .collect();
    ids.sort_unstable();
    ids.dedup();
    assert_eq!(ids.len(), all.len(), "every key has its own order");
    for (begun, end) in all.iter().zip(&ends) {
        let expected = if begun.token == "tok_ok" {
            ("delivered", "captured")
        } else {
            ("cancelled", "declined")
        };
        assert_eq!(
            (end["status"].as_str(), end["payment"].as_str()),
            (Some(expected.0), Some(expected.1)),
            "{end:#}"
        );
    }
    let in_books = shop.books().number("orders", "SELECT COUNT(*) FROM orders");
    assert_eq!(
        usize::try_from(in_books).unwrap(),
        all.len(),
        "an order that nobody placed"
    );
    let sold = ends
        .iter()
        .filter(|order| order["status"] == "delivered")
        .count();
    Settled {
        sold: i64::try_from(sold).unwrap(),
        price: 7_000,
        stocked: STOCKED,
        sku: "KEEP-1",
    }
    .holds_in(&shop)
    .await;
}

/// One order after the other; ends with the first request that gets no answer.
async fn shops_until_the_lights_go_out(
    buyer: Shopper,
    token: &'static str,
    acknowledged: Arc<AtomicUsize>,
) -> Vec<Begun> {
    let mut begun = Vec::new();
    loop {
        let Some(put) = buyer.puts("KEEP-1", 1).try_send().await else {
            return begun;
        };
        put.is(200);
        let key = unique();
        let answer = buyer.checks_out(&key, "04524", token).try_send().await;
        let is_dark = answer.is_none();
        // the last order may have emptied the cart a moment after it was filled again: that is no order at all
        let order = match answer {
            Some(answer) if answer.status == 422 => continue,
            Some(answer) => Some(answer.is(201).json()),
            None => None,
        };
        if order.is_some() {
            acknowledged.fetch_add(1, Ordering::SeqCst);
        }
        begun.push(Begun {
            buyer: buyer.clone(),
            key,
            token,
            order,
        });
        if is_dark {
            return begun;
        }
    }
}

async fn asks_again(begun: &Begun) -> Value {
    loop {
        begun.buyer.puts("KEEP-1", 1).await.is(200);
        let answer = begun
            .buyer
            .checks_out(&begun.key, "04524", begun.token)
            .await;
        // an order of the same buyer that was just confirmed has emptied the cart meanwhile
        if answer.status != 422 {
            return answer.is(201).json();
        }
    }
}

#[tokio::test]
async fn when_one_process_dies_another_takes_its_orders_over() {
    let mut shop = plan().speed(200).open().await;
    shop.sells("HEIR-1", 7_000, 50).await;
    let buyers = shop.shoppers(8).await;
    let twin = shop.twin().await;
    // both serve the same shop: what was put into the cart here is ordered there
    let mut orders = Vec::new();
    for (n, buyer) in buyers.iter().enumerate() {
        buyer.puts("HEIR-1", 1).await.is(200);
        let elsewhere = twin.serves(buyer);
        let seller = if n % 2 == 0 { buyer } else { &elsewhere };
        orders.push(seller.orders("tok_ok").await);
    }
    shop.kill();
    for (buyer, order) in buyers.iter().zip(&orders) {
        twin.serves(buyer)
            .sees_order(order)
            .until("delivered")
            .await;
    }
    shop.restart().await;
    drop(twin);
    Settled {
        sold: 8,
        price: 7_000,
        stocked: 50,
        sku: "HEIR-1",
    }
    .holds_in(&shop)
    .await;
}

#[tokio::test]
async fn what_was_acknowledged_before_a_kill_is_there_after_it() {
    let mut shop = plan().speed(200).open().await;
    shop.sells("KEEP-2", 7_000, 50).await;
    let member = shop.shopper().await;
    let key = member.key("열쇠").await;
    let post = json!({ "title": "질문", "body": "있습니다" });
    let post = member
        .post("/api/boards/qna/posts", &post)
        .await
        .is(201)
        .json();
    member.puts("KEEP-2", 2).await.is(200);
    shop.kill();
    shop.restart().await;
    key.get("/api/members/me").await.is(200);
    member.get("/api/members/me").await.is(200);
    member
        .get(&format!(
            "/api/boards/qna/posts/{}",
            post["id"].as_str().unwrap()
        ))
        .await
        .is(200);
    assert_eq!(member.has_in_cart().await, [("KEEP-2".to_owned(), 2)]);
    assert_eq!(shop.available("KEEP-2").await, 50);
}
