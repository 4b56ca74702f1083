use std::sync::atomic::Ordering;

use actix_web::test::TestRequest;

use crate::shop::*;

#[tokio::test]
async fn a_product_page_puts_in_and_leads_to_the_cart() {
    for shop in shops() {
        let me = guest(1);
        assert_eq!(shop.count(&me).await, "");
        for (quantity, expect) in [("2", "2"), ("3", "5"), ("9", "10"), ("1", "10")] {
            let answer = shop
                .form(
                    &me,
                    "/cart/items",
                    &[("sku", "MUG-01"), ("quantity", quantity)],
                )
                .await;
            assert_eq!(
                (answer.status.as_u16(), answer.location.as_str()),
                (303, "/cart"),
                "{}",
                answer.body
            );
            assert_eq!(shop.count(&me).await, expect);
        }
        shop.form(&me, "/cart/items", &[("sku", "PEN-01")]).await;
        assert_eq!(shop.count(&me).await, "11");
        let page = shop.send(&me, TestRequest::get().uri("/cart")).await;
        assert!(
            page.body.contains("Thing MUG-01") && page.body.contains("₩129,000"),
            "{}",
            page.body
        );
        assert!(page.body.contains("href=\"/checkout\""), "{}", page.body);
    }
}

#[tokio::test]
async fn with_htmx_only_the_piece_comes_back_and_the_count_is_told() {
    for shop in shops() {
        let me = guest(1);
        let add = |quantity: &'static str| {
            piece(TestRequest::post().uri("/cart/items"))
                .set_form([("sku", "MUG-01"), ("quantity", quantity)])
        };
        let added = shop.send(&me, add("2")).await;
        assert_eq!(
            (added.status.as_u16(), added.trigger.as_str()),
            (200, "cart-changed"),
            "{}",
            added.body
        );
        assert!(
            added.body.contains("/cart") && !added.body.contains("<html"),
            "{}",
            added.body
        );
        let refused = shop.send(&me, add("-2")).await;
        assert_eq!(
            (refused.status.as_u16(), refused.trigger.as_str()),
            (200, "")
        );
        assert!(refused.body.contains("role=\"alert\""), "{}", refused.body);
        let set =
            piece(TestRequest::post().uri("/cart/items/MUG-01")).set_form([("quantity", "4")]);
        let set = shop.send(&me, set).await;
        assert_eq!(set.trigger, "cart-changed");
        assert!(
            set.body.contains("id=\"cart\"")
                && set.body.contains("₩51,600")
                && !set.body.contains("<html")
        );
        let remove = shop
            .send(
                &me,
                piece(TestRequest::post().uri("/cart/items/MUG-01/remove")),
            )
            .await;
        assert!(
            remove.body.contains("Your cart is empty"),
            "{}",
            remove.body
        );
    }
}

#[tokio::test]
async fn what_was_typed_stays_beside_what_is_wrong_with_it() {
    for shop in shops() {
        let me = guest(1);
        shop.set(&me, "MUG-01", 1).await;
        for (typed, status) in [
            ("77", 409),
            ("-5", 422),
            ("12345", 422),
            ("two", 422),
            ("", 422),
        ] {
            let answer = shop
                .form(&me, "/cart/items/MUG-01", &[("quantity", typed)])
                .await;
            assert_eq!(answer.status.as_u16(), status, "{typed}");
            assert!(
                answer.body.contains("aria-invalid=\"true\""),
                "{typed}: {}",
                answer.body
            );
            assert!(
                answer.body.contains(&format!("value=\"{typed}\"")),
                "{typed}: {}",
                answer.body
            );
        }
        assert_eq!(shop.count(&me).await, "1");
        let gone = shop.form(&me, "/cart/items", &[("sku", "NONE-01")]).await;
        assert_eq!(gone.status, 404);
        assert_eq!(
            shop.form(&me, "/cart/items", &[("sku", "<script>")])
                .await
                .status,
            404
        );
        assert_eq!(
            shop.form(&me, "/cart/items", &[("sku", "MUG-01"), ("quantity", "-1")])
                .await
                .status,
            422
        );
    }
}

#[tokio::test]
async fn forms_change_and_remove_without_script() {
    for shop in shops() {
        let me = guest(1);
        shop.set(&me, "MUG-01", 1).await;
        let set = shop
            .form(&me, "/cart/items/MUG-01", &[("quantity", "3")])
            .await;
        assert_eq!((set.status.as_u16(), set.location.as_str()), (303, "/cart"));
        assert_eq!(shop.count(&me).await, "3");
        for _ in 0..2 {
            assert_eq!(
                shop.form(&me, "/cart/items/MUG-01/remove", &[])
                    .await
                    .status,
                303
            );
        }
        assert_eq!(shop.count(&me).await, "");
    }
}

#[tokio::test]
async fn the_page_shows_what_it_can_while_neighbours_are_down() {
    for shop in shops() {
        let me = guest(1);
        shop.set(&me, "MUG-01", 2).await;
        shop.neighbours.shelf_is_shut.store(true, Ordering::SeqCst);
        shop.neighbours.stock_is_shut.store(true, Ordering::SeqCst);
        let page = shop.send(&me, TestRequest::get().uri("/cart")).await;
        assert_eq!(page.status, 200);
        assert!(
            page.body.contains("Thing MUG-01"),
            "what it was called when it was put in"
        );
        assert!(
            page.body.contains("class=\"unavailable\"")
                && !page.body.contains("href=\"/checkout\"")
        );
        let add = shop.form(&me, "/cart/items", &[("sku", "PEN-01")]).await;
        assert_eq!(add.status, 503);
    }
}
