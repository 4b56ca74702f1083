//! Events as they travel between processes: CloudEvents in batches, at least once, without personal data.
#![allow(clippy::unwrap_used, reason = "a test that cannot go on ends")]

mod support;

use support::{Place, TestShop, Value, json, unique};

/// Who publishes what.
fn published() -> Vec<(&'static str, Value)> {
    [
        members::events::samples(),
        orders::events::samples(),
        payments::events::samples(),
        stock::events::samples(),
        shipping::events::samples(),
    ]
    .concat()
}

#[test]
fn events_carry_no_personal_data() {
    for (kind, data) in published() {
        let text = data.to_string();
        for word in [
            "\"email\"",
            "\"phone\"",
            "\"recipient\"",
            "\"line1\"",
            "\"postcode\"",
            "\"password\"",
            "@",
        ] {
            assert!(!text.contains(word), "{kind} tells {word}: {text}");
        }
    }
}

#[tokio::test]
async fn an_event_that_comes_twice_works_once() {
    let shop = TestShop::on(Place::Sqlite).await;
    let neighbour = shop.neighbour();
    let batch: Vec<Value> = orders::events::samples()
        .into_iter()
        .map(|(kind, data)| event(kind, data))
        .collect();
    let placed: Vec<&Value> = batch
        .iter()
        .filter(|event| event["type"].as_str().unwrap().contains("order.placed"))
        .collect();
    assert_eq!(placed.len(), 1);
    for _ in 0..3 {
        let outcomes = neighbour
            .post("/internal/events/order_history", &json!([placed[0]]))
            .await
            .is(200)
            .json();
        assert_eq!(outcomes, json!(["done"]));
    }
    assert_eq!(
        shop.books()
            .number("order_history", "SELECT COUNT(*) FROM orders"),
        1
    );
}

#[tokio::test]
async fn what_makes_no_sense_is_refused_and_said_so() {
    let shop = TestShop::on(Place::Sqlite).await;
    let neighbour = shop.neighbour();
    let kind = "shop.banyan.orders.order.placed.v1";
    let event = event(kind, json!({ "order": 7 }));
    let outcomes = neighbour
        .post("/internal/events/order_history", &json!([event]))
        .await
        .is(200)
        .json();
    assert!(outcomes[0]["rejected"].is_string(), "{outcomes}");
    neighbour
        .post(
            "/internal/events/order_history",
            &json!({ "not": "a batch" }),
        )
        .await
        .problem(400);
    neighbour
        .post("/internal/events/nobody", &json!([event]))
        .await
        .problem(404);
}

fn event(kind: &str, data: Value) -> Value {
    json!({
        "specversion": "1.0", "id": unique(), "type": kind, "source": "/orders", "subject": unique(),
        "time": "2026-11-21T03:00:00Z", "data": data,
    })
}
