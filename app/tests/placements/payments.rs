use std::time::Instant;

use crate::service::{Service, id};
use crate::support::{PATIENCE, Place, Value, json};

#[tokio::test]
async fn payments_answer_from_another_process_on_sqlite() {
    holds(Place::Sqlite).await;
}

#[cfg(feature = "postgres-tests")]
#[tokio::test]
async fn payments_answer_from_another_process_on_postgresql() {
    holds(Place::Postgres).await;
}

async fn holds(place: Place) {
    let payments = Service::of("payments", place).await;
    money_is_taken_once_and_given_back_once(&payments).await;
    a_void_costs_nothing(&payments).await;
    a_declined_card_is_declined_again(&payments).await;
    what_was_reversed_cannot_be_charged(&payments).await;
    every_card_is_decided(&payments).await;
    balanced(&payments).await;
    let unknown = id();
    assert_eq!(
        payments.call("capture", json!({ "order": unknown })).await,
        "not_authorised"
    );
}

async fn money_is_taken_once_and_given_back_once(payments: &Service) {
    let order = id();
    for _ in 0..2 {
        assert_eq!(authorise(payments, &order, "tok_ok").await, "authorised");
    }
    for _ in 0..2 {
        assert_eq!(
            payments.call("capture", json!({ "order": order })).await,
            "captured"
        );
    }
    for _ in 0..2 {
        assert_eq!(
            decided(payments, "reverse", json!({ "order": order })).await,
            "refunded"
        );
    }
    assert_eq!(
        payments.call("capture", json!({ "order": order })).await,
        "not_authorised"
    );
}

async fn a_void_costs_nothing(payments: &Service) {
    let order = id();
    assert_eq!(authorise(payments, &order, "tok_ok").await, "authorised");
    for _ in 0..2 {
        assert_eq!(
            decided(payments, "reverse", json!({ "order": order })).await,
            "voided"
        );
    }
    assert_eq!(
        payments.call("capture", json!({ "order": order })).await,
        "not_authorised"
    );
}

async fn a_declined_card_is_declined_again(payments: &Service) {
    let order = id();
    for _ in 0..2 {
        assert_eq!(
            authorise(payments, &order, "tok_declined").await,
            "declined"
        );
    }
    assert_eq!(
        decided(payments, "reverse", json!({ "order": order })).await,
        "nothing"
    );
}

async fn what_was_reversed_cannot_be_charged(payments: &Service) {
    let order = id();
    assert_eq!(
        decided(payments, "reverse", json!({ "order": order })).await,
        "nothing"
    );
    assert_eq!(authorise(payments, &order, "tok_ok").await, "declined");
}

async fn every_card_is_decided(payments: &Service) {
    for token in ["tok_flaky", "tok_slow", "tok_silent"] {
        let order = id();
        assert_eq!(
            authorise(payments, &order, token).await,
            "authorised",
            "{token}"
        );
        assert_eq!(
            decided(payments, "capture", json!({ "order": order })).await,
            "captured",
            "{token}"
        );
    }
}

async fn balanced(payments: &Service) {
    let balance = payments.call("ledger-balance", json!({})).await;
    assert_eq!(balance["sum"], 0, "{balance}");
    assert!(!balance["accounts"].as_array().unwrap().is_empty());
    assert_eq!(
        payments.call("reconcile", json!({ "limit": 10 })).await,
        json!([])
    );
}

async fn authorise(payments: &Service, order: &str, token: &str) -> Value {
    let amount = json!({ "amount": 12_900, "currency": "KRW" });
    decided(
        payments,
        "authorise",
        json!({ "order": order, "amount": amount, "token": token }),
    )
    .await
}

/// Asks again while the provider has not said.
async fn decided(payments: &Service, call: &str, body: Value) -> Value {
    let begun = Instant::now();
    loop {
        let answer = payments.call(call, body.clone()).await;
        if answer != "pending" {
            return answer;
        }
        assert!(begun.elapsed() < PATIENCE, "{call} {body} is never decided");
        tokio::time::sleep(std::time::Duration::from_millis(50)).await;
    }
}
