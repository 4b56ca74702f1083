use std::sync::Arc;
use std::time::Duration;

use cart::api::{CartOf, Line, RemoveOrdered};
use kernel::{Clock as _, OrderId, Timestamp};
use platform::events::{Event, consume};
use platform::ports::{Answers, Ctx};
use serde_json::json;

use crate::shop::*;

fn order(n: u8) -> OrderId {
    OrderId::new(Timestamp::from_micros(0), [n; 10])
}

fn lines(of: &[(&str, u32)]) -> Vec<Line> {
    of.iter()
        .map(|(code, quantity)| Line {
            sku: sku(code),
            quantity: *quantity,
        })
        .collect()
}

#[tokio::test]
async fn what_was_ordered_leaves_the_cart_once_and_what_was_added_meanwhile_stays() {
    for shop in shops() {
        let me = member(1);
        let member = me.member.unwrap();
        shop.set(&me, "MUG-01", 5).await;
        shop.set(&me, "PEN-01", 1).await;
        for _ in 0..3 {
            let lines = lines(&[("MUG-01", 3), ("PEN-01", 2), ("GONE-01", 1)]);
            shop.ask(RemoveOrdered {
                order: order(1),
                member,
                lines,
                ordered_at: shop.clock.now(),
            })
            .await;
            assert_eq!(
                quantities(&shop.cart(&me).await),
                [("MUG-01".to_owned(), 2)]
            );
        }
        shop.ask(RemoveOrdered {
            order: order(2),
            member,
            lines: lines(&[("MUG-01", 2)]),
            ordered_at: shop.clock.now(),
        })
        .await;
        assert_eq!(quantities(&shop.cart(&me).await), []);
    }
}

#[tokio::test]
async fn what_is_put_in_again_after_ordering_stays() {
    for shop in shops() {
        let me = member(1);
        for code in ["MUG-01", "PEN-01", "GONE-01"] {
            shop.neighbours.sell(code, 1_000, 9_999);
            shop.set(&me, code, 2).await;
        }
        let ordered_at = shop.clock.now();
        shop.clock.turn(Duration::from_secs(1));
        // the next order is to be of two again, of five, and of one more than this one
        shop.set(&me, "MUG-01", 2).await;
        shop.set(&me, "PEN-01", 5).await;
        let more = [("sku", "GONE-01"), ("quantity", "1")];
        assert_eq!(shop.form(&me, "/cart/items", &more).await.status, 303);
        shop.ask(RemoveOrdered {
            order: order(1),
            member: me.member.unwrap(),
            lines: lines(&[("MUG-01", 2), ("PEN-01", 2), ("GONE-01", 2)]),
            ordered_at,
        })
        .await;
        let left = [("GONE-01", 1), ("MUG-01", 2), ("PEN-01", 5)];
        assert_eq!(
            quantities(&shop.cart(&me).await),
            left.map(|(code, quantity)| (code.to_owned(), quantity))
        );
    }
}

#[tokio::test]
async fn eight_changes_at_once_add_up() {
    for shop in shops() {
        let me = member(1);
        let member = me.member.unwrap();
        shop.neighbours.sell("MUG-01", 12_900, 9_999);
        shop.set(&me, "MUG-01", 100).await;
        let host = &shop.host;
        let removals = (0..8).map(|n| {
            let host = host.clone();
            let (lines, ordered_at) = (lines(&[("MUG-01", 2)]), shop.clock.now());
            tokio::spawn(async move {
                let ctx = Ctx::background(Duration::from_secs(30));
                host.answer(
                    RemoveOrdered {
                        order: order(n),
                        member,
                        lines,
                        ordered_at,
                    },
                    &ctx,
                )
                .await
                .unwrap();
            })
        });
        let removals: Vec<_> = removals.collect();
        let shop = Arc::new(&shop);
        let adding =
            (0..8).map(|_| shop.form(&me, "/cart/items", &[("sku", "MUG-01"), ("quantity", "3")]));
        for answer in futures_util::future::join_all(adding).await {
            assert_eq!(answer.status, 303);
        }
        for removal in removals {
            removal.await.unwrap();
        }
        assert_eq!(
            shop.ask(CartOf {
                member,
                guest: None
            })
            .await,
            lines(&[("MUG-01", 100 + 24 - 16)])
        );
    }
}

#[tokio::test]
async fn a_member_who_leaves_leaves_no_cart() {
    for shop in shops() {
        let (me, other) = (member(1), member(2));
        shop.set(&me, "MUG-01", 1).await;
        shop.set(&other, "MUG-01", 1).await;
        let event = Event {
            specversion: "1.0".to_owned(),
            id: "1".to_owned(),
            kind: "shop.banyan.members.member.withdrawn.v1".to_owned(),
            source: "/members".to_owned(),
            subject: me.member.unwrap().to_string(),
            time: Timestamp::from_micros(0),
            traceparent: None,
            data: json!({ "member": me.member.unwrap() }),
        };
        for _ in 0..2 {
            consume(
                &cart::ear(&shop.host),
                vec![event.clone()],
                Timestamp::from_micros(0),
            )
            .await
            .unwrap();
        }
        assert_eq!(quantities(&shop.cart(&me).await), []);
        assert_eq!(quantities(&shop.cart(&other).await).len(), 1);
    }
}

#[tokio::test]
async fn guests_carts_are_deleted_after_ninety_days_untouched() {
    const DAY: Duration = Duration::from_hours(24);
    for shop in shops() {
        shop.set(&guest(1), "MUG-01", 1).await;
        shop.set(&guest(2), "MUG-01", 1).await;
        shop.set(&member(1), "MUG-01", 1).await;
        shop.clock.turn(DAY * 89);
        shop.set(&guest(2), "MUG-01", 2).await;
        shop.clock.turn(DAY);
        assert_eq!(
            cart::expiry::forget_old(&shop.host.db, &*shop.clock)
                .await
                .unwrap(),
            0
        );
        shop.clock.turn(Duration::from_secs(1));
        assert_eq!(
            cart::expiry::forget_old(&shop.host.db, &*shop.clock)
                .await
                .unwrap(),
            1
        );
        assert_eq!(quantities(&shop.cart(&guest(1)).await), []);
        assert_eq!(quantities(&shop.cart(&guest(2)).await).len(), 1);
        shop.clock.turn(DAY * 400);
        assert_eq!(
            cart::expiry::forget_old(&shop.host.db, &*shop.clock)
                .await
                .unwrap(),
            1
        );
        assert_eq!(quantities(&shop.cart(&member(1)).await).len(), 1);
    }
}
