//! What stock promises, on both databases.
#![expect(clippy::unwrap_used, reason = "a test may panic")]

use std::sync::Arc;
use std::time::Duration;

use kernel::{FixedClock, OrderId};
use platform::db::Db;
use platform::ports::{Answers, Ctx};
use platform::testing;
use stock::Host;
use stock::api::*;

struct Shelf {
    host: Arc<Host>,
    clock: Arc<FixedClock>,
    _folder: Option<tempfile::TempDir>,
}

impl Shelf {
    async fn with(db: Db, folder: Option<tempfile::TempDir>, on_hand: i64) -> Self {
        let clock = testing::clock();
        let shelf = Self {
            host: Arc::new(Host {
                db,
                clock: clock.clone(),
            }),
            clock,
            _folder: folder,
        };
        shelf.put(on_hand).await;
        shelf
    }

    async fn put(&self, on_hand: i64) {
        let rows = vec![OnHand {
            sku: sku(),
            on_hand,
        }];
        let put = PutOnHand {
            rows,
            reason: "delivered".to_owned(),
            who: "test".to_owned(),
        };
        self.ask(put).await;
    }

    async fn ask<C: platform::ports::Call>(&self, call: C) -> C::Answer
    where
        Host: Answers<C>,
    {
        self.host
            .answer(call, &Ctx::background(Duration::from_secs(30)))
            .await
            .unwrap()
    }

    async fn reserve(&self, order: OrderId, quantity: u32) -> Reservation {
        self.ask(Reserve {
            order,
            lines: vec![Line {
                sku: sku(),
                quantity,
            }],
        })
        .await
    }

    async fn available(&self) -> i64 {
        self.ask(Availability { skus: vec![sku()] }).await[0].quantity
    }
}

fn sku() -> kernel::Sku {
    "MUG-01".parse().unwrap()
}

fn order(n: u8) -> OrderId {
    OrderId::new(kernel::Timestamp::from_micros(0), [n; 10])
}

async fn a_reservation_is_taken_once_committed_and_given_back(shelf: Shelf) {
    assert_eq!(shelf.reserve(order(1), 3).await, Reservation::Reserved);
    assert_eq!(shelf.reserve(order(1), 3).await, Reservation::Reserved);
    assert_eq!(shelf.available().await, 7);
    for _ in 0..2 {
        assert_eq!(
            shelf.ask(CommitReservation { order: order(1) }).await,
            Reservation::Reserved
        );
    }
    assert_eq!(
        shelf.ask(OnHandOf { skus: vec![sku()] }).await[0].on_hand,
        7
    );
    for _ in 0..2 {
        shelf.ask(Release { order: order(1) }).await;
    }
    assert_eq!(shelf.available().await, 10);
    assert_eq!(
        shelf.ask(CommitReservation { order: order(1) }).await,
        Reservation::SoldOut(vec![])
    );
}

async fn an_order_gets_all_of_its_lines_or_none(shelf: Shelf) {
    let lines = vec![
        Line {
            sku: sku(),
            quantity: 2,
        },
        Line {
            sku: "NONE-01".parse().unwrap(),
            quantity: 1,
        },
    ];
    let answer = shelf
        .ask(Reserve {
            order: order(1),
            lines,
        })
        .await;
    assert_eq!(
        answer,
        Reservation::SoldOut(vec!["NONE-01".parse().unwrap()])
    );
    assert_eq!(shelf.available().await, 10);
}

async fn a_release_before_the_reservation_wins(shelf: Shelf) {
    shelf.ask(Release { order: order(1) }).await;
    assert_eq!(
        shelf.reserve(order(1), 1).await,
        Reservation::SoldOut(vec![])
    );
    assert_eq!(shelf.available().await, 10);
}

async fn a_reservation_expires_and_can_be_taken_again_while_units_are_left(shelf: Shelf) {
    shelf.reserve(order(1), 10).await;
    shelf.clock.turn(Duration::from_secs(15 * 60 - 1));
    assert_eq!(
        stock::expiry::expire_due(&shelf.host.db, &*shelf.clock)
            .await
            .unwrap(),
        0
    );
    shelf.clock.turn(Duration::from_secs(1));
    assert_eq!(
        stock::expiry::expire_due(&shelf.host.db, &*shelf.clock)
            .await
            .unwrap(),
        1
    );
    assert_eq!(shelf.available().await, 10);
    assert_eq!(shelf.reserve(order(2), 1).await, Reservation::Reserved);
    assert_eq!(
        shelf.ask(CommitReservation { order: order(1) }).await,
        Reservation::SoldOut(vec![sku()])
    );
    shelf.ask(Release { order: order(2) }).await;
    assert_eq!(
        shelf.ask(CommitReservation { order: order(1) }).await,
        Reservation::Reserved
    );
    assert_eq!(shelf.available().await, 0);
}

async fn a_hundred_buyers_get_ten_units(shelf: Shelf) {
    let shelf = Arc::new(shelf);
    let buyers = (0..100).map(|n| {
        let shelf = shelf.clone();
        tokio::spawn(async move { shelf.reserve(order(n), 1).await == Reservation::Reserved })
    });
    let mut got = 0;
    for buyer in buyers.collect::<Vec<_>>() {
        got += usize::from(buyer.await.unwrap());
    }
    assert_eq!((got, shelf.available().await), (10, 0));
}

async fn eight_writers_move_stock_without_losing_a_unit(shelf: Shelf) {
    let shelf = Arc::new(shelf);
    let writers = (0..8_u8).map(|n| {
        let shelf = shelf.clone();
        tokio::spawn(async move {
            for round in 0..10 {
                let order = order(n * 10 + round);
                if shelf.reserve(order, 1).await == Reservation::Reserved && round % 2 == 0 {
                    shelf.ask(CommitReservation { order }).await;
                }
                shelf.ask(Release { order }).await;
            }
        })
    });
    for writer in writers.collect::<Vec<_>>() {
        writer.await.unwrap();
    }
    assert_eq!(shelf.available().await, 10);
}

mod sqlite {
    use super::*;

    async fn shelf() -> Shelf {
        let (folder, db) = testing::sqlite(stock::NAME, stock::migrations());
        Shelf::with(db, Some(folder), 10).await
    }

    #[tokio::test]
    async fn a_reservation_is_taken_once_committed_and_given_back() {
        super::a_reservation_is_taken_once_committed_and_given_back(shelf().await).await;
    }
    #[tokio::test]
    async fn an_order_gets_all_of_its_lines_or_none() {
        super::an_order_gets_all_of_its_lines_or_none(shelf().await).await;
    }
    #[tokio::test]
    async fn a_release_before_the_reservation_wins() {
        super::a_release_before_the_reservation_wins(shelf().await).await;
    }
    #[tokio::test]
    async fn a_reservation_expires_and_can_be_taken_again_while_units_are_left() {
        super::a_reservation_expires_and_can_be_taken_again_while_units_are_left(shelf().await)
            .await;
    }
    #[tokio::test]
    async fn a_hundred_buyers_get_ten_units() {
        super::a_hundred_buyers_get_ten_units(shelf().await).await;
    }
    #[tokio::test]
    async fn eight_writers_move_stock_without_losing_a_unit() {
        super::eight_writers_move_stock_without_losing_a_unit(shelf().await).await;
    }
}

#[cfg(feature = "postgres-tests")]
mod postgres {
    use super::*;

    async fn shelf() -> Shelf {
        Shelf::with(
            testing::postgres(stock::NAME, stock::migrations()),
            None,
            10,
        )
        .await
    }

    #[tokio::test]
    async fn a_reservation_is_taken_once_committed_and_given_back() {
        super::a_reservation_is_taken_once_committed_and_given_back(shelf().await).await;
    }
    #[tokio::test]
    async fn an_order_gets_all_of_its_lines_or_none() {
        super::an_order_gets_all_of_its_lines_or_none(shelf().await).await;
    }
    #[tokio::test]
    async fn a_release_before_the_reservation_wins() {
        super::a_release_before_the_reservation_wins(shelf().await).await;
    }
    #[tokio::test]
    async fn a_reservation_expires_and_can_be_taken_again_while_units_are_left() {
        super::a_reservation_expires_and_can_be_taken_again_while_units_are_left(shelf().await)
            .await;
    }
    #[tokio::test]
    async fn a_hundred_buyers_get_ten_units() {
        super::a_hundred_buyers_get_ten_units(shelf().await).await;
    }
    #[tokio::test]
    async fn eight_writers_move_stock_without_losing_a_unit() {
        super::eight_writers_move_stock_without_losing_a_unit(shelf().await).await;
    }
}
