//! Connections to services: kept, looked at before they are used again, given up in time.

#![expect(clippy::unwrap_used, reason = "shared set-up of tests")]

mod support;

use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use strangler::{Options, Router};
use support::{Front, Upstream, Wire, answer, get, live, mirror, table, until};
use tokio::net::TcpListener;

const OK: &str = "HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nok";

/// Nobody listens there.
async fn nowhere() -> SocketAddr {
    TcpListener::bind("127.0.0.1:0")
        .await
        .unwrap()
        .local_addr()
        .unwrap()
}

#[actix_web::test]
async fn a_connection_serves_many_requests() {
    let upstream = Upstream::mirror().await;
    let front = Front::before(&upstream).await;
    let mut caller = front.caller().await;
    for _ in 0..50 {
        assert_eq!(caller.ask(get("/s")).await.0.status(), 200);
        assert_eq!(
            caller
                .ask("POST /s HTTP/1.1\r\nhost: a\r\ncontent-length: 2\r\n\r\nhi")
                .await
                .0
                .status(),
            200
        );
    }
    assert_eq!(upstream.connections(), 1);
}

#[actix_web::test]
async fn unused_connections_are_closed() {
    let closed = Arc::new(AtomicUsize::new(0));
    let theirs = Arc::clone(&closed);
    let upstream = Upstream::start(move |wire| {
        let closed = Arc::clone(&theirs);
        async move {
            mirror(wire, "").await;
            closed.fetch_add(1, Ordering::Relaxed);
        }
    })
    .await;
    let options = Options {
        keep_alive: Duration::from_millis(50),
        ..Options::default()
    };
    let front = Front::of(Router::builder(live(&table(&[upstream.address], ""))).options(options));
    assert_eq!(front.get("/s").await.0.status(), 200);
    until("closed", || closed.load(Ordering::Relaxed) == 1).await;
    assert_eq!(front.get("/s").await.0.status(), 200);
    assert_eq!(upstream.connections(), 2);
}

#[actix_web::test]
async fn a_service_that_wants_no_second_request_gets_none() {
    for words in [
        "HTTP/1.1 200 OK\r\nconnection: close\r\ncontent-length: 2\r\n\r\nok",
        "HTTP/1.0 200 OK\r\ncontent-length: 2\r\n\r\nok",
    ] {
        let upstream = Upstream::start(move |mut wire| async move {
            wire.head().await.unwrap();
            wire.say(words).await;
            assert!(wire.head().await.is_none());
        })
        .await;
        let front = Front::before(&upstream).await;
        let mut caller = front.caller().await;
        for n in 1..=3 {
            assert_eq!(caller.ask(get("/s")).await.0.status(), 200);
            assert_eq!(upstream.connections(), n);
        }
    }
}

/// Answers once, then closes when the next request is there.
async fn once(mut wire: Wire) {
    wire.head().await;
    wire.say(OK).await;
    wire.more().await;
}

#[actix_web::test]
async fn a_connection_that_went_stale_is_not_noticed_by_who_reads() {
    let upstream = Upstream::start(once).await;
    let front = Front::before(&upstream).await;
    let mut caller = front.caller().await;
    for _ in 0..20 {
        assert_eq!(caller.ask(get("/s")).await.0.status(), 200);
    }
}

#[actix_web::test]
async fn nothing_that_may_have_had_an_effect_is_sent_twice() {
    let seen = Arc::new(AtomicUsize::new(0));
    let theirs = Arc::clone(&seen);
    let upstream = Upstream::start(move |mut wire| {
        let seen = Arc::clone(&theirs);
        async move {
            wire.head().await;
            wire.say(OK).await;
            if wire.head().await.is_some() {
                seen.fetch_add(1, Ordering::Relaxed);
            }
        }
    })
    .await;
    for request in [
        "POST /s HTTP/1.1\r\nhost: a\r\ncontent-length: 2\r\n\r\nhi",
        "DELETE /s HTTP/1.1\r\nhost: a\r\n\r\n",
    ] {
        let front = Front::before(&upstream).await;
        let mut caller = front.caller().await;
        let before = seen.load(Ordering::Relaxed);
        assert_eq!(caller.ask(get("/s")).await.0.status(), 200);
        assert_eq!(caller.ask(request).await.0.status(), 502);
        assert_eq!(seen.load(Ordering::Relaxed), before + 1);
    }
}

#[actix_web::test]
async fn a_service_that_restarts_while_connections_are_kept_is_found_again() {
    let upstream = Upstream::mirror().await;
    let front = Front::before(&upstream).await;
    let mut caller = front.caller().await;
    assert_eq!(caller.ask(get("/s")).await.0.status(), 200);
    let address = upstream.stop().await;
    let begin = Instant::now();
    let upstream = Upstream::start_at(address, |wire| mirror(wire, "")).await;
    let post = "POST /s HTTP/1.1\r\nhost: a\r\ncontent-length: 2\r\n\r\nhi";
    while caller.ask(post).await.0.status() != 200 {
        assert!(begin.elapsed() < Duration::from_secs(2));
    }
    assert!(upstream.connections() > 0);
}

#[actix_web::test]
async fn who_is_not_there_is_503() {
    let front = Front::with(&table(&[nowhere().await], ""));
    for _ in 0..3 {
        let (head, _) = front.get("/s").await;
        assert_eq!(head.status(), 503);
        assert_eq!(
            (
                head.get("x-strangler-route"),
                head.get("x-strangler-backend")
            ),
            (Some("s"), Some("s"))
        );
        assert!(head.has("retry-after"));
    }
}

#[actix_web::test]
async fn instances_take_turns_and_stand_in_for_one_that_is_gone() {
    let (first, second) = (Upstream::mirror().await, Upstream::mirror().await);
    let front = Front::with(&table(
        &[first.address, nowhere().await, second.address],
        "",
    ));
    let mut caller = front.caller().await;
    for _ in 0..30 {
        // a body as well: to whom no connection came about nothing was sent
        assert_eq!(
            caller
                .ask("POST /s HTTP/1.1\r\nhost: a\r\ncontent-length: 2\r\n\r\nhi")
                .await
                .0
                .status(),
            200
        );
    }
    assert!(first.connections() > 0 && second.connections() > 0);
}

#[actix_web::test]
async fn who_does_not_answer_in_time_is_504() {
    let ended = Arc::new(AtomicUsize::new(0));
    let theirs = Arc::clone(&ended);
    let upstream = Upstream::start(move |mut wire| {
        let ended = Arc::clone(&theirs);
        async move {
            let head = wire.head().await.unwrap();
            wire.body(&head).await;
            while wire.more().await.is_some() {}
            ended.fetch_add(1, Ordering::Relaxed);
        }
    })
    .await;
    for (n, (limits, request)) in [
        ("backendRequest = \"100ms\"", get("/s")),
        ("request = \"100ms\"", get("/s")),
        (
            "request = \"10s\", backendRequest = \"100ms\"",
            "POST /s HTTP/1.1\r\nhost: a\r\ncontent-length: 2\r\n\r\nhi".to_owned(),
        ),
    ]
    .into_iter()
    .enumerate()
    {
        let front = Front::with(&table(
            &[upstream.address],
            &format!("timeouts = {{ {limits} }}"),
        ));
        let begin = Instant::now();
        let (head, _) = front.caller().await.ask(request).await;
        assert_eq!(
            (head.status(), head.get("x-strangler-backend")),
            (504, Some("s")),
            "{limits}"
        );
        assert!(
            (100..2000).contains(&begin.elapsed().as_millis()),
            "{limits}: {:?}",
            begin.elapsed()
        );
        until("the service is told", || {
            ended.load(Ordering::Relaxed) == n + 1
        })
        .await;
    }
}

#[actix_web::test]
async fn a_stream_may_last_longer_than_its_head_may_take() {
    let upstream = Upstream::start(|mut wire| async move {
        wire.head().await.unwrap();
        wire.say("HTTP/1.1 200 OK\r\ncontent-length: 10\r\n\r\n")
            .await;
        let mut ticks = tokio::time::interval(Duration::from_millis(30));
        for _ in 0..10 {
            ticks.tick().await;
            wire.say("x").await;
        }
    })
    .await;
    let front = Front::with(&table(
        &[upstream.address],
        "timeouts = { request = \"100ms\" }",
    ));
    let (_, body) = front.get("/s").await;
    assert_eq!(body, b"xxxxxxxxxx");
}

#[actix_web::test]
async fn a_service_that_is_killed_in_the_middle_comes_back_unharmed() {
    let upstream = Upstream::start(|mut wire| async move {
        while wire.head().await.is_some() {
            wire.say("HTTP/1.1 200 OK\r\ncontent-length: 1000000\r\n\r\nbegin")
                .await;
        }
    })
    .await;
    let front = Front::before(&upstream).await;
    let mut callers = Vec::new();
    for _ in 0..10 {
        let mut caller = front.caller().await;
        caller.say(get("/s")).await;
        assert_eq!(caller.head().await.unwrap().status(), 200);
        callers.push(caller);
    }
    let address = upstream.stop().await;
    for caller in &mut callers {
        assert_eq!(caller.exactly(1_000_000).await, None);
    }
    let _upstream = Upstream::start_at(address, |wire| answer(wire, OK)).await;
    let begin = Instant::now();
    while front.get("/s").await.0.status() != 200 {
        assert!(begin.elapsed() < Duration::from_secs(2));
    }
}
