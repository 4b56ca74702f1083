use std::sync::Arc;

use askama::Template;
use kernel::{Locale, MemberId, Money, OrderId, Timestamp};
use platform::identity::{Identity, Role};
use platform::locale::{FRAME, Texts, check, untranslated};
use platform::page::{Area, Page, Section};
use platform::problem::FieldError;
use platform::shell::Shell;

use super::admin::{Filter, ListPage};
use super::checkout::{CARDS, CheckoutForm, CheckoutPage};
use super::pages::ShowPage;
use crate::domain::{Address, Event, Line, Names, Number, Order, Placed, Reason, Status};
use crate::service::{Basket, BasketLine, Shown};

fn at(minutes: i64) -> Timestamp {
    Timestamp::from_micros(1_795_230_000_000_000 + minutes * 60_000_000)
}

fn line() -> Line {
    let name = Names {
        ko: "달 머그 <L>".to_owned(),
        en: "Moon mug <L>".to_owned(),
    };
    let sku: kernel::Sku = "MUG-MOON-L".parse().unwrap();
    Line {
        product: sku.clone(),
        sku,
        name,
        quantity: 2,
        price: Money::krw(12_900),
    }
}

fn order(events: &[Event]) -> Order {
    let number = Number::new(at(0), 12_345_678);
    let member = MemberId::new(at(0), [3; 10]);
    let placed = Placed {
        number,
        member,
        total: Money::krw(25_800),
        lines: vec![line()],
    };
    let mut order = Order::place(OrderId::new(at(0), [7; 10]), at(0), placed.into());
    for (n, event) in (1..).zip(events) {
        order.apply(at(n), event).unwrap();
    }
    order
}

fn address() -> Address {
    Address {
        recipient: "김하늘".to_owned(),
        phone: "010-1234-5678".to_owned(),
        postcode: "04524".to_owned(),
        line1: "서울특별시 중구 세종대로 110".to_owned(),
        line2: "3층".to_owned(),
    }
}

fn shown(events: &[Event], address: Option<Address>) -> Shown {
    Shown {
        order: Arc::new(order(events)),
        address,
    }
}

impl CheckoutPage {
    fn sample(page: Page) -> Self {
        let line = BasketLine {
            line: line(),
            subtotal: Money::krw(25_800),
            picture: Some("/pictures/1".to_owned()),
            wanted: 3,
            available: Some(2),
        };
        let basket = Basket {
            lines: vec![line],
            total: Money::krw(25_800),
            gone: Vec::new(),
        };
        let mut form = CheckoutForm {
            token: "tok_ok".to_owned(),
            key: "k".to_owned(),
            ..Default::default()
        };
        form.fill(address());
        let book = Section::Here(vec![address(), address()]);
        Self {
            page,
            basket: Some(basket),
            form,
            book,
            chosen: 1,
            errors: vec![],
            notice: None,
            cards: CARDS,
        }
    }
}

impl ListPage {
    fn sample(page: Page) -> Self {
        let row = super::wire::ListedDoc {
            id: OrderId::new(at(0), [7; 10]).to_string(),
            number: "20261121-7K3M9Q".to_owned(),
            member: MemberId::new(at(0), [3; 10]).to_string(),
            status: "shipped".to_owned(),
            payment: "captured".to_owned(),
            total: Money::krw(25_800),
            placed_at: at(0),
        };
        let page = page.in_area(Area::Admin, "orders");
        let (first, next) = (
            "/admin/orders".to_owned(),
            "/admin/orders?cursor=x".to_owned(),
        );
        Self {
            page,
            rows: vec![row],
            filter: Filter::default(),
            statuses: &Status::ALL,
            first,
            next,
        }
    }
}

/// Every page, in every shape that it can have.
fn pages(page: &Page) -> Vec<(&'static str, String)> {
    use Event::*;
    let delivered = [
        Reserved, Authorised, Confirmed, Captured, Shipped, Delivered,
    ];
    let lost = [
        &delivered[..5],
        &[Cancelling(Reason::Lost), Refunded, WrittenOff, Cancelled],
    ]
    .concat();
    let leaving = [Reserved, Authorised, Cancelling(Reason::Shopper)];
    let show = |events: &[Event], address| {
        ShowPage::new(page.clone(), shown(events, address))
            .render()
            .unwrap()
    };
    let wrong = CheckoutPage {
        errors: vec![
            FieldError::new("phone", "orders-field-phone"),
            FieldError::new("line1", "orders-field-too-long").arg("most", 200),
            FieldError::new("token", "orders-field-card"),
        ],
        notice: Some("orders-other-total"),
        book: Section::Missing,
        ..CheckoutPage::sample(page.clone())
    };
    let mut sold_out = CheckoutPage::sample(page.clone());
    if let Some(basket) = &mut sold_out.basket {
        basket.gone.push("OLD-1".parse().unwrap());
        basket.lines[0].available = Some(0);
        basket.lines.push(BasketLine {
            available: None,
            picture: None,
            ..basket.lines[0].clone()
        });
    }
    let empty = CheckoutPage {
        basket: None,
        ..CheckoutPage::sample(page.clone())
    };
    vec![
        ("pending", show(&[], Some(address()))),
        ("leaving", show(&leaving, Some(address()))),
        ("delivered", show(&delivered, Some(address()))),
        ("lost", show(&lost, None)),
        (
            "staff",
            ShowPage::for_staff(page.clone(), shown(&delivered[..3], Some(address())))
                .render()
                .unwrap(),
        ),
        (
            "checkout",
            CheckoutPage::sample(page.clone()).render().unwrap(),
        ),
        ("checkout, wrong", wrong.render().unwrap()),
        ("checkout, sold out", sold_out.render().unwrap()),
        ("checkout, empty", empty.render().unwrap()),
        ("list", ListPage::sample(page.clone()).render().unwrap()),
        (
            "list, empty",
            ListPage {
                rows: vec![],
                ..ListPage::sample(page.clone())
            }
            .render()
            .unwrap(),
        ),
    ]
}

#[test]
fn every_page_renders_in_both_languages_without_a_text_missing() {
    let sources: Vec<_> = FRAME.into_iter().chain(crate::texts()).collect();
    let shell = Arc::new(Shell::sample(Texts::new(&sources).unwrap()));
    for locale in Locale::ALL {
        let staff =
            Identity::of_member(MemberId::new(at(0), [3; 10]), [Role::Shopper, Role::Admin]);
        let page = Page::sample(shell.clone(), staff.in_language(locale));
        for (name, html) in pages(&page) {
            assert_eq!(
                shell.texts.unknown(),
                0,
                "{name} in {locale} asks for a text that nobody wrote"
            );
            assert!(
                !html.contains("orders-status-") && !html.contains("<L>"),
                "{name} in {locale}"
            );
            assert_eq!(html.matches("<h1").count(), 1, "{name}");
        }
        let checkout = CheckoutPage::sample(page).render().unwrap();
        let name = if locale == Locale::Ko {
            "달 머그"
        } else {
            "Moon mug"
        };
        assert!(
            checkout.contains(name) && checkout.contains("₩25,800"),
            "{checkout}"
        );
    }
}

#[test]
fn a_form_keeps_what_was_typed_and_says_what_is_wrong_beside_it() {
    let sources: Vec<_> = FRAME.into_iter().chain(crate::texts()).collect();
    let shell = Arc::new(Shell::sample(Texts::new(&sources).unwrap()));
    let page = Page::sample(shell, Identity::default().in_language(Locale::En));
    let mut wrong = CheckoutPage::sample(page);
    wrong.form.phone = "\"><b>12".to_owned();
    wrong.errors = vec![FieldError::new("phone", "orders-field-phone")];
    let html = wrong.render().unwrap();
    assert!(html.contains("value=\"&#34;&#62;&#60;b&#62;12\""), "{html}");
    assert!(
        html.contains("id=\"e-phone\">Please write the number"),
        "{html}"
    );
}

#[test]
fn both_languages_say_everything() {
    assert_eq!(check(&crate::texts()), Vec::<String>::new());
    for entry in
        std::fs::read_dir(concat!(env!("CARGO_MANIFEST_DIR"), "/templates/orders")).unwrap()
    {
        let path = entry.unwrap().path();
        assert_eq!(
            untranslated(&std::fs::read_to_string(&path).unwrap()),
            Vec::<String>::new(),
            "{path:?}"
        );
    }
}
