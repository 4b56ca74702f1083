use actix_web::test::TestRequest;
use serde_json::json;

use crate::shop::*;

#[tokio::test]
async fn a_cart_is_filled_changed_and_emptied_as_the_contract_says() {
    for shop in shops() {
        let me = guest(1);
        assert_eq!(
            shop.cart(&me).await,
            json!({ "items": [], "total": { "amount": 0, "currency": "KRW" } })
        );
        shop.set(&me, "MUG-01", 2).await;
        shop.clock.turn(std::time::Duration::from_secs(1));
        let cart = shop.set(&me, "PEN-01", 3).await;
        let money = |amount: i64| json!({ "amount": amount, "currency": "KRW" });
        let mug = json!({ "sku": "MUG-01", "name": "Thing MUG-01", "price": money(12_900), "quantity": 2,
            "subtotal": money(25_800), "available": 10 });
        let pen = json!({ "sku": "PEN-01", "name": "Thing PEN-01", "price": money(1_500), "quantity": 3,
            "subtotal": money(4_500), "available": 100 });
        assert_eq!(cart, json!({ "items": [mug, pen], "total": money(30_300) }));
        assert_eq!(shop.cart(&me).await, cart);
        assert_eq!(
            quantities(&shop.set(&me, "MUG-01", 0).await),
            [("PEN-01".to_owned(), 3)]
        );
        let delete = || TestRequest::delete().uri("/api/cart/items/PEN-01");
        for _ in 0..2 {
            let answer = shop.send(&me, delete()).await;
            assert_eq!((answer.status.as_u16(), answer.body.as_str()), (204, ""));
        }
        assert_eq!(quantities(&shop.cart(&me).await), []);
    }
}

#[tokio::test]
async fn everybody_has_a_cart_of_their_own() {
    for shop in shops() {
        shop.set(&guest(1), "MUG-01", 1).await;
        shop.set(&member(1), "PEN-01", 2).await;
        assert_eq!(quantities(&shop.cart(&guest(2)).await), []);
        assert_eq!(
            quantities(&shop.cart(&guest(1)).await),
            [("MUG-01".to_owned(), 1)]
        );
        assert_eq!(
            quantities(&shop.cart(&member(1)).await),
            [("PEN-01".to_owned(), 2)]
        );
        assert_eq!(quantities(&shop.cart(&member(2)).await), []);
    }
}

#[tokio::test]
async fn what_cannot_be_put_in_is_refused_and_changes_nothing() {
    for shop in shops() {
        let me = guest(1);
        shop.set(&me, "MUG-01", 1).await;
        for (code, body, status) in [
            ("MUG-01", json!({ "quantity": 11 }), 409),
            ("MUG-01", json!({ "quantity": -1 }), 422),
            ("MUG-01", json!({ "quantity": 10_000 }), 422),
            ("MUG-01", json!({ "quantity": u64::MAX }), 422),
            ("MUG-01", json!({ "quantity": 1.5 }), 422),
            ("MUG-01", json!({ "quantity": "2" }), 422),
            ("MUG-01", json!({ "quantity": null }), 422),
            ("MUG-01", json!({}), 422),
            ("MUG-01", json!({ "quantity": 2, "price": 1 }), 422),
            ("NONE-01", json!({ "quantity": 1 }), 404),
            ("NONE-01", json!({ "quantity": 0 }), 404),
            ("%ED%95%9C", json!({ "quantity": 1 }), 404),
        ] {
            let answer = shop.put(&me, code, body.clone()).await;
            assert_eq!(
                answer.status.as_u16(),
                status,
                "{code} {body}: {}",
                answer.body
            );
            assert_eq!(answer.json()["status"], status);
        }
        let broken = TestRequest::put()
            .uri("/api/cart/items/MUG-01")
            .set_payload("{\"quantity\":");
        let broken = broken.insert_header(("content-type", "application/json"));
        assert_eq!(shop.send(&me, broken).await.status, 400);
        assert_eq!(
            quantities(&shop.cart(&me).await),
            [("MUG-01".to_owned(), 1)]
        );
    }
}

#[tokio::test]
async fn a_refusal_says_how_many_are_left() {
    for shop in shops() {
        let answer = shop
            .put(&guest(1), "MUG-01", json!({ "quantity": 11 }))
            .await
            .json();
        assert!(
            answer["detail"].as_str().unwrap().contains("10"),
            "{answer}"
        );
        let answer = shop
            .put(&guest(1), "MUG-01", json!({ "quantity": -3 }))
            .await
            .json();
        assert_eq!(answer["errors"][0]["field"], "quantity", "{answer}");
    }
}

#[tokio::test]
async fn a_hundred_different_products_fit() {
    for shop in shops() {
        let me = member(1);
        for n in 0..=100 {
            shop.neighbours.sell(&format!("P-{n}"), 100, 5);
        }
        for n in 0..100 {
            shop.set(&me, &format!("P-{n}"), 1).await;
        }
        assert_eq!(
            shop.put(&me, "P-100", json!({ "quantity": 1 }))
                .await
                .status,
            409
        );
        assert_eq!(
            shop.set(&me, "P-7", 2).await["items"]
                .as_array()
                .unwrap()
                .len(),
            100
        );
        shop.set(&me, "P-7", 0).await;
        shop.set(&me, "P-100", 1).await;
    }
}

#[tokio::test]
async fn a_cart_survives_a_restart() {
    let folder = tempfile::tempdir().unwrap();
    for expected in [0, 1] {
        let place = platform::db::Place::Folder(folder.path().to_owned());
        let db = platform::db::Databases::new(place)
            .unwrap()
            .open(cart::NAME, cart::migrations())
            .unwrap();
        let shop = Shop::new(db, None);
        assert_eq!(
            shop.cart(&guest(1)).await["items"]
                .as_array()
                .unwrap()
                .len(),
            expected
        );
        shop.set(&guest(1), "MUG-01", 1).await;
    }
}

#[tokio::test]
async fn putting_in_costs_one_question_to_each_neighbour_and_one_write() {
    for shop in shops() {
        for n in 0..20 {
            shop.neighbours.sell(&format!("P-{n}"), 100, 5);
            shop.set(&guest(1), &format!("P-{n}"), 1).await;
        }
        let asked = || {
            shop.neighbours
                .questions
                .load(std::sync::atomic::Ordering::SeqCst)
        };
        let (questions, writes) = (asked(), shop.host.db.write_counts().0);
        shop.set(&guest(1), "MUG-01", 1).await;
        assert_eq!(
            (asked() - questions, shop.host.db.write_counts().0 - writes),
            (2, 1)
        );
        shop.form(
            &guest(1),
            "/cart/items",
            &[("sku", "PEN-01"), ("quantity", "1")],
        )
        .await;
        assert_eq!(
            (asked() - questions, shop.host.db.write_counts().0 - writes),
            (4, 2)
        );
        shop.cart(&guest(1)).await;
        shop.count(&guest(1)).await;
        assert_eq!(
            (asked() - questions, shop.host.db.write_counts().0 - writes),
            (6, 2)
        );
    }
}
