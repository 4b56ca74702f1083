//! Bodies stream both ways, whole or visibly broken.

#![expect(
    clippy::expect_used,
    clippy::unwrap_used,
    reason = "shared set-up of tests"
)]

mod support;

use std::rc::Rc;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use strangler::{Answered, Count, Observe, Router};
use support::{Front, Upstream, Wire, get, in_time, live, quick, seen, table, until};
use tokio::io::{AsyncReadExt, AsyncWriteExt};

const CHUNK: usize = 64 * 1024;
/// 96 MiB: far more than may stay in memory.
const CHUNKS: usize = 1536;
const GROWTH: usize = 20 * 1024 * 1024;

fn resident() -> usize {
    let status = std::fs::read_to_string("/proc/self/statm").unwrap();
    status.split(' ').nth(1).unwrap().parse::<usize>().unwrap() * 4096
}

async fn swallow(mut wire: Wire) {
    while let Some(head) = wire.head().await {
        let length = head.get("content-length").unwrap().parse().unwrap();
        let mut left: usize = length;
        while left > 0 {
            left -= wire
                .exactly(left.min(CHUNK))
                .await
                .expect("all of it")
                .len();
        }
        wire.say(format!(
            "HTTP/1.1 200 OK\r\ncontent-length: {}\r\n\r\n{length}",
            length.to_string().len()
        ))
        .await;
    }
}

#[actix_web::test]
async fn much_goes_up_in_little_memory() {
    let upstream = Upstream::start(swallow).await;
    let front = Front::before(&upstream).await;
    let mut caller = front.caller().await;
    let length = CHUNK * CHUNKS;
    let before = resident();
    caller
        .say(format!(
            "POST /s HTTP/1.1\r\nhost: a\r\ncontent-length: {length}\r\n\r\n"
        ))
        .await;
    let chunk = vec![7; CHUNK];
    let mut most = 0;
    for _ in 0..CHUNKS {
        in_time(caller.stream.write_all(&chunk)).await.unwrap();
        most = most.max(resident().saturating_sub(before));
    }
    let (_, body) = caller.ask("").await;
    assert_eq!(body, length.to_string().as_bytes());
    assert!(most < GROWTH, "{most}");
}

async fn gush(mut wire: Wire) {
    while wire.head().await.is_some() {
        wire.say(format!(
            "HTTP/1.1 200 OK\r\ncontent-length: {}\r\n\r\n",
            CHUNK * CHUNKS
        ))
        .await;
        let chunk = vec![7; CHUNK];
        for _ in 0..CHUNKS {
            wire.say(&chunk).await;
        }
    }
}

#[actix_web::test]
async fn much_comes_down_in_little_memory_even_to_a_slow_reader() {
    let upstream = Upstream::start(gush).await;
    let front = Front::before(&upstream).await;
    let mut caller = front.caller().await;
    let before = resident();
    caller.say(get("/s")).await;
    let head = caller.head().await.unwrap();
    assert_eq!(
        head.get("content-length"),
        Some((CHUNK * CHUNKS).to_string().as_str())
    );
    let (mut left, mut most, mut buffer) = (CHUNK * CHUNKS, 0, vec![0; 16 * 1024]);
    while left > 0 {
        left -= caller.exactly(1).await.unwrap().len();
        most = most.max(resident().saturating_sub(before));
        let so_far = in_time(caller.stream.read(&mut buffer))
            .await
            .unwrap()
            .min(left);
        left -= so_far;
        left -= caller.forget();
    }
    assert!(most < GROWTH, "{most}");
}

#[actix_web::test]
async fn events_arrive_one_by_one() {
    let (told, mut heard) = tokio::sync::mpsc::unbounded_channel::<()>();
    let told = Arc::new(told);
    let (go, gone) = tokio::sync::watch::channel(0);
    let upstream = Upstream::start(move |mut wire| {
        let (told, mut gone) = (Arc::clone(&told), gone.clone());
        async move {
            wire.head().await.unwrap();
            wire.say("HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\ntransfer-encoding: chunked\r\n\r\n").await;
            for n in 1..=3 {
                gone.wait_for(|so_far| *so_far >= n).await.unwrap();
                let event = format!("data: {n}\n\n");
                wire.say(format!("{:x}\r\n{event}\r\n", event.len())).await;
                told.send(()).unwrap();
            }
            wire.say("0\r\n\r\n").await;
        }
    })
    .await;
    let front = Front::before(&upstream).await;
    let mut caller = front.caller().await;
    caller.say(get("/s")).await;
    let head = caller.head().await.unwrap();
    assert_eq!(head.get("content-type"), Some("text/event-stream"));
    for n in 1..=3 {
        go.send(n).unwrap();
        in_time(heard.recv()).await.unwrap();
        assert_eq!(
            caller.chunk().await.unwrap(),
            format!("data: {n}\n\n").as_bytes()
        );
    }
    assert_eq!(caller.chunk().await.unwrap(), b"");
}

#[actix_web::test]
async fn answers_without_a_body_say_what_they_said() {
    for (method, words, status, length) in [
        (
            "HEAD",
            "HTTP/1.1 200 OK\r\ncontent-length: 1234\r\n\r\n",
            200,
            Some("1234"),
        ),
        ("HEAD", "HTTP/1.1 200 OK\r\n\r\n", 200, None),
        (
            "GET",
            "HTTP/1.1 304 Not Modified\r\ncontent-length: 1234\r\netag: \"a\"\r\n\r\n",
            304,
            Some("1234"),
        ),
        ("GET", "HTTP/1.1 204 No Content\r\n\r\n", 204, None),
        (
            "GET",
            "HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n",
            200,
            Some("0"),
        ),
        (
            "GET",
            "HTTP/1.1 103 Early Hints\r\nlink: </a>\r\n\r\nHTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n",
            200,
            Some("0"),
        ),
    ] {
        let upstream = Upstream::says(words).await;
        let front = Front::before(&upstream).await;
        let mut caller = front.caller().await;
        for _ in 0..3 {
            // what follows on the same connection is the next answer, not a rest of this one
            caller
                .say(format!("{method} /s HTTP/1.1\r\nhost: a\r\n\r\n"))
                .await;
            let head = caller.head().await.unwrap();
            assert_eq!(
                (head.status(), head.get("content-length")),
                (status, length),
                "{words}"
            );
        }
    }
}

#[actix_web::test]
async fn an_answer_that_ends_with_its_connection_is_passed_on() {
    let upstream = Upstream::start(|mut wire| async move {
        wire.head().await.unwrap();
        wire.say("HTTP/1.0 200 OK\r\ncontent-type: text/plain\r\n\r\nold but whole")
            .await;
    })
    .await;
    let front = Front::before(&upstream).await;
    let (head, body) = front.get("/s").await;
    assert_eq!(
        (head.get("transfer-encoding"), &body[..]),
        (Some("chunked"), &b"old but whole"[..])
    );
}

#[derive(Default, Clone)]
struct Broken(Arc<AtomicUsize>);

impl Observe for Broken {
    fn side(&self, route: &str, service: &str) -> Rc<dyn Count> {
        assert_eq!((route, service), ("s", "s"));
        Rc::new(self.clone())
    }
}

impl Count for Broken {
    fn answered(&self, _: &Answered<'_>) {}

    fn broken(&self) {
        self.0.fetch_add(1, Ordering::Relaxed);
    }
}

#[actix_web::test]
async fn half_an_answer_never_looks_whole() {
    for words in [
        "HTTP/1.1 200 OK\r\ncontent-length: 10\r\n\r\nhalf",
        "HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n4\r\nhalf\r\n",
        "HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n4\r\nhalf\r\nzz\r\n",
    ] {
        let upstream = Upstream::start(move |mut wire| async move {
            wire.head().await.unwrap();
            wire.say(words).await;
        })
        .await;
        let broken = Broken::default();
        let front = Front::of(
            Router::builder(live(&table(&[upstream.address], ""))).observe(broken.clone()),
        );
        let mut caller = front.caller().await;
        caller.say(get("/s")).await;
        let head = caller.head().await.unwrap();
        assert_eq!(head.status(), 200);
        assert_eq!(caller.body(&head).await, None, "{words}");
        assert_eq!(broken.0.load(Ordering::Relaxed), 1);
    }
}

#[actix_web::test]
async fn what_is_no_answer_is_502() {
    for words in [
        "",
        "gibberish\r\n\r\n",
        "HTTP/1.1 200 OK\r\ncontent-len",
        "HTTP/1.1 200 OK\r\ncontent-length: 1\r\ncontent-length: 2\r\n\r\n",
        "HTTP/1.1 200 OK\r\ncontent-length: +1\r\n\r\nx",
        "HTTP/1.1 200 OK\r\ncontent-length: 1, 1\r\n\r\nx",
        "HTTP/1.1 200 OK\r\ntransfer-encoding: gzip, chunked\r\n\r\n0\r\n\r\n",
        "HTTP/1.0 200 OK\r\ntransfer-encoding: chunked\r\n\r\n0\r\n\r\n",
        "HTTP/1.1 101 Switching Protocols\r\nupgrade: websocket\r\n\r\n",
    ] {
        let upstream = Upstream::start(move |mut wire| async move {
            wire.head().await.unwrap();
            wire.say(words).await;
        })
        .await;
        let front = Front::before(&upstream).await;
        let (head, _) = front.get("/s").await;
        assert_eq!(
            (head.status(), head.get("x-strangler-backend")),
            (502, Some("s")),
            "{words:?}"
        );
    }
}

#[actix_web::test]
async fn interim_answers_are_passed_over() {
    let words = "HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 103 Early Hints\r\nlink: <a>\r\n\r\n\
                 HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nok";
    let upstream = Upstream::says(words).await;
    let front = Front::before(&upstream).await;
    let mut caller = front.caller().await;
    for _ in 0..2 {
        let (head, body) = caller.ask(get("/s")).await;
        assert_eq!((head.status(), &body[..]), (200, &b"ok"[..]));
        assert!(!head.has("link"));
    }
    assert_eq!(upstream.connections(), 1);
}

/// What is behind an answer, or could be meant in two ways, is not taken for the next one.
#[actix_web::test]
async fn a_doubtful_connection_serves_no_second_request() {
    for words in [
        "HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nokHTTP/1.1 200 OK\r\ncontent-length: 4\r\n\r\nevil",
        "HTTP/1.1 200 OK\r\ncontent-length: 9\r\ntransfer-encoding: chunked\r\n\r\n2\r\nok\r\n0\r\n\r\n",
        "HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n2\r\nok\r\n0\r\n\r\n0\r\n\r\n",
    ] {
        let upstream = Upstream::says(words).await;
        let front = Front::before(&upstream).await;
        let mut caller = front.caller().await;
        for n in 1..=3 {
            let (head, body) = caller.ask(get("/s")).await;
            assert_eq!((head.status(), &body[..]), (200, &b"ok"[..]), "{words}");
            assert_eq!(upstream.connections(), n, "{words}");
        }
    }
}

#[actix_web::test]
async fn half_a_request_never_looks_whole() {
    for (framing, half, nonsense) in [
        ("content-length: 10", "half", ""),
        ("transfer-encoding: chunked", "4\r\nhalf\r\n", ""),
        ("transfer-encoding: chunked", "4\r\nhalf\r\n", "zz\r\n"),
    ] {
        let (told, mut heard) = tokio::sync::mpsc::unbounded_channel();
        let upstream = Upstream::start(move |mut wire| {
            let told = told.clone();
            async move {
                let head = wire.head().await.unwrap();
                told.send("began").unwrap();
                let end = if wire.body(&head).await.is_some() {
                    "whole"
                } else {
                    "broken"
                };
                told.send(end).unwrap();
            }
        })
        .await;
        let front = Front::before(&upstream).await;
        let mut caller = front.caller().await;
        caller
            .say(format!(
                "POST /s HTTP/1.1\r\nhost: a\r\n{framing}\r\n\r\n{half}"
            ))
            .await;
        assert_eq!(in_time(heard.recv()).await, Some("began"));
        if nonsense.is_empty() {
            caller.stream.shutdown().await.unwrap();
        } else {
            caller.say(nonsense).await;
            // told so, or just left alone: never answered as if it were whole
            assert!(caller.head().await.is_none_or(|head| head.status() == 400));
        }
        assert_eq!(
            in_time(heard.recv()).await,
            Some("broken"),
            "{framing} {nonsense}"
        );
        while caller.more().await.is_some() {}
    }
}

#[actix_web::test]
async fn a_service_may_answer_before_the_request_is_whole() {
    let upstream = Upstream::start(|mut wire| async move {
        wire.head().await.unwrap();
        wire.say("HTTP/1.1 413 Content Too Large\r\ncontent-length: 3\r\n\r\nno!")
            .await;
        while wire.more().await.is_some() {}
    })
    .await;
    let front = Front::before(&upstream).await;
    let mut caller = front.caller().await;
    let (head, body) = caller
        .ask("POST /s HTTP/1.1\r\nhost: a\r\ncontent-length: 1000000\r\n\r\nbegin")
        .await;
    assert_eq!((head.status(), &body[..]), (413, &b"no!"[..]));
    let (head, _) = front.get("/m").await;
    assert_eq!(head.status(), 200);
}

#[actix_web::test]
async fn a_stream_on_which_nothing_moves_ends() {
    let upstream = Upstream::start(|mut wire| async move {
        wire.head().await.unwrap();
        wire.say("HTTP/1.1 200 OK\r\ncontent-length: 10\r\n\r\nhalf")
            .await;
        while wire.more().await.is_some() {}
    })
    .await;
    let front = Front::of(Router::builder(live(&table(&[upstream.address], ""))).options(quick()));
    let mut caller = front.caller().await;
    caller.say(get("/s")).await;
    let head = caller.head().await.unwrap();
    assert_eq!(caller.body(&head).await, None);
}

#[actix_web::test]
async fn a_sender_that_stops_is_told_so() {
    let upstream = Upstream::mirror().await;
    let table = table(
        &[upstream.address],
        "timeouts = { backendRequest = \"50ms\" }",
    );
    let front = Front::of(Router::builder(live(&table)).options(quick()));
    let mut caller = front.caller().await;
    let (head, _) = caller
        .ask("POST /s HTTP/1.1\r\nhost: a\r\ncontent-length: 10\r\n\r\nhalf")
        .await;
    assert_eq!(head.status(), 408);
    assert!(caller.is_closed().await);
}

#[actix_web::test]
async fn a_slow_sender_is_waited_for() {
    let upstream = Upstream::mirror().await;
    let table = table(
        &[upstream.address],
        "timeouts = { request = \"100ms\", backendRequest = \"100ms\" }",
    );
    let front = Front::with(&table);
    let mut caller = front.caller().await;
    caller
        .say("POST /s HTTP/1.1\r\nhost: a\r\ncontent-length: 10\r\n\r\n")
        .await;
    let mut ticks = tokio::time::interval(Duration::from_millis(30));
    for _ in 0..10 {
        ticks.tick().await;
        caller.say("x").await;
    }
    let (head, body) = caller.ask("").await;
    assert_eq!((head.status(), seen(&body).1.as_str()), (200, "xxxxxxxxxx"));
}

#[actix_web::test]
async fn a_caller_that_goes_away_ends_it_for_the_service_too() {
    let ended = Arc::new(AtomicUsize::new(0));
    let begun = Arc::new(AtomicUsize::new(0));
    for answer in [
        "",
        "HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n4\r\nhalf\r\n",
    ] {
        let (ended, begun) = (Arc::clone(&ended), Arc::clone(&begun));
        let (count, start) = (ended.load(Ordering::Relaxed), begun.load(Ordering::Relaxed));
        let (theirs, first) = (Arc::clone(&ended), Arc::clone(&begun));
        let upstream = Upstream::start(move |mut wire| {
            let (ended, begun) = (Arc::clone(&theirs), Arc::clone(&first));
            async move {
                wire.head().await.unwrap();
                wire.say(answer).await;
                begun.fetch_add(1, Ordering::Relaxed);
                while wire.more().await.is_some() {}
                ended.fetch_add(1, Ordering::Relaxed);
            }
        })
        .await;
        let front = Front::before(&upstream).await;
        let mut caller = front.caller().await;
        caller.say(get("/s")).await;
        until("the service began", || {
            begun.load(Ordering::Relaxed) > start
        })
        .await;
        if !answer.is_empty() {
            caller.head().await.unwrap();
        }
        drop(caller);
        until("the service was told", || {
            ended.load(Ordering::Relaxed) > count
        })
        .await;
    }
}
