use super::payments::revenue;
use super::plan;
use crate::support::words;

#[tokio::test]
async fn a_cancelled_order_gives_money_and_stock_back() {
    // real time: five seconds from confirmed to shipped
    let shop = plan().speed(1).open().await;
    shop.sells("REGRET-1", 8_000, 5).await;
    let buyer = shop.shopper().await;
    buyer.puts("REGRET-1", 2).await.is(200);
    let order = buyer.orders("tok_ok").await;
    let order = buyer.sees_order(&order).until("confirmed").await;
    assert_eq!(shop.available("REGRET-1").await, 3);
    buyer.cancels(&order).await.is(202);
    let order = buyer.sees_order(&order).until("cancelled").await;
    assert!(
        ["voided", "refunded"].contains(&order["payment"].as_str().unwrap()),
        "{order:#}"
    );
    let told = words(&order);
    for word in [
        "confirmed",
        "cancelling",
        "released",
        order["payment"].as_str().unwrap(),
        "cancelled",
    ] {
        assert!(told.contains(&word.to_owned()), "{word}: {told:?}");
    }
    assert_eq!(told.last().unwrap(), "cancelled");
    assert!(!told.contains(&"shipped".to_owned()), "{told:?}");
    assert_eq!(shop.available("REGRET-1").await, 5);
    assert_eq!(revenue(&shop), 0);
    // doing it twice changes nothing
    let again = buyer.cancels(&order).await;
    assert!([202, 409].contains(&again.status), "{again:?}");
    assert_eq!(words(&buyer.order(&order).await), told);
}

#[tokio::test]
async fn an_order_cancelled_at_once_costs_nothing() {
    let shop = plan().speed(1).open().await;
    shop.sells("REGRET-2", 8_000, 5).await;
    let buyers = shop.shoppers(5).await;
    let regret = buyers.iter().map(|buyer| async {
        let order = buyer.buys("REGRET-2", "tok_ok").await;
        buyer.cancels(&order).await.is(202);
        let order = buyer.sees_order(&order).until("cancelled").await;
        assert!(
            ["none", "voided", "refunded"].contains(&order["payment"].as_str().unwrap()),
            "{order:#}"
        );
    });
    futures_util::future::join_all(regret).await;
    assert_eq!(shop.available("REGRET-2").await, 5);
    assert_eq!(revenue(&shop), 0);
}

#[tokio::test]
async fn what_has_left_cannot_be_cancelled() {
    // slow enough to be seen on its way
    let shop = plan().speed(4).open().await;
    shop.sells("SENT-1", 8_000, 5).await;
    let buyer = shop.shopper().await;
    let order = buyer.buys("SENT-1", "tok_ok").await;
    let order = buyer.sees_order(&order).until("shipped").await;
    buyer.cancels(&order).await.problem(409);
    let order = buyer.sees_order(&order).until("delivered").await;
    buyer.cancels(&order).await.problem(409);
    assert_eq!(buyer.order(&order).await["status"], "delivered");
    assert_eq!(revenue(&shop), 8_000);
}

#[tokio::test]
async fn the_shopkeeper_cancels_as_well() {
    let shop = plan().speed(1).open().await;
    shop.sells("CALL-1", 8_000, 5).await;
    let buyer = shop.shopper().await;
    let order = buyer.buys("CALL-1", "tok_ok").await;
    let path = format!("/api/admin/orders/{}", order["id"].as_str().unwrap());
    buyer
        .ask(crate::support::Method::POST, &format!("{path}/cancel"))
        .await
        .problem(403);
    let admin = shop.admin().await;
    assert_eq!(admin.get(&path).await.is(200).json()["id"], order["id"]);
    admin
        .ask(crate::support::Method::POST, &format!("{path}/cancel"))
        .await
        .is(202);
    buyer.sees_order(&order).until("cancelled").await;
    assert_eq!(revenue(&shop), 0);
    let audited = admin
        .get("/api/admin/audit?limit=100")
        .await
        .is(200)
        .items();
    let id = order["id"].as_str().unwrap();
    assert!(
        audited
            .iter()
            .any(|row| row["subject"] == id && row["context"] == "orders"),
        "{audited:#?}"
    );
}
