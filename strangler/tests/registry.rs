//! Instances come, say that they are there, and go.

#![expect(clippy::unwrap_used, reason = "shared set-up of tests")]

mod support;

use std::collections::BTreeMap;
use std::time::{Duration, Instant};

use actix_web::web::Data;
use actix_web::{App, test, web};
use proptest::prelude::*;
use serde_json::{Value, json};
use strangler::registry::{self, LEASE, TIME_OUT};
use strangler::{Endpoint, Instance, Registry, Router, Service};
use support::{Front, Upstream, live};

const TABLE: &str = r#"
    [services.s]
    discovery = "registry"
    [services.fixed]
    endpoints = ["http://127.0.0.1:1", "http://127.0.0.1:2"]
    [[routes]]
    name = "s"
    context = "s"
    backend = "s"
    matches = [{ path = { type = "PathPrefix", value = "/s" } }, { path = { type = "PathPrefix", value = "/internal/s" } }]
"#;

fn service(name: &str) -> Service {
    strangler::parse(TABLE)
        .unwrap()
        .service(name)
        .unwrap()
        .clone()
}

fn at(port: u16) -> Endpoint {
    format!("http://127.0.0.1:{port}").parse().unwrap()
}

fn instance(id: &str, port: u16, now: Instant) -> Instance {
    Instance {
        id: id.to_owned(),
        endpoint: at(port),
        about: BTreeMap::new(),
        since: now,
        until: Some(now + LEASE),
        is_ready: true,
        waits_since: None,
        is_out: false,
    }
}

fn turns(registry: &Registry, service: &Service, now: Instant) -> Vec<u16> {
    (0..6)
        .filter_map(|_| registry.pick(service, now))
        .map(|endpoint| endpoint.port)
        .collect()
}

#[core::prelude::v1::test]
fn instances_take_turns_while_their_lease_lasts() {
    let (registry, s, now) = (Registry::default(), service("s"), Instant::now());
    assert_eq!(registry.pick(&s, now), None);
    registry.put("s", instance("a", 1, now));
    registry.put("s", instance("b", 2, now));
    assert_eq!(turns(&registry, &s, now), [1, 2, 1, 2, 1, 2]);
    let later = now + LEASE / 2;
    registry.put("s", instance("b", 2, later));
    assert_eq!(turns(&registry, &s, now + LEASE), [2; 6]);
    assert_eq!(registry.instances(&s, now + LEASE)[0].since, now);
    assert_eq!(registry.pick(&s, later + LEASE), None);
    assert!(registry.instances(&s, later + LEASE).is_empty());
}

#[core::prelude::v1::test]
fn who_is_there_and_not_ready_has_no_turn() {
    let (registry, s, now) = (Registry::default(), service("s"), Instant::now());
    let waiting = Instance {
        is_ready: false,
        ..instance("a", 1, now)
    };
    registry.put("s", waiting);
    assert_eq!(registry.pick(&s, now), None);
    assert_eq!(registry.instances(&s, now).len(), 1);
    registry.put("s", instance("b", 2, now));
    assert_eq!(turns(&registry, &s, now), [2; 6]);
    registry.put("s", instance("a", 1, now));
    assert_eq!(turns(&registry, &s, now), [1, 2, 1, 2, 1, 2]);
}

#[core::prelude::v1::test]
fn who_goes_is_asked_no_more() {
    let (registry, s, now) = (Registry::default(), service("s"), Instant::now());
    registry.put("s", instance("a", 1, now));
    registry.put("s", instance("b", 2, now));
    assert!(registry.remove("s", "a"));
    assert!(!registry.remove("s", "a") && !registry.remove("t", "a"));
    assert_eq!(turns(&registry, &s, now), [2; 6]);
}

#[core::prelude::v1::test]
fn an_address_belongs_to_who_registered_there_last() {
    let (registry, s, now) = (Registry::default(), service("s"), Instant::now());
    registry.put("s", instance("old", 1, now));
    registry.put("s", instance("new", 1, now));
    let ids: Vec<String> = registry
        .instances(&s, now)
        .into_iter()
        .map(|instance| instance.id)
        .collect();
    assert_eq!(ids, ["new"]);
}

#[core::prelude::v1::test]
fn who_refuses_is_left_out_for_a_moment_or_until_it_says_that_it_is_there() {
    let (registry, now) = (Registry::default(), Instant::now());
    for name in ["s", "fixed"] {
        let of = service(name);
        registry.put("s", instance("a", 1, now));
        registry.put("s", instance("b", 2, now));
        registry.leave_out(&at(1), now);
        assert_eq!(turns(&registry, &of, now), [2; 6], "{name}");
        assert!(registry.instances(&of, now)[0].is_out);
        registry.leave_out(&at(2), now);
        assert_eq!(registry.pick(&of, now), None, "{name}");
        registry.put("s", instance("a", 1, now));
        assert_eq!(turns(&registry, &of, now), [1; 6], "{name}");
        assert_eq!(
            registry
                .instances(&of, now + TIME_OUT)
                .iter()
                .filter(|one| one.is_out)
                .count(),
            0
        );
        assert_eq!(turns(&registry, &of, now + TIME_OUT).len(), 6);
    }
}

proptest! {
    #[core::prelude::v1::test]
    fn whoever_is_picked_is_there_and_everyone_who_is_there_is_picked(
        steps in proptest::collection::vec((1..5_u16, 0..4_u8, 0..2000_u64), 1..60)
    ) {
        let (registry, s) = (Registry::default(), service("s"));
        let mut now = Instant::now();
        let mut leases: BTreeMap<u16, Instant> = BTreeMap::new();
        let mut out: BTreeMap<u16, Instant> = BTreeMap::new();
        for (port, what, millis) in steps {
            now += Duration::from_millis(millis);
            match what {
                0 => {
                    registry.remove("s", &port.to_string());
                    leases.remove(&port);
                }
                1 => {
                    registry.leave_out(&at(port), now);
                    out.insert(port, now + TIME_OUT);
                }
                _ => {
                    registry.put("s", instance(&port.to_string(), port, now));
                    leases.insert(port, now + LEASE);
                    out.remove(&port);
                }
            }
            let is_well = |port: &u16| leases.get(port).is_some_and(|until| *until > now) && out.get(port).is_none_or(|until| *until <= now);
            let well: Vec<u16> = (1..5).filter(is_well).collect();
            let mut picked: Vec<u16> = (0..16).filter_map(|_| registry.pick(&s, now)).map(|endpoint| endpoint.port).collect();
            picked.sort_unstable();
            picked.dedup();
            prop_assert_eq!(picked, well);
        }
    }
}

#[actix_web::test]
async fn instances_register_and_withdraw_over_http() {
    let (live, registry) = (live(TABLE), Registry::default());
    let app = App::new()
        .app_data(Data::new(live.clone()))
        .app_data(Data::new(registry.clone()))
        .route("/{service}/{instance}", web::put().to(registry::http::put))
        .route(
            "/{service}/{instance}",
            web::delete().to(registry::http::delete),
        );
    let app = test::init_service(app).await;
    let here = json!({ "endpoint": "http://127.0.0.1:8101", "about": { "data": "data/s.db" } });
    for (path, body, status, says) in [
        ("/s/one", here.clone(), 200, "lease_seconds"),
        ("/t/one", here.clone(), 404, "did you mean"),
        ("/fixed/one", here.clone(), 409, "does not register"),
        ("/s/one%20two", here.clone(), 422, "name"),
        (
            "/s/one",
            json!({ "endpoint": "8101" }),
            422,
            "http://host:port",
        ),
    ] {
        let answer = test::call_service(
            &app,
            test::TestRequest::put()
                .uri(path)
                .set_json(&body)
                .to_request(),
        )
        .await;
        assert_eq!(answer.status(), status, "{path}");
        let text = test::read_body(answer).await;
        let json: Value = serde_json::from_slice(&text).unwrap();
        assert!(json.to_string().contains(says), "{path}: {json}");
    }
    let known = registry.instances(&service("s"), Instant::now());
    assert_eq!(known.len(), 1);
    assert_eq!(
        (known[0].endpoint.port, known[0].about["data"].as_str()),
        (8101, "data/s.db")
    );
    for _ in 0..2 {
        let answer =
            test::call_service(&app, test::TestRequest::delete().uri("/s/one").to_request()).await;
        assert_eq!(answer.status(), 204);
    }
    assert!(registry.instances(&service("s"), Instant::now()).is_empty());
}

#[actix_web::test]
async fn a_route_follows_its_instances() {
    let (first, second) = (Upstream::mirror().await, Upstream::mirror().await);
    let registry = Registry::default();
    let front = Front::of(Router::builder(live(TABLE)).registry(registry.clone()));
    assert_eq!(front.get("/s").await.0.status(), 503);
    registry.put("s", instance("first", first.address.port(), Instant::now()));
    for _ in 0..4 {
        assert_eq!(front.get("/s").await.0.status(), 200);
    }
    assert_eq!((first.connections() > 0, second.connections()), (true, 0));
    registry.put(
        "s",
        instance("second", second.address.port(), Instant::now()),
    );
    registry.remove("s", "first");
    let before = first.connections();
    for _ in 0..4 {
        assert_eq!(front.get("/s").await.0.status(), 200);
    }
    assert_eq!(
        (first.connections(), second.connections() > 0),
        (before, true)
    );
    registry.remove("s", "second");
    assert_eq!(front.get("/s").await.0.status(), 503);
}
