//! WebSockets.

#![expect(clippy::unwrap_used, reason = "shared set-up of tests")]

mod support;

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use strangler::{Options, Router};
use support::{Front, Head, Upstream, Wire, live, quick, table, until};
use tokio::io::{AsyncReadExt, AsyncWriteExt};

const HANDSHAKE: &str = "GET /s/chat?room=1 HTTP/1.1\r\nhost: shop.example\r\nconnection: keep-alive, Upgrade\r\n\
                         upgrade: WebSocket\r\nsec-websocket-key: dGhlIHNhbXBsZSBub25jZQ==\r\nsec-websocket-version: 13\r\n\r\n";

const ACCEPTED: &str = "HTTP/1.1 101 Switching Protocols\r\nconnection: upgrade\r\nupgrade: websocket\r\n\
                        sec-websocket-accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=\r\n\r\n";

fn check(head: &Head) {
    assert_eq!(head.line, "GET /s/chat?room=1 HTTP/1.1");
    assert_eq!(head.get("connection"), Some("upgrade"));
    assert_eq!(head.get("upgrade"), Some("websocket"));
    assert_eq!(
        head.get("sec-websocket-key"),
        Some("dGhlIHNhbXBsZSBub25jZQ==")
    );
    assert!(
        !head.has("content-length") && !head.has("transfer-encoding"),
        "{head:?}"
    );
}

/// Sends back whatever comes, until nothing comes any more.
async fn echo(mut wire: Wire) {
    check(&wire.head().await.unwrap());
    // the first bytes may come with the head
    wire.say(format!("{ACCEPTED}welcome")).await;
    let mut buffer = vec![0; 64 * 1024];
    while let Ok(length @ 1..) = wire.stream.read(&mut buffer).await {
        wire.say(&buffer[..length]).await;
    }
}

async fn opened(front: &Front) -> Wire {
    let mut caller = front.caller().await;
    caller.say(HANDSHAKE).await;
    let head = caller.head().await.unwrap();
    assert_eq!(head.status(), 101);
    assert_eq!(head.get("upgrade"), Some("websocket"));
    assert_eq!(
        head.get("connection")
            .map(str::to_ascii_lowercase)
            .as_deref(),
        Some("upgrade")
    );
    assert_eq!(
        head.get("sec-websocket-accept"),
        Some("s3pPLMBiTxaQ9kYGzzhZRbK+xOo=")
    );
    assert_eq!(head.get("x-strangler-backend"), Some("s"));
    caller
}

#[actix_web::test]
async fn both_sides_speak_whenever_they_like() {
    let upstream = Upstream::start(echo).await;
    let front = Front::before(&upstream).await;
    let mut caller = opened(&front).await;
    assert_eq!(caller.exactly(7).await.unwrap(), b"welcome");
    for n in 0..50 {
        let message = format!("message {n}");
        caller.say(&message).await;
        assert_eq!(
            caller.exactly(message.len()).await.unwrap(),
            message.as_bytes()
        );
    }
    // and much at once, while much comes back
    let much = vec![9_u8; 4 * 1024 * 1024];
    let (mut reading, mut writing) = caller.stream.into_split();
    let sent = much.clone();
    let writer = tokio::spawn(async move {
        writing.write_all(&sent).await.unwrap();
        writing
    });
    let mut back = vec![0; much.len()];
    support::in_time(reading.read_exact(&mut back))
        .await
        .unwrap();
    assert!(back == much);
    drop(writer.await.unwrap());
}

#[actix_web::test]
async fn each_side_learns_that_the_other_is_gone() {
    let gone = Arc::new(AtomicBool::new(false));
    let theirs = Arc::clone(&gone);
    let upstream = Upstream::start(move |wire| {
        let gone = Arc::clone(&theirs);
        async move {
            echo(wire).await;
            gone.store(true, Ordering::Relaxed);
        }
    })
    .await;
    let front = Front::before(&upstream).await;
    let mut caller = opened(&front).await;
    caller.exactly(7).await.unwrap();
    drop(caller);
    until("the service was told", || gone.load(Ordering::Relaxed)).await;

    let mut caller = opened(&front).await;
    caller.exactly(7).await.unwrap();
    drop(upstream);
    assert!(caller.is_closed().await);
}

#[actix_web::test]
async fn a_tunnel_in_which_nobody_speaks_ends() {
    let upstream = Upstream::start(echo).await;
    let front = Front::of(Router::builder(live(&table(&[upstream.address], ""))).options(quick()));
    let mut caller = opened(&front).await;
    caller.exactly(7).await.unwrap();
    assert!(caller.is_closed().await);
}

#[actix_web::test]
async fn a_tunnel_in_which_one_side_speaks_lasts() {
    let upstream = Upstream::start(|mut wire| async move {
        wire.head().await.unwrap();
        wire.say(ACCEPTED).await;
        let heard = wire.exactly(10).await.unwrap();
        wire.say(heard).await;
    })
    .await;
    let options = Options {
        idle: Duration::from_millis(150),
        ..Options::default()
    };
    let front = Front::of(Router::builder(live(&table(&[upstream.address], ""))).options(options));
    let mut caller = opened(&front).await;
    let mut ticks = tokio::time::interval(Duration::from_millis(40));
    for _ in 0..10 {
        ticks.tick().await;
        caller.say("x").await;
    }
    assert_eq!(caller.exactly(10).await.unwrap(), b"xxxxxxxxxx");
}

#[actix_web::test]
async fn a_service_may_refuse() {
    for words in [
        "HTTP/1.1 403 Forbidden\r\ncontent-length: 3\r\n\r\nno!",
        "HTTP/1.1 403 Forbidden\r\ntransfer-encoding: chunked\r\n\r\n3\r\nno!\r\n0\r\n\r\n",
    ] {
        let upstream = Upstream::says(words).await;
        let front = Front::before(&upstream).await;
        let mut caller = front.caller().await;
        let (head, body) = caller.ask(HANDSHAKE).await;
        assert_eq!((head.status(), &body[..]), (403, &b"no!"[..]), "{head:?}");
        assert_eq!(head.get("connection"), Some("close"));
    }
}

#[actix_web::test]
async fn what_is_half_a_handshake_is_refused() {
    let upstream = Upstream::mirror().await;
    let front = Front::before(&upstream).await;
    for request in [
        "POST /s HTTP/1.1\r\nhost: a\r\nconnection: upgrade\r\nupgrade: websocket\r\ncontent-length: 2\r\n\r\nhi",
        "GET /s HTTP/1.1\r\nhost: a\r\nconnection: upgrade\r\nupgrade: websocket\r\ncontent-length: 2\r\n\r\nhi",
        "GET /s HTTP/1.1\r\nhost: a\r\nconnection: upgrade\r\nupgrade: websocket\r\ntransfer-encoding: chunked\r\n\r\n0\r\n\r\n",
        "GET /s HTTP/1.1\r\nhost: a\r\nupgrade: websocket\r\n\r\n",
        "GET /s HTTP/1.0\r\nhost: a\r\nconnection: upgrade\r\nupgrade: websocket\r\n\r\n",
    ] {
        let mut caller = front.caller().await;
        let (head, _) = caller.ask(request).await;
        assert_eq!(head.status(), 400, "{request}");
        // of HTTP/1.0 it goes without saying
        assert!(
            head.get("connection") == Some("close") || head.line.starts_with("HTTP/1.0"),
            "{request}"
        );
    }
    assert_eq!(upstream.connections(), 0);
}
