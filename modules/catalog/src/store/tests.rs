use std::collections::BTreeSet;

use kernel::Timestamp;
use platform::db::{Conn, Db, DbError};

use super::list::{self, After, Filter, Sort};
use super::{Editor, How, popularity, product};
use crate::api::{Amount, Both, Parsed, PictureDraft, ProductDraft};
use crate::domain::{Bilingual, Category, words};
use crate::error::CatalogError;

/// Runs the same on SQLite and, with the feature, on PostgreSQL.
async fn on_both_databases(check: impl AsyncFn(Db)) {
    let (_folder, db) = platform::testing::sqlite(crate::NAME, crate::migrations());
    check(db).await;
    #[cfg(feature = "postgres-tests")]
    check(platform::testing::postgres(
        crate::NAME,
        crate::migrations(),
    ))
    .await;
}

fn editor() -> Editor {
    Editor {
        who: "system".to_owned(),
        at: Timestamp::from_micros(1),
    }
}

fn draft(sku: &str, ko: &str, en: &str) -> ProductDraft {
    ProductDraft {
        sku: sku.to_owned(),
        name: Both {
            ko: ko.to_owned(),
            en: en.to_owned(),
        },
        price: Amount(10_000),
        category: "food".to_owned(),
        ..ProductDraft::default()
    }
}

fn options(sku: &str, ko: &str, en: &str, sizes: &[&str]) -> ProductDraft {
    let option = |size: &&str| serde_json::json!({"sku": format!("{sku}-{size}"), "values": {"size": {"ko": size, "en": size}}});
    ProductDraft {
        options: serde_json::from_value(sizes.iter().map(option).collect()).unwrap(),
        ..draft(sku, ko, en)
    }
}

fn picture(drawing: &str) -> PictureDraft {
    PictureDraft::New {
        media_type: String::new(),
        data: format!("<svg><path d='{drawing}'/></svg>").into_bytes(),
    }
}

fn parsed(drafts: &[ProductDraft]) -> Vec<Parsed> {
    drafts.iter().map(|draft| draft.parse().unwrap()).collect()
}

async fn put(db: &Db, drafts: &[ProductDraft], how: How) -> Result<super::Counts, CatalogError> {
    let batch = parsed(drafts);
    db.write(move |conn| super::put(conn, &batch, how, Some(&editor())))
        .await
}

async fn with_categories(db: &Db) {
    let category = |slug: &str| Category {
        slug: slug.to_owned(),
        name: Bilingual::new(slug, slug),
    };
    let all = ["food", "kitchen", "empty"].map(category);
    let done: Result<(), CatalogError> = db
        .write(move |conn| super::categories::put(conn, &all, &editor()))
        .await;
    done.unwrap();
}

async fn read<T: Send + 'static>(
    db: &Db,
    f: impl FnOnce(&mut Conn) -> Result<T, DbError> + Send + 'static,
) -> T {
    db.read(f).await.unwrap()
}

/// The codes on a page.
async fn codes(
    db: &Db,
    filter: Filter,
    sort: Sort,
    after: Option<After>,
    limit: i64,
) -> (Vec<String>, Option<After>) {
    let rows = read(db, move |conn| {
        list::page(conn, &filter, sort, (after, limit))
    })
    .await;
    let last = rows.last().map(|row| row.after);
    (rows.into_iter().map(|row| row.listed.code).collect(), last)
}

fn search(q: &str) -> Filter {
    Filter {
        terms: Some(words::query(q)),
        ..Filter::default()
    }
}

#[actix_web::test]
async fn a_product_is_found_by_its_code_and_by_every_variant() {
    on_both_databases(async |db| {
        with_categories(&db).await;
        put(
            &db,
            &[
                options("TEE", "티셔츠", "T-shirt", &["S", "M"]),
                draft("MUG", "머그", "Mug"),
            ],
            How::Either,
        )
        .await
        .unwrap();
        for (sku, code, chosen) in [
            ("TEE", "TEE", None),
            ("TEE-S", "TEE", Some(0)),
            ("TEE-M", "TEE", Some(1)),
            ("MUG", "MUG", Some(0)),
        ] {
            let found = read(&db, move |conn| product::find(conn, sku))
                .await
                .unwrap();
            assert_eq!(
                (found.product.code.as_str(), found.chosen, found.version),
                (code, chosen, 1),
                "{sku}"
            );
        }
        assert_eq!(read(&db, |conn| product::find(conn, "tee")).await, None);
        let skus = ["TEE-M", "TEE", "NONE", "MUG"].map(|sku| sku.parse().unwrap());
        let offers = read(&db, move |conn| product::offers(conn, &skus)).await;
        let names: Vec<_> = offers
            .iter()
            .map(|offer| {
                (
                    offer.sku.as_str(),
                    offer.product.as_str(),
                    offer.name.ko.as_str(),
                )
            })
            .collect();
        assert_eq!(
            names,
            [("TEE-M", "TEE", "티셔츠 (M)"), ("MUG", "MUG", "머그")]
        );
    })
    .await;
}

#[actix_web::test]
async fn putting_again_replaces_the_whole_product_and_its_words() {
    on_both_databases(async |db| {
        with_categories(&db).await;
        let first = ProductDraft {
            pictures: vec![picture("M0 0"), picture("M1 1")],
            ..options("A", "햇사과즙", "Juice", &["1", "2"])
        };
        put(&db, &[first], How::New).await.unwrap();
        let before = read(&db, |conn| product::find(conn, "A")).await.unwrap();
        let second = ProductDraft {
            category: "kitchen".to_owned(),
            pictures: vec![
                PictureDraft::Known(before.product.pictures[1].clone()),
                picture("M2 2"),
            ],
            ..draft("A", "유기 그릇", "Bowl")
        };
        let counts = put(&db, std::slice::from_ref(&second), How::Existing(Some(1)))
            .await
            .unwrap();
        assert_eq!((counts.created, counts.updated), (0, 1));
        let after = read(&db, |conn| product::find(conn, "A")).await.unwrap();
        assert_eq!((after.version, after.product.variants.len()), (2, 1));
        assert_eq!(read(&db, |conn| product::find(conn, "A-1")).await, None);
        for (q, hit) in [
            ("사과", false),
            ("juice", false),
            ("유기", true),
            ("bowl", true),
        ] {
            assert_eq!(
                codes(&db, search(q), Sort::Newest, None, 9).await.0.len() == 1,
                hit,
                "{q}"
            );
        }
        let all: BTreeSet<String> = before
            .product
            .pictures
            .iter()
            .chain(&after.product.pictures)
            .cloned()
            .collect();
        let names = all.clone();
        let kept = read(&db, move |conn| {
            super::pictures::read_all(conn, &names.iter().map(String::as_str).collect())
        })
        .await;
        assert_eq!(
            (all.len(), kept.len()),
            (3, 2),
            "the picture that nobody shows is gone"
        );
        let counts: Vec<_> = read(&db, super::categories::list)
            .await
            .into_iter()
            .map(|card| card.products)
            .collect();
        assert_eq!(counts, [0, 1, 0]);
        assert!(matches!(
            put(&db, std::slice::from_ref(&second), How::Existing(Some(1))).await,
            Err(CatalogError::Stale)
        ));
        assert!(matches!(
            put(&db, &[draft("B", "가", "b")], How::Existing(None)).await,
            Err(CatalogError::Unknown)
        ));
    })
    .await;
}

#[actix_web::test]
async fn a_batch_with_a_mistake_changes_nothing() {
    on_both_databases(async |db| {
        with_categories(&db).await;
        put(
            &db,
            &[options("TEE", "티셔츠", "T-shirt", &["M"])],
            How::New,
        )
        .await
        .unwrap();
        let wrong = [
            draft("FINE", "좋은 것", "Fine"),
            draft("TEE-M", "남의 것", "Taken"),
            draft("TWICE", "하나", "One"),
            ProductDraft {
                category: "nowhere".to_owned(),
                ..draft("TWICE", "둘", "Two")
            },
            ProductDraft {
                pictures: vec![PictureDraft::Known(format!("{}.svg", "0".repeat(32)))],
                ..draft("PIC", "셋", "Three")
            },
        ];
        let Err(CatalogError::Refused(flaws)) = put(&db, &wrong, How::Either).await else {
            panic!("it was taken")
        };
        let told: Vec<_> = flaws
            .iter()
            .map(|(index, flaw)| (*index, flaw.field.as_str()))
            .collect();
        assert_eq!(
            told,
            [(1, "sku"), (3, "category"), (3, "sku"), (4, "pictures.0")]
        );
        assert_eq!(read(&db, |conn| product::find(conn, "FINE")).await, None);
        assert!(matches!(
            put(&db, &[draft("TEE", "또", "Again")], How::New).await,
            Err(CatalogError::Refused(_))
        ));
    })
    .await;
}

#[actix_web::test]
async fn deleting_leaves_nothing_behind() {
    on_both_databases(async |db| {
        with_categories(&db).await;
        let gone = ProductDraft {
            pictures: vec![picture("M0 0")],
            ..options("A", "햇사과즙", "Juice", &["1", "2"])
        };
        put(&db, &[gone, draft("B", "사과", "Apple")], How::Either)
            .await
            .unwrap();
        let name = read(&db, |conn| product::find(conn, "A"))
            .await
            .unwrap()
            .product
            .pictures[0]
            .clone();
        let delete = async |version| -> Result<(), CatalogError> {
            db.write(move |conn| super::delete(conn, "A", version, &editor()))
                .await
        };
        assert!(matches!(delete(Some(7)).await, Err(CatalogError::Stale)));
        delete(Some(1)).await.unwrap();
        assert!(matches!(delete(None).await, Err(CatalogError::Unknown)));
        assert_eq!(read(&db, |conn| product::find(conn, "A-1")).await, None);
        assert_eq!(
            codes(&db, search("사과"), Sort::Newest, None, 9).await.0,
            ["B"]
        );
        assert_eq!(
            read(&db, move |conn| super::pictures::read(conn, &name)).await,
            None
        );
        assert_eq!(read(&db, super::categories::list).await[0].products, 1);
    })
    .await;
}

#[actix_web::test]
async fn every_order_is_paged_through_without_gaps_or_repeats() {
    on_both_databases(async |db| {
        with_categories(&db).await;
        let drafts: Vec<ProductDraft> = (0..23)
            .map(|n| ProductDraft {
                price: Amount(1000 * (1 + n % 4)),
                ..draft(&format!("P{n:02}"), "사과 상자", "Apple box")
            })
            .collect();
        put(&db, &drafts, How::Either).await.unwrap();
        let done: Result<(), DbError> = db
            .write(|conn| {
                popularity::count(
                    conn,
                    &[
                        ("P05".to_owned(), 3),
                        ("P11".to_owned(), 3),
                        ("P05".to_owned(), 1),
                    ],
                )
            })
            .await;
        done.unwrap();
        let price_range = Filter {
            min_price: Some(2000),
            max_price: Some(3000),
            ..Filter::default()
        };
        for filter in [
            Filter::default(),
            search("사과"),
            search("apple box"),
            price_range,
            Filter {
                category: Some("food".to_owned()),
                ..search("사과")
            },
        ] {
            for sort in [
                Sort::Newest,
                Sort::Popular,
                Sort::Price,
                Sort::PriceDown,
                Sort::Relevance,
            ] {
                let (whole, _) = codes(&db, filter.clone(), sort, None, 100).await;
                let (mut pages, mut after) = (Vec::new(), None);
                loop {
                    let (page, last) = codes(&db, filter.clone(), sort, after, 5).await;
                    let done = page.len() < 5;
                    pages.extend(page);
                    after = last;
                    if done {
                        break;
                    }
                }
                assert_eq!(pages, whole, "{sort:?} {filter:?}");
                assert_eq!(
                    whole.len(),
                    if filter.min_price.is_some() { 12 } else { 23 },
                    "{sort:?} {filter:?}"
                );
            }
        }
        assert_eq!(
            codes(&db, Filter::default(), Sort::Popular, None, 3)
                .await
                .0,
            ["P05", "P11", "P22"]
        );
        assert_eq!(
            codes(&db, Filter::default(), Sort::Price, None, 2).await.0,
            ["P00", "P04"]
        );
        assert_eq!(
            codes(&db, Filter::default(), Sort::PriceDown, None, 2)
                .await
                .0,
            ["P19", "P15"]
        );
    })
    .await;
}

#[actix_web::test]
async fn names_come_before_descriptions() {
    on_both_databases(async |db| {
        with_categories(&db).await;
        let mentions = ProductDraft {
            description: Both {
                ko: "사과를 담기 좋은 그릇".to_owned(),
                en: "For apples".to_owned(),
            },
            ..draft("BOWL", "그릇", "Bowl")
        };
        put(
            &db,
            &[
                draft("JUICE", "햇사과즙", "Apple juice"),
                mentions,
                draft("PEAR", "배", "Pear"),
            ],
            How::Either,
        )
        .await
        .unwrap();
        for q in ["사과", "apples", "Apple", "사"] {
            assert_eq!(
                codes(&db, search(q), Sort::Relevance, None, 9).await.0,
                ["JUICE", "BOWL"],
                "{q}"
            );
            assert_eq!(
                codes(&db, search(q), Sort::Newest, None, 9).await.0,
                ["BOWL", "JUICE"],
                "{q}"
            );
        }
        let (first, after) = codes(&db, search("사과"), Sort::Relevance, None, 1).await;
        let (second, after) = codes(&db, search("사과"), Sort::Relevance, after, 1).await;
        let (third, _) = codes(&db, search("사과"), Sort::Relevance, after, 1).await;
        assert_eq!(
            (first, second, third),
            (vec!["JUICE".to_owned()], vec!["BOWL".to_owned()], vec![])
        );
        for q in [
            "\"",
            "'",
            "OR",
            "NOT 사과 -",
            "* : ( ) & | ! <-> \\",
            "name:사과",
            "%",
            "\0",
            "사과\") OR (\"배",
        ] {
            codes(&db, search(q), Sort::Relevance, None, 9).await;
        }
        assert_eq!(
            codes(&db, search("?!"), Sort::Newest, None, 9).await.0,
            Vec::<String>::new()
        );
        assert_eq!(
            codes(&db, search("사과 그릇"), Sort::Newest, None, 9)
                .await
                .0,
            ["BOWL"]
        );
        let facets = read(&db, |conn| list::facets(conn, &search("사과")))
            .await
            .unwrap();
        assert_eq!(facets.counts, [("food".to_owned(), 2)]);
    })
    .await;
}

#[actix_web::test]
async fn common_words_are_walked_and_give_the_same() {
    on_both_databases(async |db| {
        with_categories(&db).await;
        for batch in 0..4_i64 {
            let drafts: Vec<ProductDraft> = (0..1000)
                .map(|n| ProductDraft {
                    price: Amount(100 + (n * 7919) % 5000),
                    ..draft(&format!("P{batch}-{n}"), "사과 상자", "Apple box")
                })
                .collect();
            put(&db, &drafts, How::Either).await.unwrap();
        }
        for sort in [
            Sort::Newest,
            Sort::Popular,
            Sort::Price,
            Sort::PriceDown,
            Sort::Relevance,
        ] {
            let everything = codes(
                &db,
                Filter::default(),
                if sort == Sort::Relevance {
                    Sort::Popular
                } else {
                    sort
                },
                None,
                30,
            )
            .await
            .0;
            assert_eq!(
                codes(&db, search("사과"), sort, None, 30).await.0,
                everything,
                "{sort:?}"
            );
            let range = Filter {
                min_price: Some(100),
                max_price: Some(4900),
                ..Filter::default()
            };
            let (page, after) = codes(&db, range.clone(), sort, None, 10).await;
            assert_eq!(
                (page.len(), codes(&db, range, sort, after, 10).await.0.len()),
                (10, 10)
            );
        }
        assert_eq!(
            read(&db, |conn| list::facets(conn, &search("사과"))).await,
            None
        );
    })
    .await;
}

#[actix_web::test]
async fn eight_writers_at_once_lose_nothing() {
    on_both_databases(async |db| {
        with_categories(&db).await;
        let write = async |writer: i64| {
            for n in 0..5 {
                put(
                    &db,
                    &[
                        draft(&format!("W{writer}-{n}"), "사과", "Apple"),
                        draft("SAME", "같은 것", "Same"),
                    ],
                    How::Either,
                )
                .await
                .unwrap();
            }
        };
        futures_util::future::join_all((0..8).map(write)).await;
        assert_eq!(
            read(&db, |conn| product::find(conn, "SAME"))
                .await
                .unwrap()
                .version,
            40
        );
        assert_eq!(read(&db, super::categories::list).await[0].products, 41);
        assert_eq!(
            codes(&db, search("사과"), Sort::Newest, None, 100)
                .await
                .0
                .len(),
            40
        );
        let broken = read(&db, platform::audit::first_broken).await;
        assert_eq!(broken, None);
    })
    .await;
}

#[actix_web::test]
async fn an_index_that_lacks_products_is_completed() {
    on_both_databases(async |db| {
        with_categories(&db).await;
        put(
            &db,
            &[
                draft("A", "햇사과즙", "Apple juice"),
                draft("B", "사과", "Apple"),
            ],
            How::Either,
        )
        .await
        .unwrap();
        let id = read(&db, |conn| {
            list::page(conn, &Filter::default(), Sort::Newest, (None, 1))
        })
        .await[0]
            .listed
            .id;
        let done: Result<(), DbError> = db
            .write(move |conn| super::search::forget(conn, &[id]))
            .await;
        done.unwrap();
        assert_eq!(
            codes(&db, search("사과"), Sort::Newest, None, 9).await.0,
            ["A"]
        );
        let stop = tokio_util::sync::CancellationToken::new();
        let run = crate::indexing::run(db.clone(), stop.clone());
        let look = async {
            while codes(&db, search("사과"), Sort::Newest, None, 9)
                .await
                .0
                .len()
                < 2
            {
                tokio::task::yield_now().await;
            }
            stop.cancel();
        };
        futures_util::future::join(run, look).await;
        assert_eq!(
            codes(&db, search("사과"), Sort::Newest, None, 9).await.0,
            ["B", "A"]
        );
    })
    .await;
}
