//! One suite per published language, answered by another process of the real binary: what a context offers must be the
//! same wherever it is. (In process the contexts' own tests ask the same questions.)
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    reason = "a test that cannot go on ends"
)]

mod support;

#[path = "placements/service.rs"]
mod service;

#[path = "placements/catalog.rs"]
mod catalog;
#[path = "placements/payments.rs"]
mod payments;
#[path = "placements/stock.rs"]
mod stock;

use service::Service;
use support::{Place, Value, json};

/// A context alone, nobody beside it: its pages and answers say what is missing.
#[tokio::test]
async fn a_catalogue_alone_shows_products_and_names_what_is_missing() {
    let service = Service::of("catalog", Place::Sqlite).await;
    catalog::fill(&service).await;
    let list = service.stranger().get("/api/products").await.is(200).json();
    assert_eq!(list["items"][0]["sku"], "POT-1");
    assert_eq!(
        (&list["items"][0]["available"], &list["items"][0]["stars"]),
        (&Value::Null, &Value::Null)
    );
    let missing: Vec<&str> = list["missing"]
        .as_array()
        .unwrap()
        .iter()
        .map(|name| name.as_str().unwrap())
        .collect();
    assert!(
        missing.contains(&"stock") && missing.contains(&"board"),
        "{missing:?}"
    );
    let product = service
        .stranger()
        .get("/api/products/POT-1")
        .await
        .is(200)
        .json();
    assert_eq!(
        (&product["available"], &product["reviews"]),
        (&Value::Null, &Value::Null)
    );
    let page = service
        .stranger()
        .get("/products/POT-1")
        .header("accept-language", "en")
        .await
        .is(200);
    assert!(page.text().contains("Pot") && page.text().contains("</html>"));
    // nobody here can say who is who: who needs a member hears that, not "log in"
    let admin = service.stranger().get("/api/admin/products").await;
    assert!([401, 403, 503].contains(&admin.status), "{admin:?}");
    service.stranger().get("/api/cart").await.problem(404);
    service.stranger().get("/console").await.is(404);
}

#[tokio::test]
async fn my_orders_need_nothing_but_events() {
    let service = Service::of("order_history", Place::Sqlite).await;
    let mut told = orders::events::samples();
    let member = told[0].1["member"].as_str().unwrap().to_owned();
    let order = told[0].1["order"].clone();
    told.retain(|(_, data)| data["order"] == order);
    for (kind, data) in told.iter().filter(|(kind, _)| !kind.contains("cancel")) {
        let event = json!({
            "specversion": "1.0", "id": service::id(), "type": kind, "source": "/orders", "subject": order,
            "time": "2026-11-21T03:00:00Z", "data": data,
        });
        let outcomes = service
            .neighbour()
            .post("/internal/events/order_history", &json!([event]))
            .await
            .is(200)
            .json();
        assert_eq!(outcomes, json!(["done"]), "{kind}");
    }
    let recent = service
        .call("recent-orders", json!({ "member": member, "limit": 10 }))
        .await;
    assert_eq!(recent[0]["id"], order, "{recent}");
    let sales = service.call("sales-figures", json!({ "days": 7 })).await;
    assert!(sales["days"].is_array(), "{sales}");
}

#[tokio::test]
async fn a_service_signs_and_believes_nothing_without_the_key() {
    let service = Service::of("stock", Place::Sqlite).await;
    let call = json!({ "skus": ["A-1"] });
    service
        .stranger()
        .post("/internal/stock/availability", &call)
        .await
        .problem(404);
    service
        .stranger()
        .with_key("another")
        .post("/internal/stock/availability", &call)
        .await
        .problem(404);
    // a forged identity of an administrator
    let forged = "eyJhbGciOiJub25lIn0.eyJzdWIiOiIwIiwicm9sZXMiOlsiYWRtaW4iXSwiYXVkIjoic3RvY2sifQ.";
    let put = json!({ "on_hand": 5, "reason": "x" });
    let answer = service
        .stranger()
        .put("/api/admin/stock/A-1", &put)
        .header("x-banyan-identity", forged)
        .await;
    assert!([401, 403].contains(&answer.status), "{answer:?}");
    // calls of contexts that are not here
    service
        .neighbour()
        .post("/internal/catalog/products-by-sku", &call)
        .await
        .problem(404);
}
