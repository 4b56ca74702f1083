//! What nobody should send: never a 500, never a change, always a clear answer.

use super::{plan, shop};
use crate::support::{Method, json};

const NOISE: [&str; 7] = [
    "%00",
    "%ff%fe",
    "..%2f..%2fetc%2fpasswd",
    "%F0%9F%A6%84",
    "'%20OR%201=1",
    "-1",
    "x%0d%0aset-cookie:a=b",
];

#[tokio::test]
async fn no_path_breaks_the_shop() {
    let shop = shop().await;
    let (guest, member, admin) = (shop.guest(), shop.shopper().await, shop.admin().await);
    for noise in NOISE {
        for path in [
            "/api/products",
            "/products",
            "/pictures",
            "/static",
            "/boards",
            "/boards/qna",
            "/api/boards",
        ] {
            refused(guest.get(&format!("{path}/{noise}"))).await;
        }
        for path in [
            "/api/orders",
            "/orders",
            "/api/keys",
            "/api/boards/qna/posts",
        ] {
            refused(member.get(&format!("{path}/{noise}"))).await;
        }
        for path in [
            "/api/admin/products",
            "/api/admin/stock",
            "/api/admin/orders",
        ] {
            refused(admin.get(&format!("{path}/{noise}"))).await;
        }
        for query in ["q", "category", "cursor", "sort", "limit", "min_price"] {
            let answer = guest.get(&format!("/api/products?{query}={noise}")).await;
            assert!(
                [200, 400, 422].contains(&answer.status),
                "{query}={noise}: {answer:?}"
            );
            assert!(answer.headers.get("a").is_none());
            // for people a list that cannot be read is a list all the same
            let page = guest.get(&format!("/products?{query}={noise}")).await;
            assert!(
                [200, 400, 422].contains(&page.status),
                "{query}={noise}: {}",
                page.status
            );
        }
        refused(member.put(
            &format!("/api/cart/items/{noise}"),
            &json!({ "quantity": 1 }),
        ))
        .await;
        refused(guest.get(&format!("/api/products/{}", "x".repeat(5_000)))).await;
    }
}

async fn refused(ask: crate::support::Ask) {
    let answer = ask.await;
    assert!((400..500).contains(&answer.status), "{answer:?}");
}

#[tokio::test]
async fn no_body_breaks_the_shop() {
    let shop = shop().await;
    shop.sells("BODY-1", 1_000, 5).await;
    let (member, admin) = (shop.shopper().await, shop.admin().await);
    let posts = [
        (&member.caller, Method::POST, "/api/members"),
        (&member.caller, Method::PATCH, "/api/members/me"),
        (&member.caller, Method::POST, "/api/members/me/withdrawal"),
        (&member.caller, Method::POST, "/api/session"),
        (&member.caller, Method::POST, "/api/keys"),
        (&member.caller, Method::PUT, "/api/cart/items/BODY-1"),
        (&member.caller, Method::POST, "/api/boards/qna/posts"),
        (&member.caller, Method::POST, "/api/boards/reviews/posts"),
        (&admin.caller, Method::POST, "/api/admin/products"),
        (&admin.caller, Method::PUT, "/api/admin/products/BODY-1"),
        (&admin.caller, Method::PUT, "/api/admin/stock/BODY-1"),
    ];
    let deep = "[".repeat(50_000);
    let huge = format!("{{\"name\": \"{}\"}}", "x".repeat(31 << 20));
    for (caller, method, path) in posts {
        let send = |kind: &str, body: &[u8]| {
            caller
                .ask(method.clone(), path)
                .header("sec-fetch-site", "none")
                .body(kind, body)
        };
        for body in [
            &b""[..],
            b"{",
            b"null",
            b"[]",
            b"7",
            b"\"text\"",
            b"\xff\xfe\x00",
            b"{\"a\":1}",
            deep.as_bytes(),
        ] {
            let answer = send("application/json", body).await;
            let shown = String::from_utf8_lossy(&body[..body.len().min(20)]).into_owned();
            assert!(
                [400, 422].contains(&answer.status),
                "{path} {shown}: {answer:?}"
            );
        }
        for kind in [
            "text/plain",
            "application/x-www-form-urlencoded",
            "application/xml",
            "nonsense",
        ] {
            let answer = send(kind, b"<a/>").await;
            assert!(
                [400, 415, 422].contains(&answer.status),
                "{path} as {kind}: {answer:?}"
            );
        }
        // whoever sends too much may be cut off before they have read the answer
        if let Some(answer) = send("application/json", huge.as_bytes()).try_send().await {
            assert_eq!(answer.status, 413, "{path}: {}", answer.text());
        }
    }
    assert_eq!(shop.available("BODY-1").await, 5);
    member.get("/api/members/me").await.is(200);
}

#[tokio::test]
async fn no_form_breaks_the_shop() {
    let shop = plan().open().await;
    shop.sells("FORM-1", 1_000, 5).await;
    let (guest, member) = (shop.guest(), shop.shopper().await);
    for path in ["/join", "/login", "/reset"] {
        let empty = guest.ask(Method::POST, path).form(&[]).await;
        assert!(
            [401, 422].contains(&empty.status),
            "{path}: {}",
            empty.status
        );
        assert!(
            empty.text().contains("<form"),
            "{path} shows the form again"
        );
        let typed = "한봄<\"'&>@";
        let kept = guest
            .ask(Method::POST, path)
            .form(&[("email", typed), ("name", typed), ("password", "x")])
            .await;
        assert!([401, 422].contains(&kept.status), "{path}: {}", kept.status);
        let page = kept.text();
        assert!(page.contains("<form"), "{path} shows the form again");
        assert!(!page.contains(typed), "{path} escapes what was typed");
        assert!(
            page.contains("한봄&lt;") || page.contains("한봄&#60;"),
            "{path} keeps what was typed"
        );
    }
    for (path, fields) in [
        ("/checkout", &[("recipient", "")][..]),
        ("/language", &[]),
        ("/boards/qna/new", &[("title", ""), ("body", "")]),
    ] {
        let answer = member.ask(Method::POST, path).form(fields).await;
        assert!(answer.status < 500, "{path}: {answer:?}");
    }
    let bytes = member
        .ask(Method::POST, "/login")
        .header("sec-fetch-site", "same-origin");
    let answer = bytes
        .body(
            "application/x-www-form-urlencoded",
            [b'e', b'=', b'%', b'f', b'f', 0xff],
        )
        .await;
    assert!((400..500).contains(&answer.status), "{answer:?}");
}
