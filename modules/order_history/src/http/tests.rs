use std::path::Path;
use std::sync::Arc;

use kernel::{Locale, MemberId, Money, OrderId, Timestamp};
use platform::identity::{Identity, Role};
use platform::locale::{FRAME, Texts, check, untranslated_below};
use platform::page::Page;
use platform::shell::Shell;

use super::page::{Awaited, ListPage};
use super::sales::SalesPage;
use super::{Asked, STATUSES};
use crate::api::{Day, Figures, Item, Names, OrderSummary, Seller};

fn shell() -> Arc<Shell> {
    let texts = Texts::new(&[&FRAME[..], &crate::texts()].concat()).unwrap();
    Arc::new(Shell::sample(texts))
}

fn page(shell: &Arc<Shell>, locale: Locale) -> Page {
    let member = MemberId::new(Timestamp::from_micros(0), [1; 10]);
    Page::sample(
        shell.clone(),
        Identity::of_member(member, [Role::Admin]).in_language(locale),
    )
}

fn order(n: u8, status: &str, payment: &str) -> OrderSummary {
    let item = |name: &str, sku: &str| Item {
        sku: sku.parse().unwrap(),
        product: sku.parse().unwrap(),
        name: Names {
            ko: format!("{name} 머그"),
            en: format!("{name} mug"),
        },
        quantity: 2,
        price: 12_900,
        subtotal: 25_800,
    };
    let items = ["달", "별", "해", "<b>", "구름"].map(|name| item(name, "MUG-01"));
    OrderSummary {
        id: OrderId::new(Timestamp::from_micros(0), [n; 10]),
        number: format!("20261121-00000{n}"),
        status: status.to_owned(),
        payment: payment.to_owned(),
        total: Money::krw(129_000),
        placed_at: Timestamp::from_micros(1_795_230_000_000_000),
        items: items.into_iter().take(usize::from(n)).collect(),
    }
}

impl ListPage {
    fn sample(page: Page, awaited: Option<Awaited>, orders: Vec<OrderSummary>) -> Self {
        let asked = Asked {
            q: "머그 <\"".to_owned(),
            status: "shipped".to_owned(),
        };
        let next = asked.link("abc");
        Self {
            page,
            asked,
            statuses: STATUSES,
            orders,
            awaited,
            first: String::new(),
            next,
        }
    }
}

impl SalesPage {
    fn sample(page: Page, best: usize) -> Self {
        let day = |n: i64| Day {
            date: format!("2026-11-{:02}", n + 1),
            orders: n * 7 % 13,
            cancelled: n % 3,
            revenue: Money::krw(n * 7 % 13 * 31_400),
        };
        let days: Vec<Day> = (0..30).map(day).collect();
        let seller = |n: usize| Seller {
            product: format!("P-{n}"),
            name: Names {
                ko: "아주 긴 이름을 가진 도자기 머그와 받침 세트".to_owned(),
                en: "Mug".to_owned(),
            },
            units: 3,
            revenue: Money::krw(1_000_000 / i64::try_from(n + 1).unwrap()),
        };
        let figures = Figures {
            today: day(29),
            days,
            best_sellers: (0..best).map(seller).collect(),
        };
        Self { page, figures }
    }
}

#[test]
fn every_page_is_written_in_both_languages() {
    let shell = shell();
    for locale in Locale::ALL {
        let id = OrderId::new(Timestamp::from_micros(0), [9; 10]);
        let orders = || {
            STATUSES
                .into_iter()
                .zip(1..)
                .map(|(status, n)| order(n, status, "captured"))
                .collect()
        };
        let pages = [
            ListPage::sample(page(&shell, locale), None, orders()),
            ListPage::sample(
                page(&shell, locale),
                Some(Awaited::Soon("/orders?placed=x&look=1".to_owned())),
                vec![],
            ),
            ListPage::sample(page(&shell, locale), Some(Awaited::Late(id)), orders()),
        ];
        for shown in pages {
            let html = askama::Template::render(&shown).unwrap();
            assert!(
                html.contains("q=%EB%A8%B8%EA%B7%B8%20%3C%22&#38;status=shipped&#38;cursor=abc")
                    || shown.orders.is_empty()
            );
            assert!(
                !html.contains("<b>") && !html.contains("머그 <\""),
                "{html}"
            );
        }
        for best in [0, 10] {
            let html =
                askama::Template::render(&SalesPage::sample(page(&shell, locale), best)).unwrap();
            assert!(html.contains("₩31,400") && html.contains("11-30"), "{html}");
        }
        let mut nothing = SalesPage::sample(page(&shell, locale), 0);
        nothing.figures.days.clear();
        assert!(askama::Template::render(&nothing).unwrap().contains("0.0%"));
    }
    assert_eq!(shell.texts.unknown(), 0);
}

#[test]
fn every_payment_has_its_word() {
    for payment in [
        "none",
        "authorised",
        "captured",
        "voided",
        "refunded",
        "declined",
    ] {
        for (_, texts) in crate::texts() {
            assert!(
                texts.contains(&order(1, "pending", payment).payment_key()),
                "{payment}"
            );
        }
    }
}

#[test]
fn every_text_is_there_in_both_languages_and_templates_hold_none() {
    assert_eq!(check(&crate::texts()), Vec::<String>::new());
    let templates = Path::new(env!("CARGO_MANIFEST_DIR")).join("templates");
    assert_eq!(untranslated_below(&templates), Vec::<String>::new());
}
