use std::time::{Duration, Instant};

use super::shop;
use crate::support::{TestShop, words};

#[tokio::test]
async fn a_declined_card_cancels_the_order_and_keeps_the_cart() {
    let shop = shop().await;
    shop.sells("CARD-1", 5_000, 10).await;
    let buyer = shop.shopper().await;
    buyer.puts("CARD-1", 3).await.is(200);
    let order = buyer.orders("tok_declined").await;
    let order = buyer.sees_order(&order).until("cancelled").await;
    assert_eq!(order["payment"], "declined");
    assert_eq!(words(&order).last().unwrap(), "cancelled");
    assert_eq!(
        buyer.has_in_cart().await,
        [("CARD-1".to_owned(), 3)],
        "the cart is kept"
    );
    assert_eq!(
        shop.available("CARD-1").await,
        10,
        "the units are free again"
    );
    assert_eq!(revenue(&shop), 0);
    let order = buyer.orders("tok_ok").await;
    buyer.sees_order(&order).until("delivered").await;
    assert_eq!(revenue(&shop), 15_000);
}

#[tokio::test]
async fn flaky_slow_and_silent_cards_pay_once() {
    let shop = shop().await;
    shop.sells("CARD-2", 5_000, 10).await;
    let tokens = ["tok_flaky", "tok_slow", "tok_silent"];
    let begun = Instant::now();
    let buyers = shop.shoppers(tokens.len()).await;
    let pay = buyers.iter().zip(tokens).map(|(buyer, token)| async move {
        let order = buyer.buys("CARD-2", token).await;
        let order = buyer.sees_order(&order).until("delivered").await;
        assert_eq!(order["payment"], "captured", "{token}: {order:#}");
    });
    futures_util::future::join_all(pay).await;
    assert!(
        begun.elapsed() < Duration::from_secs(40),
        "settled within 30 s by asking"
    );
    assert_eq!(shop.available("CARD-2").await, 7);
    assert_eq!(revenue(&shop), 15_000);
}

#[tokio::test]
async fn a_card_that_nobody_knows_pays_nothing() {
    let shop = shop().await;
    shop.sells("CARD-3", 5_000, 10).await;
    let buyer = shop.shopper().await;
    buyer.puts("CARD-3", 1).await.is(200);
    let answer = buyer
        .checks_out("unknown", "04524", "tok_of_a_stranger")
        .await;
    if answer.status == 201 {
        let order = buyer.sees_order(&answer.json()).until("cancelled").await;
        assert_eq!(order["payment"], "declined");
    } else {
        answer.problem(422);
    }
    assert_eq!(revenue(&shop), 0);
}

/// Won that were earned and not given back, from the ledger. Fails when the books do not balance.
pub fn revenue(shop: &TestShop) -> i64 {
    let books = shop.books();
    assert_eq!(
        books.number("payments", "SELECT SUM(amount) FROM ledger_entries"),
        0,
        "money was made or lost"
    );
    let unbalanced = "SELECT COUNT(*) FROM (SELECT order_id FROM ledger_entries GROUP BY order_id, step \
                      HAVING SUM(amount) <> 0) AS bad";
    assert_eq!(
        books.number("payments", unbalanced),
        0,
        "a step does not balance"
    );
    let of = |step: &str| {
        books.number(
            "payments",
            &format!("SELECT SUM(amount) FROM sandbox_log WHERE step = '{step}'"),
        )
    };
    of("capture") - of("refund")
}
