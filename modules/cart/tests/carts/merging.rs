use std::sync::Arc;

use actix_web::test::TestRequest;
use cart::api::CartOf;
use serde_json::json;

use crate::shop::*;

#[tokio::test]
async fn a_guests_cart_is_added_to_the_members_in_the_first_request_with_both() {
    for (n, path) in ["/api/cart", "/cart", "/cart/count"]
        .into_iter()
        .enumerate()
    {
        for shop in shops() {
            let n = u8::try_from(n).unwrap();
            let (visitor, me) = (guest(n), member(n));
            shop.set(&visitor, "MUG-01", 3).await;
            shop.set(&visitor, "PEN-01", 1).await;
            shop.set(&me, "MUG-01", 4).await;
            let answer = shop
                .send(&both(&me, &visitor), TestRequest::get().uri(path))
                .await;
            assert_eq!(answer.status, 200, "{path}");
            let mut mine = quantities(&shop.cart(&me).await);
            mine.sort();
            assert_eq!(
                mine,
                [("MUG-01".to_owned(), 7), ("PEN-01".to_owned(), 1)],
                "{path}"
            );
            assert_eq!(quantities(&shop.cart(&visitor).await), [], "{path}");
            assert_eq!(shop.count(&both(&me, &visitor)).await, "8");
        }
    }
}

#[tokio::test]
async fn a_change_merges_first() {
    for shop in shops() {
        let (visitor, me) = (guest(1), member(1));
        shop.set(&visitor, "MUG-01", 3).await;
        let form = [("sku", "MUG-01"), ("quantity", "2")];
        assert_eq!(
            shop.form(&both(&me, &visitor), "/cart/items", &form)
                .await
                .status,
            303
        );
        assert_eq!(
            quantities(&shop.cart(&me).await),
            [("MUG-01".to_owned(), 5)]
        );
        shop.set(&visitor, "PEN-01", 1).await;
        let delete = TestRequest::delete().uri("/api/cart/items/MUG-01");
        assert_eq!(shop.send(&both(&me, &visitor), delete).await.status, 204);
        assert_eq!(
            quantities(&shop.cart(&me).await),
            [("PEN-01".to_owned(), 1)]
        );
        shop.set(&visitor, "MUG-01", 1).await;
        let put = shop
            .put(&both(&me, &visitor), "PEN-01", json!({ "quantity": 9 }))
            .await
            .json();
        assert_eq!(put["items"].as_array().unwrap().len(), 2);
    }
}

#[tokio::test]
async fn a_merge_is_not_capped_but_what_is_shown_is() {
    for shop in shops() {
        let (visitor, me) = (guest(1), member(1));
        shop.set(&visitor, "MUG-01", 8).await;
        shop.set(&me, "MUG-01", 8).await;
        let cart = shop.cart(&both(&me, &visitor)).await;
        assert_eq!(
            (
                &cart["items"][0]["quantity"],
                &cart["items"][0]["available"]
            ),
            (&json!(10), &json!(10))
        );
        assert_eq!(cart["total"]["amount"], 129_000);
        shop.neighbours.sell("MUG-01", 12_900, 50);
        assert_eq!(
            quantities(&shop.cart(&me).await),
            [("MUG-01".to_owned(), 16)]
        );
    }
}

#[tokio::test]
async fn whoever_asks_for_the_cart_to_order_it_gets_it_merged() {
    for shop in shops() {
        let (visitor, me) = (guest(1), member(1));
        shop.set(&visitor, "MUG-01", 8).await;
        shop.set(&me, "MUG-01", 8).await;
        for guest in [visitor.guest, visitor.guest, None] {
            let lines = shop
                .ask(CartOf {
                    member: me.member.unwrap(),
                    guest,
                })
                .await;
            assert_eq!(
                lines,
                [cart::api::Line {
                    sku: sku("MUG-01"),
                    quantity: 16
                }]
            );
        }
    }
}

#[tokio::test]
async fn eight_requests_at_once_merge_once() {
    for shop in shops() {
        let (visitor, me) = (guest(1), member(1));
        shop.set(&visitor, "MUG-01", 2).await;
        shop.set(&me, "MUG-01", 1).await;
        let shop = Arc::new(shop);
        let ask = || {
            let (host, member, guest) = (shop.host.clone(), me.member.unwrap(), visitor.guest);
            tokio::spawn(async move {
                use platform::ports::{Answers, Ctx};
                let ctx = Ctx::background(std::time::Duration::from_secs(30));
                host.answer(CartOf { member, guest }, &ctx).await.unwrap()
            })
        };
        for answer in (0..8).map(|_| ask()).collect::<Vec<_>>() {
            assert_eq!(answer.await.unwrap()[0].quantity, 3);
        }
    }
}
