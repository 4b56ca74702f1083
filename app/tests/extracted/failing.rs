//! A service that is down, slow or broken takes down only what it answers.

use std::time::{Duration, Instant};

use crate::support::{Place, Plan, TestShop, eventually, path_of};

#[tokio::test]
async fn without_its_catalogue_the_shop_goes_on() {
    let shop = Plan::on(Place::Sqlite).open().await;
    shop.sells("BOWL-1", 12_900, 20).await;
    let shopper = shop.shopper().await;
    let order = shopper.buys("BOWL-1", "tok_ok").await;
    shopper.sees_order(&order).until("confirmed").await;
    let mut service = shop.extracts(&["catalog"]).await;
    shop.sends("catalog", "catalog").await;
    shopper.caller.get("/products/BOWL-1").await.is(200);
    service.kill();

    let page = shopper
        .caller
        .get("/products/BOWL-1")
        .header("accept-language", "en")
        .await
        .is(503);
    assert!(
        page.text().contains("</html>") && page.text().contains("/cart"),
        "{}",
        page.text()
    );
    assert!(page.header("retry-after").is_some());
    assert_eq!(page.header("x-banyan-backend"), Some("catalog"));
    let problem = shop.guest().get("/api/products").await.problem(503);
    assert_eq!(problem["missing"][0], "catalog", "{problem}");
    for path in [
        "/",
        "/cart",
        "/api/cart",
        "/my",
        "/orders",
        "/boards/qna",
        "/boards/reviews",
        "/boards/notices",
    ] {
        shopper.caller.get(path).await.is(200);
    }
    shopper
        .caller
        .get(path_of(&order).trim_start_matches("/api"))
        .await
        .is(200);
    shopper.caller.get(&path_of(&order)).await.is(200);

    service.restart();
    shop.knows(&service).await;
    let there = Instant::now();
    eventually("the catalogue is back", || async {
        let answer = shopper.caller.get("/products/BOWL-1").await;
        (answer.status == 200).then_some(())
    })
    .await;
    assert!(
        there.elapsed() < Duration::from_secs(2),
        "{:?}",
        there.elapsed()
    );
}

#[tokio::test]
async fn without_members_whoever_is_logged_in_stays_logged_in() {
    let shop = TestShop::on(Place::Sqlite).await;
    shop.sells("BOWL-1", 12_900, 20).await;
    let mut service = shop.extracts(&["members"]).await;
    shop.sends("members", "members").await;
    let (shopper, other) = (shop.shopper().await, shop.shopper().await);
    for known in [&shopper, &other] {
        known.caller.get("/api/orders").await.is(200);
    }
    // somebody else's login must not make the shop forget the two
    let third = shop.stranger();
    third.signs_up().await.is(201);
    third.signs_in().await.is(200);
    service.kill();

    for known in [&shopper, &other] {
        known.caller.get("/api/orders").await.is(200);
        known.caller.get("/my").await.is(200);
        let order = known.buys("BOWL-1", "tok_ok").await;
        known.sees_order(&order).until("confirmed").await;
    }
    // nobody can say who the others are: that is not "log in"
    let unknown = shop.guest();
    unknown.has_cookie("banyan", "a-session-that-nobody-has-asked-about-yet");
    unknown.get("/api/orders").await.problem(503);
    shop.guest().get("/api/orders").await.problem(401);
    shop.guest().get("/login").await.is(503);

    service.restart();
    shop.knows(&service).await;
    eventually("members are asked again", || async {
        let answer = unknown.get("/api/orders").await;
        (answer.status == 401).then_some(())
    })
    .await;
    shopper.signs_in().await.is(200);
}

#[tokio::test]
async fn a_fallback_answers_what_is_safe_and_nothing_else() {
    let shop = TestShop::on(Place::Sqlite).await;
    shop.sells("BOWL-1", 12_900, 20).await;
    let text = std::fs::read_to_string(shop.routes().path()).unwrap();
    let fallback = "name    = \"cart\"\nfallback = \"module\"";
    std::fs::write(
        shop.routes().path(),
        text.replace("name    = \"cart\"", fallback),
    )
    .unwrap();
    let mut service = shop.extracts(&["cart"]).await;
    shop.sends("cart", "cart").await;
    let shopper = shop.shopper().await;
    let add = crate::support::json!({ "quantity": 2 });
    shopper
        .caller
        .put("/api/cart/items/BOWL-1", &add)
        .await
        .is(200);
    service.kill();
    let cart = shopper.caller.get("/api/cart").await.is(200);
    assert_eq!(cart.header("x-banyan-backend"), Some("module"));
    assert_eq!(cart.json()["items"][0]["quantity"], 2);
    let put = shopper.caller.put("/api/cart/items/BOWL-1", &add).await;
    assert_eq!(put.header("x-banyan-backend"), Some("cart"));
    put.problem(503);
}

#[tokio::test]
async fn members_that_hang_do_not_make_the_shop_hang() {
    let shop = TestShop::on(Place::Sqlite).await;
    shop.sells("BOWL-1", 12_900, 20).await;
    let service = shop.extracts(&["members"]).await;
    shop.sends("members", "members").await;
    let shopper = shop.shopper().await;
    shopper.caller.get("/api/orders").await.is(200);
    service.hangs();
    // long enough that what is known of the shopper has become old
    let begun = Instant::now();
    while begun.elapsed() < Duration::from_secs(7) {
        let asked = Instant::now();
        shopper.caller.get("/api/cart").await.is(200);
        assert!(
            asked.elapsed() < Duration::from_secs(2),
            "{:?}",
            asked.elapsed()
        );
    }
    let order = shopper.buys("BOWL-1", "tok_ok").await;
    shopper.sees_order(&order).until("confirmed").await;
    service.goes_on();
    eventually("members answer again", || async {
        let answer = shopper.caller.get("/api/members/me").await;
        (answer.status == 200).then_some(())
    })
    .await;
}

#[tokio::test]
async fn a_catalogue_that_hangs_costs_its_own_routes_their_time_and_nobody_else_theirs() {
    let shop = TestShop::on(Place::Sqlite).await;
    shop.sells("BOWL-1", 12_900, 20).await;
    let service = shop.extracts(&["catalog"]).await;
    shop.sends("catalog", "catalog").await;
    let shopper = shop.shopper().await;
    service.hangs();
    let waiting: Vec<_> = (0..64)
        .map(|_| {
            let guest = shop.guest();
            tokio::spawn(async move { guest.get("/api/products").await.problem(504) })
        })
        .collect();
    for _ in 0..20 {
        let asked = Instant::now();
        shopper.caller.get("/boards/qna").await.is(200);
        shopper.caller.get("/api/orders").await.is(200);
        assert!(
            asked.elapsed() < Duration::from_secs(3),
            "{:?}",
            asked.elapsed()
        );
    }
    for late in waiting {
        let problem = late.await.unwrap();
        assert_eq!(problem["missing"][0], "catalog", "{problem}");
    }
    service.goes_on();
    eventually("the catalogue answers again", || async {
        (shop.guest().get("/api/products").await.status == 200).then_some(())
    })
    .await;
}
