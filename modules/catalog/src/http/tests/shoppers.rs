use actix_web::test::TestRequest;
use platform::identity::Identity;
use serde_json::json;

use super::{Shop, encoded};

#[actix_web::test]
async fn a_product_is_listed_once_under_its_first_variant() {
    let shop = Shop::open().await;
    let list = shop.get("/api/products").await.json();
    assert_eq!(list["next"], json!(null));
    let picture = list["items"][1]["picture"].as_str().unwrap();
    assert!(
        picture.starts_with("/pictures/") && picture.contains(".svg"),
        "{picture}"
    );
    let juice = json!({"sku": "JUICE", "name": "햇사과즙", "price": {"amount": 18000, "currency": "KRW"}, "available": 7,
        "category": "food", "picture": null, "stars": 0.0});
    let tee = json!({"sku": "TEE-S", "name": "면 티셔츠", "price": {"amount": 29000, "currency": "KRW"}, "available": 7,
        "category": "clothing", "picture": picture, "stars": 4.5});
    assert_eq!(list["items"], json!([juice, tee]));
    assert_eq!(list.get("missing"), None);
}

#[actix_web::test]
async fn a_product_answers_to_its_code_and_to_every_variant() {
    let shop = Shop::open().await;
    let tee = shop.get_in_english("/api/products/TEE-M").await.json();
    assert_eq!(
        (&tee["sku"], &tee["name"], &tee["description"]),
        (&json!("TEE-M"), &json!("Cotton T-shirt"), &json!("Heavy."))
    );
    assert_eq!(
        tee["options"][2],
        json!({"sku": "TEE-GONE", "values": {"size": "L"}, "price": {"amount": 29000, "currency": "KRW"}, "available": 0})
    );
    assert_eq!(
        (tee["pictures"].as_array().unwrap().len(), &tee["reviews"]),
        (1, &json!([]))
    );
    assert_eq!(
        shop.get("/api/products/TEE").await.json()["sku"],
        json!("TEE-S")
    );
    assert_eq!(
        shop.get("/api/products/JUICE").await.json()["options"],
        json!([])
    );
    for unknown in [
        "/api/products/NOPE",
        "/api/products/tee",
        "/api/products/%00",
        "/api/products/a%20b",
    ] {
        let answer = shop.get(unknown).await;
        assert_eq!(
            (answer.status, answer.header("content-type")),
            (404, "application/problem+json"),
            "{unknown}"
        );
    }
}

#[actix_web::test]
async fn what_could_not_be_asked_is_null_and_named() {
    let shop = Shop::open().await;
    shop.neighbours_are_down();
    let tee = shop.get("/api/products/TEE").await.json();
    assert_eq!(tee["missing"], json!(["stock", "board"]));
    for part in ["available", "stars", "reviews"] {
        assert_eq!(tee[part], json!(null), "{part}");
    }
    let list = shop.get("/api/products").await.json();
    assert_eq!(
        (&list["missing"], &list["items"][0]["available"]),
        (&json!(["stock", "board"]), &json!(null))
    );
    let page = shop.get("/products/TEE").await;
    assert_eq!(page.status, 200);
    assert!(
        page.body.contains("재고 확인 중") && page.body.contains("장바구니에 담기"),
        "{}",
        page.body
    );
    assert_eq!(page.body.matches("class=\"unavailable\"").count(), 2);
    assert_eq!(shop.get("/products").await.status, 200);
}

#[actix_web::test]
async fn a_search_finds_korean_and_english_and_narrows() {
    let shop = Shop::open().await;
    for (query, expect) in [
        (format!("q={}", encoded("사과")), vec!["JUICE"]),
        (format!("q={}", encoded("과즙")), vec!["JUICE"]),
        ("q=APPLES".to_owned(), vec!["JUICE"]),
        ("q=cotton".to_owned(), vec!["TEE-S"]),
        (format!("q={}", encoded("\" OR *")), vec![]),
        (format!("q={}", encoded("없는것")), vec![]),
        ("category=food".to_owned(), vec!["JUICE"]),
        ("category=nowhere".to_owned(), vec![]),
        ("category=%27%00".to_owned(), vec![]),
        ("min_price=20000".to_owned(), vec!["TEE-S"]),
        (
            "max_price=20000&q=apple&category=food".to_owned(),
            vec!["JUICE"],
        ),
        ("sort=price".to_owned(), vec!["JUICE", "TEE-S"]),
        ("sort=-price".to_owned(), vec!["TEE-S", "JUICE"]),
    ] {
        let json = shop.get(&format!("/api/products?{query}")).await.json();
        let skus: Vec<&str> = json["items"]
            .as_array()
            .unwrap()
            .iter()
            .map(|item| item["sku"].as_str().unwrap())
            .collect();
        assert_eq!(skus, expect, "{query}");
    }
}

#[actix_web::test]
async fn a_list_is_paged_by_its_cursor() {
    let shop = Shop::open().await;
    let first = shop.get("/api/products?limit=1&sort=price").await.json();
    let cursor = first["next"].as_str().unwrap();
    let second = shop
        .get(&format!("/api/products?limit=1&sort=price&cursor={cursor}"))
        .await
        .json();
    assert_eq!(
        (&second["items"][0]["sku"], &second["next"]),
        (&json!("TEE-S"), &json!(null))
    );
    let other = shop
        .get(&format!("/api/products?sort=newest&cursor={cursor}"))
        .await;
    assert_eq!(
        (other.status, other.fields()),
        (422, vec!["cursor".to_owned()])
    );
}

#[actix_web::test]
async fn queries_that_make_no_sense_are_refused_by_field() {
    let shop = Shop::open().await;
    for (query, field) in [
        ("limit=0", "limit"),
        ("limit=101", "limit"),
        ("limit=x", "limit"),
        ("cursor=x", "cursor"),
        ("sort=cheapest", "sort"),
        ("min_price=-1", "min_price"),
        ("max_price=99999999999999999999", "max_price"),
        ("max_price=1.5", "max_price"),
        (&format!("q={}", "a".repeat(201)), "q"),
    ] {
        let answer = shop.get(&format!("/api/products?{query}")).await;
        assert_eq!(
            (answer.status, answer.fields()),
            (422, vec![field.to_owned()]),
            "{query}"
        );
        if !matches!(field, "limit") {
            assert_eq!(
                shop.get(&format!("/products?{query}")).await.status,
                200,
                "a page forgives {query}"
            );
        }
    }
}

#[actix_web::test]
async fn a_product_page_puts_the_chosen_variant_into_the_cart() {
    let shop = Shop::open().await;
    let page = shop.get_in_english("/products/TEE-M").await;
    assert!(
        page.body.contains(r#"action="/cart/items""#)
            && page.body.contains(r#"name="sku" value="TEE-M""#),
        "{}",
        page.body
    );
    assert!(
        page.body
            .contains(r#"<a class="option" href="/products/TEE-M" aria-current="true">M</a>"#),
        "{}",
        page.body
    );
    assert!(
        page.body
            .contains(r#"<a class="option gone" href="/products/TEE-GONE">L"#),
        "{}",
        page.body
    );
    assert!(
        page.body.contains("/boards/reviews?sku=TEE-M") && page.body.contains("Only 7 left"),
        "{}",
        page.body
    );
    let gone = shop.get_in_english("/products/TEE-GONE").await;
    assert!(gone.body.contains("disabled>Sold out"), "{}", gone.body);
    assert_eq!(shop.get("/products/NOPE").await.status, 404);
    assert_eq!(shop.get("/products/%20").await.status, 404);
}

#[actix_web::test]
async fn a_page_asks_each_neighbour_once_however_many_products_it_shows() {
    let shop = Shop::open().await;
    shop.get("/products").await;
    assert_eq!(*shop.neighbours.asked.lock().unwrap(), 2);
}

#[actix_web::test]
async fn a_search_page_says_how_many_fit_and_keeps_what_was_typed() {
    let shop = Shop::open().await;
    let page = shop
        .get(&format!(
            "/products?q={}&min_price=abc",
            encoded("\"><script>사과")
        ))
        .await;
    assert_eq!(page.status, 200);
    assert!(
        !page.body.contains("<script>사과") && page.body.contains("value=\"abc\""),
        "{}",
        page.body
    );
    let page = shop.get(&format!("/products?q={}", encoded("사과"))).await;
    assert!(
        page.body.contains("상품 1개") && page.body.contains("햇사과즙"),
        "{}",
        page.body
    );
    assert!(
        page.body
            .contains("식품 <span class=\"facet-count\">1</span>"),
        "{}",
        page.body
    );
    let all = shop.get("/products").await;
    assert!(
        all.body.contains("상품 2개")
            && all
                .body
                .contains("의류 <span class=\"facet-count\">1</span>"),
        "{}",
        all.body
    );
}

#[actix_web::test]
async fn pictures_are_kept_for_good_and_cannot_run_anything() {
    let shop = Shop::open().await;
    let path = shop.get("/api/products/TEE").await.json()["picture"]
        .as_str()
        .unwrap()
        .to_owned();
    let picture = shop.get(&path).await;
    assert_eq!(
        (
            picture.status,
            picture.body.as_str(),
            picture.header("content-type")
        ),
        (200, "<svg></svg>", "image/svg+xml")
    );
    assert!(picture.header("cache-control").contains("immutable"));
    let policy = picture.header("content-security-policy");
    assert!(
        policy.contains("default-src 'none'") && policy.contains("sandbox"),
        "{policy}"
    );
    assert_eq!(picture.header("x-content-type-options"), "nosniff");
    let again = TestRequest::get()
        .uri(&path)
        .insert_header(("if-none-match", picture.header("etag")));
    assert_eq!(shop.ask(again, Identity::default()).await.status, 304);
    for unknown in [
        "/pictures/x.svg",
        "/pictures/0123456789abcdef0123456789abcdef.svg",
        "/pictures/..%2F..%2Fetc%2Fpasswd",
    ] {
        assert_eq!(shop.get(unknown).await.status, 404, "{unknown}");
    }
}
