use futures_util::future::join_all;

use crate::service::{Service, id};
use crate::support::{Place, Value, json};

#[tokio::test]
async fn stock_answers_from_another_process_on_sqlite() {
    holds(Place::Sqlite).await;
}

#[cfg(feature = "postgres-tests")]
#[tokio::test]
async fn stock_answers_from_another_process_on_postgresql() {
    holds(Place::Postgres).await;
}

async fn holds(place: Place) {
    let stock = Service::of("stock", place).await;
    put(&stock, "A-1", 5).await;
    put(&stock, "B-1", 3).await;
    assert_eq!(left(&stock, "A-1").await, 5);
    assert_eq!(left(&stock, "UNKNOWN-1").await, 0);
    assert_eq!(
        stock.call("availability", json!({ "skus": [] })).await,
        json!([])
    );

    reservations_are_all_or_none(&stock).await;
    a_reservation_is_taken_once(&stock).await;
    a_release_holds_against_a_late_reservation(&stock).await;
    many_orders_share_what_there_is(&stock).await;
    let malformed = stock
        .neighbour()
        .post("/internal/stock/reserve", &json!({ "order": 7 }))
        .await;
    malformed.problem(400);
}

async fn reservations_are_all_or_none(stock: &Service) {
    let order = id();
    let both = lines(&[("A-1", 2), ("B-1", 4)]);
    let refused = stock
        .call("reserve", json!({ "order": order, "lines": both }))
        .await;
    assert_eq!(refused, json!({ "sold_out": ["B-1"] }));
    assert_eq!((left(stock, "A-1").await, left(stock, "B-1").await), (5, 3));
}

async fn a_reservation_is_taken_once(stock: &Service) {
    let order = id();
    let two = json!({ "order": order, "lines": lines(&[("A-1", 2)]) });
    for _ in 0..2 {
        assert_eq!(stock.call("reserve", two.clone()).await, "reserved");
        assert_eq!(
            left(stock, "A-1").await,
            3,
            "asked again, it answers the same"
        );
    }
    for _ in 0..2 {
        assert_eq!(
            stock
                .call("commit-reservation", json!({ "order": order }))
                .await,
            "reserved"
        );
        assert_eq!(left(stock, "A-1").await, 3);
    }
    let on_hand = stock
        .call("on-hand-of", json!({ "skus": ["A-1", "UNKNOWN-1"] }))
        .await;
    assert_eq!(on_hand, json!([{ "sku": "A-1", "on_hand": 3 }]));
    for _ in 0..2 {
        assert_eq!(
            stock.call("release", json!({ "order": order })).await,
            Value::Null
        );
        assert_eq!(left(stock, "A-1").await, 5, "given back once");
    }
}

async fn a_release_holds_against_a_late_reservation(stock: &Service) {
    let order = id();
    stock.call("release", json!({ "order": order })).await;
    let late = stock
        .call(
            "reserve",
            json!({ "order": order, "lines": lines(&[("A-1", 1)]) }),
        )
        .await;
    assert_ne!(late, "reserved");
    assert_eq!(left(stock, "A-1").await, 5);
}

async fn many_orders_share_what_there_is(stock: &Service) {
    put(stock, "RACE-1", 10).await;
    let reserve = |order: String| async move {
        stock
            .call(
                "reserve",
                json!({ "order": order, "lines": lines(&[("RACE-1", 1)]) }),
            )
            .await
    };
    let answers = join_all((0..40).map(|_| reserve(id()))).await;
    assert_eq!(
        answers
            .iter()
            .filter(|answer| **answer == "reserved")
            .count(),
        10,
        "{answers:?}"
    );
    assert_eq!(left(stock, "RACE-1").await, 0);
}

async fn put(stock: &Service, sku: &str, on_hand: i64) {
    let row = json!({ "sku": sku, "on_hand": on_hand });
    stock
        .call(
            "put-on-hand",
            json!({ "rows": [row], "reason": "입고", "who": "test" }),
        )
        .await;
}

async fn left(stock: &Service, sku: &str) -> i64 {
    let answer = stock.call("availability", json!({ "skus": [sku] })).await;
    assert_eq!(answer[0]["sku"], sku);
    answer[0]["quantity"].as_i64().unwrap()
}

fn lines(lines: &[(&str, u32)]) -> Value {
    lines
        .iter()
        .map(|(sku, quantity)| json!({ "sku": sku, "quantity": quantity }))
        .collect()
}
