//! What others may rely on, on both databases.
#![expect(clippy::unwrap_used, reason = "a test may panic")]

use std::sync::Arc;
use std::time::Duration;

use catalog::Host;
use catalog::api::{
    Categories, CategoryDraft, ExportProducts, PictureDraft, ProductCount, ProductDraft,
    ProductsBySku, PutCategories, PutProducts, PutReport, Showcase,
};
use kernel::Sku;
use platform::db::Db;
use platform::events::{Event, Inbound, Outcome, consume};
use platform::ports::{Answers, Calls, Ctx};
use serde_json::json;

async fn on_both_databases(check: impl AsyncFn(Arc<Host>)) {
    let host = |db: Db| {
        Arc::new(Host {
            db,
            clock: platform::testing::clock(),
        })
    };
    let (_folder, db) = platform::testing::sqlite(catalog::NAME, catalog::migrations());
    check(host(db)).await;
    #[cfg(feature = "postgres-tests")]
    check(host(platform::testing::postgres(
        catalog::NAME,
        catalog::migrations(),
    )))
    .await;
}

fn ctx() -> Ctx {
    Ctx::background(Duration::from_secs(5))
}

async fn put(host: &Host, products: serde_json::Value, dry_run: bool) -> PutReport {
    let products: Vec<ProductDraft> = serde_json::from_value(products).unwrap();
    host.answer(
        PutProducts {
            products,
            who: "command line".to_owned(),
            dry_run,
        },
        &ctx(),
    )
    .await
    .unwrap()
}

async fn with_categories(host: &Host) {
    let categories: Vec<CategoryDraft> = serde_json::from_value(json!([
        {"slug": "tableware", "name": {"ko": "그릇", "en": "Tableware"}},
        {"slug": "clothing", "name": {"ko": "의류", "en": "Clothing"}},
    ]))
    .unwrap();
    let report = host
        .answer(
            PutCategories {
                categories,
                who: "system".to_owned(),
            },
            &ctx(),
        )
        .await
        .unwrap();
    assert_eq!(report.complaints, vec![]);
}

fn mug(sku: &str) -> serde_json::Value {
    json!({"sku": sku, "name": {"ko": "도기 머그", "en": "Mug"}, "price": 12900, "category": "tableware"})
}

fn tee() -> serde_json::Value {
    json!({
        "sku": "TEE", "name": {"ko": "면 티셔츠", "en": "T-shirt"}, "description": {"ko": "두툼합니다.", "en": "Heavy."},
        "price": 29000, "category": "clothing",
        "options": [
            {"sku": "TEE-M", "values": {"size": {"ko": "중", "en": "M"}, "color": {"ko": "남색", "en": "Navy"}}, "on_hand": 3},
            {"sku": "TEE-L", "values": {"size": {"ko": "대", "en": "L"}, "color": {"ko": "남색", "en": "Navy"}}, "price": 31000},
        ],
        "pictures": [{"media_type": "image/svg+xml", "data": "PHN2Zz48L3N2Zz4="}],
    })
}

#[actix_web::test]
async fn offers_name_the_variant_and_its_product() {
    on_both_databases(async |host| {
        with_categories(&host).await;
        assert_eq!(
            put(&host, json!([mug("MUG"), tee()]), false).await.created,
            2
        );
        let skus: Vec<Sku> = ["TEE-L", "NOPE", "TEE", "MUG"]
            .iter()
            .map(|sku| sku.parse().unwrap())
            .collect();
        let offers = host.answer(ProductsBySku { skus }, &ctx()).await.unwrap();
        let told: Vec<_> = offers
            .iter()
            .map(|o| {
                (
                    o.sku.as_str(),
                    o.product.as_str(),
                    o.name.ko.as_str(),
                    o.name.en.as_str(),
                    o.price.amount,
                )
            })
            .collect();
        let expect = [
            (
                "TEE-L",
                "TEE",
                "면 티셔츠 (대, 남색)",
                "T-shirt (L, Navy)",
                31000,
            ),
            ("MUG", "MUG", "도기 머그", "Mug", 12900),
        ];
        assert_eq!(told, expect);
        assert!(
            offers[0]
                .picture
                .as_deref()
                .is_some_and(|path| path.starts_with("/pictures/"))
        );
        assert_eq!(
            host.answer(ProductsBySku { skus: vec![] }, &ctx())
                .await
                .unwrap(),
            vec![]
        );
    })
    .await;
}

#[actix_web::test]
async fn a_dry_run_finds_the_same_mistakes_and_writes_nothing() {
    on_both_databases(async |host| {
        with_categories(&host).await;
        assert_eq!(
            put(&host, json!([mug("MUG")]), true).await,
            PutReport {
                created: 1,
                ..PutReport::default()
            }
        );
        assert_eq!(host.answer(ProductCount {}, &ctx()).await.unwrap(), 0);
        for dry_run in [true, false] {
            let mut wrong = mug("B");
            wrong["category"] = json!("nowhere");
            let report = put(&host, json!([mug("A"), wrong, {"sku": "C"}]), dry_run).await;
            let told: Vec<_> = report
                .complaints
                .iter()
                .map(|c| (c.index, c.sku.as_str(), c.field.as_str()))
                .collect();
            // rules that need no database come first, all of them
            assert_eq!(
                told,
                [
                    (2, "C", "name.ko"),
                    (2, "C", "name.en"),
                    (2, "C", "price"),
                    (2, "C", "category")
                ]
            );
            assert_eq!(
                report.complaints[2].what,
                "must be a whole number from 1 to 1000000000"
            );
        }
        let too_many: Vec<_> = (0..1001).map(|n| mug(&format!("M{n}"))).collect();
        assert_eq!(put(&host, json!(too_many), false).await.complaints.len(), 1);
        assert_eq!(host.answer(ProductCount {}, &ctx()).await.unwrap(), 0);
    })
    .await;
}

#[actix_web::test]
async fn what_is_exported_makes_the_same_shop_again() {
    on_both_databases(async |host| {
        with_categories(&host).await;
        put(&host, json!([mug("MUG"), tee(), mug("CUP")]), false).await;
        let first = host
            .answer(
                ExportProducts {
                    after: None,
                    limit: 2,
                },
                &ctx(),
            )
            .await
            .unwrap();
        let after = first[1].sku.parse().ok();
        let second = host
            .answer(ExportProducts { after, limit: 2 }, &ctx())
            .await
            .unwrap();
        let all: Vec<ProductDraft> = first.into_iter().chain(second).collect();
        let codes: Vec<_> = all.iter().map(|draft| draft.sku.as_str()).collect();
        assert_eq!(codes, ["CUP", "MUG", "TEE"]);
        assert!(
            matches!(&all[2].pictures[0], PictureDraft::New { data, .. } if data == b"<svg></svg>")
        );
        let again = put(&host, serde_json::to_value(&all).unwrap(), false).await;
        assert_eq!((again.created, again.updated), (0, 3));
        assert_eq!(
            host.answer(
                ExportProducts {
                    after: None,
                    limit: 9
                },
                &ctx()
            )
            .await
            .unwrap(),
            all
        );
    })
    .await;
}

#[actix_web::test]
async fn what_was_bought_becomes_popular_once_per_event() {
    on_both_databases(async |host| {
        with_categories(&host).await;
        put(&host, json!([mug("A"), mug("B"), mug("C")]), false).await;
        let event = |id: &str, lines: serde_json::Value| Event {
            specversion: "1.0".to_owned(),
            id: id.to_owned(),
            kind: "shop.banyan.orders.order.confirmed.v1".to_owned(),
            source: "/orders".to_owned(),
            subject: "order".to_owned(),
            time: kernel::Timestamp::from_micros(1),
            traceparent: None,
            data: json!({"order": "x", "lines": lines}),
        };
        let line = |product: &str, quantity: i64| json!({"sku": product, "product": product, "quantity": quantity});
        let ear: Arc<dyn Inbound> = catalog::open(host.clone(), shell(), nobody()).inbound.unwrap();
        let events = vec![
            event("1", json!([line("B", 2), line("GONE", 1)])),
            event("2", json!([line("A", 1), line("A", 2)])),
            event("1", json!([line("B", 2)])),
        ];
        let outcomes = consume(&ear, events, kernel::Timestamp::from_micros(2)).await.unwrap();
        assert_eq!(outcomes, [Outcome::Done, Outcome::Done, Outcome::Done]);
        let display = host.answer(Showcase { limit: 2 }, &ctx()).await.unwrap();
        let codes = |cards: &[catalog::api::Card]| cards.iter().map(|card| card.product.to_string()).collect::<Vec<_>>();
        assert_eq!((codes(&display.popular), codes(&display.newest)), (vec!["A".into(), "B".into()], vec!["C".into(), "B".into()]));
        let counts: Vec<_> = display.categories.iter().map(|c| (c.slug.as_str(), c.products)).collect();
        assert_eq!(counts, [("tableware", 3), ("clothing", 0)]);
    })
    .await;
}

#[actix_web::test]
async fn every_call_is_answered_to_other_processes_under_its_name() {
    on_both_databases(async |host| {
        with_categories(&host).await;
        let calls: Calls = host.calls();
        let ask = async |name: &str, body: serde_json::Value| {
            let answer = calls
                .dispatch(name, serde_json::to_vec(&body).unwrap(), ctx())
                .await
                .unwrap();
            serde_json::from_slice::<serde_json::Value>(&answer).unwrap()
        };
        let report = ask(
            "put-products",
            json!({"products": [tee()], "who": "system"}),
        )
        .await;
        assert_eq!(
            report,
            json!({"created": 1, "updated": 0, "complaints": []})
        );
        let offers = ask("products-by-sku", json!({"skus": ["TEE-M"]})).await;
        assert_eq!(
            offers[0]["price"],
            json!({"amount": 29000, "currency": "KRW"})
        );
        assert_eq!(ask("product-count", json!({})).await, json!(1));
        assert_eq!(
            ask("categories", json!({})).await.as_array().unwrap().len(),
            2
        );
        assert_eq!(
            ask("export-products", json!({"after": null, "limit": 5})).await[0]["sku"],
            json!("TEE")
        );
        assert_eq!(
            host.answer(Categories {}, &ctx()).await.unwrap()[1].products,
            1
        );
    })
    .await;
}

fn shell() -> Arc<platform::shell::Shell> {
    let texts = platform::locale::Texts::new(&catalog::texts()).unwrap();
    Arc::new(platform::shell::Shell::sample(texts))
}

/// The context without its neighbours.
fn nobody() -> catalog::Needs {
    catalog::Needs {
        shelf: Arc::new(Nobody),
        opinions: Arc::new(Nobody),
    }
}

struct Nobody;

impl catalog::needs::Shelf for Nobody {
    fn left<'a>(
        &'a self,
        _: Vec<Sku>,
        _: &'a Ctx,
    ) -> platform::Fut<'a, Result<Vec<catalog::needs::Left>, platform::ports::Unavailable>> {
        Box::pin(async { Ok(Vec::new()) })
    }
}

impl catalog::needs::Opinions for Nobody {
    fn stars<'a>(
        &'a self,
        _: Vec<Sku>,
        _: &'a Ctx,
    ) -> platform::Fut<'a, Result<Vec<catalog::needs::Stars>, platform::ports::Unavailable>> {
        Box::pin(async { Ok(Vec::new()) })
    }

    fn talk<'a>(
        &'a self,
        _: Sku,
        _: catalog::needs::Most,
        _: &'a Ctx,
    ) -> platform::Fut<'a, Result<catalog::needs::Talk, platform::ports::Unavailable>> {
        Box::pin(async { Ok(catalog::needs::Talk::default()) })
    }
}
