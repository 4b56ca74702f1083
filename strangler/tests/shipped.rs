//! The shipped file against the words of the contract: which context answers what.

use std::time::Duration;

use strangler::{BUILT_IN, Discovery, RouteTable, Target, find, find_context, parse};

const CONTEXTS: [&str; 10] = [
    "members",
    "catalog",
    "stock",
    "cart",
    "orders",
    "payments",
    "shipping",
    "order_history",
    "board",
    "notifications",
];

fn shipped() -> RouteTable {
    parse(BUILT_IN).unwrap_or_else(|problems| panic!("{problems}"))
}

#[test]
fn all_ten_services_register_themselves_and_every_route_stays_with_the_module() {
    let table = shipped();
    let mut services: Vec<_> = table
        .services
        .iter()
        .map(|service| service.name.as_str())
        .collect();
    services.sort_unstable();
    let mut contexts = CONTEXTS;
    contexts.sort_unstable();
    assert_eq!(services, contexts);
    assert!(
        table
            .services
            .iter()
            .all(|service| service.discovery == Discovery::Registry && !service.foreign)
    );
    assert!(
        table
            .routes
            .iter()
            .all(|route| route.backend.sole() == Some(&Target::Module))
    );
}

#[test]
fn there_is_one_route_per_context_named_after_it_and_catalog_api() {
    let table = shipped();
    let mut names: Vec<_> = table
        .routes
        .iter()
        .map(|route| route.name.as_str())
        .collect();
    names.sort_unstable();
    let mut expected = [&CONTEXTS[..], &["app", "catalog_api"]].concat();
    expected.sort_unstable();
    assert_eq!(names, expected);
    for context in CONTEXTS {
        assert_eq!(find_context(&table, context).unwrap().name, context);
        assert_eq!(table.route(context).unwrap().context, context);
        for path in [
            format!("/internal/{context}"),
            format!("/internal/{context}/ops"),
        ] {
            assert_eq!(find(&table, "POST", &path).unwrap().name, context);
        }
    }
    assert_eq!(table.route("catalog_api").unwrap().context, "catalog");
    assert!(find(&table, "POST", "/internal/events/catalog").is_none());
}

#[test]
fn orders_may_take_35_seconds_and_nobody_else() {
    for route in &shipped().routes {
        let slow = route.name == "orders";
        let seconds = |seconds| Duration::from_secs(seconds);
        assert_eq!(
            route.timeouts.request,
            seconds(if slow { 35 } else { 10 }),
            "{}",
            route.name
        );
        assert_eq!(
            route.timeouts.backend_request,
            seconds(if slow { 35 } else { 5 }),
            "{}",
            route.name
        );
    }
}

#[test]
fn every_path_of_the_contract_is_answered_by_its_context() {
    let paths = [
        (
            "app",
            "GET / · GET /static/app.css · POST /language · GET /my · GET /my/orders · GET /admin · GET /admin/x",
        ),
        (
            "app",
            "GET /console · GET /console/routes · GET /api/openapi.json · GET /api/docs · GET /api/docs/index.css",
        ),
        (
            "app",
            "GET /api/routes · PUT /api/routes/catalog · PUT /api/registry/catalog/1 · GET /api/admin/audit",
        ),
        (
            "members",
            "GET /join · POST /login · POST /logout · GET /reset/abc · GET /my/profile · POST /my/profile/x",
        ),
        (
            "members",
            "POST /api/members · PATCH /api/members/me · DELETE /api/session · DELETE /api/keys/1",
        ),
        ("members", "GET /admin/members · GET /api/admin/members"),
        (
            "catalog",
            "GET /products · GET /products/MUG · GET /pictures/1 · GET /admin/products · PUT /api/admin/products/1",
        ),
        ("catalog_api", "GET /api/products · HEAD /api/products/MUG"),
        ("stock", "GET /admin/stock · PUT /api/admin/stock/MUG"),
        (
            "cart",
            "GET /cart · POST /cart/x · GET /api/cart · PUT /api/cart/items/MUG",
        ),
        (
            "orders",
            "GET /checkout · POST /checkout · GET /orders/1 · POST /orders/1/cancel · POST /api/orders",
        ),
        (
            "orders",
            "GET /api/orders/1 · POST /api/orders/1/cancel · GET /api/orders/1/events",
        ),
        (
            "orders",
            "GET /admin/orders · GET /admin/orders/1 · GET /api/admin/orders · POST /api/admin/orders/1/cancel",
        ),
        (
            "order_history",
            "GET /orders · HEAD /orders · GET /api/orders · HEAD /api/orders · GET /admin/sales",
        ),
        (
            "board",
            "GET /boards/qna · GET /api/boards/reviews/posts · GET /admin/posts",
        ),
    ];
    let table = shipped();
    for (route, requests) in paths {
        for request in requests.split(" · ") {
            let (method, path) = request.split_once(' ').unwrap();
            assert_eq!(
                find(&table, method, path).map(|found| found.name.as_str()),
                Some(route),
                "{request}"
            );
        }
    }
}

#[test]
fn what_the_contract_does_not_name_has_no_route() {
    let table = shipped();
    for path in [
        "/productsheet",
        "/api",
        "/api/nothing",
        "/api/admin",
        "/internal",
        "/internal/app",
        "/x",
        "/ordersheet",
    ] {
        assert!(find(&table, "GET", path).is_none(), "{path}");
    }
}
