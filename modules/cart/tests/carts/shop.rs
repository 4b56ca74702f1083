//! A shop of carts alone: the real routes on every database there is, and neighbours that can be shut.

use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use actix_web::http::{Method, StatusCode, header};
use actix_web::middleware::from_fn;
use actix_web::test::{TestRequest, call_service, init_service, read_body};
use actix_web::web::Data;
use actix_web::{App, HttpMessage as _};
use cart::needs::{Names, Offer, Shelf, Stock};
use cart::{Host, Needs};
use kernel::{FixedClock, GuestId, MemberId, Money, Sku, Timestamp};
use platform::Fut;
use platform::context::Context;
use platform::db::Db;
use platform::identity::{Identity, Role};
use platform::locale::{FRAME, Texts};
use platform::ports::{Answers, Call, Ctx, Unavailable};
use platform::shell::Shell;
use platform::{problem, testing};
use serde_json::{Value, json};

pub struct Shop {
    pub host: Arc<Host>,
    pub clock: Arc<FixedClock>,
    pub neighbours: Arc<Neighbours>,
    context: Context,
    shell: Data<Shell>,
    _folder: Option<tempfile::TempDir>,
}

/// Catalog and stock in one: what is sold, for how much, and how many are left.
#[derive(Default)]
pub struct Neighbours {
    goods: Mutex<Vec<(Sku, i64, i64)>>,
    pub shelf_is_shut: AtomicBool,
    pub stock_is_shut: AtomicBool,
    pub questions: AtomicUsize,
}

impl Neighbours {
    pub fn sell(&self, code: &str, price: i64, left: i64) {
        let mut goods = self.goods.lock().unwrap();
        goods.retain(|(known, ..)| *known != sku(code));
        goods.push((sku(code), price, left));
    }

    pub fn stop_selling(&self, code: &str) {
        self.goods
            .lock()
            .unwrap()
            .retain(|(known, ..)| *known != sku(code));
    }

    fn known(&self, skus: &[Sku]) -> Vec<(Sku, i64, i64)> {
        self.questions.fetch_add(1, Ordering::SeqCst);
        self.goods
            .lock()
            .unwrap()
            .iter()
            .filter(|(known, ..)| skus.contains(known))
            .cloned()
            .collect()
    }
}

impl Shelf for Neighbours {
    fn offers<'a>(
        &'a self,
        skus: Vec<Sku>,
        _: &'a Ctx,
    ) -> Fut<'a, Result<Vec<Offer>, Unavailable>> {
        Box::pin(async move {
            if self.shelf_is_shut.load(Ordering::SeqCst) {
                return Err(Unavailable::new("catalog", "it is shut"));
            }
            let offer = |(sku, price, _): (Sku, i64, i64)| Offer {
                name: Names {
                    ko: format!("상품 {sku}"),
                    en: format!("Thing {sku}"),
                },
                sku,
                price: Money::krw(price),
                picture: None,
            };
            Ok(self.known(&skus).into_iter().map(offer).collect())
        })
    }
}

impl Stock for Neighbours {
    fn available<'a>(
        &'a self,
        skus: Vec<Sku>,
        _: &'a Ctx,
    ) -> Fut<'a, Result<Vec<(Sku, i64)>, Unavailable>> {
        Box::pin(async move {
            if self.stock_is_shut.load(Ordering::SeqCst) {
                return Err(Unavailable::new("stock", "it is shut"));
            }
            Ok(self
                .known(&skus)
                .into_iter()
                .map(|(sku, _, left)| (sku, left))
                .collect())
        })
    }
}

/// One shop on each database, selling MUG-01 for 12,900 won (10 left) and PEN-01 for 1,500 (100 left).
pub fn shops() -> Vec<Shop> {
    let (folder, db) = testing::sqlite(cart::NAME, cart::migrations());
    let mut shops = vec![Shop::new(db, Some(folder))];
    if cfg!(feature = "postgres-tests") {
        shops.push(Shop::new(
            testing::postgres(cart::NAME, cart::migrations()),
            None,
        ));
    }
    shops
}

impl Shop {
    pub fn new(db: Db, folder: Option<tempfile::TempDir>) -> Self {
        let clock = testing::clock();
        let texts = Texts::new(&[FRAME, cart::texts()].concat()).unwrap();
        let shell = Arc::new(Shell {
            clock: clock.clone(),
            ..Shell::sample(texts)
        });
        let host = Arc::new(Host::new(db, shell.clone()));
        let neighbours = Arc::new(Neighbours::default());
        neighbours.sell("MUG-01", 12_900, 10);
        neighbours.sell("PEN-01", 1_500, 100);
        let needs = Needs {
            shelf: neighbours.clone(),
            stock: neighbours.clone(),
        };
        let context = cart::open(host.clone(), shell.clone(), needs);
        Self {
            host,
            clock,
            neighbours,
            context,
            shell: Data::from(shell),
            _folder: folder,
        }
    }

    pub async fn ask<C: Call>(&self, call: C) -> C::Answer
    where
        Host: Answers<C>,
    {
        self.host
            .answer(call, &Ctx::background(Duration::from_secs(30)))
            .await
            .unwrap()
    }

    pub async fn send(&self, who: &Identity, request: TestRequest) -> Answer {
        let app = App::new()
            .app_data(self.shell.clone())
            .configure(problem::extractors)
            .configure(|cfg| (self.context.routes)(cfg))
            .wrap(from_fn(problem::render));
        let app = init_service(app).await;
        let request = request.to_request();
        request.extensions_mut().insert(who.clone());
        let response = call_service(&app, request).await;
        let (status, headers) = (response.status(), response.headers().clone());
        let header = |name: &str| {
            headers
                .get(name)
                .map(|value| value.to_str().unwrap().to_owned())
                .unwrap_or_default()
        };
        let (location, trigger) = (header("location"), header("hx-trigger"));
        let body = String::from_utf8(read_body(response).await.to_vec()).unwrap();
        Answer {
            status,
            location,
            trigger,
            body,
        }
    }

    pub async fn cart(&self, who: &Identity) -> Value {
        let answer = self.send(who, TestRequest::get().uri("/api/cart")).await;
        assert_eq!(answer.status, 200, "{}", answer.body);
        answer.json()
    }

    pub async fn put(&self, who: &Identity, code: &str, body: Value) -> Answer {
        self.send(
            who,
            TestRequest::put()
                .uri(&format!("/api/cart/items/{code}"))
                .set_json(body),
        )
        .await
    }

    /// Sets a quantity that fits.
    pub async fn set(&self, who: &Identity, code: &str, quantity: i64) -> Value {
        let answer = self.put(who, code, json!({ "quantity": quantity })).await;
        assert_eq!(answer.status, 200, "{}", answer.body);
        answer.json()
    }

    pub async fn form(&self, who: &Identity, path: &str, fields: &[(&str, &str)]) -> Answer {
        self.send(who, TestRequest::post().uri(path).set_form(fields))
            .await
    }

    pub async fn count(&self, who: &Identity) -> String {
        self.send(
            who,
            TestRequest::default()
                .method(Method::GET)
                .uri("/cart/count"),
        )
        .await
        .body
    }
}

pub struct Answer {
    pub status: StatusCode,
    pub location: String,
    pub trigger: String,
    pub body: String,
}

impl Answer {
    pub fn json(&self) -> Value {
        serde_json::from_str(&self.body).unwrap_or_else(|e| panic!("{e}: {}", self.body))
    }
}

/// As htmx asks.
pub fn piece(request: TestRequest) -> TestRequest {
    request
        .insert_header(("hx-request", "true"))
        .insert_header((header::ACCEPT, "text/html"))
}

pub fn guest(n: u8) -> Identity {
    Identity {
        locale: kernel::Locale::En,
        ..Identity::of_guest(GuestId::new(Timestamp::from_micros(0), [n; 10]))
    }
}

pub fn member(n: u8) -> Identity {
    let member = MemberId::new(Timestamp::from_micros(0), [n; 10]);
    Identity::of_member(member, [Role::Shopper]).in_language(kernel::Locale::En)
}

/// Somebody who was a guest a moment ago.
pub fn both(member: &Identity, guest: &Identity) -> Identity {
    Identity {
        guest: guest.guest,
        ..member.clone()
    }
}

pub fn sku(code: &str) -> Sku {
    code.parse().unwrap()
}

/// `[("MUG-01", 2)]`
pub fn quantities(cart: &Value) -> Vec<(String, i64)> {
    let items = cart["items"].as_array().unwrap();
    items
        .iter()
        .map(|item| {
            (
                item["sku"].as_str().unwrap().to_owned(),
                item["quantity"].as_i64().unwrap(),
            )
        })
        .collect()
}
