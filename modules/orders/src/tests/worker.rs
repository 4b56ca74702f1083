use std::sync::Arc;
use std::time::Duration;

use kernel::OrderId;
use platform::shell::SystemClock;
use tokio_util::sync::CancellationToken;

use super::{Luck, Shop};
use crate::domain::Status;
use crate::saga::SagaWorker;

/// Waits for commits until all orders have left `Pending`; the test fails by running into its time limit.
async fn until_decided(shop: &Shop, orders: &[OrderId]) {
    let mut commits = shop.saga.journal.db.commits();
    let all = async {
        for id in orders {
            while shop.show(*id).await.order.status == Status::Pending {
                commits.changed().await.unwrap();
            }
        }
    };
    tokio::time::timeout(Duration::from_secs(20), all)
        .await
        .expect("the worker is asleep");
}

#[tokio::test]
async fn the_worker_takes_up_what_it_is_handed_what_it_finds_and_what_has_failed() {
    for (folder, db) in super::shop::databases() {
        let shop = Shop::with_clock(folder, db, 100, Arc::new(SystemClock));
        shop.world.state.lock().unwrap().cart_stays_full = true;
        let mut orders = vec![shop.place(1).await, shop.place(1).await];
        shop.world
            .will([Luck::Refuses, Luck::LosesAnswer, Luck::Dawdles]);
        let (stop, saga) = (CancellationToken::new(), Arc::new(shop.saga.clone()));
        let worker = tokio::spawn(SagaWorker::new(saga.clone()).run(stop.clone()));
        until_decided(&shop, &orders).await;
        for _ in 0..40 {
            orders.push(shop.place(1).await);
        }
        until_decided(&shop, &orders).await;
        stop.cancel();
        worker.await.unwrap();
        let left_behind = shop.place(1).await;
        assert_eq!(shop.show(left_behind).await.order.status, Status::Pending);
        let stop = CancellationToken::new();
        let successor = tokio::spawn(SagaWorker::new(saga).run(stop.clone()));
        until_decided(&shop, &[left_behind]).await;
        stop.cancel();
        successor.await.unwrap();
        let state = shop.world.state.lock().unwrap();
        assert_eq!(state.on_hand, 100 - 43);
        assert!(
            state
                .money
                .values()
                .all(|money| money.authorised && !money.reversed)
        );
    }
}

#[tokio::test]
async fn a_cancellation_wakes_the_worker_at_once() {
    for (folder, db) in super::shop::databases() {
        let shop = Shop::with_clock(folder, db, 100, Arc::new(SystemClock));
        let order = shop.place(1).await;
        let stop = CancellationToken::new();
        let worker = tokio::spawn(SagaWorker::new(Arc::new(shop.saga.clone())).run(stop.clone()));
        until_decided(&shop, &[order]).await;
        let mut news = shop.orders.journal.hub.follow(order);
        // it may be in the middle of the steps after that
        while shop.show(order).await.order.payment != crate::domain::Payment::Captured {
            news.news().await;
        }
        let asked = std::time::Instant::now();
        shop.cancel(order).await.unwrap();
        while shop.show(order).await.order.status != Status::Cancelled {
            news.news().await;
        }
        assert!(asked.elapsed() < Duration::from_secs(5));
        stop.cancel();
        worker.await.unwrap();
    }
}
