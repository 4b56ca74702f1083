//! Which side answers, and that changing it is not noticed.

#![expect(clippy::unwrap_used, reason = "shared set-up of tests")]

mod support;

use std::collections::{BTreeMap, BTreeSet};
use std::net::SocketAddr;
use std::rc::Rc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};

use actix_web::dev::{RequestHead, ServiceRequest};
use jiff::Timestamp;
use strangler::{
    Answered, Authenticate, Count, Flip, Observe, Options, Refusal, Route, Router, RoutesFile,
    Sticky, Target, Watch,
};
use support::{Front, Upstream, get, live, table};

const POST: &str = "POST /s HTTP/1.1\r\nhost: a\r\ncontent-length: 2\r\n\r\nhi";

async fn nowhere() -> SocketAddr {
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    listener.local_addr().unwrap()
}

#[actix_web::test]
async fn every_answer_says_who_gave_it() {
    let upstream = Upstream::mirror().await;
    let front = Front::before(&upstream).await;
    for (path, status, route, backend) in [
        ("/s/1", 200, "s", "s"),
        ("/m/1", 200, "m", "module"),
        ("/sheet", 404, "none", "none"),
        ("/", 404, "none", "none"),
    ] {
        let (head, _) = front.get(path).await;
        let said = (
            head.status(),
            head.get("x-strangler-route"),
            head.get("x-strangler-backend"),
        );
        assert_eq!(said, (status, Some(route), Some(backend)), "{path}");
    }
}

#[actix_web::test]
async fn a_context_s_events_go_where_its_calls_go() {
    let upstream = Upstream::mirror().await;
    let front = Front::before(&upstream).await;
    for (path, status, backend) in [
        ("/internal/s/call", 200, "s"),
        ("/internal/events/s", 200, "s"),
        ("/internal/events/m", 200, "module"),
        ("/internal/events/other", 404, "none"),
        ("/internal/events", 404, "none"),
    ] {
        let (head, _) = front.get(path).await;
        assert_eq!(
            (head.status(), head.get("x-strangler-backend")),
            (status, Some(backend)),
            "{path}"
        );
    }
}

#[actix_web::test]
async fn what_is_about_this_very_process_is_decided_by_no_route() {
    let upstream = Upstream::mirror().await;
    let table = table(&[upstream.address], "");
    let front = Front::of(Router::builder(live(&table)).besides(|path| path == "/livez"));
    let (head, body) = front.get("/livez").await;
    assert_eq!(
        (head.status(), &body[..], head.has("x-strangler-route")),
        (200, &b"module /livez "[..], false)
    );
    assert_eq!(front.get("/livez/more").await.0.status(), 404);
}

#[actix_web::test]
async fn the_module_gets_the_whole_request() {
    let upstream = Upstream::mirror().await;
    let front = Front::before(&upstream).await;
    let (_, body) = front
        .caller()
        .await
        .ask("POST /m?a=b HTTP/1.1\r\nhost: a\r\ncontent-length: 2\r\n\r\nhi")
        .await;
    assert_eq!(body, b"module /m?a=b hi");
}

fn safe_fallback() -> &'static str {
    "fallback = \"module\"\ntimeouts = { backendRequest = \"100ms\" }"
}

#[actix_web::test]
async fn the_module_stands_in_for_a_service_that_failed_a_safe_request() {
    let broken = Upstream::start(|mut wire| async move { drop(wire.head().await) }).await;
    let late =
        Upstream::start(|mut wire| async move { while wire.more().await.is_some() {} }).await;
    let wrong =
        Upstream::says("HTTP/1.1 500 Internal Server Error\r\ncontent-length: 4\r\n\r\noops").await;
    for (what, address) in [
        ("gone", nowhere().await),
        ("broken", broken.address),
        ("late", late.address),
        ("wrong", wrong.address),
    ] {
        let front = Front::with(&table(&[address], safe_fallback()));
        let (head, body) = front.get("/s?x").await;
        assert_eq!(
            (head.status(), head.get("x-strangler-backend")),
            (200, Some("module")),
            "{what}"
        );
        assert_eq!(body, b"module /s?x ");
        for unsafe_one in [
            POST,
            "GET /s HTTP/1.1\r\nhost: a\r\ncontent-length: 2\r\n\r\nhi",
        ] {
            let (head, _) = front.caller().await.ask(unsafe_one).await;
            assert!(head.status() >= 500, "{what}: {unsafe_one}");
            assert_eq!(head.get("x-strangler-backend"), Some("s"), "{what}");
        }
    }
}

#[actix_web::test]
async fn what_is_not_there_is_an_answer_too() {
    let upstream = Upstream::says("HTTP/1.1 404 Not Found\r\ncontent-length: 0\r\n\r\n").await;
    let front = Front::with(&table(&[upstream.address], safe_fallback()));
    let (head, _) = front.get("/s").await;
    assert_eq!(
        (head.status(), head.get("x-strangler-backend")),
        (404, Some("s"))
    );
}

#[actix_web::test]
async fn the_module_stands_in_only_where_it_may_serve_the_data() {
    let may = Arc::new(AtomicBool::new(false));
    let asked = Arc::clone(&may);
    let table = table(&[nowhere().await], safe_fallback());
    let builder = Router::builder(live(&table)).fall_back_if(move |route: &Route| {
        assert_eq!(route.context, "s");
        asked.load(Ordering::Relaxed)
    });
    let front = Front::of(builder);
    assert_eq!(front.get("/s").await.0.status(), 503);
    may.store(true, Ordering::Relaxed);
    assert_eq!(front.get("/s").await.0.status(), 200);
}

#[derive(Clone, Default)]
struct Told(Arc<Mutex<Vec<Heard>>>);

type Heard = (String, String, u16, Option<Refusal>);

/// Of one side.
struct Side {
    told: Told,
    route: String,
    backend: String,
}

impl Observe for Told {
    fn side(&self, route: &str, backend: &str) -> Rc<dyn Count> {
        Rc::new(Side {
            told: self.clone(),
            route: route.to_owned(),
            backend: backend.to_owned(),
        })
    }
}

impl Count for Side {
    fn answered(&self, answered: &Answered<'_>) {
        self.told.0.lock().unwrap().push((
            self.route.clone(),
            self.backend.clone(),
            answered.status.as_u16(),
            answered.refusal.cloned(),
        ));
    }
}

#[actix_web::test]
async fn who_wants_to_know_hears_of_each_side() {
    let told = Told::default();
    let table = table(&[nowhere().await], safe_fallback());
    let front = Front::of(Router::builder(live(&table)).observe(told.clone()));
    front.get("/s").await;
    front.get("/m").await;
    front.get("/nowhere").await;
    let gone = Refusal::NotThere {
        service: "s".into(),
    };
    assert_eq!(
        *told.0.lock().unwrap(),
        [
            ("s".into(), "s".into(), 503, Some(gone)),
            ("s".into(), "module".into(), 200, None),
            ("m".into(), "module".into(), 200, None),
        ]
    );
}

/// The caller says who it is.
struct Named;

impl Authenticate for Named {
    fn key(&self, request: &ServiceRequest, sticky: Sticky) -> Option<String> {
        let header = request
            .headers()
            .get("x-member")
            .filter(|_| sticky == Sticky::Member)?;
        Some(header.to_str().unwrap().to_owned())
    }
}

fn shares(service: u8, sticky: &str) -> String {
    format!(
        "backend = {{ s = {service}, module = {} }}\nsticky = \"{sticky}\"",
        100 - service
    )
}

#[actix_web::test]
async fn a_member_stays_on_one_side_and_a_growing_side_keeps_its_members() {
    let upstream = Upstream::mirror().await;
    let mut on_service: Option<BTreeSet<usize>> = None;
    for share in [10, 50, 90] {
        let table = table(&[upstream.address], &shares(share, "member"));
        let front = Front::of(Router::builder(live(&table)).authenticate(Named));
        let mut caller = front.caller().await;
        let mut now = BTreeSet::new();
        for member in 0..100 {
            let request =
                format!("GET /s HTTP/1.1\r\nhost: a\r\nx-member: member-{member}\r\n\r\n");
            let first = caller.ask(&request).await.0;
            let again = caller.ask(&request).await.0;
            assert_eq!(
                first.get("x-strangler-backend"),
                again.get("x-strangler-backend")
            );
            if first.get("x-strangler-backend") == Some("s") {
                now.insert(member);
            }
        }
        assert!(
            now.len().abs_diff(usize::from(share)) <= 15,
            "{share}: {}",
            now.len()
        );
        assert!(on_service.is_none_or(|before| before.is_subset(&now)));
        on_service = Some(now);
    }
}

#[actix_web::test]
async fn a_cookie_keeps_a_stranger_on_one_side() {
    let upstream = Upstream::mirror().await;
    let front = Front::with(&table(&[upstream.address], &shares(50, "cookie")));
    let mut sides = BTreeSet::new();
    for _ in 0..30 {
        let mut caller = front.caller().await;
        let (head, _) = caller.ask(get("/s")).await;
        let cookie = head.get("set-cookie").expect("a cookie");
        assert!(
            cookie.contains("HttpOnly")
                && cookie.contains("SameSite=Lax")
                && cookie.contains("Path=/"),
            "{cookie}"
        );
        let cookie = cookie.split(';').next().unwrap();
        let side = head.get("x-strangler-backend").unwrap().to_owned();
        for _ in 0..3 {
            let request = format!("GET /s HTTP/1.1\r\nhost: a\r\ncookie: x=y; {cookie}\r\n\r\n");
            let (head, _) = caller.ask(request).await;
            assert_eq!(head.get("x-strangler-backend"), Some(side.as_str()));
            assert!(!head.has("set-cookie"));
        }
        sides.insert(side);
    }
    assert_eq!(sides.len(), 2);
    // nobody is given a cookie where there is nothing to choose
    assert!(
        !Front::before(&upstream)
            .await
            .get("/s")
            .await
            .0
            .has("set-cookie")
    );
}

#[actix_web::test]
async fn without_a_key_requests_are_divided_evenly() {
    let upstream = Upstream::mirror().await;
    let front = Front::with(&table(&[upstream.address], &shares(30, "none")));
    let mut caller = front.caller().await;
    let mut service = 0;
    for _ in 0..500 {
        service +=
            usize::from(caller.ask(get("/s")).await.0.get("x-strangler-backend") == Some("s"));
    }
    assert!((90..210).contains(&service), "{service}");
}

fn now() -> Timestamp {
    "2026-11-21T09:00:00Z".parse().unwrap()
}

/// Reads and writes, one after the other, until told to stop; counts who answered.
async fn load(address: SocketAddr, stop: Arc<AtomicBool>) -> BTreeMap<String, usize> {
    let mut counts = BTreeMap::new();
    let mut caller = support::Wire::to(address).await;
    while !stop.load(Ordering::Relaxed) {
        for request in [get("/s/1"), POST.to_owned()] {
            let (head, body) = caller.ask(request).await;
            let backend = head.get("x-strangler-backend").unwrap().to_owned();
            assert_eq!(head.status(), 200);
            // who says that it answered did
            assert_eq!(body.starts_with(b"module"), backend == "module");
            *counts.entry(backend).or_default() += 1;
        }
    }
    counts
}

#[actix_web::test]
async fn hundreds_of_flips_under_load_drop_nothing() {
    let upstream = Upstream::mirror().await;
    // in memory where there is such a place: the disk's patience is not what is tested
    let folder = tempfile::tempdir_in("/dev/shm")
        .or_else(|_| tempfile::tempdir())
        .unwrap();
    let path = folder.path().join("routes.toml");
    std::fs::write(&path, table(&[upstream.address], "")).unwrap();
    let file = RoutesFile::new(&path);
    let watch = Watch::start(file.clone(), now).unwrap();
    let front = Front::serve(Router::new(watch.live().clone()), 2);
    let stop = Arc::new(AtomicBool::new(false));
    let callers: Vec<_> = (0..8)
        .map(|_| tokio::spawn(load(front.address, Arc::clone(&stop))))
        .collect();

    let flips = Arc::new(AtomicUsize::new(0));
    let mut check = front.caller().await;
    for n in 0..200 {
        let backend = if n % 2 == 0 { "module" } else { "s" };
        let flip = Flip {
            route: "s".into(),
            backend: backend.parse().unwrap(),
            who: "kim".into(),
            why: "back and forth".into(),
            at: now(),
            seen: None,
        };
        let file = file.clone();
        tokio::task::spawn_blocking(move || file.set(&flip))
            .await
            .unwrap()
            .unwrap();
        watch.refresh();
        flips.fetch_add(1, Ordering::Relaxed);
        // it took effect: nobody on the wrong side any more
        let (head, _) = check.ask(get("/s")).await;
        assert_eq!(head.get("x-strangler-backend"), Some(backend));
    }
    stop.store(true, Ordering::Relaxed);
    let mut sum = BTreeMap::new();
    for caller in callers {
        for (backend, count) in caller.await.unwrap() {
            *sum.entry(backend).or_insert(0) += count;
        }
    }
    assert_eq!(flips.load(Ordering::Relaxed), 200);
    assert!(sum["module"] > 100 && sum["s"] > 100, "{sum:?}");
}

#[actix_web::test]
async fn a_request_ends_where_it_began() {
    let (go, gone) = tokio::sync::watch::channel(false);
    let upstream = Upstream::start(move |mut wire| {
        let mut gone = gone.clone();
        async move {
            wire.head().await.unwrap();
            wire.say("HTTP/1.1 200 OK\r\ncontent-length: 10\r\n\r\nbegin")
                .await;
            gone.wait_for(|gone| *gone).await.unwrap();
            wire.say("enden").await;
        }
    })
    .await;
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("routes.toml");
    let text = table(&[upstream.address], "");
    std::fs::write(&path, &text).unwrap();
    let watch = Watch::start(RoutesFile::new(&path), now).unwrap();
    let front = Front::of(Router::builder(watch.live().clone()).options(Options::default()));
    let mut caller = front.caller().await;
    caller.say(get("/s")).await;
    let head = caller.head().await.unwrap();
    std::fs::write(
        &path,
        text.replace("backend = \"s\"", "backend = \"module\""),
    )
    .unwrap();
    watch.refresh();
    assert_eq!(
        watch.live().table().route("s").unwrap().backend.sole(),
        Some(&Target::Module)
    );
    assert_eq!(
        front.get("/s").await.0.get("x-strangler-backend"),
        Some("module")
    );
    go.send(true).unwrap();
    assert_eq!(caller.body(&head).await.unwrap(), b"beginenden");
}

fn held(moment: u64) -> Options {
    Options {
        hold: std::time::Duration::from_millis(moment),
        ..Options::default()
    }
}

#[actix_web::test]
async fn while_the_module_s_data_changes_hands_its_requests_wait() {
    let changes = Arc::new(AtomicBool::new(true));
    let asked = Arc::new(AtomicUsize::new(0));
    let (holds, count) = (Arc::clone(&changes), Arc::clone(&asked));
    let builder = Router::builder(live(&table(&[nowhere().await], safe_fallback())))
        .options(held(60_000))
        .hold_if(move |route: &Route, _: &Target, _: &RequestHead| {
            let is_first = count.fetch_add(1, Ordering::Relaxed) == 0;
            let holds = route.name == "m" && holds.swap(false, Ordering::Relaxed);
            assert!(holds || !is_first);
            holds
        });
    let front = Front::of(builder);
    assert_eq!(front.get("/m").await.0.status(), 200);
    assert_eq!(asked.load(Ordering::Relaxed), 2);
    // not for ever
    let builder = Router::builder(live(&table(&[nowhere().await], safe_fallback())))
        .options(held(50))
        .hold_if(|_, _, _| true);
    assert_eq!(Front::of(builder).get("/m").await.0.status(), 200);
}

#[actix_web::test]
async fn a_service_that_lost_its_data_is_asked_again_and_then_said_not_to_be_there() {
    let lost = "HTTP/1.1 421 Misdirected Request\r\ncontent-length: 0\r\n\r\n";
    let upstream = Upstream::says(lost).await;
    let told = Told::default();
    let table = table(&[upstream.address], "backend = \"s\"");
    let builder = Router::builder(live(&table))
        .options(held(100))
        .observe(told.clone());
    let front = Front::of(builder);
    let (head, _) = front.get("/s").await;
    assert_eq!(
        (head.status(), head.get("x-strangler-backend")),
        (503, Some("s"))
    );
    let (head, _) = front.caller().await.ask(POST).await;
    assert_eq!(head.status(), 503);
    let gone = |told: &Heard| matches!(told.3, Some(Refusal::NotThere { .. }));
    assert!(told.0.lock().unwrap().iter().all(gone));
    assert_eq!(told.0.lock().unwrap().len(), 2);
}
