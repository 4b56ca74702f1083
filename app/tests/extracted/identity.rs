//! What a service learns of whoever asks, and what it does not.

use std::convert::Infallible;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use bytes::Bytes;
use http_body_util::Full;
use hyper::body::Incoming;
use hyper::service::service_fn;
use hyper::{Request, Response};
use hyper_util::rt::TokioIo;

use crate::support::{Answer, Place, Plan, TestShop, Value, json};

/// A service that answers with the head of the request. Its port.
async fn mirror() -> u16 {
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let port = listener.local_addr().unwrap().port();
    tokio::spawn(async move {
        loop {
            let (stream, _) = listener.accept().await.unwrap();
            tokio::spawn(
                hyper::server::conn::http1::Builder::new()
                    .serve_connection(TokioIo::new(stream), service_fn(head_of)),
            );
        }
    });
    port
}

async fn head_of(request: Request<Incoming>) -> Result<Response<Full<Bytes>>, Infallible> {
    let mut headers = serde_json::Map::new();
    for (name, value) in request.headers() {
        let text = String::from_utf8_lossy(value.as_bytes()).into_owned();
        headers.insert(name.to_string(), json!(text));
    }
    let head = json!({ "method": request.method().as_str(), "uri": request.uri().to_string(), "headers": headers });
    let body = Full::new(Bytes::from(head.to_string()));
    let response = Response::builder()
        .header("content-type", "application/json")
        .body(body);
    Ok(response.unwrap())
}

fn claims(answer: &Answer) -> Value {
    let head = answer.json();
    let token = head["headers"]["x-banyan-identity"].as_str().unwrap();
    let claims = token.split('.').nth(1).unwrap();
    serde_json::from_slice(&URL_SAFE_NO_PAD.decode(claims).unwrap()).unwrap()
}

async fn shop_with_mirror() -> TestShop {
    let shop = TestShop::on(Place::Sqlite).await;
    let port = mirror().await;
    let text = std::fs::read_to_string(shop.routes().path()).unwrap();
    let service = format!(
        "[services.mirror]\nendpoints = [\"http://127.0.0.1:{port}\"]\nforeign = true\n\n[services.members]"
    );
    std::fs::write(
        shop.routes().path(),
        text.replacen("[services.members]", &service, 1),
    )
    .unwrap();
    shop.sets_route("board", "mirror");
    shop.routes_as_written().await;
    shop
}

#[tokio::test]
async fn a_service_learns_who_asks_and_gets_no_secret_of_theirs() {
    let shop = shop_with_mirror().await;
    let shopper = shop.shopper().await;
    let me = shopper.get("/api/members/me").await.is(200).json();
    let asked = shopper
        .get("/boards//x/../qna?q=1")
        .header("x-banyan-identity", "forged")
        .header("x-forwarded-for", "6.6.6.6")
        .header(
            "traceparent",
            "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01",
        )
        .header("accept-language", "en")
        .header("connection", "x-private")
        .header("x-private", "1")
        .await
        .is(200);
    assert_eq!(asked.header("x-banyan-backend"), Some("mirror"));
    let head = asked.json();
    assert_eq!(head["uri"], "/boards/qna?q=1");
    let headers = &head["headers"];
    assert_eq!(headers["host"], shop.address().as_str());
    assert_eq!(headers["x-forwarded-for"], "127.0.0.1");
    assert_eq!(headers["x-forwarded-proto"], "http");
    assert_eq!(headers["x-private"], Value::Null);
    let trace = headers["traceparent"].as_str().unwrap();
    assert!(
        trace.starts_with("00-4bf92f3577b34da6a3ce929d0e0e4736-"),
        "{trace}"
    );
    assert!(
        !trace.contains("00f067aa0ba902b7"),
        "the router's own span: {trace}"
    );

    let claims = claims(&asked);
    assert_eq!(
        (&claims["sub"], &claims["aud"], &claims["lang"]),
        (&me["id"], &json!("mirror"), &json!("en"))
    );
    assert_eq!(claims["roles"], json!(["shopper"]));
    assert!(claims["guest"].is_string() && claims["sid"].is_string() && claims["exp"].is_i64());
    let session = shopper.caller.cookie("banyan").unwrap();
    assert!(
        !head.to_string().contains(&session),
        "the session's secret went along: {head}"
    );

    let program = shopper.key("program").await;
    let asked = program.get("/api/boards/qna/posts").await.is(200);
    assert_eq!(asked.json()["headers"]["authorization"], Value::Null);
}

#[tokio::test]
async fn strangers_find_nothing_that_is_for_neighbours() {
    let shop = shop_with_mirror().await;
    let call = json!({ "skus": ["A-1"] });
    for path in [
        "/internal/stock/availability",
        "//internal/stock/availability",
        "/internal/../internal/registry",
        "/internal/board/x",
        "/internal/events/board",
        "/internal/nobody/x",
        "/internal",
    ] {
        shop.guest().post(path, &call).await.is(404);
        shop.guest()
            .with_key("another-key-that-is-long-enough-to-be-one")
            .post(path, &call)
            .await
            .is(404);
    }
    shop.guest()
        .put(
            "/api/registry/board/x",
            &json!({ "endpoint": "http://127.0.0.1:1" }),
        )
        .await
        .problem(401);
    // another site's form is refused before any service hears of it
    let shopper = shop.shopper().await;
    shopper
        .post(
            "/api/boards/qna/posts",
            &json!({ "title": "x", "body": "y" }),
        )
        .header("sec-fetch-site", "cross-site")
        .await
        .problem(403);
}

#[tokio::test]
async fn a_route_that_matches_everything_learns_nothing_that_is_for_neighbours() {
    let shop = shop_with_mirror().await;
    let text = std::fs::read_to_string(shop.routes().path()).unwrap();
    let everything = "\n[[routes]]\nname = \"rest\"\ncontext = \"board\"\nmatches = [{ path = { type = \"PathPrefix\", value = \"/\" } }]\nbackend = \"mirror\"\n";
    std::fs::write(shop.routes().path(), format!("{text}{everything}")).unwrap();
    shop.sets_route("board", "module");
    shop.routes_as_written().await;
    let rest = shop.guest().get("/somewhere").await.is(200);
    assert_eq!(rest.header("x-banyan-route"), Some("rest"));
    let told = shop
        .neighbour()
        .post("/internal/events/board", &json!([]))
        .await;
    assert_eq!(told.header("x-banyan-route"), Some("board"), "{told:?}");
    let nobody = shop
        .neighbour()
        .post("/internal/nobody/x", &json!({}))
        .await;
    assert_eq!(
        nobody.header("x-banyan-backend"),
        Some("none"),
        "{nobody:?}"
    );
}

#[tokio::test]
async fn behind_a_proxy_a_service_counts_people_and_not_the_proxy() {
    let proxy = Plan::on(Place::Sqlite)
        .flag("--trusted-proxy", "127.0.0.1")
        .flag("--rate-limits", "on");
    let shop = proxy.open().await;
    let _service = shop.extracts(&["members"]).await;
    shop.sends("members", "members").await;
    let guesses = async |from: &str| {
        let stranger = shop.stranger();
        let tried = stranger.signs_in().header("x-forwarded-for", from).await;
        tried.status
    };
    let mut last = 401;
    for _ in 0..600 {
        last = guesses("203.0.113.7").await;
        if last == 429 {
            break;
        }
    }
    assert_eq!(last, 429, "six hundred guesses were answered");
    assert_eq!(
        guesses("203.0.113.8").await,
        401,
        "somebody else pays for it"
    );
}
