use std::sync::Arc;

use super::Shop;
use crate::OrdersError;
use crate::domain::{Event, Reason};
use crate::store;

#[actix_web::test]
async fn of_eight_writers_that_know_the_same_version_one_wins() {
    for shop in Shop::open(5) {
        let order = shop.place(1).await;
        let known = shop.show(order).await.order;
        let writes = (0..8).map(|n| {
            let reason = if n % 2 == 0 {
                Reason::Shopper
            } else {
                Reason::Staff
            };
            let (journal, known) = (shop.saga.journal.clone(), known.clone());
            tokio::spawn(async move {
                journal
                    .intervene(&known, Event::Cancelling(reason), None)
                    .await
            })
        });
        let results: Vec<_> = futures_util::future::join_all(writes).await;
        let (won, lost): (Vec<_>, Vec<_>) = results
            .into_iter()
            .map(Result::unwrap)
            .partition(Result::is_ok);
        assert_eq!((won.len(), lost.len()), (1, 7));
        assert!(
            lost.iter()
                .all(|result| matches!(result, Err(OrdersError::Stale))),
            "{lost:?}"
        );
        assert_eq!(shop.show(order).await.order.version, 2);
    }
}

#[actix_web::test]
async fn eight_requests_with_one_key_make_one_order_even_in_eight_processes() {
    for (folder, db) in super::shop::databases() {
        let shop = Shop::on(folder, db.clone(), 5);
        // each has claims of its own, as processes have
        let others: Vec<Shop> = (0..8).map(|_| Shop::on(None, db.clone(), 5)).collect();
        let placed = others.iter().map(|other| async {
            other.fill_cart("MUG", 1);
            other.try_to_place("key", "body").await.unwrap().order.id
        });
        let ids = futures_util::future::join_all(placed).await;
        assert!(ids.windows(2).all(|pair| pair[0] == pair[1]), "{ids:?}");
        let listed = shop.orders.list(None, None, 10).await.unwrap();
        assert_eq!(listed.len(), 1);
        assert_eq!(shop.told().await, ["placed"]);
    }
}

#[actix_web::test]
async fn a_key_that_failed_is_free_and_one_that_worked_is_taken() {
    for shop in Shop::open(5) {
        assert!(matches!(
            shop.try_to_place("key", "a").await,
            Err(OrdersError::EmptyCart)
        ));
        shop.fill_cart("MUG", 1);
        let order = shop.try_to_place("key", "b").await.unwrap().order.id;
        assert_eq!(shop.try_to_place("key", "b").await.unwrap().order.id, order);
        assert!(
            matches!(shop.try_to_place("key", "c").await, Err(OrdersError::KeyReused(of)) if of == order)
        );
        let soon = shop.shell.now();
        let db = &shop.saga.journal.db;
        assert_eq!(
            db.write(move |conn| store::forget_keys(conn, soon))
                .await
                .unwrap(),
            0
        );
        shop.wait(1);
        let later = shop.shell.now();
        assert_eq!(
            db.write(move |conn| store::forget_keys(conn, later))
                .await
                .unwrap(),
            1
        );
    }
}

#[actix_web::test]
async fn the_alarm_of_somebody_else_counts_more_than_our_own() {
    for shop in Shop::open(5) {
        let order = shop.place(1).await;
        let db = shop.saga.journal.db.clone();
        let saga = db
            .read(move |conn| store::underway(conn, order))
            .await
            .unwrap()
            .unwrap();
        shop.cancel(order).await.unwrap();
        let wake = shop
            .shell
            .now()
            .after(std::time::Duration::from_mins(1))
            .as_micros();
        let to = store::Postponed {
            order,
            known: saga.wake,
            wake,
            attempts: 1,
            error: "down".to_owned(),
        };
        assert!(
            !db.write(move |conn| store::postpone(conn, &to))
                .await
                .unwrap()
        );
        assert_eq!(shop.work().await, 1);
    }
}

#[actix_web::test]
async fn who_has_bought_what_is_known_until_it_goes_back() {
    for shop in Shop::open(5) {
        let order = shop.place(1).await;
        let db = shop.saga.journal.db.clone();
        let bought = |sku: &'static str| {
            let db = db.clone();
            async move {
                let sku = sku.parse().unwrap();
                db.read(move |conn| store::bought(conn, super::shop::member(), &sku))
                    .await
                    .unwrap()
            }
        };
        assert!(!bought("MUG").await, "it is not confirmed");
        shop.work().await;
        assert!(bought("MUG").await);
        assert!(
            !bought("M_G").await && !bought("MU").await,
            "no other product"
        );
        shop.cancel(order).await.unwrap();
        shop.work().await;
        assert!(!bought("MUG").await);
    }
}

#[actix_web::test]
async fn the_list_pages_through_all_orders_the_newest_first() {
    for shop in Shop::open(50) {
        let mut placed = Vec::new();
        for _ in 0..5 {
            placed.push(shop.place(1).await.to_string());
            shop.wait(1);
        }
        placed.reverse();
        let mut seen: Vec<String> = Vec::new();
        loop {
            let page = shop
                .orders
                .list(None, seen.last().cloned(), 2)
                .await
                .unwrap();
            if page.is_empty() {
                break;
            }
            seen.extend(page.into_iter().map(|row| row.order_id));
        }
        assert_eq!(seen, placed);
        let pending = shop
            .orders
            .list(Some(crate::domain::Status::Pending), None, 10)
            .await
            .unwrap();
        assert_eq!(pending.len(), 5);
        let found = shop
            .orders
            .by_number(pending[0].number.clone())
            .await
            .unwrap()
            .unwrap();
        assert_eq!(found.order_id, placed[0]);
    }
}

#[actix_web::test]
async fn an_order_reads_back_as_it_was_written() {
    for shop in Shop::open(5) {
        let placed = Arc::new(shop.place(2).await);
        let before = shop.show(*placed).await;
        assert_eq!(before.order.placed.total.amount, 25_800);
        assert_eq!(before.order.placed.lines[0].name.ko, "머그");
        assert_eq!(before.address, Some(super::shop::address()));
        shop.work().await;
        let saga = shop.saga.journal.db.clone();
        let id = *placed;
        let read = saga
            .read(move |conn| store::underway(conn, id))
            .await
            .unwrap()
            .unwrap();
        assert_eq!(&read.order, &*shop.show(id).await.order);
        assert_eq!(read.token, "tok_ok");
    }
}
