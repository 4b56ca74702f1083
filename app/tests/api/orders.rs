use std::time::{Duration, Instant};

use super::{plan, shop};
use crate::support::{Events, Method, address, json, path_of, words};

#[tokio::test]
async fn an_order_is_confirmed_shipped_and_delivered() {
    let shop = shop().await;
    shop.sells("WAY-1", 12_900, 10).await;
    shop.sells("WAY-2", 3_000, 10).await;
    let buyer = shop.shopper().await;
    buyer.puts("WAY-1", 2).await.is(200);
    buyer.puts("WAY-2", 1).await.is(200);
    let placed = buyer.orders("tok_ok").await;
    for field in [
        "id",
        "number",
        "status",
        "payment",
        "items",
        "total",
        "address",
        "placed_at",
        "timeline",
    ] {
        assert!(!placed[field].is_null(), "{field} is missing: {placed:#}");
    }
    assert_eq!(
        placed["total"],
        json!({ "amount": 28_800, "currency": "KRW" })
    );
    assert_eq!(placed["address"], address("04524"));
    let expected = json!({
        "sku": "WAY-1", "name": "WAY-1 나무 그릇", "quantity": 2,
        "price": { "amount": 12_900, "currency": "KRW" }, "subtotal": { "amount": 25_800, "currency": "KRW" },
    });
    let items = placed["items"].as_array().unwrap();
    assert!(items.len() == 2 && items.contains(&expected), "{placed:#}");
    assert_eq!(words(&placed)[0], "placed");

    let confirmed = buyer.sees_order(&placed).until("confirmed").await;
    assert_eq!(
        buyer.has_in_cart().await,
        [],
        "what was ordered leaves the cart before it is confirmed"
    );
    assert_eq!(shop.available("WAY-1").await, 8);
    assert!(
        ["authorised", "captured"].contains(&confirmed["payment"].as_str().unwrap()),
        "{confirmed:#}"
    );
    let shipped = buyer.sees_order(&placed).until("shipped").await;
    let way = ["placed", "reserved", "authorised", "confirmed", "shipped"].map(str::to_owned);
    assert!(words(&shipped).starts_with(&way), "{shipped:#}");
    let delivered = buyer.sees_order(&placed).until("delivered").await;
    assert_eq!(
        words(&delivered),
        [
            "placed",
            "reserved",
            "authorised",
            "confirmed",
            "shipped",
            "delivered"
        ]
    );
    assert_eq!(delivered["payment"], "captured");
    for field in ["id", "number", "items", "total", "address", "placed_at"] {
        assert_eq!(delivered[field], placed[field], "{field}");
    }
    let times: Vec<&str> = delivered["timeline"]
        .as_array()
        .unwrap()
        .iter()
        .map(|m| m["at"].as_str().unwrap())
        .collect();
    assert!(
        times.is_sorted() && times.iter().all(|at| at.ends_with('Z')),
        "{times:?}"
    );
    let in_english = buyer
        .get(&path_of(&placed))
        .header("accept-language", "en")
        .await
        .is(200)
        .json();
    let names: Vec<&str> = in_english["items"]
        .as_array()
        .unwrap()
        .iter()
        .map(|i| i["name"].as_str().unwrap())
        .collect();
    assert!(names.contains(&"WAY-1 wooden bowl"), "{names:?}");
}

#[tokio::test]
async fn a_new_order_is_listed_within_two_seconds() {
    let shop = shop().await;
    shop.sells("LIST-1", 5_000, 10).await;
    let buyer = shop.shopper().await;
    let mut placed = Vec::new();
    for _ in 0..3 {
        let order = buyer.buys("LIST-1", "tok_ok").await;
        let begun = Instant::now();
        placed.insert(0, order["id"].clone());
        while buyer.order_list().await.len() < placed.len() {
            assert!(
                begun.elapsed() < Duration::from_secs(2),
                "two seconds are over"
            );
        }
        // the next one is put into a cart that this one has left
        buyer.sees_order(&order).until("delivered").await;
    }
    let listed = buyer.order_list().await;
    assert_eq!(
        listed
            .iter()
            .map(|order| order["id"].clone())
            .collect::<Vec<_>>(),
        placed,
        "the newest first"
    );
    for field in ["number", "status", "payment", "total", "placed_at"] {
        assert!(!listed[0][field].is_null(), "{field}: {listed:#?}");
    }
    let first = buyer.get("/api/orders?limit=2").await.is(200);
    let next = first.json()["next"].as_str().unwrap().to_owned();
    let rest = buyer
        .get(&format!("/api/orders?limit=2&cursor={next}"))
        .await
        .is(200);
    let ids = |items: Vec<crate::support::Value>| {
        items
            .iter()
            .map(|order| order["id"].clone())
            .collect::<Vec<_>>()
    };
    assert_eq!([ids(first.items()), ids(rest.items())].concat(), placed);
    assert!(rest.json()["next"].is_null());
    for query in ["limit=0", "limit=101", "limit=x", "cursor=%00"] {
        buyer
            .get(&format!("/api/orders?{query}"))
            .await
            .problem(422);
    }

    let other = shop.shopper().await;
    assert_eq!(other.order_list().await.len(), 0);
    let path = format!("/api/orders/{}", placed[0].as_str().unwrap());
    other.get(&path).await.problem(404);
    other
        .ask(Method::POST, &format!("{path}/cancel"))
        .await
        .problem(404);
    other.get(&format!("{path}/events")).await.problem(404);
    shop.guest().get(&path).await.problem(401);
    shop.guest().get("/api/orders").await.problem(401);
    buyer.get("/api/orders/not-an-id").await.problem(404);
    buyer
        .get(&format!("/api/orders/{}", uuid::Uuid::now_v7()))
        .await
        .problem(404);
    shop.admin().await.get(&path).await.problem(404);
}

#[tokio::test]
async fn the_list_catches_up_with_what_becomes_of_an_order() {
    let shop = shop().await;
    shop.sells("LATE-1", 5_000, 10).await;
    let buyer = shop.shopper().await;
    let order = buyer.buys("LATE-1", "tok_ok").await;
    buyer.sees_order(&order).until("delivered").await;
    let begun = Instant::now();
    while buyer.order_list().await[0]["status"] != "delivered" {
        assert!(
            begun.elapsed() < Duration::from_secs(2),
            "two seconds are over"
        );
    }
    let declined = buyer.buys("LATE-1", "tok_declined").await;
    buyer.sees_order(&declined).until("cancelled").await;
    let begun = Instant::now();
    while buyer.order_list().await[0]["payment"] != "declined" {
        assert!(
            begun.elapsed() < Duration::from_secs(2),
            "two seconds are over"
        );
    }
}

#[tokio::test]
async fn an_order_can_be_followed_as_it_moves() {
    let shop = shop().await;
    shop.sells("LIVE-1", 5_000, 10).await;
    let buyer = shop.shopper().await;
    let order = buyer.buys("LIVE-1", "tok_ok").await;
    let path = format!("{}/events", path_of(&order));
    let mut events = Events::of(buyer.get(&path).open().await);
    let (mut seen, mut told, mut last_id) = (Vec::new(), Vec::new(), String::new());
    while let Some(event) = events.next().await {
        let shown: crate::support::Value = serde_json::from_str(&event.data).unwrap();
        assert_eq!(shown["id"], order["id"]);
        assert_ne!(event.id, last_id, "every event has an id of its own");
        last_id = event.id;
        seen.push(shown["status"].as_str().unwrap().to_owned());
        told = words(&shown);
        if shown["status"] == "delivered" {
            break;
        }
    }
    seen.dedup();
    let way = ["pending", "confirmed", "shipped", "delivered"];
    let mut rest = way.iter();
    assert!(
        seen.iter().all(|status| rest.any(|of| of == status)),
        "in this order: {seen:?}"
    );
    // on a busy machine two steps may be told as one
    assert!(
        seen.len() >= 2 && seen.last().unwrap() == "delivered",
        "{seen:?}"
    );
    assert_eq!(
        told,
        [
            "placed",
            "reserved",
            "authorised",
            "confirmed",
            "shipped",
            "delivered"
        ]
    );
    // whoever has seen everything is not made to come back again and again
    let again = buyer
        .get(&path)
        .header("last-event-id", &last_id)
        .open()
        .await;
    assert_eq!(again.status(), 204);
    assert_eq!(shop.guest().get(&path).open().await.status(), 401);
}

#[tokio::test]
async fn who_comes_too_late_gets_an_order_that_is_cancelled_and_costs_nothing() {
    let shop = shop().await;
    shop.sells("LAST-1", 5_000, 1).await;
    let (first, second) = (shop.shopper().await, shop.shopper().await);
    first.puts("LAST-1", 1).await.is(200);
    second.puts("LAST-1", 1).await.is(200);
    let (one, two) = tokio::join!(first.orders("tok_ok"), second.orders("tok_ok"));
    let (one, two) = (
        first.sees_order(&one).ends().await,
        second.sees_order(&two).ends().await,
    );
    let mut ends = [
        one["status"].as_str().unwrap(),
        two["status"].as_str().unwrap(),
    ];
    ends.sort_unstable();
    assert_eq!(ends, ["cancelled", "delivered"]);
    let cancelled = if one["status"] == "cancelled" {
        &one
    } else {
        &two
    };
    assert_eq!(cancelled["payment"], "none");
    assert_eq!(words(cancelled).last().unwrap(), "cancelled");
    assert!(
        !words(cancelled).contains(&"authorised".to_owned()),
        "{cancelled:#}"
    );
    assert_eq!(shop.available("LAST-1").await, 0);
}

#[tokio::test]
async fn what_is_not_in_stock_any_more_cannot_be_kept_in_the_cart_forever() {
    let shop = plan().speed(1000).open().await;
    shop.sells("GONE-1", 5_000, 2).await;
    let buyer = shop.shopper().await;
    buyer.puts("GONE-1", 2).await.is(200);
    shop.has_on_hand("GONE-1", 0).await;
    let cart = buyer.cart().await;
    assert_eq!(cart["items"][0]["available"], 0, "{cart}");
    let refused = buyer.checks_out("gone", "04524", "tok_ok").await;
    if refused.status == 201 {
        let order = buyer.sees_order(&refused.json()).until("cancelled").await;
        assert_eq!(order["payment"], "none");
    } else {
        refused.problem(422);
    }
}
