//! How the shop answers, whatever is asked: errors, headers, languages, whose requests it takes.

use super::shop;
use crate::support::{Caller, Method, Value, json};

#[tokio::test]
async fn errors_speak_the_callers_language_and_name_the_trace() {
    let shop = shop().await;
    let guest = shop.guest();
    let korean = guest.get("/api/products/NO-SUCH").await.problem(404);
    let english = guest
        .get("/api/products/NO-SUCH")
        .header("accept-language", "en")
        .await
        .problem(404);
    assert_eq!(korean["title"], english["title"], "titles are English");
    let is_hangul = |c: char| ('가'..='힣').contains(&c);
    assert!(
        korean["detail"].as_str().unwrap().contains(is_hangul),
        "{korean}"
    );
    assert!(
        !english["detail"].as_str().unwrap().contains(is_hangul),
        "{english}"
    );
    let body = json!({ "email": "x", "password": "x", "name": "" });
    let korean = guest.post("/api/members", &body).await.problem(422);
    let english = guest
        .post("/api/members", &body)
        .header("accept-language", "en")
        .await
        .problem(422);
    for (korean, english) in korean["errors"]
        .as_array()
        .unwrap()
        .iter()
        .zip(english["errors"].as_array().unwrap())
    {
        assert_eq!(korean["field"], english["field"]);
        assert!(
            korean["detail"].as_str().unwrap().contains(is_hangul),
            "{korean}"
        );
        assert!(
            !english["detail"].as_str().unwrap().contains(is_hangul),
            "{english}"
        );
    }
    let trace = "0af7651916cd43dd8448eb211c80319c";
    let traced = guest
        .get("/api/products/NO-SUCH")
        .header("traceparent", &format!("00-{trace}-b7ad6b7169203331-01"));
    assert_eq!(traced.await.problem(404)["trace_id"], trace);
    let broken = guest
        .get("/api/products/NO-SUCH")
        .header("traceparent", "rubbish")
        .await
        .problem(404);
    assert_ne!(broken["trace_id"], trace);
}

#[tokio::test]
async fn people_get_pages_and_programs_get_problems() {
    let shop = shop().await;
    let guest = shop.guest();
    let browser = |path: &str| {
        guest
            .get(path)
            .header("accept", "text/html,application/xhtml+xml,*/*;q=0.8")
    };
    let page = browser("/no/such/page").await.is(404);
    assert!(
        page.header("content-type")
            .unwrap()
            .starts_with("text/html"),
        "{:?}",
        page.headers
    );
    assert!(page.text().contains("</html>"));
    browser("/products/NO-SUCH").await.is(404);
    guest.get("/api/no/such/thing").await.problem(404);
    guest.get("/api").await.problem(404);
    guest
        .get("/no/such/thing")
        .header("accept", "application/json")
        .await
        .problem(404);
    let wrong_method = guest.ask(Method::DELETE, "/api/products").await;
    assert!(
        [404, 405].contains(&wrong_method.status),
        "{wrong_method:?}"
    );

    for path in [
        "/",
        "/products",
        "/cart",
        "/login",
        "/join",
        "/boards/notices",
        "/boards/qna",
        "/boards/reviews",
    ] {
        for language in ["ko", "en"] {
            let page = browser(path)
                .header("accept-language", language)
                .await
                .is(200);
            assert!(
                page.text().contains(&format!("lang=\"{language}\"")),
                "{path} in {language}"
            );
            let policy = page.header("content-security-policy").unwrap().to_owned();
            assert!(policy.contains("'nonce-"), "{path}: {policy}");
            assert!(
                !page.text().contains(" style=") && !page.text().contains(" onclick="),
                "{path}: inline"
            );
        }
    }
    let page = browser("/my").await;
    assert!(
        page.header("location").unwrap().starts_with("/login"),
        "{:?}",
        page.headers
    );
    let nonce =
        |page: &crate::support::Answer| page.header("content-security-policy").unwrap().to_owned();
    assert_ne!(
        nonce(&browser("/").await),
        nonce(&browser("/").await),
        "nonces are used once"
    );
}

#[tokio::test]
async fn other_sites_cannot_act_with_a_members_cookie() {
    let shop = shop().await;
    shop.sells("SAFE-1", 1_000, 99).await;
    let member = shop.shopper().await;
    let origin = shop.base();
    let put = |headers: &[(&str, &str)]| {
        let ask = member.puts("SAFE-1", 1);
        headers
            .iter()
            .fold(ask, |ask, (name, value)| ask.header(name, value))
    };
    for (headers, status) in [
        (&[][..], 200),
        (&[("sec-fetch-site", "same-origin")], 200),
        (&[("sec-fetch-site", "none")], 200),
        (&[("origin", &*origin)], 200),
        (&[("sec-fetch-site", "cross-site")], 403),
        (&[("sec-fetch-site", "same-site")], 403),
        (&[("origin", "https://evil.example")], 403),
        (&[("origin", "null")], 403),
        (&[("origin", "")], 403),
        (&[("origin", "http://127.0.0.1.evil.example")], 403),
    ] {
        let answer = put(headers).await;
        assert_eq!(answer.status, status, "{headers:?}");
        if status == 403 {
            answer.problem(403);
        }
    }
    // a form of another site, as browsers without Sec-Fetch-Site send it
    let path = "/api/cart/items/SAFE-1";
    for kind in [
        "application/x-www-form-urlencoded",
        "text/plain",
        "multipart/form-data; boundary=x",
    ] {
        member
            .ask(Method::PUT, path)
            .body(kind, "{\"quantity\": 1}")
            .await
            .problem(403);
    }
    let forged = member
        .ask(Method::POST, "/logout")
        .body("application/x-www-form-urlencoded", "a=b")
        .await;
    assert_eq!(forged.status, 403);
    member.get("/api/members/me").await.is(200);
    // without a body there is nothing a form could have sent
    member.delete(path).await.is(204);
    member
        .get("/api/cart")
        .header("sec-fetch-site", "cross-site")
        .await
        .is(200);
}

#[tokio::test]
async fn what_is_inside_is_not_there_for_strangers() {
    let shop = shop().await;
    let key = shop.service_key();
    let call = json!({ "skus": [] });
    let strangers: [Caller; 3] = [
        shop.guest(),
        shop.guest().with_key("made-up"),
        shop.admin().await.caller.clone(),
    ];
    for stranger in &strangers {
        for path in [
            "/internal/stock/availability",
            "/internal/events/stock",
            "/internal/stock/ops",
            "/internal/x",
        ] {
            stranger.post(path, &call).await.problem(404);
            stranger.get(path).await.problem(404);
        }
    }
    // an identity that somebody made up is nobody's
    let posing = shop
        .guest()
        .get("/api/members/me")
        .header("x-banyan-identity", &key);
    posing.await.problem(401);
    let neighbour = shop.neighbour();
    assert_eq!(
        neighbour
            .post("/internal/stock/availability", &call)
            .await
            .is(200)
            .json(),
        json!([])
    );
    neighbour
        .post("/internal/stock/no-such-call", &call)
        .await
        .problem(404);
    neighbour
        .post("/internal/nowhere/availability", &call)
        .await
        .problem(404);
    neighbour
        .post("/internal/stock/availability", &json!({ "skus": 1 }))
        .await
        .problem(400);
    let mode = std::os::unix::fs::PermissionsExt::mode(
        &shop
            .data()
            .join("service.key")
            .metadata()
            .unwrap()
            .permissions(),
    );
    assert_eq!(mode & 0o777, 0o600);
}

#[tokio::test]
async fn every_path_of_the_contract_is_described() {
    let shop = shop().await;
    let openapi = shop.guest().get("/api/openapi.json").await.is(200).json();
    assert!(
        openapi["openapi"].as_str().unwrap().starts_with("3."),
        "{openapi}"
    );
    for (path, methods) in [
        ("/api/members", "post"),
        ("/api/members/me", "get patch"),
        ("/api/members/me/withdrawal", "post"),
        ("/api/session", "post delete"),
        ("/api/keys", "post get"),
        ("/api/keys/{id}", "delete"),
        ("/api/products", "get"),
        ("/api/products/{sku}", "get"),
        ("/api/cart", "get"),
        ("/api/cart/items/{sku}", "put delete"),
        ("/api/orders", "post get"),
        ("/api/orders/{id}", "get"),
        ("/api/orders/{id}/cancel", "post"),
        ("/api/orders/{id}/events", "get"),
        ("/api/admin/products", "get post"),
        ("/api/admin/products/{sku}", "get put delete"),
        ("/api/admin/stock/{sku}", "get put"),
        ("/api/admin/orders", "get"),
        ("/api/admin/orders/{id}", "get"),
        ("/api/admin/orders/{id}/cancel", "post"),
        ("/api/admin/members", "get"),
        ("/api/admin/audit", "get"),
    ] {
        for method in methods.split(' ') {
            assert!(
                openapi["paths"][path][method].is_object(),
                "{method} {path} is not described"
            );
        }
    }
    let boards: Vec<&String> = openapi["paths"]
        .as_object()
        .unwrap()
        .keys()
        .filter(|p| p.contains("/boards/"))
        .collect();
    assert!(boards.len() >= 3, "{boards:?}");
    let printed = shop.command(&["openapi"], "");
    assert_eq!(printed.code, Some(0), "{}", printed.err);
    assert_eq!(
        serde_json::from_str::<Value>(&printed.out).unwrap(),
        openapi
    );
    let docs = shop.guest().get("/api/docs/").await.is(200);
    assert!(docs.text().contains("swagger"), "{}", docs.text());
}

#[tokio::test]
async fn a_shop_tells_how_it_is() {
    let shop = shop().await;
    shop.guest().get("/livez").await.is(200);
    let ready = shop.guest().get("/readyz").await.is(200).json();
    assert!(
        ready.as_object().unwrap().values().any(Value::is_number),
        "the routing table's age: {ready}"
    );
    shop.guest().get("/metrics").await.is(404);
}

#[tokio::test]
async fn two_hundred_at_once_are_not_turned_away() {
    let shop = shop().await;
    shop.sells("CROWD-1", 1_000, 9).await;
    let guest = shop.guest();
    let paths = [
        "/api/products",
        "/products/CROWD-1",
        "/",
        "/api/products?q=%EA%B7%B8%EB%A6%87",
    ];
    let crowd = (0..200).map(|n| guest.get(paths[n % paths.len()]).into_future());
    for answer in futures_util::future::join_all(crowd).await {
        answer.is(200);
    }
}

#[tokio::test]
async fn the_language_switch_is_remembered() {
    let shop = shop().await;
    let guest = shop.guest();
    let in_korean = guest
        .get("/")
        .header("accept-language", "ko")
        .await
        .is(200)
        .text();
    assert!(in_korean.contains("lang=\"ko\""));
    let switched = switch(&guest, "en").await;
    assert!(
        switched
            .header("location")
            .is_some_and(|to| to.starts_with('/')),
        "{:?}",
        switched.headers
    );
    let page = guest
        .get("/")
        .header("accept-language", "ko")
        .await
        .is(200)
        .text();
    assert!(
        page.contains("lang=\"en\""),
        "what people chose comes first"
    );
    let bad = guest
        .ask(Method::POST, "/language")
        .form(&[("lang", "xx"), ("back", "https://evil.example/")])
        .await;
    assert!(
        bad.header("location")
            .is_none_or(|to| to.starts_with('/') && !to.starts_with("//")),
        "{:?}",
        bad.headers
    );
}

async fn switch(guest: &Caller, language: &str) -> crate::support::Answer {
    let answer = guest
        .ask(Method::POST, "/language")
        .form(&[("lang", language), ("back", "/products")])
        .await;
    assert!([302, 303].contains(&answer.status), "{answer:?}");
    answer
}
