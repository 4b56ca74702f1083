//! A shop of boards alone: the real routes on every database there is, and neighbours that can be shut.

use std::collections::HashSet;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use actix_web::http::StatusCode;
use actix_web::middleware::from_fn;
use actix_web::test::{TestRequest, call_service, init_service, read_body};
use actix_web::web::Data;
use actix_web::{App, HttpMessage as _};
use board::api::Stars;
use board::needs::{About, Authors, Purchases, Shelf};
use board::{Host, Needs};
use kernel::{FixedClock, Locale, MemberId, Sku, Timestamp};
use platform::context::Context;
use platform::db::Db;
use platform::events::{Event, consume};
use platform::identity::{Identity, Role};
use platform::locale::{FRAME, Texts};
use platform::ports::{Answers, Call, Ctx, Unavailable};
use platform::shell::Shell;
use platform::{Fut, audit, problem, testing};
use serde_json::{Value, json};

pub struct Shop {
    pub host: Arc<Host>,
    pub clock: Arc<FixedClock>,
    pub neighbours: Arc<Neighbours>,
    context: Context,
    shell: Data<Shell>,
    _folder: Option<tempfile::TempDir>,
}

/// Members, orders and catalog in one.
#[derive(Default)]
pub struct Neighbours {
    pub bought: Mutex<HashSet<(MemberId, Sku)>>,
    pub members_are_shut: AtomicBool,
    pub orders_are_shut: AtomicBool,
    pub shelf_is_shut: AtomicBool,
}

fn unless(is_shut: &AtomicBool, who: &'static str) -> Result<(), Unavailable> {
    if is_shut.load(Ordering::SeqCst) {
        Err(Unavailable::new(who, "it is shut"))
    } else {
        Ok(())
    }
}

impl Authors for Neighbours {
    fn name<'a>(
        &'a self,
        member: MemberId,
        _: &'a Ctx,
    ) -> Fut<'a, Result<Option<String>, Unavailable>> {
        Box::pin(async move {
            unless(&self.members_are_shut, "members")?;
            Ok(Some(format!("Kim {}", member.as_uuid().as_bytes()[15])))
        })
    }
}

impl Purchases for Neighbours {
    fn has_bought<'a>(
        &'a self,
        member: MemberId,
        product: Sku,
        _: &'a Ctx,
    ) -> Fut<'a, Result<bool, Unavailable>> {
        Box::pin(async move {
            unless(&self.orders_are_shut, "orders")?;
            Ok(self.bought.lock().unwrap().contains(&(member, product)))
        })
    }
}

/// Sells shirts in two sizes, TEE-M and TEE-L, and a mug.
impl Shelf for Neighbours {
    fn product<'a>(&'a self, sku: Sku, _: &'a Ctx) -> Fut<'a, Result<Option<About>, Unavailable>> {
        Box::pin(async move {
            unless(&self.shelf_is_shut, "catalog")?;
            let about = |product: &str, name: &str| About {
                product: product.parse().unwrap(),
                sku: sku.clone(),
                name_ko: format!("{name} 한글"),
                name_en: name.to_owned(),
            };
            Ok(match sku.as_str() {
                "TEE-M" | "TEE-L" => Some(about("TEE", "Shirt")),
                "MUG" => Some(about("MUG", "Mug")),
                _ => None,
            })
        })
    }
}

/// One shop on each database.
pub fn shops() -> Vec<Shop> {
    let (folder, db) = testing::sqlite(board::NAME, board::migrations());
    let mut shops = vec![Shop::new(db, Some(folder))];
    if cfg!(feature = "postgres-tests") {
        shops.push(Shop::new(
            testing::postgres(board::NAME, board::migrations()),
            None,
        ));
    }
    shops
}

impl Shop {
    fn new(db: Db, folder: Option<tempfile::TempDir>) -> Self {
        let clock = testing::clock();
        let texts = Texts::new(&[FRAME, board::texts()].concat()).unwrap();
        let shell = Arc::new(Shell {
            clock: clock.clone(),
            ..Shell::sample(texts)
        });
        let host = Arc::new(Host::new(db, shell.clone()));
        let neighbours = Arc::new(Neighbours::default());
        let needs = Needs {
            authors: neighbours.clone(),
            purchases: neighbours.clone(),
            shelf: neighbours.clone(),
        };
        let context = board::open(host.clone(), shell.clone(), needs);
        Self {
            host,
            clock,
            neighbours,
            context,
            shell: Data::from(shell),
            _folder: folder,
        }
    }

    pub fn sell(&self, to: &Identity, product: &str) {
        self.neighbours
            .bought
            .lock()
            .unwrap()
            .insert((to.member.unwrap(), product.parse().unwrap()));
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
        let location = headers
            .get("location")
            .map(|value| value.to_str().unwrap().to_owned())
            .unwrap_or_default();
        let body = String::from_utf8(read_body(response).await.to_vec()).unwrap();
        Answer {
            status,
            location,
            body,
        }
    }

    pub async fn get(&self, who: &Identity, path: &str) -> Answer {
        self.send(who, TestRequest::get().uri(path)).await
    }

    pub async fn try_post(&self, who: &Identity, path: &str, body: Value) -> Answer {
        // moments differ, so that the newest is the last
        self.clock.turn(Duration::from_secs(1));
        self.send(who, TestRequest::post().uri(path).set_json(body))
            .await
    }

    /// Posts what must be taken; answers its id.
    pub async fn post(&self, who: &Identity, board: &str, body: Value) -> String {
        let answer = self
            .try_post(who, &format!("/api/boards/{board}/posts"), body)
            .await;
        assert_eq!(answer.status, 201, "{}", answer.body);
        answer.json()["id"].as_str().unwrap().to_owned()
    }

    pub async fn question(&self, who: &Identity, title: &str) -> String {
        self.post(
            who,
            "qna",
            json!({ "title": title, "body": "What do you think?" }),
        )
        .await
    }

    pub async fn review(&self, who: &Identity, sku: &str, stars: i64) -> Answer {
        let body = json!({ "title": "As described", "body": "I use it daily.", "sku": sku, "stars": stars });
        self.try_post(who, "/api/boards/reviews/posts", body).await
    }

    pub async fn comment(&self, who: &Identity, board: &str, post: &str, body: &str) -> Answer {
        self.try_post(
            who,
            &format!("/api/boards/{board}/posts/{post}/comments"),
            json!({ "body": body }),
        )
        .await
    }

    pub async fn patch(&self, who: &Identity, path: &str, body: Value) -> Answer {
        self.send(who, TestRequest::patch().uri(path).set_json(body))
            .await
    }

    pub async fn delete(&self, who: &Identity, path: &str) -> Answer {
        self.send(who, TestRequest::delete().uri(path)).await
    }

    pub async fn form(&self, who: &Identity, path: &str, fields: &[(&str, &str)]) -> Answer {
        self.clock.turn(Duration::from_secs(1));
        self.send(who, TestRequest::post().uri(path).set_form(fields))
            .await
    }

    /// Average and count of a product's stars.
    pub async fn stars(&self, product: &str) -> Option<(f64, i64)> {
        let found = self
            .ask(Stars {
                products: vec![product.parse().unwrap()],
            })
            .await;
        found.first().map(|rating| (rating.average, rating.count))
    }

    pub async fn withdraw(&self, who: &Identity) {
        let event = Event {
            specversion: "1.0".to_owned(),
            id: who.member.unwrap().to_string(),
            kind: "shop.banyan.members.member.withdrawn.v1".to_owned(),
            source: "/members".to_owned(),
            subject: who.member.unwrap().to_string(),
            time: Timestamp::from_micros(0),
            traceparent: None,
            data: json!({ "member": who.member.unwrap() }),
        };
        consume(
            &board::ear(&self.host),
            vec![event],
            Timestamp::from_micros(0),
        )
        .await
        .unwrap();
    }

    /// What was done to what, the oldest first.
    pub async fn audit(&self) -> Vec<(String, String)> {
        let mut rows = self
            .host
            .db
            .read(|conn| audit::list(conn, None, 100))
            .await
            .unwrap();
        rows.reverse();
        rows.into_iter()
            .map(|row| (row.what, row.subject))
            .collect()
    }
}

pub struct Answer {
    pub status: StatusCode,
    pub location: String,
    pub body: String,
}

impl Answer {
    pub fn json(&self) -> Value {
        serde_json::from_str(&self.body).unwrap_or_else(|e| panic!("{e}: {}", self.body))
    }

    pub fn id(&self) -> String {
        assert_eq!(self.status, 201, "{}", self.body);
        self.json()["id"].as_str().unwrap().to_owned()
    }

    pub fn titles(&self) -> Vec<String> {
        assert_eq!(self.status, 200, "{}", self.body);
        self.json()["items"]
            .as_array()
            .unwrap()
            .iter()
            .map(|post| post["title"].as_str().unwrap().to_owned())
            .collect()
    }
}

pub fn member(n: u8) -> Identity {
    let member = MemberId::new(Timestamp::from_micros(0), [n; 10]);
    Identity::of_member(member, [Role::Shopper]).in_language(Locale::En)
}

pub fn admin() -> Identity {
    let member = MemberId::new(Timestamp::from_micros(0), [200; 10]);
    Identity::of_member(member, [Role::Shopper, Role::Admin]).in_language(Locale::En)
}

pub fn nobody() -> Identity {
    Identity::default().in_language(Locale::En)
}
