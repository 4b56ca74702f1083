use std::fmt::Write as _;

use actix_web::http::header::CONTENT_TYPE;
use actix_web::test::TestRequest;
use platform::db::DbError;
use platform::identity::{Identity, Role};
use serde_json::{Value, json};

use super::{Answer, Shop, shopkeeper};

const API: &str = "/api/admin/products";

fn mug() -> Value {
    json!({"sku": "MUG", "name": {"ko": "도기 머그", "en": "Stoneware mug"}, "description": {"ko": "", "en": ""},
        "price": {"amount": 12900, "currency": "KRW"}, "category": "food", "options": [], "pictures": []})
}

async fn post(shop: &Shop, body: Value) -> Answer {
    shop.as_shopkeeper(TestRequest::post().uri(API).set_json(body))
        .await
}

async fn put(shop: &Shop, sku: &str, body: Value) -> Answer {
    shop.as_shopkeeper(
        TestRequest::put()
            .uri(&format!("{API}/{sku}"))
            .set_json(body),
    )
    .await
}

/// A form as a browser sends it.
async fn send(shop: &Shop, uri: &str, fields: &[(&str, &str)]) -> Answer {
    let mut body = String::new();
    for (name, value) in fields {
        let file = if *name == "upload" {
            "; filename=\"x.svg\"\r\nContent-Type: image/svg+xml"
        } else {
            ""
        };
        write!(
            body,
            "--xx\r\nContent-Disposition: form-data; name=\"{name}\"{file}\r\n\r\n{value}\r\n"
        )
        .unwrap();
    }
    body.push_str("--xx--\r\n");
    let request = TestRequest::post()
        .uri(uri)
        .insert_header((CONTENT_TYPE, "multipart/form-data; boundary=xx"))
        .set_payload(body);
    shop.as_shopkeeper(request).await
}

#[actix_web::test]
async fn a_product_is_made_read_replaced_and_deleted() {
    let shop = Shop::open().await;
    let made = post(&shop, mug()).await;
    assert_eq!(made.status, 201, "{}", made.body);
    let mut expect = mug();
    expect["version"] = json!(1);
    assert_eq!(made.json(), expect);
    assert_eq!(
        shop.as_shopkeeper(TestRequest::get().uri("/api/admin/products/MUG"))
            .await
            .json(),
        expect
    );
    let mut dearer = expect.clone();
    dearer["price"] = json!(15000);
    dearer["pictures"] = json!([{"media_type": "image/svg+xml", "data": "PHN2Zz48L3N2Zz4="}]);
    let replaced = put(&shop, "MUG", dearer).await.json();
    assert_eq!(
        (&replaced["price"]["amount"], &replaced["version"]),
        (&json!(15000), &json!(2))
    );
    // what is read can be sent back as it is
    assert_eq!(
        put(&shop, "MUG", replaced.clone()).await.json()["pictures"],
        replaced["pictures"]
    );
    let list = shop
        .as_shopkeeper(TestRequest::get().uri("/api/admin/products?q=mug"))
        .await
        .json();
    assert_eq!(list["items"][0]["sku"], json!("MUG"));
    let gone = shop
        .as_shopkeeper(TestRequest::delete().uri("/api/admin/products/MUG"))
        .await;
    assert_eq!((gone.status, gone.body.as_str()), (204, ""));
    assert_eq!(shop.get("/api/products/MUG").await.status, 404);
    let rows = shop
        .host
        .db
        .read(|conn| platform::audit::list(conn, None, 10))
        .await;
    let rows: Vec<_> = Result::<_, DbError>::unwrap(rows)
        .into_iter()
        .map(|row| (row.what, row.subject))
        .collect();
    let told = [
        "product.deleted",
        "product.changed",
        "product.changed",
        "product.created",
    ]
    .map(|what| (what.to_owned(), "MUG".to_owned()));
    assert_eq!(rows[..4], told);
}

#[actix_web::test]
async fn only_shopkeepers_may() {
    let shop = Shop::open().await;
    let member = Identity {
        roles: [Role::Shopper].into_iter().collect(),
        ..shopkeeper()
    };
    for (identity, status) in [(Identity::default(), 401), (member, 403)] {
        for request in [
            TestRequest::get().uri(API),
            TestRequest::post().uri(API).set_json(mug()),
            TestRequest::get().uri("/api/admin/products/TEE"),
            TestRequest::put()
                .uri("/api/admin/products/TEE")
                .set_json(mug()),
            TestRequest::delete().uri("/api/admin/products/TEE"),
        ] {
            assert_eq!(shop.ask(request, identity.clone()).await.status, status);
        }
        for uri in [
            "/admin/products",
            "/admin/products/_new",
            "/admin/products/TEE",
        ] {
            let expect = if status == 401 { 303 } else { 403 };
            assert_eq!(
                shop.ask(TestRequest::get().uri(uri), identity.clone())
                    .await
                    .status,
                expect,
                "{uri}"
            );
        }
    }
    assert_eq!(shop.get("/api/products/TEE").await.status, 200);
}

#[actix_web::test]
async fn what_is_wrong_is_said_per_field() {
    let shop = Shop::open().await;
    for (field, value, expect) in [
        ("sku", json!("머그"), "sku"),
        ("sku", json!("TEE"), "sku"),
        ("sku", json!("TEE-M"), "sku"),
        ("name", json!({"ko": "머그"}), "name.en"),
        (
            "name",
            json!({"ko": "가".repeat(121), "en": "x"}),
            "name.ko",
        ),
        ("price", json!(0), "price"),
        ("price", json!(-5), "price"),
        ("price", json!(i64::MAX), "price"),
        ("category", json!("nowhere"), "category"),
        (
            "options",
            json!([{"sku": "MUG-1", "values": {}}]),
            "options.0.values",
        ),
        (
            "options",
            json!([{"sku": "TEE-M", "values": {"size": {"ko": "소", "en": "S"}}}]),
            "options.0.sku",
        ),
        (
            "pictures",
            json!([{"data": "PHN2ZyBvbmxvYWQ9IngoKSIvPg=="}]),
            "pictures.0",
        ),
        (
            "pictures",
            json!(["/pictures/0123456789abcdef0123456789abcdef.png"]),
            "pictures.0",
        ),
    ] {
        let mut body = mug();
        body[field] = value.clone();
        let answer = post(&shop, body).await;
        let taken = value == json!("TEE") || value == json!("TEE-M") || expect == "options.0.sku";
        assert_eq!(
            (answer.status, answer.fields()),
            (if taken { 409 } else { 422 }, vec![expect.to_owned()]),
            "{field}: {value}"
        );
    }
    for (body, status) in [
        ("{", 400),
        ("[]", 422),
        (r#"{"price": "much"}"#, 422),
        (r#"{"pictures": [{"data": "%"}]}"#, 422),
        ("\u{0}", 400),
    ] {
        let request = TestRequest::post()
            .uri(API)
            .insert_header((CONTENT_TYPE, "application/json"))
            .set_payload(body);
        assert_eq!(shop.as_shopkeeper(request).await.status, status, "{body}");
    }
    assert_eq!(put(&shop, "NOPE", mug()).await.status, 404);
    assert_eq!(put(&shop, "TEE", mug()).await.fields(), ["sku"]);
    let stale = put(
        &shop,
        "JUICE",
        json!({"name": {"ko": "가", "en": "a"}, "price": 1, "category": "food", "version": 9}),
    )
    .await;
    assert_eq!(stale.status, 409);
}

#[actix_web::test]
async fn a_form_makes_a_product_with_options_and_pictures() {
    let shop = Shop::open().await;
    let fields = [
        ("sku", "MUG"),
        ("name.ko", "도기 머그"),
        ("name.en", "Mug"),
        ("price", "12,900"),
        ("category", "food"),
        ("description.ko", "한 줄\r\n두 줄"),
        ("upload", "<svg><path/></svg>"),
        ("upload", ""),
        ("options.0.sku", "MUG-W"),
        ("options.0.values.color.ko", "흰색"),
        ("options.0.values.color.en", "White"),
        ("options.0.price", ""),
        ("options.2.sku", "MUG-B"),
        ("options.2.values.color.ko", "검정"),
        ("options.2.values.color.en", "Black"),
        ("options.2.price", "14000"),
        ("action", "save"),
    ];
    let saved = send(&shop, "/admin/products/_new", &fields).await;
    assert_eq!(
        (saved.status, saved.header("location")),
        (303, "/admin/products/MUG"),
        "{}",
        saved.body
    );
    let made = shop
        .as_shopkeeper(TestRequest::get().uri("/api/admin/products/MUG"))
        .await
        .json();
    assert_eq!(made["description"]["ko"], json!("한 줄\n두 줄"));
    let prices: Vec<_> = made["options"]
        .as_array()
        .unwrap()
        .iter()
        .map(|option| option["price"]["amount"].clone())
        .collect();
    assert_eq!(
        (prices, made["pictures"].as_array().unwrap().len()),
        (vec![json!(12900), json!(14000)], 1)
    );
    let form = shop
        .as_shopkeeper(TestRequest::get().uri("/admin/products/MUG"))
        .await;
    assert!(
        form.body.contains("value=\"MUG-B\"") && form.body.contains("name=\"version\" value=\"1\""),
        "{}",
        form.body
    );
}

#[actix_web::test]
async fn a_form_that_is_refused_keeps_what_was_typed() {
    let shop = Shop::open().await;
    let fields = [
        ("sku", "TEE-M"),
        ("name.ko", "내가 쓴 이름"),
        ("name.en", ""),
        ("price", "많이"),
        ("category", "food"),
        ("upload", "<svg onload='x()'/>"),
    ];
    let refused = send(&shop, "/admin/products/_new", &fields).await;
    assert_eq!(refused.status, 422);
    for shown in [
        "내가 쓴 이름",
        "value=\"많이\"",
        "value=\"TEE-M\"",
        "error-summary",
        "0 이상의 숫자로",
        "꼭 적어 주세요",
        "스크립트나",
    ] {
        assert!(refused.body.contains(shown), "{shown}: {}", refused.body);
    }
    let taken = [
        ("sku", "TEE-M"),
        ("name.ko", "가"),
        ("name.en", "a"),
        ("price", "1"),
        ("category", "food"),
    ];
    assert!(
        send(&shop, "/admin/products/_new", &taken)
            .await
            .body
            .contains("이미 TEE 상품이 쓰고 있습니다")
    );
    let rows = send(
        &shop,
        "/admin/products/_new",
        &[("sku", "X"), ("action", "rows")],
    )
    .await;
    assert_eq!(
        (rows.status, rows.body.matches("name=\"options.").count()),
        (200, 8 * 6),
        "{}",
        rows.body
    );
}

#[actix_web::test]
async fn a_stale_form_is_not_saved_and_keeps_what_was_typed() {
    let shop = Shop::open().await;
    let fields = |version, name| {
        [
            ("version", version),
            ("sku", "IGNORED"),
            ("name.ko", name),
            ("name.en", "Juice"),
            ("price", "18000"),
            ("category", "food"),
        ]
    };
    assert_eq!(
        send(&shop, "/admin/products/JUICE", &fields("1", "먼저 저장"))
            .await
            .status,
        303
    );
    let stale = send(&shop, "/admin/products/JUICE", &fields("1", "늦게 저장")).await;
    assert_eq!(stale.status, 409);
    assert!(
        stale.body.contains("늦게 저장")
            && stale.body.contains("그사이에")
            && stale.body.contains("name=\"version\" value=\"2\""),
        "{}",
        stale.body
    );
    assert_eq!(
        shop.get("/api/products/JUICE").await.json()["name"],
        json!("먼저 저장")
    );
    assert_eq!(
        send(&shop, "/admin/products/JUICE", &fields("2", "늦게 저장"))
            .await
            .status,
        303
    );
    assert_eq!(
        shop.get("/api/products/JUICE").await.json()["name"],
        json!("늦게 저장")
    );
}

#[actix_web::test]
async fn pictures_are_ordered_and_taken_away_by_the_form() {
    let shop = Shop::open().await;
    let old = shop.get("/api/products/TEE").await.json()["pictures"][0]
        .as_str()
        .unwrap()
        .to_owned();
    let base = [
        ("name.ko", "티"),
        ("name.en", "Tee"),
        ("price", "29000"),
        ("category", "clothing"),
    ];
    let with = |more: &[(&'static str, String)]| -> Vec<(&'static str, String)> {
        base.iter()
            .map(|(name, value)| (*name, (*value).to_owned()))
            .chain(more.iter().cloned())
            .collect()
    };
    let save = async |fields: Vec<(&'static str, String)>| {
        let fields: Vec<(&str, &str)> = fields
            .iter()
            .map(|(name, value)| (*name, value.as_str()))
            .collect();
        let saved = send(&shop, "/admin/products/TEE", &fields).await;
        assert_eq!(saved.status, 303, "{}", saved.body);
        let pictures = shop.get("/api/products/TEE").await.json()["pictures"].clone();
        serde_json::from_value::<Vec<String>>(pictures).unwrap()
    };
    let two = save(with(&[
        ("pictures.0.path", old.clone()),
        ("upload", "<svg><g/></svg>".to_owned()),
    ]))
    .await;
    assert_eq!((two.len(), &two[0]), (2, &old));
    let places = [
        ("pictures.0.path", two[0].clone()),
        ("pictures.0.place", "2".to_owned()),
        ("pictures.1.path", two[1].clone()),
        ("pictures.1.place", "1".to_owned()),
    ];
    assert_eq!(save(with(&places)).await, [two[1].clone(), two[0].clone()]);
    let dropped = [
        ("pictures.0.path", old.clone()),
        ("pictures.0.drop", "on".to_owned()),
        ("pictures.1.path", two[1].clone()),
    ];
    assert_eq!(save(with(&dropped)).await, [two[1].clone()]);
    assert_eq!(shop.get(&old).await.status, 404);
}

#[actix_web::test]
async fn deleting_by_the_page_asks_for_the_version_that_was_seen() {
    let shop = Shop::open().await;
    let delete = async |version: &str| {
        let form = TestRequest::post()
            .uri("/admin/products/JUICE/delete")
            .set_form([("version", version)]);
        shop.as_shopkeeper(form).await.status
    };
    assert_eq!(delete("7").await, 409);
    assert_eq!(delete("1").await, 303);
    assert_eq!(delete("1").await, 404);
    let list = shop
        .as_shopkeeper(TestRequest::get().uri("/admin/products"))
        .await;
    assert!(
        list.body.contains("면 티셔츠") && !list.body.contains("햇사과즙"),
        "{}",
        list.body
    );
}

async fn categories(shop: &Shop) -> Vec<(String, String)> {
    let cards = shop
        .host
        .db
        .read(crate::store::categories::list)
        .await
        .unwrap();
    cards
        .into_iter()
        .map(|card| (card.slug, card.name.en))
        .collect()
}

#[actix_web::test]
async fn shelves_are_put_up_renamed_moved_and_taken_down() {
    const PAGE: &str = "/admin/products/_categories";
    let shop = Shop::open().await;
    assert_eq!(post(&shop, mug()).await.status, 201);
    let before = categories(&shop).await;
    let slug = |at: usize| before[at].0.clone();
    let save = async |fields: &[(&str, &str)]| {
        let request = TestRequest::post().uri(PAGE).set_form(fields);
        shop.as_shopkeeper(request).await
    };
    let (first, second) = (slug(0), slug(1));
    let both = [
        ("0.is", first.as_str()),
        ("0.place", "2"),
        ("0.name.ko", "하나"),
        ("0.name.en", "One"),
        ("1.is", second.as_str()),
        ("1.place", "1"),
        ("1.name.ko", "둘"),
        ("1.name.en", "Two"),
    ];
    let new = |slug, ko| {
        [
            ("2.slug", slug),
            ("2.name.ko", ko),
            ("2.name.en", "Garden"),
            ("2.place", ""),
        ]
    };

    for (slug, ko, field) in [
        ("Garden & Co", "정원", "2.slug"),
        (&first, "정원", "2.slug"),
        ("garden", " ", "2.name.ko"),
    ] {
        let refused = save(&[&both[..], &new(slug, ko)[..]].concat()).await;
        assert_eq!(refused.status, 422, "{slug}");
        assert!(
            refused.body.contains(&format!("href=\"#f-{field}\""))
                && refused.body.contains("Garden")
        );
    }
    assert_eq!(categories(&shop).await, before);

    let saved = save(&[&both[..], &new("garden", "정원")[..]].concat()).await;
    assert_eq!(saved.status, 303, "{}", saved.body);
    let expect = [
        (&second, "Two"),
        (&first, "One"),
        (&"garden".to_owned(), "Garden"),
    ];
    let expect = expect.map(|(slug, name)| (slug.clone(), name.to_owned()));
    assert_eq!(categories(&shop).await, expect);

    // the mug is in it: its own row says so, and nothing else is taken down
    let food = [
        ("0.is", "garden"),
        ("0.drop", "on"),
        ("1.is", "food"),
        ("1.drop", "on"),
    ];
    let refused = save(&food).await;
    assert_eq!(refused.status, 422);
    for part in ["href=\"#f-1.drop\"", "id=\"f-1.drop\"", "food"] {
        assert!(refused.body.contains(part), "{part}");
    }
    assert_eq!(categories(&shop).await, expect);
    assert_eq!(
        save(&[("0.is", "garden"), ("0.drop", "on")]).await.status,
        303
    );
    assert!(
        !categories(&shop)
            .await
            .iter()
            .any(|(slug, _)| slug == "garden")
    );
    // somebody else was quicker: it does not come back
    let late = [
        ("0.is", "garden"),
        ("0.name.ko", "정원"),
        ("0.name.en", "Garden"),
    ];
    assert_eq!(save(&late).await.status, 303);
    assert!(
        !categories(&shop)
            .await
            .iter()
            .any(|(slug, _)| slug == "garden")
    );
}
