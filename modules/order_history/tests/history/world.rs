use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

use actix_web::body::BoxBody;
use actix_web::dev::{Service, ServiceResponse};
use actix_web::middleware::from_fn;
use actix_web::test::{TestRequest, init_service, read_body};
use actix_web::web::Data;
use actix_web::{App, Error, HttpMessage as _};
use kernel::{FixedClock, Locale, MemberId, OrderId, Timestamp};
use order_history::api::{Figures, SalesFigures};
use order_history::{Host, NAME};
use platform::context::Context;
use platform::db::Db;
use platform::events::{Event, Outcome, consume};
use platform::identity::{Identity, Role};
use platform::locale::{FRAME, Texts};
use platform::ports::{Answers as _, Ctx};
use platform::shell::Shell;
use platform::{page, problem, testing};
use serde_json::{Value, json};

pub struct World {
    pub host: Arc<Host>,
    pub clock: Arc<FixedClock>,
    context: Context,
    shell: Arc<Shell>,
    events: AtomicU32,
    _folder: Option<tempfile::TempDir>,
}

pub struct Answer {
    pub status: u16,
    pub text: String,
}

impl Answer {
    pub fn json(&self) -> Value {
        serde_json::from_str(&self.text).unwrap_or_else(|_| panic!("not JSON: {}", self.text))
    }

    pub fn numbers(&self) -> Vec<String> {
        let items = self.json()["items"].as_array().unwrap().clone();
        items
            .iter()
            .map(|order| order["number"].as_str().unwrap().to_owned())
            .collect()
    }
}

impl World {
    pub fn sqlite() -> Self {
        let (folder, db) = testing::sqlite(NAME, order_history::migrations());
        Self::with(db, Some(folder))
    }

    #[cfg(feature = "postgres-tests")]
    pub fn postgres() -> Self {
        Self::with(testing::postgres(NAME, order_history::migrations()), None)
    }

    fn with(db: Db, folder: Option<tempfile::TempDir>) -> Self {
        let clock = testing::clock();
        let texts = Texts::new(&[&FRAME[..], &order_history::texts()].concat()).unwrap();
        let shell = Arc::new(Shell {
            clock: clock.clone(),
            ..Shell::sample(texts)
        });
        let host = Arc::new(Host::new(db, shell.clone()));
        let context = order_history::open(host.clone(), shell.clone());
        Self {
            host,
            clock,
            context,
            shell,
            events: AtomicU32::new(0),
            _folder: folder,
        }
    }

    pub async fn hear(&self, events: Vec<Event>) -> Vec<Outcome> {
        let ear = self.context.inbound.as_ref().unwrap();
        consume(ear, events, self.shell.now()).await.unwrap()
    }

    /// An event of orders about the `n`-th order, told now.
    pub fn event(&self, what: &str, n: u32, data: Value) -> Event {
        let event = self.events.fetch_add(1, Ordering::Relaxed);
        let mut all = json!({"order": order(n), "number": number(n), "member": member(1), "at": self.shell.now()});
        all.as_object_mut()
            .unwrap()
            .extend(data.as_object().unwrap().clone());
        Event {
            specversion: "1.0".to_owned(),
            id: format!("e{event}"),
            kind: format!("shop.banyan.orders.order.{what}.v1"),
            source: "/orders".to_owned(),
            subject: order(n).to_string(),
            time: self.shell.now(),
            traceparent: None,
            data: all,
        }
    }

    pub fn placed(&self, n: u32) -> Event {
        self.placed_by(member(1), n, "달 머그 (L)", "Moon mug (L)")
    }

    pub fn placed_by(&self, member: MemberId, n: u32, ko: &str, en: &str) -> Event {
        let line = json!({"sku": "MUG-MOON-L", "product": "MUG-MOON", "name": {"ko": ko, "en": en},
            "quantity": 2, "price": 12_900, "subtotal": 25_800});
        let data = json!({"member": member, "status": "pending", "payment": "none", "total": 25_800, "lines": [line]});
        self.event("placed", n, data)
    }

    pub fn moved(&self, n: u32, status: &str, payment: &str) -> Event {
        self.event(status, n, json!({"status": status, "payment": payment}))
    }

    pub fn withdrawn(&self, member: MemberId) -> Event {
        let mut event = self.event("withdrawn", 0, json!({"member": member}));
        "shop.banyan.members.member.withdrawn.v1".clone_into(&mut event.kind);
        event.subject = member.to_string();
        event
    }

    pub async fn figures(&self, days: i64) -> Figures {
        self.host
            .answer(
                SalesFigures { days },
                &Ctx::background(Duration::from_secs(30)),
            )
            .await
            .unwrap()
    }

    async fn app(
        &self,
    ) -> impl Service<actix_http::Request, Response = ServiceResponse<BoxBody>, Error = Error> + use<>
    {
        let routes = self.context.routes.clone();
        init_service(
            App::new()
                .app_data(Data::from(self.shell.clone()))
                .configure(problem::extractors)
                .configure(move |cfg| routes(cfg))
                .wrap(from_fn(problem::render))
                .wrap(from_fn(page::finish)),
        )
        .await
    }

    pub async fn get(&self, who: &Identity, path: &str) -> Answer {
        let accept = if path.starts_with("/api") {
            "application/json"
        } else {
            "text/html"
        };
        let request = TestRequest::get()
            .uri(path)
            .insert_header(("accept", accept))
            .to_request();
        request.extensions_mut().insert(who.clone());
        let response = match self.app().await.call(request).await {
            Ok(response) => response,
            Err(error) => ServiceResponse::new(
                TestRequest::default().to_http_request(),
                error.error_response(),
            ),
        };
        let status = response.status().as_u16();
        Answer {
            status,
            text: String::from_utf8(read_body(response).await.to_vec()).unwrap(),
        }
    }
}

pub fn member(n: u8) -> MemberId {
    MemberId::new(Timestamp::from_micros(0), [n; 10])
}

pub fn shopper(n: u8) -> Identity {
    Identity::of_member(member(n), [Role::Shopper]).in_language(Locale::En)
}

pub fn admin() -> Identity {
    Identity::of_member(member(200), [Role::Shopper, Role::Admin])
}

/// Later orders have later ids, as in life.
pub fn order(n: u32) -> OrderId {
    OrderId::new(
        Timestamp::from_micros(1_795_230_000_000_000 + i64::from(n) * 1000),
        [7; 10],
    )
}

pub fn number(n: u32) -> String {
    format!("20261121-{n:06}")
}
