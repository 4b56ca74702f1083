mod pages;

mod shopkeeper;
mod shoppers;

use std::sync::{Arc, Mutex};

use actix_http::Request;
use actix_web::body::MessageBody;
use actix_web::dev::{Service, ServiceResponse};
use actix_web::middleware::from_fn;
use actix_web::test::{TestRequest, call_service, init_service, read_body};
use actix_web::web::Data;
use actix_web::{App, Error, HttpMessage};
use kernel::{Locale, MemberId, Sku, Timestamp};
use platform::Fut;
use platform::identity::{Identity, Role};
use platform::locale::{FRAME, Texts};
use platform::ports::{Answers, Ctx, Unavailable};
use platform::shell::Shell;
use platform::{page, problem};
use serde_json::Value;
use tempfile::TempDir;

use crate::Host;
use crate::api::{CategoryDraft, ProductDraft, PutCategories, PutProducts};
use crate::needs::{Left, Most, Needs, Opinions, Shelf, Stars, Talk};

/// The neighbours: stock has 7 of everything but of what ends in GONE; both can be down.
#[derive(Default)]
struct Neighbours {
    down: Mutex<bool>,
    asked: Mutex<usize>,
}

impl Neighbours {
    fn answer<T>(&self, context: &'static str, answer: T) -> Result<T, Unavailable> {
        *self.asked.lock().unwrap() += 1;
        if *self.down.lock().unwrap() {
            Err(Unavailable::new(context, "it is down"))
        } else {
            Ok(answer)
        }
    }
}

impl Shelf for Neighbours {
    fn left<'a>(&'a self, skus: Vec<Sku>, _: &'a Ctx) -> Fut<'a, Result<Vec<Left>, Unavailable>> {
        let quantity = |sku: &Sku| if sku.as_str().ends_with("GONE") { 0 } else { 7 };
        let left = skus
            .into_iter()
            .map(|sku| Left {
                quantity: quantity(&sku),
                sku,
            })
            .collect();
        Box::pin(async move { self.answer("stock", left) })
    }
}

impl Opinions for Neighbours {
    fn stars<'a>(
        &'a self,
        products: Vec<Sku>,
        _: &'a Ctx,
    ) -> Fut<'a, Result<Vec<Stars>, Unavailable>> {
        let stars = products.into_iter().filter_map(rating).collect();
        Box::pin(async move { self.answer("board", stars) })
    }

    fn talk<'a>(&'a self, product: Sku, _: Most, _: &'a Ctx) -> Fut<'a, Result<Talk, Unavailable>> {
        let talk = Talk {
            stars: rating(product),
            ..Talk::default()
        };
        Box::pin(async move { self.answer("board", talk) })
    }
}

/// Only the T-shirt has been reviewed.
fn rating(product: Sku) -> Option<Stars> {
    (product.as_str() == "TEE").then_some(Stars {
        product,
        average: 4.5,
        count: 2,
    })
}

/// A catalogue behind all middlewares, with two products: a T-shirt in three sizes, and apple juice.
struct Shop {
    _folder: TempDir,
    host: Arc<Host>,
    neighbours: Arc<Neighbours>,
    shell: Arc<Shell>,
}

struct Answer {
    status: u16,
    headers: actix_web::http::header::HeaderMap,
    body: String,
}

impl Answer {
    fn json(&self) -> Value {
        serde_json::from_str(&self.body).unwrap_or_else(|e| panic!("{e}: {}", self.body))
    }

    fn header(&self, name: &str) -> &str {
        self.headers
            .get(name)
            .map_or("", |value| value.to_str().unwrap())
    }

    /// The names of the fields that were refused.
    fn fields(&self) -> Vec<String> {
        let json = self.json();
        let errors = json["errors"].as_array().cloned().unwrap_or_default();
        errors
            .iter()
            .map(|error| error["field"].as_str().unwrap().to_owned())
            .collect()
    }
}

impl Shop {
    async fn open() -> Self {
        let (folder, db) = platform::testing::sqlite(crate::NAME, crate::migrations());
        let sources: Vec<_> = FRAME.into_iter().chain(crate::texts()).collect();
        let shell = Arc::new(Shell::sample(Texts::new(&sources).unwrap()));
        let host = Arc::new(Host {
            db,
            clock: shell.clock.clone(),
        });
        let shop = Self {
            _folder: folder,
            host,
            neighbours: Arc::default(),
            shell,
        };
        shop.fill().await;
        shop
    }

    async fn fill(&self) {
        let ctx = Ctx::background(std::time::Duration::from_secs(5));
        let categories: Vec<CategoryDraft> = serde_json::from_value(serde_json::json!([
            {"slug": "clothing", "name": {"ko": "의류", "en": "Clothing"}},
            {"slug": "food", "name": {"ko": "식품", "en": "Food"}},
        ]))
        .unwrap();
        self.host
            .answer(
                PutCategories {
                    categories,
                    who: "system".to_owned(),
                },
                &ctx,
            )
            .await
            .unwrap();
        let size = |sku: &str, ko: &str, en: &str| serde_json::json!({"sku": sku, "values": {"size": {"ko": ko, "en": en}}});
        let products: Vec<ProductDraft> = serde_json::from_value(serde_json::json!([
            {"sku": "TEE", "name": {"ko": "면 티셔츠", "en": "Cotton T-shirt"}, "description": {"ko": "두툼합니다.", "en": "Heavy."},
             "price": 29000, "category": "clothing",
             "options": [size("TEE-S", "소", "S"), size("TEE-M", "중", "M"), size("TEE-GONE", "대", "L")],
             "pictures": [{"data": "PHN2Zz48L3N2Zz4="}]},
            {"sku": "JUICE", "name": {"ko": "햇사과즙", "en": "Apple juice"}, "price": 18000, "category": "food"},
        ]))
        .unwrap();
        let report = self
            .host
            .answer(
                PutProducts {
                    products,
                    who: "system".to_owned(),
                    dry_run: false,
                },
                &ctx,
            )
            .await
            .unwrap();
        assert_eq!((report.created, report.complaints), (2, vec![]));
    }

    fn neighbours_are_down(&self) {
        *self.neighbours.down.lock().unwrap() = true;
    }

    async fn app(
        &self,
    ) -> impl Service<Request, Response = ServiceResponse<impl MessageBody>, Error = Error> {
        let needs = Needs {
            shelf: self.neighbours.clone(),
            opinions: self.neighbours.clone(),
        };
        let context = crate::open(self.host.clone(), self.shell.clone(), needs);
        let routes = context.routes.clone();
        let app = App::new()
            .app_data(Data::from(self.shell.clone()))
            .configure(problem::extractors)
            .configure(move |cfg| routes(cfg))
            .wrap(from_fn(problem::render))
            .wrap(from_fn(page::finish));
        init_service(app).await
    }

    async fn ask(&self, request: TestRequest, identity: Identity) -> Answer {
        let request = request.to_request();
        request.extensions_mut().insert(identity);
        let response = call_service(&self.app().await, request).await;
        let (status, headers) = (response.status().as_u16(), response.headers().clone());
        let body = read_body(response).await;
        Answer {
            status,
            headers,
            body: String::from_utf8(body.to_vec()).unwrap(),
        }
    }

    async fn get(&self, uri: &str) -> Answer {
        self.ask(TestRequest::get().uri(uri), Identity::default())
            .await
    }

    async fn get_in_english(&self, uri: &str) -> Answer {
        self.ask(
            TestRequest::get().uri(uri),
            Identity::default().in_language(Locale::En),
        )
        .await
    }

    async fn as_shopkeeper(&self, request: TestRequest) -> Answer {
        self.ask(request, shopkeeper()).await
    }
}

fn shopkeeper() -> Identity {
    Identity::of_member(
        MemberId::new(Timestamp::from_micros(1), [1; 10]),
        [Role::Shopper, Role::Admin],
    )
}

fn encoded(text: &str) -> String {
    super::links::encode(text)
}
