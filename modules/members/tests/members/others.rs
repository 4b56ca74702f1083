//! API keys, the address book, administrators, and what others may ask.

use crate::common::{Browser, PASSWORD, Shop, shops};
use actix_web::http::Method;
use futures_util::future::{join, join_all};
use kernel::{Locale, MemberId, Timestamp};
use members::api::*;
use platform::identity::Role;
use serde_json::{Value, json};

async fn id_of(browser: &mut Browser<'_>) -> MemberId {
    browser.get("/api/members/me").await.json()["id"]
        .as_str()
        .unwrap()
        .parse()
        .unwrap()
}

async fn administrator<'a>(shop: &'a Shop, email: &str) -> Browser<'a> {
    let browser = shop.member(email).await;
    let made = MakeAdmin {
        email: email.to_owned(),
        who: "command line".to_owned(),
    };
    assert!(shop.ask(made).await.is_some());
    browser
}

fn address(recipient: &str) -> Value {
    json!({"recipient": recipient, "phone": "010-0000-1107", "postcode": "04071", "line1": "느티나무길 12", "line2": "3층"})
}

#[actix_web::test]
async fn a_key_is_shown_once_and_works_until_it_is_revoked() {
    for shop in shops() {
        let mut browser = shop.member("kim@example.com").await;
        let member = id_of(&mut browser).await;
        let made = browser
            .json(Method::POST, "/api/keys", json!({"name": " stock sync "}))
            .await;
        assert_eq!(made.status, 201);
        let (id, key) = (
            made.json()["id"].as_str().unwrap().to_owned(),
            made.json()["key"].as_str().unwrap().to_owned(),
        );
        assert!(key.starts_with("banyan_") && key.len() > 40, "{key}");

        let who = shop
            .ask(WhoIs {
                session: None,
                api_key: Some(key.clone()),
            })
            .await
            .unwrap();
        assert_eq!(
            (who.member, who.session_id, who.roles),
            (member, None, vec![Role::Shopper])
        );
        let mut program = shop.browser();
        program.bearer = Some(key.clone());
        assert_eq!(
            program.get("/api/members/me").await.json()["id"],
            json!(member)
        );
        assert_eq!(
            program
                .json(Method::POST, "/api/keys", json!({"name": "another"}))
                .await
                .status,
            403
        );

        let list = browser.get("/api/keys").await.json();
        assert_eq!(
            (&list["items"][0]["name"], &list["next"]),
            (&json!("stock sync"), &Value::Null)
        );
        assert!(!list.to_string().contains(&key));
        assert_eq!(
            browser.get(&format!("/api/keys/{id}")).await.json()["id"],
            json!(id)
        );

        let mut other = shop.member("lee@example.com").await;
        assert_eq!(other.get(&format!("/api/keys/{id}")).await.status, 404);
        assert_eq!(other.delete(&format!("/api/keys/{id}")).await.status, 404);
        assert!(program.is_known().await);
        assert_eq!(browser.delete(&format!("/api/keys/{id}")).await.status, 204);
        assert_eq!(browser.delete(&format!("/api/keys/{id}")).await.status, 404);
        assert!(!program.is_known().await);
    }
}

#[actix_web::test]
async fn keys_have_a_name_and_there_are_twenty_at_most() {
    for shop in shops() {
        let mut browser = shop.member("kim@example.com").await;
        for name in ["", "  ", "a\nb", &"x".repeat(51)] {
            let refused = browser
                .json(Method::POST, "/api/keys", json!({ "name": name }))
                .await;
            assert_eq!(
                (refused.status.as_u16(), refused.wrong()),
                (422, vec!["name".to_owned()])
            );
        }
        for n in 0..20 {
            assert_eq!(
                browser
                    .json(
                        Method::POST,
                        "/api/keys",
                        json!({"name": format!("key {n}")})
                    )
                    .await
                    .status,
                201
            );
        }
        assert_eq!(
            browser
                .json(Method::POST, "/api/keys", json!({"name": "one more"}))
                .await
                .status,
            409
        );
        let (mut seen, mut next) = (Vec::new(), String::new());
        loop {
            let page = browser
                .get(&format!("/api/keys?limit=7&cursor={next}"))
                .await
                .json();
            seen.extend(
                page["items"]
                    .as_array()
                    .unwrap()
                    .iter()
                    .map(|key| key["name"].as_str().unwrap().to_owned()),
            );
            match page["next"].as_str() {
                Some(cursor) => next = cursor.to_owned(),
                None => break,
            }
        }
        let expect: Vec<String> = (0..20).rev().map(|n| format!("key {n}")).collect();
        assert_eq!(seen, expect);
        assert_eq!(browser.get("/api/keys?limit=0").await.status, 422);
        assert_eq!(browser.get("/api/keys?cursor=nonsense").await.status, 422);
    }
}

#[actix_web::test]
async fn an_address_book_has_one_default_unless_it_is_empty() {
    const BOOK: &str = "/api/members/me/addresses";
    for shop in shops() {
        let mut browser = shop.member("kim@example.com").await;
        let member = id_of(&mut browser).await;
        let mut ids = Vec::new();
        for name in ["one", "two", "three"] {
            let added = browser.json(Method::POST, BOOK, address(name)).await;
            assert_eq!(added.status, 201);
            assert_eq!(added.json()["is_default"], json!(name == "one"));
            ids.push(added.json()["id"].as_str().unwrap().to_owned());
        }
        let recipients = || async {
            shop.ask(AddressBook { member })
                .await
                .into_iter()
                .map(|a| a.recipient)
                .collect::<Vec<_>>()
        };
        assert_eq!(recipients().await, ["one", "three", "two"]);

        let mut change = address("TWO");
        change["is_default"] = json!(true);
        let changed = browser
            .json(Method::PUT, &format!("{BOOK}/{}", ids[1]), change)
            .await;
        assert_eq!(
            (changed.status.as_u16(), &changed.json()["is_default"]),
            (200, &json!(true))
        );
        assert_eq!(recipients().await, ["TWO", "three", "one"]);
        assert_eq!(
            browser.delete(&format!("{BOOK}/{}", ids[1])).await.status,
            204
        );
        let list = browser.get(BOOK).await.json();
        let defaults: Vec<&Value> = list["items"]
            .as_array()
            .unwrap()
            .iter()
            .map(|a| &a["is_default"])
            .collect();
        assert_eq!(defaults, [true, false]);
        assert_eq!(recipients().await, ["three", "one"]);

        let mut wrong = address("");
        wrong["postcode"] = json!("1234");
        let refused = browser.json(Method::POST, BOOK, wrong).await;
        assert_eq!(
            (refused.status.as_u16(), refused.wrong()),
            (422, vec!["recipient".to_owned(), "postcode".to_owned()])
        );
    }
}

#[actix_web::test]
async fn other_peoples_addresses_are_not_there() {
    const BOOK: &str = "/api/members/me/addresses";
    for shop in shops() {
        let mut browser = shop.member("kim@example.com").await;
        let added = browser
            .json(Method::POST, BOOK, address("kim"))
            .await
            .json();
        let path = format!("{BOOK}/{}", added["id"].as_str().unwrap());
        let mut other = shop.member("lee@example.com").await;
        assert_eq!(other.get(&path).await.status, 404);
        assert_eq!(
            other.json(Method::PUT, &path, address("lee")).await.status,
            404
        );
        assert_eq!(other.delete(&path).await.status, 404);
        assert_eq!(
            other
                .form("/my/profile/addresses/unknown/default", &[])
                .await
                .status,
            404
        );
        assert_eq!(browser.get(&path).await.json(), added);
        for _ in 1..20 {
            assert_eq!(
                browser
                    .json(Method::POST, BOOK, address("kim"))
                    .await
                    .status,
                201
            );
        }
        assert_eq!(
            browser
                .json(Method::POST, BOOK, address("kim"))
                .await
                .status,
            409
        );
    }
}

#[actix_web::test]
async fn roles_are_given_and_taken_with_an_audit_row_and_the_last_administrator_stays() {
    for shop in shops() {
        let mut admin = administrator(&shop, "kim@example.com").await;
        let mut member = shop.member("lee@example.com").await;
        let (boss, other) = (id_of(&mut admin).await, id_of(&mut member).await);
        let roles = |path: &MemberId, names: Value| {
            (
                format!("/api/admin/members/{path}"),
                json!({ "roles": names }),
            )
        };

        let (path, body) = roles(&other, json!(["shopper", "admin"]));
        assert_eq!(
            member.json(Method::PATCH, &path, body.clone()).await.status,
            403
        );
        assert_eq!(
            shop.browser()
                .json(Method::PATCH, &path, body.clone())
                .await
                .status,
            401
        );
        assert_eq!(
            admin.json(Method::PATCH, &path, body).await.json()["roles"],
            json!(["shopper", "admin"])
        );
        assert_eq!(member.get("/api/admin/members").await.status, 200);
        let given = (
            "member.promoted".to_owned(),
            format!("member:{boss}"),
            other.to_string(),
        );
        assert_eq!(shop.audit().await[0], given);

        let (path, body) = roles(&boss, json!(["shopper"]));
        assert_eq!(
            member.json(Method::PATCH, &path, body.clone()).await.status,
            200
        );
        assert_eq!(
            shop.audit().await[0],
            (
                "member.demoted".to_owned(),
                format!("member:{other}"),
                boss.to_string()
            )
        );
        assert_eq!(admin.get("/api/admin/members").await.status, 403);
        let (path, body) = roles(&other, json!(["shopper"]));
        assert_eq!(member.json(Method::PATCH, &path, body).await.status, 409);

        for wrong in [
            json!([]),
            json!(["admin"]),
            json!(["shopper", "owner"]),
            json!("admin"),
        ] {
            let (path, body) = roles(&boss, wrong);
            assert_eq!(
                member.json(Method::PATCH, &path, body.clone()).await.status,
                422,
                "{body}"
            );
        }
        let (path, body) = roles(
            &MemberId::new(Timestamp::from_micros(1), [9; 10]),
            json!(["shopper"]),
        );
        assert_eq!(member.json(Method::PATCH, &path, body).await.status, 404);
    }
}

#[actix_web::test]
async fn administrators_find_members_page_by_page() {
    for shop in shops() {
        let mut admin = administrator(&shop, "boss_1@example.com").await;
        let demo = |n: u8, email: &str, name: &str| DemoMember {
            member: MemberId::new(Timestamp::from_micros(i64::from(n) * 1_000_000), [n; 10]),
            email: email.to_owned(),
            name: name.to_owned(),
            locale: Locale::Ko,
            password_hash: None,
            joined_at: Timestamp::from_micros(i64::from(n) * 1_000_000),
            address: None,
        };
        let some = (1..=9).map(|n| demo(n, &format!("m{n}@example.com"), &format!("Member {n}")));
        let members = some
            .chain([demo(10, "bossx1@example.com", "박100% 지민")])
            .collect();
        shop.ask(PutDemoMembers { members }).await;

        let (mut seen, mut next) = (Vec::new(), String::new());
        loop {
            let page = admin
                .get(&format!("/api/admin/members?limit=4&cursor={next}"))
                .await
                .json();
            seen.extend(
                page["items"]
                    .as_array()
                    .unwrap()
                    .iter()
                    .map(|m| m["email"].as_str().unwrap().to_owned()),
            );
            match page["next"].as_str() {
                Some(cursor) => next = cursor.to_owned(),
                None => break,
            }
        }
        assert_eq!(seen.len(), 11);
        assert_eq!(
            (seen[0].as_str(), seen[1].as_str(), seen[10].as_str()),
            ("boss_1@example.com", "bossx1@example.com", "m1@example.com")
        );

        for (q, expect) in [
            ("MEMBER%203", 1),
            ("%EC%A7%80%EB%AF%BC", 1),
            ("100%25", 1),
            ("boss_1", 1),
            ("%25", 1),
            ("_", 1),
            ("nobody", 0),
            ("@example.com", 11),
        ] {
            let found = admin.get(&format!("/api/admin/members?q={q}")).await.json();
            assert_eq!(found["items"].as_array().unwrap().len(), expect, "{q}");
        }
        let page = admin.get("/admin/members?q=member&limit=4").await;
        assert_eq!(page.status, 200);
        assert!(
            page.body
                .contains("/admin/members?q=member&#38;limit=4&#38;cursor="),
            "{}",
            page.body
        );
    }
}

#[actix_web::test]
async fn others_learn_what_they_may_ask() {
    for shop in shops() {
        let create = |email: &str, password: &str| CreateMember {
            email: email.to_owned(),
            name: "박지민".to_owned(),
            password: password.to_owned(),
            locale: Locale::Ko,
            is_admin: true,
            who: "command line".to_owned(),
        };
        let make = |email: &str| MakeAdmin {
            email: email.to_owned(),
            who: "command line".to_owned(),
        };
        assert_eq!(shop.ask(make("park@example.com")).await, None);
        assert_eq!(shop.ask(make("not an address")).await, None);
        let Created::Member(park) = shop.ask(create("Park@example.com", PASSWORD)).await else {
            panic!("refused")
        };
        assert_eq!(
            shop.ask(create("park@example.com", PASSWORD)).await,
            Created::Taken
        );
        let refused = Refusal {
            field: "password".to_owned(),
            key: "members-password-common".to_owned(),
        };
        assert_eq!(
            shop.ask(create("choi@example.com", "password1")).await,
            Created::Refused(vec![refused])
        );
        assert_eq!(
            shop.audit().await,
            [(
                "member.promoted".to_owned(),
                "command line".to_owned(),
                park.to_string()
            )]
        );
        assert_eq!(shop.ask(make("park@EXAMPLE.com")).await, Some(park));
        assert_eq!(shop.audit().await.len(), 1);

        let nobody = MemberId::new(Timestamp::from_micros(1), [9; 10]);
        let contact = Contact {
            member: park,
            name: "박지민".to_owned(),
            email: "Park@example.com".to_owned(),
            locale: Locale::Ko,
        };
        assert_eq!(
            shop.ask(Contacts {
                members: vec![nobody, park]
            })
            .await,
            [contact]
        );
        assert_eq!(
            shop.ask(Contacts {
                members: Vec::new()
            })
            .await,
            []
        );
        let mut browser = shop.browser();
        assert_eq!(
            browser.log_in("park@example.com", PASSWORD).await.json()["member"]["roles"],
            json!(["shopper", "admin"])
        );
        let who = shop
            .ask(WhoIs {
                session: browser.session(),
                api_key: None,
            })
            .await
            .unwrap();
        assert_eq!(
            (who.member, who.roles, who.locale),
            (park, vec![Role::Shopper, Role::Admin], Locale::Ko)
        );
        let wire = serde_json::to_string(
            &shop
                .ask(WhoIs {
                    session: browser.session(),
                    api_key: None,
                })
                .await,
        )
        .unwrap();
        assert!(wire.contains("[\"shopper\",\"admin\"]"), "{wire}");
    }
}

#[actix_web::test]
async fn made_up_members_come_once_and_log_in_only_with_a_password_of_theirs() {
    for shop in shops() {
        shop.member("taken@example.com").await;
        let book = |name: &str| Address {
            recipient: name.to_owned(),
            phone: "010-0000-1107".to_owned(),
            postcode: "04071".to_owned(),
            line1: "느티나무길 12".to_owned(),
            line2: String::new(),
        };
        let demo = |n: u8, email: &str, password_hash: Option<String>| DemoMember {
            member: MemberId::new(Timestamp::from_micros(i64::from(n) * 1_000_000), [n; 10]),
            email: email.to_owned(),
            name: "김서연".to_owned(),
            locale: Locale::Ko,
            password_hash,
            joined_at: Timestamp::from_micros(5),
            address: Some(book("김서연")),
        };
        let hash = members::hash_password(PASSWORD, &[7; 16]);
        let all = [
            demo(1, "kim@example.com", hash),
            demo(2, "lee@example.com", None),
            demo(3, "TAKEN@example.com", None),
        ];
        for _ in 0..2 {
            shop.ask(PutDemoMembers {
                members: all.to_vec(),
            })
            .await;
        }
        assert_eq!(shop.ask(MemberCount {}).await, 3);
        for (n, expect) in [(0, 1), (1, 1), (2, 0)] {
            assert_eq!(
                shop.ask(AddressBook {
                    member: all[n].member
                })
                .await
                .len(),
                expect
            );
        }
        let mut browser = shop.browser();
        assert_eq!(
            browser.log_in("kim@example.com", PASSWORD).await.status,
            200
        );
        for password in ["", PASSWORD] {
            assert_eq!(
                browser.log_in("lee@example.com", password).await.status,
                401
            );
        }
        assert_eq!(shop.events().await.len(), 1);
        assert_eq!(members::hash_password("password1", &[7; 16]), None);
    }
}

#[actix_web::test]
async fn of_two_administrators_who_demote_each_other_at_once_one_stays() {
    for shop in shops() {
        for round in 0..4 {
            let (a, b) = (
                format!("a{round}@example.com"),
                format!("b{round}@example.com"),
            );
            let mut one = administrator(&shop, &a).await;
            let mut two = administrator(&shop, &b).await;
            let (first, second) = (id_of(&mut one).await, id_of(&mut two).await);
            let shopper = json!({"roles": ["shopper"]});
            let demote = |id: MemberId| (format!("/api/admin/members/{id}"), shopper.clone());
            let ((to_second, body), (to_first, same)) = (demote(second), demote(first));
            let answers = join(
                one.json(Method::PATCH, &to_second, body),
                two.json(Method::PATCH, &to_first, same),
            )
            .await;
            let worked = [answers.0.status, answers.1.status]
                .iter()
                .filter(|status| **status == 200)
                .count();
            assert_eq!(worked, 1, "{} {}", answers.0.status, answers.1.status);
            let mut left = if answers.0.status == 200 { one } else { two };
            let me = id_of(&mut left).await;
            let (path, body) = demote(me);
            assert_eq!(left.json(Method::PATCH, &path, body).await.status, 409);
            // the next round begins without administrators
            left.json(
                Method::POST,
                "/api/members/me/withdrawal",
                json!({"password": PASSWORD}),
            )
            .await;
        }
    }
}

#[actix_web::test]
async fn eight_writers_at_one_address_book_leave_one_default_and_no_more_than_twenty() {
    const BOOK: &str = "/api/members/me/addresses";
    for shop in shops() {
        let browser = shop.member("kim@example.com").await;
        let writer = |n: usize| {
            let mut browser = browser.clone();
            async move {
                let mut statuses = Vec::new();
                for turn in 0..3 {
                    let mut new = address(&format!("writer {n}, turn {turn}"));
                    new["is_default"] = json!(turn == 1);
                    statuses.push(browser.json(Method::POST, BOOK, new).await.status.as_u16());
                }
                statuses
            }
        };
        let statuses = join_all((0..8).map(writer)).await.concat();
        let count = |status: u16| statuses.iter().filter(|of| **of == status).count();
        assert_eq!((count(201), count(409)), (20, 4), "{statuses:?}");
        let list = browser
            .clone()
            .get(&format!("{BOOK}?limit=100"))
            .await
            .json();
        let items = list["items"].as_array().unwrap();
        assert_eq!(items.len(), 20);
        assert_eq!(
            items
                .iter()
                .filter(|item| item["is_default"] == json!(true))
                .count(),
            1
        );
    }
}
