use std::path::Path;
use std::sync::Arc;

use askama::Template;
use kernel::{Locale, MemberId, Timestamp};
use platform::identity::{Identity, Role};
use platform::locale::{FRAME, Texts, check, untranslated_below};
use platform::page::{Area, Page};
use platform::problem::FieldError;
use platform::shell::Shell;

use super::address::{AddressForm, AddressPage};
use super::admin::{MembersPage, Search};
use super::enter::{JoinForm, JoinPage, LoginForm, LoginPage, LogoutPage};
use super::profile::ProfilePage;
use super::reset::{AskForm, AskPage, ChoosePage, StalePage};
use super::{back_to, encoded};
use crate::domain::Address;
use crate::store::addresses::Entry;
use crate::store::keys::ApiKey;
use crate::store::members::Member;

const NOW: Timestamp = Timestamp::from_micros(1_795_000_000_000_000);

/// Every page with everything on it that it can show.
fn samples(page: &Page) -> Vec<(&'static str, Result<String, askama::Error>)> {
    let page = || page.clone();
    let wrong = |field: &'static str, key: &'static str| vec![FieldError::new(field, key)];
    let evil = "<script>alert(1)</script>".to_owned();
    let join = JoinForm {
        email: evil.clone(),
        name: "김\"서연".to_owned(),
        back: "/cart?a=b&c=d".to_owned(),
        password: "secret sauce".to_owned(),
    };
    let login = LoginForm {
        email: evil.clone(),
        password: "secret sauce".to_owned(),
        back: "/cart".to_owned(),
    };
    vec![
        (
            "join",
            JoinPage {
                page: page(),
                form: join,
                errors: wrong("email", "members-email-taken"),
            }
            .render(),
        ),
        (
            "login",
            LoginPage {
                page: page(),
                form: login,
                errors: wrong("password", "members-login-wrong"),
            }
            .render(),
        ),
        ("logout", LogoutPage { page: page() }.render()),
        (
            "reset",
            AskPage {
                page: page(),
                form: AskForm::default(),
                errors: wrong("email", "members-email-wrong"),
                sent: false,
            }
            .render(),
        ),
        (
            "sent",
            AskPage {
                page: page(),
                form: AskForm { email: evil },
                errors: Vec::new(),
                sent: true,
            }
            .render(),
        ),
        (
            "choose",
            ChoosePage {
                page: page(),
                token: "a-token".to_owned(),
                errors: wrong("new_password", "members-password-common"),
            }
            .render(),
        ),
        ("stale", StalePage { page: page() }.render()),
        (
            "address",
            AddressPage {
                page: page(),
                id: None,
                form: AddressForm::default(),
                errors: wrong("phone", "members-phone-wrong"),
            }
            .render(),
        ),
        (
            "profile",
            profile(page().in_area(Area::My, "profile")).render(),
        ),
        (
            "admin",
            admin(page().in_area(Area::Admin, "members")).render(),
        ),
    ]
}

fn profile(page: Page) -> ProfilePage {
    let address = Address {
        recipient: "김서연".to_owned(),
        phone: "010-0000-1107".to_owned(),
        postcode: "04071".to_owned(),
        line1: "서울특별시 마포구 느티나무길 12".to_owned(),
        line2: "3층".to_owned(),
    };
    let entry = |id: &str, is_default| Entry {
        id: id.to_owned(),
        address: address.clone(),
        is_default,
    };
    let key = |id: &str, last_used_at| ApiKey {
        id: id.to_owned(),
        name: "stock sync".to_owned(),
        created_at: NOW,
        last_used_at,
    };
    ProfilePage {
        page,
        email: "seoyeon.kim@example.com".to_owned(),
        name: "김서연".to_owned(),
        locale: Locale::En,
        addresses: vec![entry("a1", true), entry("a2", false)],
        keys: vec![key("k1", None), key("k2", Some(NOW))],
        key_name: String::new(),
        new_key: Some("banyan_0123".to_owned()),
        errors: vec![FieldError::new(
            "current_password",
            "members-password-wrong",
        )],
    }
}

fn admin(page: Page) -> MembersPage {
    let member = |is_admin| Member {
        id: MemberId::new(NOW, [7; 10]),
        email: "seoyeon.kim@example.com".to_owned(),
        name: "김서연".to_owned(),
        locale: Locale::Ko,
        is_admin,
        joined_at: NOW,
    };
    let (first, next) = (
        "/admin/members".to_owned(),
        "/admin/members?cursor=x".to_owned(),
    );
    MembersPage {
        page,
        members: vec![member(true), member(false)],
        search: Search {
            q: "김".to_owned()
        },
        first,
        next,
    }
}

#[test]
fn every_page_renders_in_both_languages_and_shows_no_password() {
    let sources = [FRAME, crate::texts()].concat();
    let shell = Arc::new(Shell::sample(Texts::new(&sources).unwrap()));
    for locale in Locale::ALL {
        let reader = Identity::of_member(MemberId::new(NOW, [1; 10]), [Role::Shopper, Role::Admin])
            .in_language(locale);
        for (name, html) in samples(&Page::sample(shell.clone(), reader)) {
            let html = html.unwrap();
            assert!(
                html.contains(&format!("<html lang=\"{locale}\">")),
                "{name}"
            );
            assert_eq!(html.matches("<h1>").count(), 1, "{name}");
            assert!(!html.contains("<script>alert"), "{name} lets scripts in");
            assert!(!html.contains("secret sauce"), "{name} shows a password");
            assert!(
                !html.contains("members-"),
                "{name} shows the key of a text: {:?}",
                html.find("members-").map(|at| &html[at..at + 40])
            );
        }
    }
    assert_eq!(shell.texts.unknown(), 0);
}

#[test]
fn the_texts_fit_in_both_languages_and_no_letters_stand_outside_of_them() {
    assert_eq!(
        check(&[FRAME, crate::texts()].concat()),
        Vec::<String>::new()
    );
    assert_eq!(
        untranslated_below(Path::new("templates")),
        Vec::<String>::new()
    );
}

#[test]
fn a_login_leads_back_to_our_own_pages_only() {
    for (asked, expect) in [
        ("", "/"),
        ("/cart?a=b", "/cart?a=b"),
        ("/boards/qna?q=가", "/boards/qna?q=%EA%B0%80"),
        ("//evil.example", "/"),
        ("/\\evil.example", "/"),
        ("https://evil.example/", "/"),
        ("javascript:alert(1)", "/"),
        ("/a\r\nset-cookie: x", "/"),
    ] {
        assert_eq!(back_to(asked), expect, "{asked:?}");
    }
    assert_eq!(encoded("a&b=가 c"), "a%26b%3D%EA%B0%80%20c");
}
