//! The form, as browsers send it.

use super::api::{ask, body, get, order, post, shopper};
use super::{Luck, Shop};

fn form(key: &str, total: &str) -> Vec<(&'static str, String)> {
    let fields = [
        ("recipient", "김하늘"),
        ("phone", "010-1234-5678"),
        ("postcode", "04524"),
        ("line1", "세종대로 110"),
        ("line2", ""),
        ("token", "tok_ok"),
        ("key", key),
        ("total", total),
    ];
    fields
        .into_iter()
        .map(|(name, value)| (name, value.to_owned()))
        .collect()
}

#[actix_web::test]
async fn the_form_orders_once_however_often_it_is_sent() {
    for shop in Shop::open(10) {
        shop.fill_cart("MUG", 2);
        let shown = ask(&shop, &shopper(), get("/checkout")).await;
        assert!(
            shown.text.contains("value=\"김하늘\""),
            "the usual address is filled in: {}",
            shown.text
        );
        let send = || post("/checkout").set_form(form("key", "25800"));
        let who = shopper();
        let sent = (
            ask(&shop, &who, send()),
            ask(&shop, &who, send()),
            ask(&shop, &who, send()),
        );
        let (a, b, c) = Box::pin(futures_util::future::join3(sent.0, sent.1, sent.2)).await;
        let places: Vec<_> = [&a, &b, &c]
            .map(|answer| (answer.status, answer.header("location").to_owned()))
            .into();
        assert!(
            places[0].1.starts_with("/orders/") && places[0].0 == 303,
            "{places:?}"
        );
        assert!(
            places.windows(2).all(|pair| pair[0] == pair[1]),
            "{places:?}"
        );
        shop.work().await;
        let changed = form("key", "25800").into_iter().map(|(name, value)| {
            if name == "line1" {
                (name, "다른 곳".to_owned())
            } else {
                (name, value)
            }
        });
        let late = ask(
            &shop,
            &shopper(),
            post("/checkout").set_form(changed.collect::<Vec<_>>()),
        )
        .await;
        assert_eq!(
            (late.status, late.header("location")),
            (303, places[0].1.as_str()),
            "back, and pressed again"
        );
        assert_eq!(shop.told().await, ["placed", "confirmed", "paid"]);
    }
}

/// The hidden key of the form as a tab shows it now.
async fn shown_key(shop: &Shop) -> String {
    let page = ask(shop, &shopper(), get("/checkout")).await.text;
    let (_, from) = page.split_once("name=\"key\" value=\"").unwrap();
    from.split_once('"').unwrap().0.to_owned()
}

#[actix_web::test]
async fn two_tabs_with_one_cart_place_one_order_and_the_next_order_is_another() {
    for shop in Shop::open(10) {
        shop.fill_cart("MUG", 2);
        let tabs = [shown_key(&shop).await, shown_key(&shop).await];
        let mut places = Vec::new();
        for key in &tabs {
            let sent = post("/checkout").set_form(form(key, "25800"));
            let answer = ask(&shop, &shopper(), sent).await;
            places.push((answer.status, answer.header("location").to_owned()));
        }
        assert_eq!(places[0].0, 303);
        assert_eq!(places[0], places[1]);
        assert_eq!(shown_key(&shop).await, tabs[0], "it is not decided yet");
        shop.work().await;
        shop.fill_cart("MUG", 2);
        let again = shown_key(&shop).await;
        let sent = post("/checkout").set_form(form(&again, "25800"));
        let next = ask(&shop, &shopper(), sent).await;
        assert_eq!(next.status, 303);
        assert_ne!(next.header("location"), places[0].1);
    }
}

#[actix_web::test]
async fn a_form_that_is_wrong_or_stale_is_shown_again_with_what_was_typed() {
    for shop in Shop::open(10) {
        shop.fill_cart("MUG", 2);
        let wrong = vec![
            ("recipient", "홍길동".to_owned()),
            ("phone", "nope".to_owned()),
            ("key", "k".to_owned()),
            ("total", "25800".to_owned()),
        ];
        let answer = ask(&shop, &shopper(), post("/checkout").set_form(wrong)).await;
        assert_eq!(answer.status, 422);
        assert!(
            answer.text.contains("value=\"홍길동\"") && answer.text.contains("value=\"nope\""),
            "{}",
            answer.text
        );
        assert!(
            answer.text.contains("id=\"e-phone\"") && answer.text.contains("id=\"e-token\""),
            "{}",
            answer.text
        );
        shop.world.state.lock().unwrap().price = 13_900;
        let dearer = ask(
            &shop,
            &shopper(),
            post("/checkout").set_form(form("k", "25800")),
        )
        .await;
        assert_eq!(
            dearer.status, 422,
            "nobody pays another price than they were shown"
        );
        assert!(
            dearer.text.contains("has changed meanwhile") && dearer.text.contains("₩27,800"),
            "{}",
            dearer.text
        );
        let keyless = ask(
            &shop,
            &shopper(),
            post("/checkout").set_form(form("", "27800")),
        )
        .await;
        assert_eq!(keyless.status, 422);
        assert_eq!(shop.told().await, Vec::<String>::new());
        shop.world.state.lock().unwrap().cart.clear();
        let empty = ask(&shop, &shopper(), get("/checkout")).await;
        assert!(
            empty.status == 200 && empty.text.contains("Your cart is empty"),
            "{}",
            empty.text
        );
    }
}

#[actix_web::test]
async fn what_is_left_caps_what_is_ordered_and_a_silent_stock_does_not() {
    for (luck, quantity) in [(Luck::Fine, 3), (Luck::Refuses, 5)] {
        for shop in Shop::open(3) {
            shop.fill_cart("MUG", 5);
            shop.world.will([Luck::Fine, Luck::Fine, luck]);
            let placed = ask(&shop, &shopper(), order("key", &body())).await.json();
            assert_eq!(placed["items"][0]["quantity"], quantity);
        }
    }
}
