use futures_util::future::join_all;

use super::shop;
use crate::support::{Method, address, json, unique};

#[tokio::test]
async fn an_order_is_refused_for_the_first_thing_that_is_wrong() {
    let shop = shop().await;
    shop.sells("ORDER-1", 5_000, 50).await;
    let body =
        json!({ "address": address("04524"), "payment": { "method": "card", "token": "tok_ok" } });

    // strangers first, whatever else is wrong
    shop.guest()
        .ask(Method::POST, "/api/orders")
        .await
        .problem(401);
    shop.guest()
        .post("/api/orders", &json!({}))
        .await
        .problem(401);
    let buyer = shop.shopper().await;
    // then the key, before the body is looked at
    buyer
        .post("/api/orders", &json!({ "nonsense": true }))
        .await
        .problem(400);
    buyer
        .post("/api/orders", &body)
        .header("idempotency-key", "")
        .await
        .problem(400);
    buyer
        .post("/api/orders", &body)
        .header("idempotency-key", &"x".repeat(5_000))
        .await
        .problem(400);
    // then what was ordered
    buyer
        .post("/api/orders", &body)
        .header("idempotency-key", "empty")
        .await
        .problem(422);

    // a refusal does not use the key up
    buyer.puts("ORDER-1", 1).await.is(200);
    let order = buyer
        .post("/api/orders", &body)
        .header("idempotency-key", "empty")
        .await
        .is(201);
    let other =
        json!({ "address": address("04525"), "payment": { "method": "card", "token": "tok_ok" } });
    buyer
        .post("/api/orders", &other)
        .header("idempotency-key", "empty")
        .await
        .problem(422);
    // the key comes before the rest: the same body that would be refused shows the order
    let again = buyer
        .post("/api/orders", &body)
        .header("idempotency-key", "empty")
        .await
        .is(201);
    assert_eq!(again.order_id(), order.order_id());
    assert_eq!(buyer.order_list_settles(1).await, [order.order_id()]);

    // keys are everyone's own
    let stranger = shop.shopper().await;
    stranger.puts("ORDER-1", 1).await.is(200);
    let theirs = stranger
        .post("/api/orders", &body)
        .header("idempotency-key", "empty")
        .await
        .is(201);
    assert_ne!(theirs.order_id(), order.order_id());
}

#[tokio::test]
async fn what_cannot_be_delivered_or_paid_is_told_per_field() {
    let shop = shop().await;
    shop.sells("FIELD-1", 5_000, 50).await;
    let buyer = shop.shopper().await;
    buyer.puts("FIELD-1", 1).await.is(200);
    let card = json!({ "method": "card", "token": "tok_ok" });
    let with = |field: &str, value: serde_json::Value| {
        let mut address = address("04524");
        address[field] = value;
        json!({ "address": address, "payment": card })
    };
    for (body, field) in [
        (with("recipient", json!("")), "address.recipient"),
        (
            with("recipient", json!("가".repeat(5_000))),
            "address.recipient",
        ),
        (with("phone", json!("call me")), "address.phone"),
        (with("phone", json!("")), "address.phone"),
        (with("postcode", json!("1234")), "address.postcode"),
        (with("postcode", json!("ABCDE")), "address.postcode"),
        (with("line1", json!("  ")), "address.line1"),
        (with("line2", json!("가".repeat(5_000))), "address.line2"),
        (
            json!({ "address": address("04524"), "payment": { "method": "shells", "token": "tok_ok" } }),
            "payment.method",
        ),
        (
            json!({ "address": address("04524"), "payment": { "method": "card", "token": "" } }),
            "payment.token",
        ),
    ] {
        let refused = buyer
            .post("/api/orders", &body)
            .header("idempotency-key", &unique())
            .await;
        assert_eq!(refused.wrong_fields(), [field], "{body}");
    }
    for body in ["", "{", "[]", "null", "{\"address\": 7}"] {
        let refused = buyer
            .ask(Method::POST, "/api/orders")
            .header("idempotency-key", &unique());
        let refused = refused.body("application/json", body).await;
        assert!([400, 422].contains(&refused.status), "{body}: {refused:?}");
    }
    let form = buyer
        .ask(Method::POST, "/api/orders")
        .header("idempotency-key", &unique());
    let form = form
        .header("sec-fetch-site", "same-origin")
        .body("application/x-www-form-urlencoded", "a=b");
    form.await.problem(415);
    assert_eq!(buyer.order_list().await.len(), 0);
    assert_eq!(
        buyer.has_in_cart().await,
        [("FIELD-1".to_owned(), 1)],
        "the cart is kept"
    );
}

#[tokio::test]
async fn one_key_makes_one_order_however_often_and_fast_it_comes() {
    let mut shop = shop().await;
    shop.sells("ONCE-1", 5_000, 50).await;
    let buyer = shop.shopper().await;
    buyer.puts("ONCE-1", 1).await.is(200);
    let key = unique();
    let answers =
        join_all((0..12).map(|_| buyer.checks_out(&key, "04524", "tok_ok").into_future())).await;
    let mut ids = Vec::new();
    for answer in answers {
        match answer.status {
            201 => ids.push(answer.order_id()),
            // under way
            _ => drop(answer.problem(409)),
        }
    }
    ids.sort();
    ids.dedup();
    assert_eq!(ids.len(), 1, "{ids:?}");
    let order = json!({ "id": ids[0] });
    let delivered = buyer.sees_order(&order).until("delivered").await;
    assert_eq!(shop.available("ONCE-1").await, 49);

    let repeated = buyer
        .checks_out(&key, "04524", "tok_ok")
        .await
        .is(201)
        .json();
    assert_eq!(repeated, delivered, "a repeat shows the order as it is now");
    shop.restart().await;
    let repeated = buyer
        .checks_out(&key, "04524", "tok_ok")
        .await
        .is(201)
        .json();
    assert_eq!(repeated, delivered, "a key outlives the process");
}

#[tokio::test]
async fn who_prefers_to_wait_hears_what_became_of_the_order() {
    let shop = shop().await;
    shop.sells("WAIT-1", 5_000, 50).await;
    let buyer = shop.shopper().await;
    buyer.puts("WAIT-1", 1).await.is(200);
    let order = buyer
        .checks_out(&unique(), "04524", "tok_ok")
        .header("prefer", "wait=20")
        .await
        .is(201)
        .json();
    assert_ne!(order["status"], "pending");
    buyer.puts("WAIT-1", 1).await.is(200);
    let order = buyer
        .checks_out(&unique(), "04524", "tok_declined")
        .header("prefer", "wait=20")
        .await
        .is(201)
        .json();
    buyer.sees_order(&order).until("cancelled").await;
    // nobody waits for ever, and not for nonsense
    for prefer in [
        "wait=1",
        "wait=-1",
        "wait=99999999999999999999",
        "wait=soon",
        "respond-async",
    ] {
        buyer.puts("WAIT-1", 1).await.is(200);
        let order = buyer
            .checks_out(&unique(), "04524", "tok_ok")
            .header("prefer", prefer)
            .await
            .is(201)
            .json();
        // a later order must not be in the cart when this one leaves it
        buyer.sees_order(&order).until("delivered").await;
    }
}
