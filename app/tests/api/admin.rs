use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

use super::shop;
use crate::support::{Method, json};

#[tokio::test]
async fn the_back_office_is_closed_to_everybody_else() {
    let shop = shop().await;
    shop.sells("SHUT-1", 1_000, 1).await;
    let shopper = shop.shopper().await;
    for (method, path) in [
        (Method::GET, "/api/admin/products"),
        (Method::POST, "/api/admin/products"),
        (Method::GET, "/api/admin/products/SHUT-1"),
        (Method::PUT, "/api/admin/products/SHUT-1"),
        (Method::DELETE, "/api/admin/products/SHUT-1"),
        (Method::GET, "/api/admin/stock/SHUT-1"),
        (Method::PUT, "/api/admin/stock/SHUT-1"),
        (Method::GET, "/api/admin/orders"),
        (Method::GET, "/api/admin/members"),
        (Method::GET, "/api/admin/audit"),
    ] {
        let body = json!({});
        shop.guest()
            .ask(method.clone(), path)
            .json(&body)
            .await
            .problem(401);
        shopper.ask(method, path).json(&body).await.problem(403);
    }
    for path in [
        "/admin",
        "/admin/products",
        "/admin/stock",
        "/admin/orders",
        "/admin/members",
        "/admin/posts",
        "/console",
    ] {
        let sent = shop.guest().get(path).await;
        assert!(
            sent.status == 303 || sent.status == 302,
            "{path}: {}",
            sent.status
        );
        assert!(
            sent.header("location").unwrap().starts_with("/login"),
            "{path}"
        );
        shopper.get(path).await.is(403);
        shop.admin().await.get(path).await.is(200);
    }
    assert_eq!(shop.available("SHUT-1").await, 1);
}

#[tokio::test]
async fn a_product_is_made_changed_and_deleted() {
    let shop = shop().await;
    let admin = shop.admin().await;
    shop.has_category("kitchen", "주방", "Kitchen").await;
    let product = json!({
        "sku": "NEW-1", "name": { "ko": "새 접시", "en": "A new plate" }, "description": { "ko": "얇다", "en": "Thin" },
        "price": 11_000, "category": "kitchen", "options": [], "pictures": [],
    });
    admin.post("/api/admin/products", &product).await.is(201);
    admin
        .post("/api/admin/products", &product)
        .await
        .problem(409);
    let listed = admin.get("/api/admin/products").await.is(200).items();
    assert_eq!(listed.len(), 1);
    let mut shown = admin.get("/api/admin/products/NEW-1").await.is(200).json();
    for field in [
        "sku",
        "name",
        "description",
        "category",
        "options",
        "pictures",
    ] {
        assert_eq!(shown[field], product[field], "{field}");
    }
    shown["price"] = json!(12_000);
    shown["name"]["en"] = json!("A newer plate");
    let changed = admin
        .put("/api/admin/products/NEW-1", &shown)
        .await
        .is(200)
        .json();
    assert_eq!(changed["name"]["en"], "A newer plate");
    let seen = shop
        .guest()
        .get("/api/products/NEW-1")
        .header("accept-language", "en")
        .await
        .is(200)
        .json();
    assert_eq!(
        (&seen["name"], &seen["price"]["amount"]),
        (&json!("A newer plate"), &json!(12_000))
    );
    // somebody else changed it meanwhile
    admin
        .put("/api/admin/products/NEW-1", &shown)
        .await
        .problem(409);

    for (field, value, named) in [
        ("sku", json!("has blanks"), "sku"),
        ("price", json!(-1), "price"),
        ("category", json!("nowhere"), "category"),
        ("name", json!({ "ko": "", "en": "x" }), "name.ko"),
        (
            "pictures",
            json!([{ "data": "bm8gcGljdHVyZQ==" }]),
            "pictures.0",
        ),
    ] {
        let mut bad = product.clone();
        bad["sku"] = json!("NEW-2");
        bad[field] = value;
        assert_eq!(
            admin.post("/api/admin/products", &bad).await.wrong_fields(),
            [named]
        );
    }
    admin.delete("/api/admin/products/NEW-1").await.is(204);
    shop.guest().get("/api/products/NEW-1").await.problem(404);
    admin.get("/api/admin/products/NEW-1").await.problem(404);
    admin.delete("/api/admin/products/NEW-1").await.problem(404);
    let audited = admin.get("/api/admin/audit").await.is(200).items();
    let of_product = audited
        .iter()
        .filter(|row| row["context"] == "catalog")
        .count();
    assert!(of_product >= 3, "made, changed, deleted: {audited:#?}");
}

#[tokio::test]
async fn pictures_are_kept_shown_and_harmless() {
    let shop = shop().await;
    let admin = shop.admin().await;
    shop.has_category("kitchen", "주방", "Kitchen").await;
    let drawing = |inside: &str| {
        format!("<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 9 9\">{inside}</svg>")
    };
    let product = |sku: &str, picture: &str| {
        json!({
            "sku": sku, "name": { "ko": "접시", "en": "Plate" }, "description": { "ko": "", "en": "" },
            "price": 11_000, "category": "kitchen", "options": [],
            "pictures": [{ "media_type": "image/svg+xml", "data": STANDARD.encode(picture) }],
        })
    };
    let circle = drawing("<circle r=\"4\" cx=\"4\" cy=\"4\"/>");
    let made = admin
        .post("/api/admin/products", &product("DRAWN-1", &circle))
        .await
        .is(201)
        .json();
    let path = made["pictures"][0].as_str().unwrap().to_owned();
    let shown = shop.guest().get(&path).await.is(200);
    assert!(
        shown
            .header("content-type")
            .unwrap()
            .starts_with("image/svg+xml")
    );
    assert!(shown.text().contains("circle"));
    // what is called a picture is not always one, and a drawing must not be a program
    for (sku, bad) in [
        ("DRAWN-2", "GIF89a nothing".to_owned()),
        ("DRAWN-3", drawing("<script>alert(1)</script>")),
    ] {
        let answer = admin.post("/api/admin/products", &product(sku, &bad)).await;
        if answer.status == 201 {
            let path = answer.json()["pictures"][0].as_str().unwrap().to_owned();
            let shown = shop.guest().get(&path).await.is(200);
            let policy = shown.header("content-security-policy").unwrap();
            assert!(
                policy.contains("sandbox") && policy.contains("default-src 'none'"),
                "{policy}"
            );
            assert_ne!(sku, "DRAWN-2", "that is no picture");
        } else {
            assert_eq!(answer.wrong_fields(), ["pictures.0"]);
        }
    }
}

#[tokio::test]
async fn stock_is_corrected_with_a_reason() {
    let shop = shop().await;
    shop.sells("COUNT-1", 1_000, 5).await;
    let admin = shop.admin().await;
    let path = "/api/admin/stock/COUNT-1";
    assert_eq!(admin.get(path).await.is(200).json()["on_hand"], 5);
    let put = admin
        .put(path, &json!({ "on_hand": 8, "reason": "세어 보니 여덟" }))
        .await
        .is(200)
        .json();
    assert_eq!(put["on_hand"], 8);
    assert_eq!(shop.available("COUNT-1").await, 8);
    for (body, field) in [
        (json!({ "on_hand": -1, "reason": "x" }), "on_hand"),
        (json!({ "on_hand": i64::MAX, "reason": "x" }), "on_hand"),
        (json!({ "on_hand": 1, "reason": "" }), "reason"),
        (
            json!({ "on_hand": 1, "reason": "이".repeat(10_000) }),
            "reason",
        ),
        (json!({ "on_hand": 1 }), "reason"),
        (json!({ "reason": "x" }), "on_hand"),
    ] {
        assert_eq!(admin.put(path, &body).await.wrong_fields(), [field]);
    }
    for on_hand in [json!(1.5), json!("1"), json!(null), json!({})] {
        admin
            .put(path, &json!({ "on_hand": on_hand, "reason": "x" }))
            .await
            .problem(422);
    }
    admin
        .get("/api/admin/stock/NOBODY-SELLS")
        .await
        .problem(404);
    let audited = admin.get("/api/admin/audit").await.is(200).items();
    let row = audited
        .iter()
        .find(|row| row["subject"] == "COUNT-1" && row["context"] == "stock")
        .unwrap();
    assert!(
        row["detail"].to_string().contains("세어 보니 여덟"),
        "{row}"
    );
    assert!(
        row["who"].as_str().is_some_and(|who| !who.is_empty()),
        "{row}"
    );
}

#[tokio::test]
async fn the_shopkeeper_sees_members_and_orders() {
    let shop = shop().await;
    shop.sells("SEE-1", 1_000, 5).await;
    let buyer = shop.shopper().await;
    let order = buyer.buys("SEE-1", "tok_ok").await;
    let admin = shop.admin().await;
    let members = admin
        .get("/api/admin/members?limit=100")
        .await
        .is(200)
        .items();
    assert!(
        members.iter().any(|member| member["email"] == buyer.email),
        "{members:#?}"
    );
    assert!(
        members
            .iter()
            .any(|member| member["roles"] == json!(["shopper", "admin"])),
        "{members:#?}"
    );
    let orders = admin.get("/api/admin/orders").await.is(200).items();
    assert_eq!(orders[0]["id"], order["id"]);
    for query in ["limit=0", "limit=101", "cursor=x"] {
        for path in ["orders", "members", "audit", "products"] {
            admin
                .get(&format!("/api/admin/{path}?{query}"))
                .await
                .problem(422);
        }
    }
    buyer.sees_order(&order).until("delivered").await;
    // what the sandbox's mailbox shows people
    let mail = crate::support::eventually("the buyer was written to", || async {
        let page = admin.get("/console/mailbox").await.is(200).text();
        page.contains(&buyer.email).then_some(page)
    });
    assert!(mail.await.contains("<html"));
}

#[tokio::test]
async fn a_demotion_holds_at_once() {
    let shop = shop().await;
    let first = shop.admin().await;
    let second = shop.shopper().await;
    let made = shop.command_for(
        "members",
        &[
            "admin",
            "create",
            "--email",
            &second.email,
            "--password-stdin",
        ],
        "다른 비밀번호입니다",
    );
    assert_eq!(made.code, Some(0), "{made:?}");
    // an existing member's password stays
    second.signs_in().await.is(200);
    second.get("/api/admin/members").await.is(200);
    let members = first
        .get("/api/admin/members?limit=100")
        .await
        .is(200)
        .items();
    let id = members
        .iter()
        .find(|member| member["email"] == second.email)
        .unwrap()["id"]
        .as_str()
        .unwrap()
        .to_owned();
    first
        .patch(
            &format!("/api/admin/members/{id}"),
            &json!({ "roles": ["shopper"] }),
        )
        .await
        .is(200);
    second.get("/api/admin/members").await.problem(403);
}
