use std::collections::BTreeSet;

use super::{plan, shop};
use crate::support::{Caller, Value, json, percent};

#[tokio::test]
async fn the_demo_shop_is_found_in_korean_and_in_english() {
    let shop = plan().with_demo().open().await;
    let guest = shop.guest();
    for (query, sku) in [
        ("도마", "BOARD-01"),
        ("유기", "YUGI-01"),
        ("연필", "PENCIL-01"),
        ("느티나무", "BOARD-01"),
        ("느티나무 도마", "BOARD-01"),
        // decomposed, as some keyboards and file systems write it
        ("\u{1103}\u{1169}\u{1106}\u{1161}", "BOARD-01"),
        ("mug", "MUG-01"),
        ("MUG", "MUG-01"),
        ("pencils", "PENCIL-01"),
        ("chopping board", "BOARD-01"),
    ] {
        let found = found(&guest, &format!("q={}", percent(query))).await;
        assert!(found.contains(&sku.to_owned()), "{query}: {found:?}");
    }
    assert_eq!(
        found(&guest, "q=%EC%97%86%EB%8A%94%EB%AC%BC%EA%B1%B4").await,
        Vec::<String>::new()
    );
    // the operators of query languages are text
    for query in [
        "\"",
        "도마*",
        "a AND",
        "NEAR(",
        "-mug",
        "%",
        "_",
        "'; DROP TABLE products; --",
        "{}[]()^~:",
    ] {
        guest
            .get(&format!("/api/products?q={}", percent(query)))
            .await
            .is(200);
    }
    shows_the_whole_shelf(&guest).await;
    sorts_and_filters(&guest).await;
    names_in_the_callers_language(&guest).await;
    pictures_load(&guest).await;
}

async fn shows_the_whole_shelf(guest: &Caller) {
    let (mut seen, mut cursor, mut pages) = (Vec::new(), String::new(), 0);
    loop {
        let page = guest
            .get(&format!("/api/products?limit=7&cursor={cursor}"))
            .await
            .is(200);
        assert!(page.items().len() <= 7);
        seen.extend(page.items().iter().map(sku));
        pages += 1;
        match page.json()["next"].as_str() {
            Some(next) => cursor = percent(next),
            None => break,
        }
    }
    let different: BTreeSet<&String> = seen.iter().collect();
    assert_eq!(different.len(), seen.len(), "something came twice");
    assert!(
        seen.len() >= 60 && pages >= 9,
        "{} products on {pages} pages",
        seen.len()
    );
    assert_eq!(guest.get("/api/products").await.is(200).items().len(), 24);
}

async fn sorts_and_filters(guest: &Caller) {
    let prices = |items: &[Value]| {
        items
            .iter()
            .map(|item| item["price"]["amount"].as_i64().unwrap())
            .collect::<Vec<_>>()
    };
    let cheap = prices(
        &guest
            .get("/api/products?sort=price&limit=100")
            .await
            .is(200)
            .items(),
    );
    assert!(cheap.is_sorted() && cheap.len() >= 60, "{cheap:?}");
    let mut dear = prices(
        &guest
            .get("/api/products?sort=-price&limit=100")
            .await
            .is(200)
            .items(),
    );
    dear.reverse();
    assert_eq!(cheap, dear);
    let some = prices(
        &guest
            .get("/api/products?min_price=10000&max_price=20000&limit=100")
            .await
            .is(200)
            .items(),
    );
    let expected = cheap
        .iter()
        .filter(|price| (10_000..=20_000).contains(*price))
        .count();
    assert!(expected > 0 && some.len() == expected, "{some:?}");
    let kitchen = guest
        .get("/api/products?category=kitchen&limit=100")
        .await
        .is(200)
        .items();
    assert!(
        !kitchen.is_empty() && kitchen.iter().all(|item| item["category"] == "kitchen"),
        "{kitchen:?}"
    );
    guest.get("/api/products?sort=popular").await.is(200);
    guest.get("/api/products?sort=newest").await.is(200);
}

async fn names_in_the_callers_language(guest: &Caller) {
    for (language, name) in [
        ("ko", "도기 머그"),
        ("en", "Stoneware mug"),
        ("en-GB;q=0.9, ko;q=0.5", "Stoneware mug"),
        ("fr, ko;q=0.8, en;q=0.1", "도기 머그"),
        ("fr", "도기 머그"),
        ("", "도기 머그"),
        ("*", "도기 머그"),
        (";;q=,,é", "도기 머그"),
    ] {
        let mug = guest
            .get("/api/products/MUG-01")
            .header("accept-language", language)
            .await
            .is(200)
            .json();
        assert_eq!(mug["name"], name, "{language:?}");
    }
    let mug = guest.get("/api/products/MUG-01").await.is(200).json();
    assert_eq!(mug["name"], "도기 머그", "no language asked for");
}

async fn pictures_load(guest: &Caller) {
    let mug = guest.get("/api/products/MUG-01").await.is(200).json();
    let picture = mug["picture"].as_str().unwrap();
    assert_eq!(mug["pictures"][0], picture);
    let answer = guest.get(picture).await.is(200);
    assert!(
        answer.header("content-type").unwrap().starts_with("image/"),
        "{:?}",
        answer.headers
    );
    assert!(!answer.body.is_empty());
    guest.get("/pictures/no-such-picture.svg").await.is(404);
}

#[tokio::test]
async fn a_product_looks_as_promised() {
    let shop = shop().await;
    shop.sells("BOWL-9", 12_900, 7).await;
    let listed = shop.guest().get("/api/products").await.is(200).items();
    let expected = json!({
        "sku": "BOWL-9", "name": "BOWL-9 나무 그릇", "price": { "amount": 12_900, "currency": "KRW" },
        "available": 7, "category": "kitchen", "picture": null, "stars": listed[0]["stars"],
    });
    assert_eq!(listed, [expected]);
    let shown = shop
        .guest()
        .get("/api/products/BOWL-9")
        .await
        .is(200)
        .json();
    for (field, value) in listed[0].as_object().unwrap() {
        assert_eq!(&shown[field], value, "{field}");
    }
    assert_eq!(shown["description"], "호두나무를 깎아 만들었습니다.");
    assert_eq!(
        (&shown["options"], &shown["pictures"], &shown["reviews"]),
        (&json!([]), &json!([]), &json!([]))
    );
    shop.guest()
        .get("/api/products/NOBODY-KNOWS")
        .await
        .problem(404);
    // no path of anything
    shop.guest().get("/api/products/%00").await.problem(400);
    shop.guest()
        .ask(crate::support::Method::HEAD, "/api/products/BOWL-9")
        .await
        .is(200);
}

#[tokio::test]
async fn a_product_with_options_is_listed_once_under_its_first_variant() {
    let shop = shop().await;
    let size = |sku: &str, size: &str, price: i64| json!({ "sku": sku, "price": price, "values": { "size": { "ko": size, "en": size } } });
    let shirt = json!({
        "sku": "TEE-9", "price": 20_000, "category": "kitchen", "pictures": [],
        "name": { "ko": "면 티셔츠", "en": "Cotton T-shirt" }, "description": { "ko": "", "en": "" },
        "options": [size("TEE-9-S", "S", 20_000), size("TEE-9-L", "L", 22_000)],
    });
    shop.sells_product(&shirt).await;
    shop.has_on_hand("TEE-9-S", 3).await;
    shop.has_on_hand("TEE-9-L", 4).await;
    let listed = shop.guest().get("/api/products").await.is(200).items();
    assert_eq!(listed.iter().map(sku).collect::<Vec<_>>(), ["TEE-9-S"]);
    assert_eq!(listed[0]["available"], 3);
    let shown = shop
        .guest()
        .get("/api/products/TEE-9-L")
        .await
        .is(200)
        .json();
    let options = shown["options"].as_array().unwrap();
    assert_eq!(
        options.iter().map(sku).collect::<Vec<_>>(),
        ["TEE-9-S", "TEE-9-L"]
    );
    assert_eq!(
        options[1]["price"],
        json!({ "amount": 22_000, "currency": "KRW" })
    );
    assert_eq!(
        (&options[0]["available"], &options[1]["available"]),
        (&json!(3), &json!(4))
    );
    assert!(
        options[1]["values"]
            .as_object()
            .unwrap()
            .values()
            .any(|value| value == "L"),
        "{shown:#}"
    );
    let buyer = shop.shopper().await;
    buyer.puts("TEE-9-L", 1).await.is(200);
    let cart = buyer.cart().await;
    assert_eq!(cart["total"]["amount"], 22_000);
    let name = cart["items"][0]["name"].as_str().unwrap();
    assert!(
        name.contains("면 티셔츠") && name.contains('L'),
        "which one it is, is part of its name: {name}"
    );
}

#[tokio::test]
async fn lists_refuse_what_they_cannot_show() {
    let shop = shop().await;
    let guest = shop.guest();
    for (query, field) in [
        ("limit=0", "limit"),
        ("limit=101", "limit"),
        ("limit=-1", "limit"),
        ("limit=ten", "limit"),
        ("limit=9999999999999999999999", "limit"),
        ("cursor=nonsense", "cursor"),
        ("sort=colour", "sort"),
        ("min_price=abc", "min_price"),
        ("max_price=-5", "max_price"),
        (&*format!("q={}", "x".repeat(2_000)), "q"),
    ] {
        let fields = guest
            .get(&format!("/api/products?{query}"))
            .await
            .wrong_fields();
        assert_eq!(fields, [field], "{query}");
    }
    for limit in [1, 100] {
        guest
            .get(&format!("/api/products?limit={limit}"))
            .await
            .is(200);
    }
    let huge = guest
        .get("/api/products?min_price=9223372036854775807")
        .await
        .is(200);
    assert!(huge.items().is_empty());
    let nowhere = guest.get("/api/products?category=nowhere").await;
    assert!(nowhere.status == 422 || nowhere.is(200).items().is_empty());
}

async fn found(guest: &Caller, query: &str) -> Vec<String> {
    guest
        .get(&format!("/api/products?limit=100&{query}"))
        .await
        .is(200)
        .items()
        .iter()
        .map(sku)
        .collect()
}

fn sku(item: &Value) -> String {
    item["sku"].as_str().unwrap().to_owned()
}
