//! The shop in a real browser, as people use it: in both languages, with and without scripts.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    reason = "a test that cannot go on ends"
)]
#![allow(
    clippy::disallowed_methods,
    reason = "the test run tells where the browser is"
)]

mod support;

#[path = "browser/window.rs"]
mod window;

use std::time::SystemTime;

use support::{Layout, PASSWORD, Place, Plan, Shopper, TestShop, json, unique};
use window::{Scripts, Window};

/// What people read, in the two languages.
struct Words {
    language: &'static str,
    bowl: &'static str,
    delivered: &'static str,
    cancelled: &'static str,
}

const KOREAN: Words = Words {
    language: "ko",
    bowl: "BOWL-1 나무 그릇",
    delivered: "배송 완료",
    cancelled: "취소됨",
};
const ENGLISH: Words = Words {
    language: "en",
    bowl: "BOWL-1 wooden bowl",
    delivered: "Delivered",
    cancelled: "Cancelled",
};

async fn shop() -> TestShop {
    let shop = Plan::on(Place::Sqlite).open().await;
    shop.sells("BOWL-1", 12_900, 20).await;
    shop
}

#[tokio::test]
async fn a_guest_fills_a_cart_joins_and_buys_in_korean() {
    guest_joins_and_buys(&KOREAN, Scripts::On).await;
}

#[tokio::test]
async fn a_guest_fills_a_cart_joins_and_buys_in_english() {
    guest_joins_and_buys(&ENGLISH, Scripts::On).await;
}

#[tokio::test]
async fn the_shop_works_without_scripts() {
    guest_joins_and_buys(&KOREAN, Scripts::Off).await;
}

async fn guest_joins_and_buys(words: &Words, scripts: Scripts) {
    let shop = shop().await;
    let window = Window::open(&shop.base(), words.language, scripts).await;
    window.goes("/").await;
    assert_eq!(window.language().await, words.language);
    window.follows("/products").await;
    window.sees(words.bowl).await;
    window.follows("/products/BOWL-1").await;
    window.types("quantity", "2").await;
    window.sends("/cart/items").await;
    if scripts == Scripts::On {
        // the page stays and says that it is in
        window
            .presses("//main//*[@role='status']//a[@href='/cart']")
            .await;
    }
    window.is_at("/cart").await;
    window.sees(words.bowl).await;
    window.sees("25,800").await;
    window.follows("/checkout").await;

    // the shop asks who it is, and comes back to the checkout
    window.is_at("/login").await;
    window.follows("/join").await;
    let email = format!("{}@example.com", unique());
    window.types("email", &email).await;
    window.types("name", "한봄").await;
    window.types("password", "short").await;
    window.sends("/join").await;
    // what was typed is still there, what is wrong is told
    window
        .presses("//form[@action='/join']//*[@aria-invalid='true'][@name='password']")
        .await;
    assert_eq!(window.value_of("email").await, email);
    window.types("password", PASSWORD).await;
    window.sends("/join").await;
    window.is_at("/checkout").await;
    window.sees(words.bowl).await;

    checks_out(&window).await;
    let order = window.is_at("/orders/").await;
    if scripts == Scripts::On {
        window.runs("window.untouched = true").await;
        window.sees(words.delivered).await;
        assert_eq!(
            window.runs("return window.untouched").await,
            true,
            "it moved without being loaded again"
        );
    } else {
        let member = Shopper::new(shop.guest(), &email, PASSWORD);
        member.signs_in().await.is(200);
        let id = order
            .trim_start_matches("/orders/")
            .split(['?', '#'])
            .next()
            .unwrap();
        member
            .sees_order(&json!({ "id": id }))
            .until("delivered")
            .await;
        window.goes(&order).await;
        window.sees(words.delivered).await;
    }
    window.follows("/orders").await;
    window.is_at("/orders").await;
    window.sees("25,800").await;
    assert_eq!(shop.available("BOWL-1").await, 18);
    window.closes().await;
}

async fn checks_out(window: &Window) {
    window.types("recipient", "한봄").await;
    window.types("phone", "010-1234-5678").await;
    window.types("postcode", "04524").await;
    window.types("line1", "서울특별시 중구 세종대로 110").await;
    window.chooses("token", "tok_ok").await;
    window.sends("/checkout").await;
}

#[tokio::test]
async fn an_order_is_cancelled_by_its_button() {
    let shop = Plan::on(Place::Sqlite).speed(1).open().await;
    shop.sells("BOWL-1", 12_900, 20).await;
    let member = shop.shopper().await;
    let window = Window::open(&shop.base(), "en", Scripts::Off).await;
    logs_in(&window, &member).await;
    let order = member.buys("BOWL-1", "tok_ok").await;
    let order = member.sees_order(&order).until("confirmed").await;
    let path = format!("/orders/{}", order["id"].as_str().unwrap());
    window.goes(&path).await;
    window.sends(&format!("{path}/cancel")).await;
    member.sees_order(&order).until("cancelled").await;
    window.goes(&path).await;
    window.sees(ENGLISH.cancelled).await;
    assert_eq!(shop.available("BOWL-1").await, 20);
    window.closes().await;
}

#[tokio::test]
async fn a_buyer_reviews_and_asks_in_korean() {
    buyer_reviews_and_asks(&KOREAN).await;
}

#[tokio::test]
async fn a_buyer_reviews_and_asks_in_english() {
    buyer_reviews_and_asks(&ENGLISH).await;
}

async fn buyer_reviews_and_asks(words: &Words) {
    let shop = shop().await;
    let member = shop.shopper().await;
    let order = member.buys("BOWL-1", "tok_ok").await;
    member.sees_order(&order).until("delivered").await;
    let window = Window::open(&shop.base(), words.language, Scripts::On).await;
    logs_in(&window, &member).await;

    window.goes("/products/BOWL-1").await;
    window.follows("/boards/reviews").await;
    window.follows("/boards/reviews/new").await;
    window.types("title", "단단하고 가벼워요").await;
    window.sends("/boards/reviews/new").await;
    // stars and text are missing: what was typed stays
    window
        .presses("//form[@action='/boards/reviews/new']//*[@name='body'][@aria-invalid='true']")
        .await;
    assert_eq!(window.value_of("title").await, "단단하고 가벼워요");
    window.types("body", "매일 아침 여기에 먹습니다.").await;
    window.chooses("stars", "4").await;
    window.sends("/boards/reviews/new").await;
    window.sees("매일 아침 여기에 먹습니다.").await;
    window.goes("/products/BOWL-1").await;
    window.sees("단단하고 가벼워요").await;
    let product = shop
        .guest()
        .get("/api/products/BOWL-1")
        .await
        .is(200)
        .json();
    assert_eq!(product["stars"], 4.0);

    window.follows("/boards/qna").await;
    window.follows("/boards/qna/new").await;
    window.types("title", "오븐에 넣어도 되나요?").await;
    window.types("body", "<b>200도</b>까지 올립니다.").await;
    window.sends("/boards/qna/new").await;
    window.sees("<b>200도</b>까지 올립니다.").await;
    let path = window.is_at("/boards/qna/posts/").await;
    let path = path.split(['?', '#']).next().unwrap();
    window.types("body", "아니요, 나무입니다.").await;
    window.sends(&format!("{path}/comments")).await;
    window.sees("아니요, 나무입니다.").await;
    window.goes("/products/BOWL-1").await;
    window.sees("오븐에 넣어도 되나요?").await;
    window.closes().await;
}

#[tokio::test]
async fn the_language_switch_turns_the_whole_shop() {
    let shop = shop().await;
    let window = Window::open(&shop.base(), "ko", Scripts::On).await;
    window.goes("/products").await;
    window.sees(KOREAN.bowl).await;
    window.sends("/language").await;
    window.sees(ENGLISH.bowl).await;
    assert_eq!(window.language().await, "en");
    assert_eq!(
        window.is_at("/products").await,
        "/products",
        "one stays where one was"
    );
    window.follows("/cart").await;
    window.sees("Cart").await;
    assert_eq!(window.language().await, "en");
    window.sends("/language").await;
    window.sees("장바구니").await;
    assert_eq!(window.language().await, "ko");
    window.closes().await;
}

#[tokio::test]
async fn the_shopkeeper_changes_a_product_and_its_stock() {
    let shop = shop().await;
    let window = Window::open(&shop.base(), "en", Scripts::On).await;
    logs_in(&window, shop.admin().await).await;
    window.goes("/admin").await;
    window.follows("/admin/products").await;
    window.follows("/admin/products/BOWL-1").await;
    window.types("name.en", "A bowl of many colours").await;
    window.types("price", "no price").await;
    window
        .presses("//form[contains(@action, 'BOWL-1')]//button[@value='save'][not(@tabindex)]")
        .await;
    window
        .presses("//*[@name='price'][@aria-invalid='true']")
        .await;
    assert_eq!(window.value_of("name.en").await, "A bowl of many colours");
    window.types("price", "15000").await;
    window
        .presses("//form[contains(@action, 'BOWL-1')]//button[@value='save'][not(@tabindex)]")
        .await;
    window.sees("A bowl of many colours").await;

    window.goes("/admin/stock?q=BOWL-1").await;
    window.types("on_hand", "3").await;
    window.types("reason", "Counted by hand").await;
    window.sends("/admin/stock/BOWL-1").await;
    support::eventually("three are left", || async {
        (shop.available("BOWL-1").await == 3).then_some(())
    })
    .await;
    window.goes("/products/BOWL-1").await;
    window.sees("A bowl of many colours").await;
    window.sees("15,000").await;
    let shown = shop
        .guest()
        .get("/api/products/BOWL-1")
        .header("accept-language", "en")
        .await
        .is(200)
        .json();
    assert_eq!(
        (&shown["name"], &shown["price"]["amount"]),
        (&json!("A bowl of many colours"), &json!(15_000))
    );
    window.goes("/console/audit").await;
    window.sees("stock.corrected").await;
    window.closes().await;
}

#[tokio::test]
async fn the_console_mends_and_replays_a_dead_letter() {
    let shop = shop().await;
    let member = shop.shopper().await;
    let id = member.get("/api/members/me").await.is(200).json()["id"]
        .as_str()
        .unwrap()
        .to_owned();
    // an event as a publisher with a mistake in it would write it
    let now = SystemTime::now()
        .duration_since(SystemTime::UNIX_EPOCH)
        .unwrap()
        .as_micros();
    let insert = "INSERT INTO outbox (event_id, type, aggregate, at, data)";
    let kind = "shop.banyan.members.member.joined.v1";
    let broken = r#"{"membr": "7"}"#;
    shop.books().run(
        "members",
        &format!("{insert} VALUES ('broken', '{kind}', 'broken', {now}, '{broken}')"),
    );
    let window = Window::open(&shop.base(), "en", Scripts::On).await;
    logs_in(&window, shop.admin().await).await;
    support::eventually("the letter is parked", || async {
        (shop
            .books()
            .number("members", "SELECT COUNT(*) FROM dead_letters")
            == 1)
            .then_some(())
    })
    .await;
    window.goes("/console").await;
    window.follows("/console/dead-letters").await;
    window.sees("shop.banyan.members.member.joined.v1").await;
    let letter = "//form[contains(@action, '/replay')]";
    window.presses(&format!("{letter}//button")).await;
    window.presses("//*[@role='alert']").await;
    window
        .types("data", &json!({ "member": id, "locale": "ko" }).to_string())
        .await;
    window.presses(&format!("{letter}//button")).await;
    window
        .does_not_see("shop.banyan.members.member.joined.v1")
        .await;
    assert_eq!(
        shop.books()
            .number("members", "SELECT COUNT(*) FROM dead_letters"),
        0
    );
    assert_eq!(
        shop.books().number(
            "notifications",
            "SELECT COUNT(*) FROM inbox WHERE event_id = 'broken'"
        ),
        1
    );
    window.goes("/console/audit").await;
    window.sees("dead_letter.replayed").await;
    window.closes().await;
}

#[tokio::test]
async fn the_console_flips_a_route_and_undoes_it() {
    let shop = Plan::on(Place::Sqlite)
        .layout(Layout::default())
        .open()
        .await;
    let _board = shop.extracts(&["board"]).await;
    let window = Window::open(&shop.base(), "en", Scripts::On).await;
    logs_in(&window, shop.admin().await).await;
    window.goes("/console").await;
    window.follows("/console/routes").await;
    answers(&shop, "module").await;

    let console = "/console/routes/board";
    window.follows(console).await;
    window.chooses("to", "service").await;
    window.chooses("service", "board").await;
    window.sends(&format!("{console}/preview")).await;
    // a reason is missing: what was chosen stays
    window
        .presses("//*[@name='why'][@aria-invalid='true']")
        .await;
    window.types("why", "It lives on its own now").await;
    window.sends(&format!("{console}/preview")).await;
    window
        .sees("One instance of board takes requests now.")
        .await;
    answers(&shop, "module").await;
    window.sends(console).await;
    window.sees("It is in effect").await;
    answers(&shop, "board").await;

    // the overview follows by itself
    window.goes("/console/routes").await;
    window.runs("window.untouched = true").await;
    shop.sends("board", "board=40").await;
    window.sees("40 %").await;
    assert_eq!(window.runs("return window.untouched").await, true);
    shop.sends("board", "module").await;
    answers(&shop, "module").await;

    window.goes(console).await;
    window.sees("It lives on its own now").await;
    window.presses("//td[@class='actions']//button").await;
    window.sees("undo of #3").await;
    window.sends(console).await;
    window.sees("It is in effect").await;
    window.goes("/console/routes/history").await;
    window.sees("undo of #3").await;
    window.sees("4 lines").await;
    window.closes().await;
}

/// Who answers the boards.
async fn answers(shop: &TestShop, side: &str) {
    let shown = shop.guest().get("/boards/notices").await.is(200);
    assert_eq!(shown.header("x-banyan-backend"), Some(side));
}

async fn logs_in(window: &Window, who: &Shopper) {
    window.goes("/login").await;
    window.types("email", &who.email).await;
    window.types("password", &who.password).await;
    window.sends("/login").await;
    window
        .does_not_see(if window.language().await == "ko" {
            "로그인"
        } else {
            "Log in"
        })
        .await;
}
