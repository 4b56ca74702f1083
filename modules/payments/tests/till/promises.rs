use std::sync::Arc;
use std::time::{Duration, Instant};

use diesel::prelude::*;
use diesel::sql_types::BigInt;
use payments::api::{Authorisation, Reversal, Taken};
use platform::db::DbError;
use platform::events::{Event, Outcome, consume};
use platform::identity::ServiceKey;
use platform::locale::Texts;
use platform::on_both;
use platform::shell::Shell;

use crate::shop::{Fault, Shop, order};

fn held() -> Vec<(String, i64)> {
    vec![
        ("receivable".to_owned(), 12_900),
        ("unearned".to_owned(), -12_900),
    ]
}

fn sold() -> Vec<(String, i64)> {
    vec![
        ("clearing".to_owned(), 12_900),
        ("revenue".to_owned(), -12_900),
    ]
}

fn refunded() -> Vec<(String, i64)> {
    vec![
        ("refunds".to_owned(), 12_900),
        ("revenue".to_owned(), -12_900),
    ]
}

pub async fn an_order_pays_once_and_gets_its_money_back_once(shop: Shop) {
    for _ in 0..2 {
        assert_eq!(
            shop.authorise(order(1), "tok_ok").await,
            Authorisation::Authorised
        );
        assert_eq!(shop.accounts().await, held());
    }
    for _ in 0..2 {
        assert_eq!(shop.capture(order(1)).await, Taken::Captured);
        assert_eq!(shop.accounts().await, sold());
    }
    for _ in 0..2 {
        assert_eq!(shop.reverse(order(1)).await, Reversal::Refunded);
        assert_eq!(shop.accounts().await, refunded());
    }
    assert_eq!(shop.told(order(1)).await, ["captured", "refunded"]);
    assert_eq!(shop.capture(order(1)).await, Taken::NotAuthorised);
    assert_eq!(
        shop.authorise(order(1), "tok_ok").await,
        Authorisation::Declined
    );
    shop.books_agree().await;
}

pub async fn a_hold_is_lifted(shop: Shop) {
    shop.authorise(order(1), "tok_ok").await;
    for _ in 0..2 {
        assert_eq!(shop.reverse(order(1)).await, Reversal::Voided);
    }
    assert_eq!(shop.told(order(1)).await, ["voided"]);
    assert_eq!(shop.accounts().await, []);
    assert_eq!(shop.capture(order(1)).await, Taken::NotAuthorised);
    shop.books_agree().await;
}

pub async fn cards_that_nobody_issued_are_declined(shop: Shop) {
    for (n, token) in ["tok_declined", "tok_unheard_of", ""]
        .into_iter()
        .enumerate()
    {
        let order = order(u8::try_from(n).unwrap());
        for _ in 0..2 {
            assert_eq!(
                shop.authorise(order, token).await,
                Authorisation::Declined,
                "{token}"
            );
        }
        assert_eq!(shop.capture(order).await, Taken::NotAuthorised);
        assert_eq!(shop.reverse(order).await, Reversal::Nothing);
    }
    assert_eq!(shop.accounts().await, []);
    shop.books_agree().await;
}

pub async fn a_flaky_card_works_the_third_time(shop: Shop) {
    assert_eq!(
        shop.authorise(order(1), "tok_flaky").await,
        Authorisation::Pending
    );
    assert_eq!(
        shop.host.settle_due().await.unwrap(),
        0,
        "it is too early to try again"
    );
    shop.later();
    assert_eq!(
        shop.authorise(order(1), "tok_flaky").await,
        Authorisation::Pending
    );
    shop.later();
    assert_eq!(shop.host.settle_due().await.unwrap(), 1);
    assert_eq!(
        shop.authorise(order(1), "tok_flaky").await,
        Authorisation::Authorised
    );
    assert_eq!(shop.accounts().await, held());
    shop.books_agree().await;
}

pub async fn a_silent_provider_is_asked_what_it_did(shop: Shop) {
    assert_eq!(
        shop.authorise(order(1), "tok_silent").await,
        Authorisation::Pending
    );
    assert_eq!(
        shop.authorise(order(1), "tok_silent").await,
        Authorisation::Authorised
    );
    assert_eq!(
        shop.authorise(order(2), "tok_silent").await,
        Authorisation::Pending
    );
    shop.clock.turn(Duration::from_secs(5));
    assert_eq!(
        shop.host.settle_due().await.unwrap(),
        1,
        "the worker asks by itself"
    );
    assert_eq!(shop.capture(order(2)).await, Taken::Captured);
    shop.books_agree().await;
}

pub async fn a_slow_card_holds_nobody_up(shop: Shop) {
    let began = Instant::now();
    assert_eq!(
        shop.authorise(order(1), "tok_slow").await,
        Authorisation::Pending
    );
    assert!(
        began.elapsed() < Duration::from_millis(290),
        "the caller waited for the card"
    );
    let settled = async {
        while shop.authorise(order(1), "tok_slow").await != Authorisation::Authorised {
            tokio::task::yield_now().await;
        }
    };
    tokio::time::timeout(Duration::from_secs(10), settled)
        .await
        .unwrap();
    assert_eq!(shop.accounts().await, held());
    shop.books_agree().await;
}

pub async fn a_reversal_before_the_authorisation_wins(shop: Shop) {
    for _ in 0..2 {
        assert_eq!(shop.reverse(order(1)).await, Reversal::Nothing);
    }
    assert_eq!(
        shop.authorise(order(1), "tok_ok").await,
        Authorisation::Declined
    );
    assert_eq!(shop.capture(order(1)).await, Taken::NotAuthorised);
    assert_eq!(shop.accounts().await, []);
    shop.books_agree().await;
}

pub async fn a_reversal_while_the_provider_thinks_wins(shop: Shop) {
    // it has not charged yet: it never will
    assert_eq!(
        shop.authorise(order(1), "tok_slow").await,
        Authorisation::Pending
    );
    assert_eq!(shop.reverse(order(1)).await, Reversal::Nothing);
    assert_eq!(
        shop.authorise(order(1), "tok_slow").await,
        Authorisation::Declined
    );
    // it has charged, but not said so: that is taken back
    assert_eq!(
        shop.authorise(order(2), "tok_silent").await,
        Authorisation::Pending
    );
    assert_eq!(shop.reverse(order(2)).await, Reversal::Voided);
    // a capture of which nothing was heard
    shop.authorise(order(3), "tok_ok").await;
    shop.next(Fault::Unanswered);
    assert_eq!(shop.capture(order(3)).await, Taken::Pending);
    assert_eq!(shop.reverse(order(3)).await, Reversal::Refunded);
    assert_eq!(shop.told(order(3)).await, ["captured", "refunded"]);
    assert_eq!(shop.accounts().await, refunded());
    shop.books_agree().await;
}

pub async fn a_failed_delivery_is_refunded(mut shop: Shop) {
    shop.authorise(order(1), "tok_ok").await;
    shop.capture(order(1)).await;
    let shell = Arc::new(Shell::new(Texts::new(&[]).unwrap(), ServiceKey::sample()));
    let ear = payments::open(shop.host.clone(), shell).inbound.unwrap();
    let cancelling = |settle: serde_json::Value| Event {
        specversion: "1.0".to_owned(),
        id: format!("{settle}"),
        kind: "shop.banyan.orders.order.cancelling.v1".to_owned(),
        source: "/orders".to_owned(),
        subject: order(1).to_string(),
        time: kernel::Timestamp::from_micros(0),
        traceparent: None,
        data: serde_json::json!({ "order": order(1), "settle": settle }),
    };
    let now = kernel::Clock::now(&*shop.clock);
    let hears = async |settle: &str| {
        let event = cancelling(settle.into());
        assert_eq!(
            consume(&ear, vec![event], now).await.unwrap(),
            [Outcome::Done]
        );
    };
    hears("write_off").await;
    assert_eq!(
        shop.told(order(1)).await,
        ["captured"],
        "the provider is asked outside of the transaction"
    );
    shop.next(Fault::DiesAfter);
    shop.host.settle_due().await.unwrap();
    shop.restart();
    shop.settle().await;
    assert_eq!(shop.told(order(1)).await, ["captured", "refunded"]);
    hears("restock").await;
    shop.settle().await;
    assert_eq!(shop.told(order(1)).await, ["captured", "refunded"], "once");
    assert_eq!(shop.accounts().await, refunded());
    shop.books_agree().await;
}

pub async fn every_step_survives_the_death_of_the_process(mut shop: Shop) {
    for (n, dies) in [Fault::DiesBefore, Fault::DiesAfter]
        .into_iter()
        .enumerate()
    {
        let (paid, void) = (
            order(u8::try_from(n).unwrap()),
            order(u8::try_from(n + 10).unwrap()),
        );
        shop.next(dies);
        assert_eq!(shop.authorise(paid, "tok_ok").await, Authorisation::Pending);
        shop.restart();
        assert_eq!(
            shop.authorise(paid, "tok_ok").await,
            Authorisation::Authorised
        );
        shop.next(dies);
        assert_eq!(shop.capture(paid).await, Taken::Pending);
        shop.restart();
        assert_eq!(shop.capture(paid).await, Taken::Captured);
        shop.next(dies);
        assert_eq!(shop.reverse(paid).await, Reversal::Pending);
        shop.restart();
        assert_eq!(shop.reverse(paid).await, Reversal::Refunded);
        assert_eq!(shop.told(paid).await, ["captured", "refunded"]);
        // nobody asks again: the worker brings it to its end
        shop.next(dies);
        assert_eq!(shop.authorise(void, "tok_ok").await, Authorisation::Pending);
        shop.restart();
        shop.settle().await;
        shop.next(dies);
        assert_eq!(shop.reverse(void).await, Reversal::Pending);
        shop.restart();
        shop.settle().await;
        assert_eq!(shop.told(void).await, ["voided"]);
        shop.books_agree().await;
    }
}

pub async fn the_card_is_forgotten_when_it_is_settled(shop: Shop) {
    #[derive(QueryableByName)]
    struct Count {
        #[diesel(sql_type = BigInt)]
        n: i64,
    }
    let cards = async || {
        let sql = "SELECT COUNT(*) AS n FROM payments WHERE token IS NOT NULL";
        let read = move |conn: &mut platform::db::Conn| {
            Ok::<Count, DbError>(on_both!(conn, |c| diesel::sql_query(sql).get_result(c))?)
        };
        shop.db.read(read).await.unwrap().n
    };
    shop.authorise(order(1), "tok_ok").await;
    shop.authorise(order(2), "tok_declined").await;
    assert_eq!(cards().await, 0);
    assert_eq!(
        shop.authorise(order(3), "tok_flaky").await,
        Authorisation::Pending
    );
    assert_eq!(cards().await, 1, "it is needed to try again");
    shop.settle().await;
    assert_eq!(cards().await, 0);
}
