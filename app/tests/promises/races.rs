use futures_util::future::join_all;

use super::ledger::Settled;
use super::plan;
use crate::support::unique;

const BUYERS: usize = 100;
const UNITS: i64 = 10;

#[tokio::test]
async fn a_hundred_buyers_race_for_ten_units_and_ten_get_one() {
    let shop = plan().speed(200).open().await;
    shop.sells("RARE-1", 30_000, UNITS).await;
    let buyers = shop.shoppers(BUYERS).await;
    join_all(
        buyers
            .iter()
            .map(|buyer| async { drop(buyer.puts("RARE-1", 1).await.is(200)) }),
    )
    .await;
    let orders = join_all(buyers.iter().map(|buyer| buyer.orders("tok_ok"))).await;
    let ends = join_all(
        buyers
            .iter()
            .zip(&orders)
            .map(|(buyer, order)| async { buyer.sees_order(order).ends().await }),
    );
    let ends = ends.await;
    let delivered = ends
        .iter()
        .filter(|order| order["status"] == "delivered")
        .count();
    assert_eq!(delivered, 10);
    for order in ends.iter().filter(|order| order["status"] == "cancelled") {
        assert_eq!(
            order["payment"], "none",
            "who gets nothing pays nothing: {order:#}"
        );
    }
    assert_eq!(shop.available("RARE-1").await, 0);
    Settled {
        sold: 10,
        price: 30_000,
        stocked: UNITS,
        sku: "RARE-1",
    }
    .holds_in(&shop)
    .await;
}

#[tokio::test]
async fn one_buyer_pressing_the_button_often_buys_once() {
    let shop = plan().speed(200).open().await;
    shop.sells("TWICE-1", 30_000, 50).await;
    let buyer = shop.shopper().await;
    buyer.puts("TWICE-1", 1).await.is(200);
    let key = unique();
    let pressed =
        join_all((0..20).map(|_| buyer.checks_out(&key, "04524", "tok_ok").into_future())).await;
    assert!(
        pressed
            .iter()
            .all(|answer| [201, 409].contains(&answer.status)),
        "{pressed:?}"
    );
    let order = pressed
        .iter()
        .find(|answer| answer.status == 201)
        .expect("one press went through")
        .json();
    buyer.sees_order(&order).until("delivered").await;
    Settled {
        sold: 1,
        price: 30_000,
        stocked: 50,
        sku: "TWICE-1",
    }
    .holds_in(&shop)
    .await;
}
