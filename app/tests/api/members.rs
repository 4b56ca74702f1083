use super::{plan, shop};
use crate::support::{Method, PASSWORD, Shopper, Value, json, unique};

#[tokio::test]
async fn a_member_signs_up_in_and_out() {
    let shop = shop().await;
    let anna = shop.stranger();
    let joined = anna.signs_up().await.is(201).json();
    assert_eq!(
        joined,
        json!({ "id": joined["id"], "email": anna.email, "name": "한봄" })
    );
    assert!(
        joined["id"].as_str().unwrap().parse::<uuid::Uuid>().is_ok(),
        "{joined}"
    );
    anna.signs_up().await.problem(409);
    let shouted = Shopper::new(shop.guest(), &anna.email.to_uppercase(), PASSWORD);
    shouted.signs_up().await.problem(409);

    anna.get("/api/members/me").await.problem(401);
    let session = anna.signs_in().await.is(200);
    let member = &session.json()["member"];
    assert_eq!(
        *member,
        json!({ "id": joined["id"], "email": anna.email, "name": "한봄", "roles": ["shopper"] })
    );
    let cookie = session
        .headers
        .get_all("set-cookie")
        .iter()
        .find(|c| c.as_bytes().starts_with(b"banyan="))
        .unwrap();
    assert!(
        !cookie.to_str().unwrap().contains("Secure"),
        "a browser would not send it back over http"
    );

    let me = anna.get("/api/members/me").await.is(200).json();
    assert_eq!((&me["id"], &me["name"]), (&joined["id"], &joined["name"]));
    let changed = anna
        .patch("/api/members/me", &json!({ "name": "한여름" }))
        .await
        .is(200)
        .json();
    assert_eq!(changed["name"], "한여름");

    let thief = anna.copy();
    anna.delete("/api/session").await.is(204);
    anna.get("/api/members/me").await.problem(401);
    thief.get("/api/members/me").await.problem(401);
}

#[tokio::test]
async fn a_wrong_password_and_an_unknown_address_are_answered_alike() {
    let shop = shop().await;
    let member = shop.shopper().await;
    let wrong = Shopper::new(shop.guest(), &member.email, "하나도 안 맞는 비밀번호");
    let unknown = Shopper::new(shop.guest(), &format!("{}@example.com", unique()), PASSWORD);
    let (wrong, unknown) = (
        wrong.signs_in().await.problem(401),
        unknown.signs_in().await.problem(401),
    );
    assert_eq!(wrong["detail"], unknown["detail"]);
}

#[tokio::test]
async fn what_cannot_be_a_member_is_told_per_field() {
    let shop = shop().await;
    let long = "가".repeat(129);
    let endless = "a".repeat(400) + "@example.com";
    for (body, field) in [
        (
            json!({ "email": "no-address", "password": PASSWORD, "name": "한봄" }),
            "email",
        ),
        (
            json!({ "email": "", "password": PASSWORD, "name": "한봄" }),
            "email",
        ),
        (
            json!({ "email": endless, "password": PASSWORD, "name": "한봄" }),
            "email",
        ),
        (
            json!({ "email": "a@example.com\r\nbcc: b@example.com", "password": PASSWORD, "name": "한봄" }),
            "email",
        ),
        (
            json!({ "email": "a@example.com", "password": "1234567", "name": "한봄" }),
            "password",
        ),
        (
            json!({ "email": "a@example.com", "password": "password", "name": "한봄" }),
            "password",
        ),
        (
            json!({ "email": "a@example.com", "password": long, "name": "한봄" }),
            "password",
        ),
        (
            json!({ "email": "a@example.com", "password": PASSWORD, "name": "" }),
            "name",
        ),
        (
            json!({ "email": "a@example.com", "password": PASSWORD, "name": "   " }),
            "name",
        ),
        (
            json!({ "email": "a@example.com", "password": PASSWORD, "name": "가".repeat(1000) }),
            "name",
        ),
        (json!({ "password": PASSWORD, "name": "한봄" }), "email"),
        (
            json!({ "email": "a@example.com", "name": "한봄" }),
            "password",
        ),
    ] {
        let fields = shop
            .guest()
            .post("/api/members", &body)
            .await
            .wrong_fields();
        assert_eq!(fields, [field], "{body}");
    }
    let all = json!({ "email": "x", "password": "x", "name": "" });
    let mut fields = shop.guest().post("/api/members", &all).await.wrong_fields();
    fields.sort();
    assert_eq!(fields, ["email", "name", "password"]);
    for (password, status) in [
        ("여덟글자비밀번호", 201),
        (&*"긴".repeat(128), 201),
        ("일곱글자비번임", 422),
    ] {
        let member = Shopper::new(shop.guest(), &format!("{}@example.com", unique()), password);
        member.signs_up().await.is(status);
        if status == 201 {
            member.signs_in().await.is(200);
        }
    }
}

#[tokio::test]
async fn signing_in_renews_the_session() {
    let shop = shop().await;
    let member = shop.shopper().await;
    let before = member.cookie("banyan").unwrap();
    member.signs_in().await.is(200);
    assert_ne!(member.cookie("banyan").unwrap(), before);
    let planted = Shopper::new(shop.guest(), &member.email, PASSWORD);
    planted.has_cookie("banyan", "chosen-by-somebody-else");
    planted.signs_in().await.is(200);
    assert_ne!(planted.cookie("banyan").unwrap(), "chosen-by-somebody-else");
}

#[tokio::test]
async fn behind_a_trusted_proxy_the_cookie_is_as_secure_as_the_connection() {
    let shop = plan().flag("--trusted-proxy", "127.0.0.1").open().await;
    let member = shop.stranger();
    member.signs_up().await.is(201);
    let cookie_of = |answer: &crate::support::Answer| {
        let all = answer
            .headers
            .get_all("set-cookie")
            .iter()
            .map(|value| value.to_str().unwrap().to_owned());
        all.filter(|cookie| cookie.contains("banyan="))
            .collect::<Vec<_>>()
    };
    let secure = member
        .signs_in()
        .without_cookies()
        .header("x-forwarded-proto", "https")
        .await
        .is(200);
    let cookie = cookie_of(&secure);
    assert!(
        matches!(&cookie[..], [one] if one.starts_with("__Host-banyan=") && one.contains("Secure")),
        "{cookie:?}"
    );
    assert!(secure.header("strict-transport-security").is_some());
    let plain = member
        .signs_in()
        .without_cookies()
        .header("x-forwarded-proto", "http")
        .await
        .is(200);
    let cookie = cookie_of(&plain);
    assert!(
        matches!(&cookie[..], [one] if one.starts_with("banyan=") && !one.contains("Secure")),
        "{cookie:?}"
    );
}

#[tokio::test]
async fn a_stranger_who_claims_https_is_not_believed() {
    let shop = shop().await;
    let member = shop.stranger();
    member.signs_up().await.is(201);
    member
        .signs_in()
        .header("x-forwarded-proto", "https")
        .await
        .is(200);
    assert!(member.cookie("banyan").is_some());
    assert_eq!(member.cookie("__Host-banyan"), None);
}

#[tokio::test]
async fn a_key_opens_the_api_until_it_is_deleted() {
    let shop = shop().await;
    let (anna, ben) = (shop.shopper().await, shop.shopper().await);
    let made = anna
        .post("/api/keys", &json!({ "name": "창고 프로그램" }))
        .await
        .is(201)
        .json();
    let (id, secret) = (made["id"].as_str().unwrap(), made["key"].as_str().unwrap());
    let listed = anna.get("/api/keys").await.is(200);
    assert!(!listed.text().contains(secret), "a key is shown once");
    assert_eq!(listed.items()[0]["id"], id);

    let program = shop.guest().with_key(secret);
    let me = program.get("/api/members/me").await.is(200).json();
    assert_eq!(me["email"], anna.email);
    // no browser sends keys by itself: where the request came from does not matter
    let foreign = program
        .patch("/api/members/me", &json!({ "name": "창고" }))
        .header("sec-fetch-site", "cross-site");
    foreign.await.is(200);

    ben.delete(&format!("/api/keys/{id}")).await.problem(404);
    anna.delete(&format!("/api/keys/{id}")).await.is(204);
    program.get("/api/members/me").await.problem(401);
    shop.guest()
        .with_key("made-up")
        .get("/api/members/me")
        .await
        .problem(401);
    anna.post("/api/keys", &json!({ "name": "" }))
        .await
        .problem(422);
    shop.guest()
        .post("/api/keys", &json!({ "name": "x" }))
        .await
        .problem(401);
}

#[tokio::test]
async fn who_leaves_is_forgotten_and_their_orders_keep_no_address() {
    let shop = shop().await;
    shop.sells("LEAVE-01", 9_000, 5).await;
    let anna = shop.shopper().await;
    let order = anna.buys("LEAVE-01", "tok_ok").await;
    anna.sees_order(&order).until("delivered").await;
    let refused = anna
        .post(
            "/api/members/me/withdrawal",
            &json!({ "password": "아무거나 쓴 비밀번호" }),
        )
        .await;
    assert!([401, 403, 422].contains(&refused.status), "{refused:?}");
    anna.get("/api/members/me").await.is(200);

    anna.post(
        "/api/members/me/withdrawal",
        &json!({ "password": PASSWORD }),
    )
    .await
    .is(202);
    anna.get("/api/members/me").await.problem(401);
    anna.signs_in().await.problem(401);
    let admin = shop.admin().await;
    let path = format!("/api/admin/orders/{}", order["id"].as_str().unwrap());
    let kept = crate::support::eventually("the order keeps no address", || async {
        let kept = admin.get(&path).await.is(200).json();
        kept["address"].is_null().then_some(kept)
    });
    let kept: Value = kept.await;
    assert_eq!(
        kept["total"], order["total"],
        "what the law wants kept is kept"
    );
    for context in ["members", "orders", "notifications"] {
        assert_eq!(
            mentions(&shop, context, &anna.email),
            Vec::<String>::new(),
            "{context}"
        );
    }
}

#[tokio::test]
async fn guessing_passwords_is_slow() {
    let shop = plan().flag("--rate-limits", "on").open().await;
    let member = shop.stranger();
    member.signs_up().await.is(201);
    let guesser = Shopper::new(shop.guest(), &member.email, "열려라 참깨 열려라");
    for attempt in 0..100 {
        let answer = guesser.signs_in().await;
        if answer.status == 429 {
            assert!(attempt >= 3, "people mistype");
            assert!(
                answer
                    .header("retry-after")
                    .unwrap()
                    .parse::<u64>()
                    .unwrap()
                    > 0
            );
            answer.problem(429);
            return;
        }
        answer.problem(401);
    }
    panic!("a hundred guesses were answered");
}

#[tokio::test]
async fn a_session_cookie_of_nobody_is_a_guest() {
    let shop = shop().await;
    let guest = shop.guest();
    guest.has_cookie("banyan", "x".repeat(10_000).as_str());
    guest.ask(Method::GET, "/api/members/me").await.problem(401);
    guest.has_cookie("banyan", "0000");
    guest.get("/api/products").await.is(200);
    guest.get("/api/members/me").await.problem(401);
}

/// The tables of a context in which a text occurs.
fn mentions(shop: &crate::support::TestShop, context: &str, text: &str) -> Vec<String> {
    let books = shop.books();
    let columns = match shop.place {
        crate::support::Place::Sqlite => {
            "SELECT m.name || '.' || p.name AS t FROM sqlite_master m, pragma_table_info(m.name) p
             WHERE m.type = 'table' AND p.type = 'TEXT'"
        }
        crate::support::Place::Postgres => {
            "SELECT table_name || '.' || column_name AS t FROM information_schema.columns
             WHERE table_schema = current_schema() AND data_type = 'text'"
        }
    };
    let holds = |place: &String| {
        let (table, column) = place.split_once('.').unwrap();
        books.number(
            context,
            &format!("SELECT COUNT(*) FROM {table} WHERE \"{column}\" LIKE '%{text}%'"),
        ) > 0
    };
    books
        .words(context, columns)
        .into_iter()
        .filter(holds)
        .collect()
}
