//! What goes along to a service, what comes back, and what stays here.

#![expect(clippy::unwrap_used, reason = "shared set-up of tests")]

mod support;

use std::net::{IpAddr, Ipv4Addr};

use actix_web::dev::ServiceRequest;
use actix_web::http::header::{HeaderName, HeaderValue};
use proptest::prelude::*;
use strangler::{Authenticate, Options, Route, Router, Vouched};
use support::{Front, Head, Upstream, live, seen, table};

async fn sent(front: &Front, request: &str) -> Head {
    let (head, body) = front.caller().await.ask(request).await;
    assert_eq!(head.status(), 200, "{head:?}");
    seen(&body).0
}

#[actix_web::test]
async fn a_plain_request_arrives_as_it_was_sent() {
    let upstream = Upstream::mirror().await;
    let front = Front::before(&upstream).await;
    let trace = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01";
    let request = format!(
        "POST /s/a%20b?q=1&q=2 HTTP/1.1\r\nhost: shop.example:8080\r\ntraceparent: {trace}\r\ntracestate: a=b\r\n\
         cookie: a=1; b=2\r\nx-two: 1\r\nx-two: 2\r\naccept: */*\r\ncontent-length: 5\r\n\r\nhello"
    );
    let (head, body) = front.caller().await.ask(&request).await;
    let (there, text) = seen(&body);
    assert_eq!(there.line, "POST /s/a%20b?q=1&q=2 HTTP/1.1");
    assert_eq!(text, "hello");
    assert_eq!(there.get("host"), Some("shop.example:8080"));
    assert_eq!(there.get("traceparent"), Some(trace));
    assert_eq!(there.get("tracestate"), Some("a=b"));
    assert_eq!(there.get("cookie"), Some("a=1; b=2"));
    assert_eq!(there.get("content-length"), Some("5"));
    assert_eq!(there.get("x-strangler-hops"), Some("1"));
    assert!(
        !there.has("transfer-encoding") && !there.has("connection"),
        "{there:?}"
    );
    let two: Vec<_> = there
        .headers
        .iter()
        .filter(|(name, _)| name == "x-two")
        .map(|(_, value)| value.as_str())
        .collect();
    assert_eq!(two, ["1", "2"]);
    assert_eq!(head.get("x-strangler-route"), Some("s"));
    assert_eq!(head.get("x-strangler-backend"), Some("s"));
}

#[actix_web::test]
async fn what_is_for_one_hop_stays_here() {
    let upstream = Upstream::mirror().await;
    let front = Front::before(&upstream).await;
    let there = sent(
        &front,
        "POST /s HTTP/1.1\r\nhost: shop.example\r\nconnection: keep-alive, X-Mine, host, content-length\r\n\
         connection: x-other\r\nx-mine: 1\r\nx-other: 1\r\nx-stays: 1\r\nkeep-alive: timeout=5\r\n\
         proxy-authorization: Basic eA==\r\nproxy-connection: keep-alive\r\nte: gzip, deflate;q=0.5\r\ntrailer: x-sum\r\n\
         upgrade: h2c\r\nhttp2-settings: AA\r\nexpect: 100-continue\r\ncontent-length: 0\r\n\r\n",
    )
    .await;
    for gone in [
        "connection",
        "x-mine",
        "x-other",
        "keep-alive",
        "proxy-authorization",
        "proxy-connection",
        "te",
        "trailer",
        "upgrade",
        "expect",
    ] {
        assert!(!there.has(gone), "{gone}: {there:?}");
    }
    for (stays, value) in [
        ("x-stays", "1"),
        ("host", "shop.example"),
        ("content-length", "0"),
    ] {
        assert_eq!(there.get(stays), Some(value), "{there:?}");
    }
}

#[actix_web::test]
async fn te_is_passed_on_for_trailers_only() {
    let upstream = Upstream::mirror().await;
    let front = Front::before(&upstream).await;
    let there = sent(
        &front,
        "GET /s HTTP/1.1\r\nhost: a\r\nte: gzip;q=0.3, Trailers\r\nconnection: te\r\n\r\n",
    )
    .await;
    assert_eq!(there.get("te"), Some("trailers"));
    assert_eq!(there.get("connection"), Some("te"));
}

#[actix_web::test]
async fn a_body_of_unknown_length_is_chunked_again() {
    let upstream = Upstream::mirror().await;
    let front = Front::before(&upstream).await;
    let request = "POST /s HTTP/1.1\r\nhost: a\r\ntransfer-encoding: chunked\r\n\r\n3\r\nabc\r\n2\r\nde\r\n0\r\n\r\n";
    let (_, body) = front.caller().await.ask(request).await;
    let (there, text) = seen(&body);
    assert_eq!(text, "abcde");
    assert_eq!(there.get("transfer-encoding"), Some("chunked"));
    assert!(!there.has("content-length"));
}

#[actix_web::test]
async fn strangers_do_not_say_where_they_come_from() {
    let upstream = Upstream::mirror().await;
    let front = Front::before(&upstream).await;
    let there = sent(
        &front,
        "GET /s HTTP/1.1\r\nhost: shop.example\r\nx-forwarded-for: 6.6.6.6\r\nx-forwarded-for: 7.7.7.7\r\n\
         x-forwarded-proto: https\r\nx-forwarded-host: evil.example\r\nx-forwarded-port: 1\r\nx-real-ip: 6.6.6.6\r\n\
         forwarded: for=6.6.6.6\r\n\r\n",
    )
    .await;
    assert_eq!(there.get("x-forwarded-for"), Some("127.0.0.1"));
    assert_eq!(there.get("x-forwarded-proto"), Some("http"));
    assert_eq!(there.get("x-forwarded-host"), Some("shop.example"));
    for gone in ["x-forwarded-port", "x-real-ip", "forwarded"] {
        assert!(!there.has(gone), "{there:?}");
    }
}

#[actix_web::test]
async fn a_trusted_proxy_says_who_was_before_it() {
    let upstream = Upstream::mirror().await;
    let builder = Router::builder(live(&table(&[upstream.address], "")));
    let front = Front::of(builder.trusting(|peer| peer == IpAddr::from(Ipv4Addr::LOCALHOST)));
    let there = sent(
        &front,
        "GET /s HTTP/1.1\r\nhost: shop.example\r\nx-forwarded-for: 203.0.113.9\r\nx-forwarded-for: 10.0.0.7\r\n\
         x-forwarded-proto: https\r\nx-forwarded-host: www.example\r\n\r\n",
    )
    .await;
    assert_eq!(
        there.get("x-forwarded-for"),
        Some("203.0.113.9, 10.0.0.7, 127.0.0.1")
    );
    assert_eq!(there.get("x-forwarded-proto"), Some("https"));
    assert_eq!(there.get("x-forwarded-host"), Some("www.example"));
}

struct Passport;

impl Authenticate for Passport {
    fn authenticate<'r>(&'r self, request: &'r mut ServiceRequest) -> strangler::LocalFut<'r, ()> {
        request.headers_mut().remove("x-identity");
        Box::pin(std::future::ready(()))
    }

    fn vouch(&self, _: &ServiceRequest, route: &Route, service: &str) -> Vec<Vouched> {
        let token = HeaderValue::from_str(&format!("kim for {service} on {}", route.name)).unwrap();
        vec![
            (HeaderName::from_static("x-token"), Some(token)),
            (HeaderName::from_static("cookie"), None),
        ]
    }
}

#[actix_web::test]
async fn the_application_vouches_for_the_caller() {
    let upstream = Upstream::mirror().await;
    let builder = Router::builder(live(&table(&[upstream.address], ""))).authenticate(Passport);
    let front = Front::of(builder);
    let there = sent(
        &front,
        "GET /s HTTP/1.1\r\nhost: a\r\nx-identity: admin\r\nx-token: forged\r\nconnection: x-token\r\ncookie: session=1\r\n\r\n",
    )
    .await;
    assert_eq!(there.get("x-token"), Some("kim for s on s"));
    assert!(
        !there.has("cookie") && !there.has("x-identity"),
        "{there:?}"
    );
}

#[actix_web::test]
async fn an_answer_comes_back_without_what_was_for_one_hop() {
    let upstream = Upstream::says(
        "HTTP/1.1 201 Created\r\ncontent-length: 2\r\nlocation: /s/1\r\nset-cookie: a=1\r\nset-cookie: b=2\r\n\
         connection: keep-alive, x-mine\r\nx-mine: 1\r\nkeep-alive: timeout=5\r\nproxy-authenticate: Basic\r\n\
         upgrade: h2c\r\ntrailer: x-sum\r\nx-strangler-backend: forged\r\ndate: Sat, 01 Jan 2000 00:00:00 GMT\r\n\
         server: theirs\r\n\r\nok",
    )
    .await;
    let front = Front::before(&upstream).await;
    let (head, body) = front.get("/s").await;
    assert_eq!((head.status(), &body[..]), (201, &b"ok"[..]));
    for gone in [
        "connection",
        "x-mine",
        "keep-alive",
        "proxy-authenticate",
        "upgrade",
        "trailer",
        "transfer-encoding",
    ] {
        assert!(!head.has(gone), "{gone}: {head:?}");
    }
    assert_eq!(head.get("location"), Some("/s/1"));
    assert_eq!(head.get("content-length"), Some("2"));
    assert_eq!(head.get("date"), Some("Sat, 01 Jan 2000 00:00:00 GMT"));
    assert_eq!(head.get("server"), Some("theirs"));
    assert_eq!(head.get("x-strangler-backend"), Some("s"));
    assert_eq!(
        head.headers
            .iter()
            .filter(|(name, _)| name == "set-cookie")
            .count(),
        2
    );
}

#[actix_web::test]
async fn headers_are_called_as_the_application_likes() {
    let upstream = Upstream::mirror().await;
    let options = Options {
        route_header: HeaderName::from_static("x-shop-route"),
        backend_header: HeaderName::from_static("x-shop-backend"),
        hops_header: HeaderName::from_static("x-shop-hops"),
        ..Options::default()
    };
    let front = Front::of(Router::builder(live(&table(&[upstream.address], ""))).options(options));
    let (head, body) = front.get("/s").await;
    assert_eq!(
        (head.get("x-shop-route"), head.get("x-shop-backend")),
        (Some("s"), Some("s"))
    );
    assert_eq!(seen(&body).0.get("x-shop-hops"), Some("1"));
}

#[actix_web::test]
async fn a_request_that_goes_round_in_circles_is_stopped() {
    let upstream = Upstream::mirror().await;
    let front = Front::before(&upstream).await;
    for (hops, status) in [
        ("0", 200),
        ("4", 200),
        ("5", 508),
        ("99999999999", 400),
        ("-1", 400),
        ("x", 400),
    ] {
        let request = format!("GET /s HTTP/1.1\r\nhost: a\r\nx-strangler-hops: {hops}\r\n\r\n");
        let (head, body) = front.caller().await.ask(&request).await;
        assert_eq!(head.status(), status, "{hops}");
        if status == 200 {
            let next: u32 = hops.parse::<u32>().unwrap() + 1;
            assert_eq!(
                seen(&body).0.get("x-strangler-hops"),
                Some(next.to_string().as_str())
            );
        }
    }
}

#[actix_web::test]
async fn what_is_forwarded_is_what_was_matched() {
    let upstream = Upstream::mirror().await;
    let front = Front::before(&upstream).await;
    for (asked, forwarded) in [
        ("/s//a/./b/../c?x=/../y", "/s/a/c?x=/../y"),
        ("/%73/a", "/s/a"),
        ("/m/../s/a", "/s/a"),
        ("/s/%ea%b0%80", "/s/%EA%B0%80"),
        ("http://other.example/s/a?b", "/s/a?b"),
    ] {
        let (head, body) = front.get(asked).await;
        assert_eq!(head.status(), 200, "{asked}");
        assert_eq!(seen(&body).0.line, format!("GET {forwarded} HTTP/1.1"));
    }
    for refused in ["/s/%2e%2e%2fm", "/s/%00", "/s/%zz", "/../m", "*"] {
        let (head, _) = front.get(refused).await;
        assert_eq!(head.status(), 400, "{refused}");
        assert_eq!(head.get("x-strangler-backend"), Some("none"));
    }
    let (head, body) = front.get("/s/..//m/./a?b").await;
    assert_eq!(
        (head.get("x-strangler-backend"), &body[..]),
        (Some("module"), &b"module /m/a?b "[..])
    );
}

/// Runs one request with these headers through a router and tells what came through.
fn through(headers: &[(String, String)]) -> Head {
    let lines: Vec<String> = headers
        .iter()
        .map(|(name, value)| format!("{name}: {value}\r\n"))
        .collect();
    let lines = lines.concat();
    let request = format!("GET /s HTTP/1.1\r\nhost: shop.example\r\n{lines}\r\n");
    actix_web::rt::System::new().block_on(async {
        let upstream = Upstream::mirror().await;
        let front = Front::before(&upstream).await;
        sent(&front, &request).await
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]

    #[test]
    fn all_that_connection_names_stays_here_and_all_else_goes_along(
        named in proptest::collection::btree_set("x-[a-c]{1,3}", 0..4),
        plain in proptest::collection::btree_set("y-[a-c]{1,3}", 0..4),
        value in "[a-zA-Z0-9,;= ]{0,12}",
        shout in any::<bool>(),
    ) {
        let list = named.iter().cloned().collect::<Vec<_>>().join(" , ");
        let list = if shout { list.to_ascii_uppercase() } else { list };
        let mut headers = vec![("Connection".to_owned(), list)];
        headers.extend(named.iter().chain(&plain).map(|name| (name.clone(), value.clone())));
        let there = through(&headers);
        for name in &named {
            prop_assert!(!there.has(name));
        }
        for name in &plain {
            prop_assert_eq!(there.get(name), Some(value.trim()));
        }
    }
}
