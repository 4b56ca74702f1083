use std::sync::atomic::Ordering;

use serde_json::{Value, json};

use crate::shop::*;

#[tokio::test]
async fn without_stock_a_cart_still_shows_and_takes_anything() {
    for shop in shops() {
        let me = guest(1);
        shop.neighbours.stock_is_shut.store(true, Ordering::SeqCst);
        let cart = shop.set(&me, "MUG-01", 99).await;
        assert_eq!(cart["missing"], json!(["stock"]));
        assert_eq!(cart["items"][0]["available"], Value::Null);
        assert_eq!(
            (&cart["items"][0]["quantity"], &cart["total"]["amount"]),
            (&json!(99), &json!(99 * 12_900))
        );
        shop.neighbours.stock_is_shut.store(false, Ordering::SeqCst);
        assert_eq!(
            quantities(&shop.cart(&me).await),
            [("MUG-01".to_owned(), 10)]
        );
    }
}

#[tokio::test]
async fn without_the_catalogue_a_cart_has_no_prices_but_can_be_changed() {
    for shop in shops() {
        let me = guest(1);
        shop.set(&me, "MUG-01", 2).await;
        shop.neighbours.shelf_is_shut.store(true, Ordering::SeqCst);
        let cart = shop.set(&me, "MUG-01", 3).await;
        assert_eq!(
            (&cart["missing"], &cart["total"]),
            (&json!(["catalog"]), &Value::Null)
        );
        let item = json!({ "sku": "MUG-01", "name": null, "price": null, "quantity": 3, "subtotal": null, "available": 10 });
        assert_eq!(cart["items"][0], item);
        let new = shop.put(&me, "PEN-01", json!({ "quantity": 1 })).await;
        assert_eq!(
            (new.status.as_u16(), &new.json()["missing"]),
            (503, &json!(["catalog"]))
        );
        assert_eq!(quantities(&shop.set(&me, "MUG-01", 0).await), []);
    }
}

#[tokio::test]
async fn a_price_that_changed_is_shown_with_what_it_was() {
    for shop in shops() {
        let me = guest(1);
        shop.set(&me, "MUG-01", 2).await;
        shop.neighbours.sell("MUG-01", 9_900, 10);
        let cart = shop.set(&me, "MUG-01", 3).await;
        assert_eq!(
            cart["items"][0]["was"],
            json!({ "amount": 12_900, "currency": "KRW" })
        );
        assert_eq!(cart["total"]["amount"], 29_700);
        shop.set(&me, "MUG-01", 0).await;
        assert!(
            shop.set(&me, "MUG-01", 1).await["items"][0]
                .get("was")
                .is_none()
        );
    }
}

#[tokio::test]
async fn what_is_no_longer_sold_is_shown_as_such_and_can_be_taken_out() {
    for shop in shops() {
        let me = guest(1);
        shop.set(&me, "MUG-01", 2).await;
        shop.set(&me, "PEN-01", 1).await;
        shop.neighbours.stop_selling("MUG-01");
        let cart = shop.cart(&me).await;
        let mug = cart["items"]
            .as_array()
            .unwrap()
            .iter()
            .find(|item| item["sku"] == "MUG-01")
            .unwrap();
        assert_eq!(
            (&mug["name"], &mug["price"]),
            (&json!("Thing MUG-01"), &Value::Null)
        );
        assert_eq!(
            (&mug["available"], &cart["total"]["amount"]),
            (&json!(0), &json!(1_500))
        );
        assert_eq!(
            shop.put(&me, "MUG-01", json!({ "quantity": 1 }))
                .await
                .status,
            404
        );
        assert_eq!(
            quantities(&shop.set(&me, "MUG-01", 0).await),
            [("PEN-01".to_owned(), 1)]
        );
    }
}

#[tokio::test]
async fn what_is_sold_out_can_be_lowered_only_to_nothing() {
    for shop in shops() {
        let me = guest(1);
        shop.set(&me, "MUG-01", 2).await;
        shop.neighbours.sell("MUG-01", 12_900, 0);
        assert_eq!(
            quantities(&shop.cart(&me).await),
            [("MUG-01".to_owned(), 0)]
        );
        assert_eq!(
            shop.put(&me, "MUG-01", json!({ "quantity": 1 }))
                .await
                .status,
            409
        );
        assert_eq!(quantities(&shop.set(&me, "MUG-01", 0).await), []);
    }
}
