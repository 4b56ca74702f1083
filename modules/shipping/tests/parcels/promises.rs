use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Duration;

use shipping::api::{Cancellation, Dispatch};
use shipping::clockwork::Next;
use shipping::erasure::erase_due;

use crate::depot::{Depot, order};

const SEOUL: &str = "04524";

pub async fn a_parcel_is_shipped_and_delivered_once(depot: Depot) {
    for _ in 0..2 {
        depot.send(order(1), SEOUL).await;
    }
    assert_eq!(depot.tick().await, depot.in_seconds(5));
    assert_eq!(depot.after(4).await, depot.in_seconds(1));
    assert!(depot.told(order(1)).await.is_empty());
    assert_eq!(depot.after(1).await, depot.in_seconds(10));
    assert_eq!(depot.told(order(1)).await, ["shipped"]);
    depot.dispatch(order(1)).await;
    assert_eq!(depot.after(10).await, Next::WhenWoken);
    depot.after(60).await;
    assert_eq!(depot.told(order(1)).await, ["shipped", "delivered"]);
}

pub async fn parcels_come_back_or_are_lost(depot: Depot) {
    depot.send(order(1), "00000").await;
    depot.send(order(2), "00001").await;
    depot.tick().await;
    depot.after(5).await;
    for n in [1, 2] {
        assert_eq!(depot.told(order(n)).await, ["shipped"]);
    }
    depot.after(9).await;
    assert_eq!(depot.told(order(1)).await, ["shipped"]);
    depot.after(1).await;
    assert_eq!(
        depot.told(order(1)).await,
        ["shipped", "failed undeliverable"]
    );
    assert_eq!(depot.told(order(2)).await, ["shipped", "failed lost"]);
}

pub async fn a_parcel_can_be_called_back_until_it_is_shipped(depot: Depot) {
    depot.request(order(1), SEOUL).await;
    depot.send(order(2), SEOUL).await;
    depot.send(order(3), SEOUL).await;
    depot.tick().await;
    for n in [1, 2] {
        for _ in 0..2 {
            assert_eq!(depot.cancel(order(n)).await, Cancellation::Cancelled);
        }
        depot.dispatch(order(n)).await;
    }
    depot.after(5).await;
    assert_eq!(depot.cancel(order(3)).await, Cancellation::AlreadyShipped);
    depot.after(10).await;
    assert_eq!(depot.cancel(order(3)).await, Cancellation::AlreadyShipped);
    for n in [1, 2] {
        assert!(depot.told(order(n)).await.is_empty());
    }
}

pub async fn a_cancellation_before_the_request_is_remembered(depot: Depot) {
    assert_eq!(depot.cancel(order(1)).await, Cancellation::Cancelled);
    depot.send(order(1), SEOUL).await;
    assert_eq!(depot.addresses().await, 0);
    depot.after(60).await;
    assert!(depot.told(order(1)).await.is_empty());
    assert_eq!(depot.cancel(order(1)).await, Cancellation::Cancelled);
}

pub async fn a_parcel_that_was_never_requested_is_not_dispatched(depot: Depot) {
    assert!(depot.try_ask(Dispatch { order: order(1) }).await.is_err());
    depot.send(order(1), SEOUL).await;
}

pub async fn parcels_are_followed_by_whoever_starts_next(mut depot: Depot) {
    depot.send(order(1), SEOUL).await;
    depot.restart();
    depot.tick().await;
    depot.restart();
    depot.after(5).await;
    assert_eq!(depot.told(order(1)).await, ["shipped"]);
    depot.send(order(2), "00001").await;
    depot.restart();
    // down for so long that both have arrived: nothing is left out, and nothing told twice
    depot.after(600).await;
    assert_eq!(depot.told(order(1)).await, ["shipped", "delivered"]);
    assert_eq!(depot.told(order(2)).await, ["shipped", "failed lost"]);
}

pub async fn a_courier_without_signal_is_asked_again(depot: Depot) {
    depot.send(order(1), SEOUL).await;
    depot.van.is_away.store(true, Ordering::SeqCst);
    assert_eq!(depot.after(20).await, depot.in_seconds(1));
    assert!(depot.told(order(1)).await.is_empty());
    depot.van.is_away.store(false, Ordering::SeqCst);
    assert_eq!(depot.after(1).await, Next::WhenWoken);
    assert_eq!(depot.told(order(1)).await, ["shipped", "delivered"]);
}

pub async fn addresses_are_kept_no_longer_than_needed(depot: Depot) {
    const DAY: Duration = Duration::from_secs(24 * 60 * 60);
    depot.send(order(1), SEOUL).await;
    depot.send(order(2), SEOUL).await;
    assert_eq!(depot.addresses().await, 2);
    depot.cancel(order(2)).await;
    assert_eq!(
        depot.addresses().await,
        1,
        "nobody needs that of a cancelled parcel"
    );
    depot.clock.turn(40 * DAY);
    assert_eq!(
        erase_due(&depot.db, &*depot.clock).await.unwrap(),
        0,
        "it is not delivered yet"
    );
    depot.tick().await;
    depot.clock.turn(30 * DAY - Duration::from_secs(1));
    assert_eq!(erase_due(&depot.db, &*depot.clock).await.unwrap(), 0);
    depot.clock.turn(Duration::from_secs(1));
    assert_eq!(erase_due(&depot.db, &*depot.clock).await.unwrap(), 1);
    assert_eq!(depot.addresses().await, 0);
    assert_eq!(depot.told(order(1)).await, ["shipped", "delivered"]);
}

pub async fn eight_callers_and_the_courier_agree_on_every_parcel(depot: Depot) {
    const PARCELS: u8 = 16;
    let depot = Arc::new(depot);
    for n in 0..PARCELS {
        depot.request(order(n), SEOUL).await;
    }
    let callers = (0..8_u8).map(|caller| {
        let depot = depot.clone();
        tokio::spawn(async move {
            let mut cancelled = Vec::new();
            for n in 0..PARCELS {
                match (n + caller) % 4 {
                    0 | 1 => depot.dispatch(order(n)).await,
                    2 => {
                        depot.after(3).await;
                    }
                    _ if n % 2 == 0 => {
                        if depot.cancel(order(n)).await == Cancellation::Cancelled {
                            cancelled.push(n);
                        }
                    }
                    _ => depot.request(order(n), SEOUL).await,
                }
            }
            cancelled
        })
    });
    let mut cancelled = Vec::new();
    for caller in callers.collect::<Vec<_>>() {
        cancelled.extend(caller.await.unwrap());
    }
    for _ in 0..4 {
        depot.after(20).await;
    }
    for n in 0..PARCELS {
        let expect: &[&str] = if cancelled.contains(&n) {
            &[]
        } else {
            &["shipped", "delivered"]
        };
        assert_eq!(depot.told(order(n)).await, expect, "parcel {n}");
    }
}
