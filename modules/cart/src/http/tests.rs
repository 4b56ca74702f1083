use std::sync::Arc;

use askama::Template;
use kernel::{Locale, Money, Sku};
use platform::identity::Identity;
use platform::locale::{FRAME, Texts, check, untranslated_below};
use platform::page::Page;
use platform::problem::FieldError;
use platform::shell::Shell;

use super::pages::{AddedFragment, Content, Refused, ShowPage};
use super::wrong_quantity;
use crate::domain::{Line, Names};
use crate::needs::Offer;
use crate::service::Added;
use crate::shown::{Answers, Shown};

const GOODS: [(&str, &str, &str, i64, i64, i64); 5] = [
    ("MUG-MOON", "달 머그 <L>", "Moon mug <L>", 12_900, 12_900, 8),
    (
        "TEE-01-M",
        "면 티셔츠 (M, 남색)",
        "Cotton T-shirt (M, navy)",
        29_000,
        32_000,
        2,
    ),
    (
        "PEN-07",
        "오래 쓰는 연필 열두 자루",
        "Twelve pencils that last",
        9_600,
        8_800,
        40,
    ),
    (
        "VASE-03",
        "백자 꽃병",
        "White porcelain vase",
        48_000,
        48_000,
        0,
    ),
    ("OLD-09", "옛 주전자", "Old kettle", 35_000, -1, 0),
];

fn sku(text: &str) -> Sku {
    text.parse().unwrap()
}

fn names(ko: &str, en: &str) -> Names {
    Names {
        ko: ko.to_owned(),
        en: en.to_owned(),
    }
}

/// Something of every kind: capped, dearer, cheaper, sold out, gone.
fn lines() -> Vec<Line> {
    let line = |(code, ko, en, was, ..): (&str, &str, &str, i64, i64, i64)| Line {
        sku: sku(code),
        quantity: 3,
        name: names(ko, en),
        price: Money::krw(was),
    };
    GOODS.into_iter().map(line).collect()
}

fn answers() -> Answers {
    let sold = GOODS.into_iter().filter(|good| good.4 >= 0);
    let offers = sold.map(|(code, ko, en, _, price, _)| {
        (
            sku(code),
            Offer {
                sku: sku(code),
                name: names(ko, en),
                price: Money::krw(price),
                picture: None,
            },
        )
    });
    let left = GOODS.into_iter().map(|good| (sku(good.0), good.5));
    Answers {
        offers: Some(offers.collect()),
        left: Some(left.collect()),
    }
}

fn refused(why: FieldError) -> Refused {
    Refused {
        sku: sku("MUG-MOON"),
        typed: "\"><b>".to_owned(),
        why,
    }
}

impl ShowPage {
    fn sample(page: Page) -> Self {
        Self {
            page,
            shown: Shown::of(lines(), &answers()),
            refused: None,
        }
    }
}

/// Every page and piece, in every shape that it can have.
fn pages(page: &Page) -> Vec<(&'static str, String)> {
    let sample = || ShowPage::sample(page.clone());
    let of = |lines, answers: &Answers| {
        ShowPage {
            shown: Shown::of(lines, answers),
            ..sample()
        }
        .render()
        .unwrap()
    };
    let offer = answers().offers.unwrap().remove(&sku("MUG-MOON")).unwrap();
    let added = |added| {
        AddedFragment {
            page: page.clone(),
            added,
        }
        .render()
        .unwrap()
    };
    let sold_out = FieldError::new("quantity", "cart-sold-out");
    vec![
        ("full", sample().render().unwrap()),
        ("fine", of(lines()[..3].to_vec(), &answers())),
        (
            "wrong",
            ShowPage {
                refused: Some(refused(wrong_quantity())),
                ..sample()
            }
            .render()
            .unwrap(),
        ),
        ("empty", of(Vec::new(), &Answers::default())),
        (
            "no stock",
            of(
                lines(),
                &Answers {
                    left: None,
                    ..answers()
                },
            ),
        ),
        (
            "no catalogue",
            of(
                lines(),
                &Answers {
                    offers: None,
                    ..answers()
                },
            ),
        ),
        (
            "piece",
            Content {
                page: page.clone(),
                shown: Shown::of(lines(), &answers()),
                refused: Some(refused(sold_out)),
            }
            .render()
            .unwrap(),
        ),
        (
            "added",
            added(Ok(Added {
                offer: offer.clone(),
                quantity: 2,
                is_capped: false,
            })),
        ),
        (
            "added fewer",
            added(Ok(Added {
                offer,
                quantity: 2,
                is_capped: true,
            })),
        ),
        (
            "not added",
            added(Err(
                FieldError::new("quantity", "cart-too-many").arg("left", 1)
            )),
        ),
    ]
}

#[test]
fn every_page_renders_in_both_languages_without_a_text_missing() {
    let texts = Texts::new(&[FRAME, crate::texts()].concat()).unwrap();
    let shell = Arc::new(Shell::sample(texts));
    for locale in Locale::ALL {
        for certain in [true, false] {
            let somebody = Identity {
                certain,
                ..Identity::default()
            }
            .in_language(locale);
            let page = Page::sample(shell.clone(), somebody);
            for (name, html) in pages(&page) {
                assert_eq!(
                    shell.texts.unknown(),
                    0,
                    "{name} in {locale} asks for a text that nobody wrote"
                );
                assert!(
                    !html.contains("<L>") && !html.contains("<b>"),
                    "{name} in {locale} lets markup through"
                );
                assert!(html.matches("<h1").count() <= 1, "{name}");
            }
        }
    }
}

#[test]
fn the_texts_are_complete_and_the_templates_say_nothing_themselves() {
    assert_eq!(check(&crate::texts()), Vec::<String>::new());
    let templates = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("templates");
    assert_eq!(untranslated_below(&templates), Vec::<String>::new());
}

#[test]
fn the_api_is_described() {
    let described = serde_json::to_value(crate::openapi()).unwrap();
    for path in ["/api/cart", "/api/cart/items/{sku}"] {
        assert!(described["paths"].get(path).is_some(), "{path}");
    }
}
