//! CONTRACT §4 over HTTP, through the middlewares that the app has.

use actix_web::dev::{Service, ServiceResponse};
use actix_web::http::StatusCode;
use actix_web::middleware::from_fn;
use actix_web::test::{TestRequest, init_service, read_body};
use actix_web::web::Data;
use actix_web::{App, Error, HttpMessage as _};
use kernel::{MemberId, Timestamp};
use platform::identity::{Identity, Role};
use platform::{page, problem};
use serde_json::{Value, json};

use super::Shop;
use super::shop::member;
use crate::http;

pub(super) fn body() -> Value {
    json!({
        "address": { "recipient": "김하늘", "phone": "010-1234-5678", "postcode": "04524", "line1": "세종대로 110", "line2": "" },
        "payment": { "method": "card", "token": "tok_ok" }
    })
}

async fn app(
    shop: &Shop,
) -> impl Service<actix_http::Request, Response = ServiceResponse<actix_web::body::BoxBody>, Error = Error>
{
    init_service(
        App::new()
            .app_data(Data::from(shop.shell.clone()))
            .app_data(Data::from(shop.orders.clone()))
            .configure(problem::extractors)
            .configure(http::routes)
            .wrap(from_fn(problem::render))
            .wrap(from_fn(page::finish)),
    )
    .await
}

pub(super) struct Answer {
    pub status: u16,
    headers: Vec<(String, String)>,
    pub text: String,
}

impl Answer {
    pub fn json(&self) -> Value {
        serde_json::from_str(&self.text).unwrap_or_else(|_| panic!("not JSON: {}", self.text))
    }

    pub fn header(&self, name: &str) -> &str {
        self.headers
            .iter()
            .find(|(known, _)| known == name)
            .map_or("", |(_, value)| value)
    }
}

pub(super) async fn ask(shop: &Shop, who: &Identity, request: TestRequest) -> Answer {
    let request = request.to_request();
    request.extensions_mut().insert(who.clone());
    let response = match app(shop).await.call(request).await {
        Ok(response) => response,
        Err(error) => ServiceResponse::new(
            TestRequest::default().to_http_request(),
            error.error_response(),
        ),
    };
    let headers = response.headers().iter();
    let headers = headers
        .map(|(name, value)| (name.to_string(), value.to_str().unwrap_or("").to_owned()))
        .collect();
    let status = response.status().as_u16();
    Answer {
        status,
        headers,
        text: String::from_utf8(read_body(response).await.to_vec()).unwrap(),
    }
}

pub(super) fn shopper() -> Identity {
    Identity::of_member(member(), [Role::Shopper]).in_language(kernel::Locale::En)
}

fn stranger() -> Identity {
    Identity::of_member(
        MemberId::new(Timestamp::from_micros(5), [1; 10]),
        [Role::Shopper],
    )
}

pub(super) fn post(path: &str) -> TestRequest {
    TestRequest::post().uri(path)
}

pub(super) fn get(path: &str) -> TestRequest {
    TestRequest::get().uri(path)
}

pub(super) fn order(key: &str, body: &Value) -> TestRequest {
    post("/api/orders")
        .insert_header(("idempotency-key", key))
        .set_json(body)
}

#[actix_web::test]
async fn what_is_wrong_is_said_in_this_order() {
    for shop in Shop::open(10) {
        let unkeyed = || post("/api/orders").set_json(json!({}));
        assert_eq!(
            ask(&shop, &Identity::default(), unkeyed()).await.status,
            401
        );
        let unsure = Identity {
            certain: false,
            ..Identity::default()
        };
        assert_eq!(ask(&shop, &unsure, unkeyed()).await.status, 503);
        assert_eq!(ask(&shop, &shopper(), unkeyed()).await.status, 400);
        assert_eq!(
            ask(&shop, &shopper(), order(&"k".repeat(256), &body()))
                .await
                .status,
            400
        );
        let empty = ask(&shop, &shopper(), order("one", &body())).await;
        assert_eq!(
            (empty.status, empty.json()["detail"].as_str().unwrap()),
            (422, "Your cart is empty")
        );
        shop.fill_cart("MUG", 2);
        let placed = ask(&shop, &shopper(), order("one", &body())).await;
        assert_eq!(
            placed.status, 201,
            "a key that failed is free: {}",
            placed.text
        );
        assert_eq!(
            placed.header("location"),
            format!("/api/orders/{}", placed.json()["id"].as_str().unwrap())
        );
        let reused = ask(
            &shop,
            &shopper(),
            order("one", &json!({ "nonsense": true })),
        )
        .await;
        assert_eq!(
            reused.status, 422,
            "before the body is looked at: {}",
            reused.text
        );
        assert!(
            reused.json()["detail"]
                .as_str()
                .unwrap()
                .contains("another body")
        );
        let _first = shop
            .orders
            .claim(member(), "two".to_owned(), http::fingerprint_of(&body()))
            .await
            .unwrap();
        assert_eq!(
            ask(&shop, &shopper(), order("two", &body())).await.status,
            409
        );
        assert_eq!(
            ask(&shop, &shopper(), order("two", &json!({})))
                .await
                .status,
            422
        );
        assert_eq!(
            ask(&shop, &stranger(), order("one", &body())).await.status,
            422,
            "an empty cart, a key of its own"
        );
    }
}

#[actix_web::test]
async fn bad_bodies_are_refused_field_by_field() {
    for shop in Shop::open(10) {
        shop.fill_cart("MUG", 1);
        let json_syntax = post("/api/orders")
            .insert_header(("idempotency-key", "a"))
            .insert_header(("content-type", "application/json"))
            .set_payload("{\"address\":");
        assert_eq!(ask(&shop, &shopper(), json_syntax).await.status, 400);
        let form = post("/api/orders")
            .insert_header(("idempotency-key", "a"))
            .set_form([("a", "b")]);
        assert_eq!(ask(&shop, &shopper(), form).await.status, 415);
        let wrong_type = json!({ "address": { "phone": 1 }, "payment": 5 });
        assert_eq!(
            ask(&shop, &shopper(), order("a", &wrong_type)).await.status,
            422
        );
        let answer = ask(&shop, &shopper(), order("a", &json!({}))).await;
        let errors = answer.json()["errors"].clone();
        let fields: Vec<_> = errors
            .as_array()
            .unwrap()
            .iter()
            .map(|e| e["field"].as_str().unwrap())
            .collect();
        let expect = [
            "address.recipient",
            "address.phone",
            "address.postcode",
            "address.line1",
            "payment.method",
            "payment.token",
        ];
        assert_eq!((answer.status, fields.as_slice()), (422, expect.as_slice()));
        shop.fill_cart("GONE", 1);
        let gone = ask(&shop, &shopper(), order("a", &body())).await;
        assert_eq!(
            (gone.status, gone.json()["detail"].as_str().unwrap()),
            (422, "No longer sold: GONE")
        );
        shop.world.state.lock().unwrap().price = i64::MAX / 2;
        shop.fill_cart("MUG", 3);
        assert_eq!(
            ask(&shop, &shopper(), order("a", &body())).await.status,
            422,
            "more than a number can hold"
        );
        assert_eq!(shop.told().await, Vec::<String>::new());
    }
}

#[actix_web::test]
async fn a_repeat_shows_the_same_order_as_it_is_now() {
    for shop in Shop::open(10) {
        shop.fill_cart("MUG", 2);
        let first = ask(&shop, &shopper(), order("key", &body())).await.json();
        shop.work().await;
        let again = ask(&shop, &shopper(), order("key", &body())).await;
        assert_eq!((again.status, &again.json()["id"]), (201, &first["id"]));
        assert_eq!(
            (first["status"].as_str(), again.json()["status"].as_str()),
            (Some("pending"), Some("confirmed"))
        );
        assert_eq!(shop.told().await, ["placed", "confirmed", "paid"]);
    }
}

#[actix_web::test]
async fn an_order_looks_as_the_contract_says() {
    for shop in Shop::open(10) {
        shop.fill_cart("MUG", 2);
        let id = ask(&shop, &shopper(), order("key", &body())).await.json()["id"]
            .as_str()
            .unwrap()
            .to_owned();
        shop.work().await;
        let mut shown = ask(&shop, &shopper(), get(&format!("/api/orders/{id}")))
            .await
            .json();
        let number = shown["number"].as_str().unwrap().to_owned();
        assert!(
            number.starts_with("20261121-") && number.len() == 15,
            "{number}"
        );
        let at = "2026-11-21T03:00:00.000000Z";
        let money = |amount: i64| json!({ "amount": amount, "currency": "KRW" });
        let timeline = ["placed", "reserved", "authorised", "confirmed"]
            .map(|what| json!({ "at": at, "what": what }));
        let expect = json!({
            "id": id, "number": number, "status": "confirmed", "payment": "captured",
            "items": [{ "sku": "MUG", "name": "Mug", "quantity": 2, "price": money(12_900), "subtotal": money(25_800) }],
            "total": money(25_800), "address": body()["address"], "placed_at": at, "timeline": timeline,
        });
        assert_eq!(shown.take(), expect);
    }
}

#[actix_web::test]
async fn other_peoples_orders_do_not_exist() {
    for shop in Shop::open(10) {
        let id = shop.place(1).await;
        let (api, page) = (format!("/api/orders/{id}"), format!("/orders/{id}"));
        for (request, status) in [
            (get(&api), 404),
            (get(&format!("{api}/events")), 404),
            (post(&format!("{api}/cancel")), 404),
            (get(&page), 404),
            (get(&format!("{page}/events")), 404),
            (post(&format!("{page}/cancel")), 404),
            (get("/api/orders/nonsense"), 404),
            (
                get(&format!("/api/orders/{}", shop.shell.new_id::<()>())),
                404,
            ),
            (get(&format!("/api/admin/orders/{id}")), 403),
            (post(&format!("/api/admin/orders/{id}/cancel")), 403),
            (get("/admin/orders"), 403),
        ] {
            let answer = ask(&shop, &stranger(), request).await;
            assert_eq!(answer.status, status, "{}", answer.text);
        }
        assert_eq!(
            ask(&shop, &Identity::default(), get(&api)).await.status,
            401
        );
        let login = ask(&shop, &Identity::default(), get(&page)).await;
        assert_eq!(
            (login.status, login.header("location")),
            (303, format!("/login?back={page}").as_str())
        );
        assert_eq!(shop.story(id).await, "placed; pending none");
    }
}

#[actix_web::test]
async fn cancelling_is_202_and_409_once_shipped() {
    for shop in Shop::open(10) {
        let (pending, shipped) = (shop.place(1).await, shop.place(1).await);
        let cancel = |id| post(&format!("/api/orders/{id}/cancel"));
        let answer = ask(&shop, &shopper(), cancel(pending)).await;
        assert_eq!(
            (answer.status, answer.json()["timeline"][1]["what"].as_str()),
            (202, Some("cancelling"))
        );
        shop.work().await;
        shop.hear_of("shipping.shipment.shipped", shipped).await;
        let answer = ask(&shop, &shopper(), cancel(shipped)).await;
        assert_eq!(answer.status, 409, "{}", answer.text);
        let page = ask(
            &shop,
            &shopper(),
            post(&format!("/orders/{shipped}/cancel")),
        )
        .await;
        assert_eq!(
            (page.status, page.header("location")),
            (303, format!("/orders/{shipped}").as_str())
        );
    }
}

#[actix_web::test]
async fn staff_see_and_cancel_every_order_and_that_is_remembered() {
    let staff = Identity::of_member(stranger().member.unwrap(), [Role::Shopper, Role::Admin]);
    for shop in Shop::open(10) {
        let ids = [
            shop.place(1).await,
            shop.place(1).await,
            shop.place(1).await,
        ];
        let first = ask(&shop, &staff, get("/api/admin/orders?limit=2"))
            .await
            .json();
        assert_eq!(first["items"].as_array().unwrap().len(), 2);
        let next = format!(
            "/api/admin/orders?limit=2&cursor={}",
            first["next"].as_str().unwrap()
        );
        let second = ask(&shop, &staff, get(&next)).await.json();
        assert_eq!(
            (second["items"][0]["id"].as_str(), &second["next"]),
            (Some(ids[0].to_string().as_str()), &Value::Null)
        );
        for (query, status) in [
            ("status=confirmed", 200),
            ("status=lost", 422),
            ("limit=0", 422),
            ("cursor=x", 422),
        ] {
            let answer = ask(&shop, &staff, get(&format!("/api/admin/orders?{query}"))).await;
            assert_eq!(answer.status, status, "{query}");
        }
        let path = format!("/api/admin/orders/{}", ids[1]);
        let shown = ask(&shop, &staff, get(&path)).await.json();
        assert_eq!(
            (shown["member"].as_str(), shown["status"].as_str()),
            (Some(member().to_string().as_str()), Some("pending"))
        );
        assert_eq!(
            ask(&shop, &staff, post(&format!("{path}/cancel")))
                .await
                .status,
            202
        );
        let rows = shop
            .saga
            .journal
            .db
            .read(|conn| platform::audit::list(conn, None, 10))
            .await
            .unwrap();
        assert_eq!(
            (rows.len(), rows[0].what.as_str(), rows[0].subject.as_str()),
            (1, "order.cancelled", ids[1].to_string().as_str())
        );
        for page in [
            "/admin/orders".to_owned(),
            format!("/admin/orders/{}", ids[1]),
        ] {
            assert_eq!(
                ask(&shop, &staff, get(&page)).await.status,
                StatusCode::OK.as_u16()
            );
        }
    }
}

#[actix_web::test]
async fn a_stream_tells_the_order_and_ends_with_it() {
    for shop in Shop::open(10) {
        let id = shop.place(1).await;
        shop.cancel(id).await.unwrap();
        shop.work().await;
        let stream = ask(&shop, &shopper(), get(&format!("/api/orders/{id}/events"))).await;
        assert_eq!(
            (stream.status, stream.header("content-type")),
            (200, "text/event-stream")
        );
        let data = stream
            .text
            .lines()
            .find_map(|line| line.strip_prefix("data: "))
            .unwrap();
        assert_eq!(
            serde_json::from_str::<Value>(data).unwrap()["status"],
            "cancelled"
        );
        let version = stream
            .text
            .lines()
            .find_map(|line| line.strip_prefix("id: "))
            .unwrap();
        let again =
            get(&format!("/api/orders/{id}/events")).insert_header(("last-event-id", version));
        assert_eq!(
            ask(&shop, &shopper(), again).await.status,
            204,
            "there is nothing more to come for"
        );
        let page = ask(&shop, &shopper(), get(&format!("/orders/{id}/events"))).await;
        assert!(
            page.text.contains("event: timeline\ndata: ") && page.text.contains("event: ended"),
            "{}",
            page.text
        );
    }
}

#[actix_web::test]
async fn whoever_prefers_to_wait_gets_the_order_when_it_is_decided() {
    for shop in Shop::open(10) {
        shop.fill_cart("MUG", 1);
        let waiting = order("key", &body()).insert_header(("prefer", "wait=20"));
        let (shopper, asked) = (shopper(), std::time::Instant::now());
        let (answer, ()) = futures_util::future::join(ask(&shop, &shopper, waiting), async {
            while shop.work().await == 0 {
                tokio::task::yield_now().await;
            }
        })
        .await;
        assert_eq!(
            (answer.status, answer.header("preference-applied")),
            (201, "wait=20")
        );
        assert_eq!(answer.json()["status"], "confirmed");
        assert!(asked.elapsed().as_secs() < 10, "it answered when it knew");
    }
}
