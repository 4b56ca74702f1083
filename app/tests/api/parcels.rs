use super::payments::revenue;
use super::shop;
use crate::support::{eventually, words};

#[tokio::test]
async fn a_parcel_that_comes_back_is_refunded_and_restocked() {
    let shop = shop().await;
    shop.sells("BACK-1", 8_000, 5).await;
    let buyer = shop.shopper().await;
    buyer.puts("BACK-1", 2).await.is(200);
    let order = buyer.orders_to("00000", "tok_ok").await;
    buyer.sees_order(&order).until("shipped").await;
    let order = buyer.sees_order(&order).until("cancelled").await;
    assert_eq!(order["payment"], "refunded");
    let told = words(&order);
    let after = told
        .iter()
        .position(|word| word == "shipped")
        .expect("it was shipped");
    for word in ["cancelling", "refunded", "released"] {
        assert!(told[after..].contains(&word.to_owned()), "{told:?}");
    }
    assert_eq!(told.last().unwrap(), "cancelled");
    assert_eq!(
        shop.available("BACK-1").await,
        5,
        "cancelled shows when the stock is settled"
    );
    assert_eq!(revenue(&shop), 0, "and the money");
}

#[tokio::test]
async fn a_lost_parcel_is_refunded_and_written_off() {
    let shop = shop().await;
    shop.sells("LOST-1", 8_000, 5).await;
    let buyer = shop.shopper().await;
    buyer.puts("LOST-1", 2).await.is(200);
    let order = buyer.orders_to("00001", "tok_ok").await;
    buyer.sees_order(&order).until("shipped").await;
    let order = buyer.sees_order(&order).until("cancelled").await;
    assert_eq!(order["payment"], "refunded");
    let told = words(&order);
    assert!(
        told.contains(&"written_off".to_owned()) && !told.contains(&"released".to_owned()),
        "{told:?}"
    );
    assert_eq!(shop.available("LOST-1").await, 3, "they are gone");
    assert_eq!(revenue(&shop), 0);
    eventually("the list tells it too", || async {
        let listed = buyer.order_list().await;
        (listed[0]["status"] == "cancelled" && listed[0]["payment"] == "refunded").then_some(())
    })
    .await;
}
