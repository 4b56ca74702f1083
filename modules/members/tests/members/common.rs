//! A shop of members alone: the real routes and middlewares, on every database there is.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};

use actix_web::body::MessageBody;
use actix_web::dev::{ServiceRequest, ServiceResponse};
use actix_web::http::header::{AUTHORIZATION, CONTENT_TYPE, HeaderMap};
use actix_web::http::{Method, StatusCode};
use actix_web::middleware::{Next, from_fn};
use actix_web::test::{TestRequest, call_service, init_service, read_body};
use actix_web::web::Data;
use actix_web::{App, HttpMessage as _};
use diesel::prelude::*;
use kernel::FixedClock;
use members::api::WhoIs;
use members::needs::{Post, ResetLetter};
use members::{Host, Needs, Service};
use platform::Fut;
use platform::context::Context;
use platform::db::{Db, DbError, schema};
use platform::identity::cookies::Jar;
use platform::identity::{Identity, negotiated};
use platform::limits::Limits;
use platform::locale::{FRAME, Texts};
use platform::ports::{Answers, Call, Ctx, Unavailable};
use platform::shell::Shell;
use platform::{audit, problem, testing};
use serde_json::{Value, json};

pub const PASSWORD: &str = "mango&&tree";

pub struct Shop {
    pub host: Arc<Host>,
    pub clock: Arc<FixedClock>,
    /// For the workers' steps, taken by hand.
    pub service: Arc<Service>,
    pub post: Arc<Letterbox>,
    context: Context,
    shell: Data<Shell>,
    _folder: Option<tempfile::TempDir>,
}

/// Takes letters, unless it is shut.
#[derive(Default)]
pub struct Letterbox {
    pub letters: Mutex<Vec<ResetLetter>>,
    pub is_shut: Mutex<bool>,
}

impl Post for Letterbox {
    fn send<'a>(&'a self, letter: ResetLetter, _: &'a Ctx) -> Fut<'a, Result<(), Unavailable>> {
        Box::pin(async move {
            // it has the letter also when its answer does not come back
            self.letters.lock().unwrap().push(letter);
            if *self.is_shut.lock().unwrap() {
                Err(Unavailable::new("post", "it is shut"))
            } else {
                Ok(())
            }
        })
    }
}

impl Letterbox {
    pub fn count(&self) -> usize {
        self.letters.lock().unwrap().len()
    }

    /// The secret part of the link in the last letter but `n`.
    pub fn token(&self, n: usize) -> String {
        let letters = self.letters.lock().unwrap();
        let link = &letters[letters.len() - 1 - n].link;
        link.strip_prefix("https://shop.example/reset/")
            .unwrap()
            .to_owned()
    }
}

/// One shop on each database.
pub fn shops() -> Vec<Shop> {
    shops_with(|_| {})
}

pub fn shops_with(change: impl Fn(&mut Shell)) -> Vec<Shop> {
    let (folder, db) = testing::sqlite(members::NAME, members::migrations());
    let mut shops = vec![Shop::new(db, Some(folder), &change)];
    if cfg!(feature = "postgres-tests") {
        let db = testing::postgres(members::NAME, members::migrations());
        shops.push(Shop::new(db, None, &change));
    }
    shops
}

impl Shop {
    fn new(db: Db, folder: Option<tempfile::TempDir>, change: &impl Fn(&mut Shell)) -> Self {
        let clock = testing::clock();
        let texts = Texts::new(&[FRAME, members::texts()].concat()).unwrap();
        let public_url = Some("https://shop.example/".to_owned());
        let mut shell = Shell {
            clock: clock.clone(),
            public_url,
            ..Shell::sample(texts)
        };
        change(&mut shell);
        let shell = Arc::new(shell);
        let host = Arc::new(Host::new(db, shell.clone()));
        let post = Arc::new(Letterbox::default());
        let context = members::open(host.clone(), shell.clone(), Needs { post: post.clone() });
        let service = Arc::new(Service::new(host.clone(), shell.clone()));
        Self {
            host,
            clock,
            service,
            post,
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
            .answer(call, &Ctx::background(std::time::Duration::from_secs(30)))
            .await
            .unwrap()
    }

    /// One request through the middlewares that the app has, with identity found as the app does it.
    pub async fn send(&self, request: TestRequest) -> Answer {
        let host = Data::from(self.host.clone());
        let app = App::new()
            .app_data(self.shell.clone())
            .app_data(host)
            .configure(problem::extractors)
            .configure(|cfg| (self.context.routes)(cfg))
            .wrap(from_fn(problem::render))
            .wrap(from_fn(identify));
        let app = init_service(app).await;
        let response = call_service(&app, request.to_request()).await;
        let (status, headers) = (response.status(), response.headers().clone());
        let body = String::from_utf8(read_body(response).await.to_vec()).unwrap();
        Answer {
            status,
            headers,
            body,
        }
    }

    pub fn browser(&self) -> Browser<'_> {
        Browser {
            shop: self,
            cookies: BTreeMap::new(),
            bearer: None,
            language: "en",
        }
    }

    /// Somebody who has joined and logged in.
    pub async fn member(&self, email: &str) -> Browser<'_> {
        let mut browser = self.browser();
        let joined = browser
            .json(Method::POST, "/api/members", join(email))
            .await;
        assert_eq!(joined.status, 201, "{}", joined.body);
        assert_eq!(browser.log_in(email, PASSWORD).await.status, 200);
        browser
    }

    /// Types and data of all that was published, in order.
    pub async fn events(&self) -> Vec<(String, Value)> {
        let read = |conn: &mut platform::db::Conn| {
            let rows = schema::outbox::table
                .order(schema::outbox::id)
                .select((schema::outbox::kind, schema::outbox::data));
            Ok::<Vec<(String, String)>, DbError>(rows.load(conn)?)
        };
        let rows = self.host.db.read(read).await.unwrap();
        rows.into_iter()
            .map(|(kind, data)| (kind, serde_json::from_str(&data).unwrap()))
            .collect()
    }

    /// What was done by whom to whom, the newest first.
    pub async fn audit(&self) -> Vec<(String, String, String)> {
        let rows = self
            .host
            .db
            .read(|conn| audit::list(conn, None, 100))
            .await
            .unwrap();
        rows.into_iter()
            .map(|row| (row.what, row.who, row.subject))
            .collect()
    }
}

pub fn join(email: &str) -> Value {
    json!({"email": email, "password": PASSWORD, "name": "김서연"})
}

pub struct Answer {
    pub status: StatusCode,
    pub headers: HeaderMap,
    pub body: String,
}

impl Answer {
    pub fn json(&self) -> Value {
        serde_json::from_str(&self.body).unwrap_or_else(|e| panic!("{e}: {}", self.body))
    }

    pub fn header(&self, name: &str) -> &str {
        self.headers
            .get(name)
            .map_or("", |value| value.to_str().unwrap())
    }

    /// The fields that are wrong.
    pub fn wrong(&self) -> Vec<String> {
        let json = self.json();
        let errors = json["errors"].as_array().cloned().unwrap_or_default();
        errors
            .iter()
            .map(|e| e["field"].as_str().unwrap().to_owned())
            .collect()
    }
}

/// Keeps cookies, as browsers do.
#[derive(Clone)]
pub struct Browser<'a> {
    shop: &'a Shop,
    pub cookies: BTreeMap<String, String>,
    pub bearer: Option<String>,
    pub language: &'static str,
}

impl Browser<'_> {
    pub async fn get(&mut self, path: &str) -> Answer {
        self.send(TestRequest::get().uri(path)).await
    }

    pub async fn json(&mut self, method: Method, path: &str, body: Value) -> Answer {
        self.send(
            TestRequest::default()
                .method(method)
                .uri(path)
                .set_json(body),
        )
        .await
    }

    pub async fn delete(&mut self, path: &str) -> Answer {
        self.send(TestRequest::delete().uri(path)).await
    }

    pub async fn form(&mut self, path: &str, fields: &[(&str, &str)]) -> Answer {
        self.send(TestRequest::post().uri(path).set_form(fields))
            .await
    }

    pub async fn raw(&mut self, path: &str, kind: &'static str, body: &'static str) -> Answer {
        self.send(
            TestRequest::post()
                .uri(path)
                .insert_header((CONTENT_TYPE, kind))
                .set_payload(body),
        )
        .await
    }

    pub async fn log_in(&mut self, email: &str, password: &str) -> Answer {
        self.json(
            Method::POST,
            "/api/session",
            json!({"email": email, "password": password}),
        )
        .await
    }

    /// Whether the shop knows who this is.
    pub async fn is_known(&mut self) -> bool {
        self.get("/api/members/me").await.status == 200
    }

    pub fn session(&self) -> Option<String> {
        self.cookies.get("banyan").cloned()
    }

    async fn send(&mut self, request: TestRequest) -> Answer {
        let mut request = request.insert_header(("accept-language", self.language));
        if !self.cookies.is_empty() {
            let cookies: Vec<String> = self
                .cookies
                .iter()
                .map(|(name, value)| format!("{name}={value}"))
                .collect();
            request = request.insert_header(("cookie", cookies.join("; ")));
        }
        if let Some(bearer) = &self.bearer {
            request = request.insert_header((AUTHORIZATION, format!("Bearer {bearer}")));
        }
        let answer = self.shop.send(request).await;
        for cookie in answer.headers.get_all("set-cookie") {
            let cookie =
                actix_web::cookie::Cookie::parse(cookie.to_str().unwrap().to_owned()).unwrap();
            if cookie.value().is_empty() {
                self.cookies.remove(cookie.name());
            } else {
                self.cookies
                    .insert(cookie.name().to_owned(), cookie.value().to_owned());
            }
        }
        answer
    }
}

async fn identify(
    host: Data<Host>,
    request: ServiceRequest,
    next: Next<impl MessageBody>,
) -> Result<ServiceResponse<impl MessageBody>, actix_web::Error> {
    let bearer = request
        .headers()
        .get(AUTHORIZATION)
        .and_then(|value| value.to_str().ok());
    let api_key = bearer
        .and_then(|text| text.strip_prefix("Bearer "))
        .map(str::to_owned);
    let session = Jar::Session.read(request.request());
    let mut found = Identity::default().in_language(negotiated(request.headers()));
    if api_key.is_some() || session.is_some() {
        let ctx = Ctx::background(std::time::Duration::from_secs(30));
        if let Some(who) = host.answer(WhoIs { session, api_key }, &ctx).await.unwrap() {
            found.member = Some(who.member);
            found.session = who.session_id.map(Into::into);
            found.roles = who.roles.into_iter().collect();
        }
    }
    request.extensions_mut().insert(found);
    next.call(request).await
}

pub fn limited(shell: &mut Shell) {
    shell.limits = Limits::new(true);
}
