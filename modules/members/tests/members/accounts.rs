//! Joining, logging in, sessions, leaving.

use std::time::Duration;

use crate::common::{PASSWORD, join, limited, shops, shops_with};
use actix_web::http::Method;
use diesel::prelude::*;
use futures_util::future::join_all;
use members::api::{AddressBook, Contacts, MemberCount, WhoIs};
use platform::db::DbError;
use serde_json::json;

const DAY: Duration = Duration::from_hours(24);

#[actix_web::test]
async fn whoever_joins_logs_in_with_any_case_of_the_address() {
    for shop in shops() {
        let mut browser = shop.browser();
        let joined = browser
            .json(
                Method::POST,
                "/api/members",
                join(" Seoyeon.Kim@EXAMPLE.com "),
            )
            .await;
        assert_eq!(joined.status, 201);
        let member = joined.json();
        let id = member["id"].clone();
        assert_eq!(
            member,
            json!({"id": id, "email": "Seoyeon.Kim@example.com", "name": "김서연"})
        );
        assert!(browser.session().is_none());

        let entered = browser.log_in("seoyeon.kim@example.COM", PASSWORD).await;
        assert_eq!(entered.status, 200);
        let expect = json!({"id": id, "email": "Seoyeon.Kim@example.com", "name": "김서연", "roles": ["shopper"]});
        assert_eq!(entered.json(), json!({"member": expect}));
        let cookie = entered.header("set-cookie");
        assert!(
            cookie.starts_with("banyan=")
                && cookie.contains("HttpOnly")
                && cookie.contains("SameSite=Lax"),
            "{cookie}"
        );
        assert!(!cookie.contains("Secure"), "{cookie}");

        let me = browser.get("/api/members/me").await.json();
        assert_eq!(
            (&me["id"], &me["locale"], &me["roles"]),
            (&id, &json!("en"), &json!(["shopper"]))
        );
        let joined = (
            "shop.banyan.members.member.joined.v1".to_owned(),
            json!({"member": id, "locale": "en"}),
        );
        assert_eq!(shop.events().await, [joined]);
    }
}

#[actix_web::test]
async fn of_eight_who_want_the_same_address_at_once_one_gets_it() {
    for shop in shops() {
        let want = |n: usize| {
            let shop = &shop;
            let email = if n.is_multiple_of(2) {
                "kim@example.com"
            } else {
                "KIM@Example.com"
            };
            async move {
                shop.browser()
                    .json(Method::POST, "/api/members", join(email))
                    .await
            }
        };
        let answers = join_all((0..8).map(want)).await;
        let count = |status: u16| {
            answers
                .iter()
                .filter(|answer| answer.status == status)
                .count()
        };
        assert_eq!(
            (count(201), count(409)),
            (1, 7),
            "{:?}",
            answers.iter().map(|a| a.status).collect::<Vec<_>>()
        );
        let refused = answers.iter().find(|answer| answer.status == 409).unwrap();
        assert_eq!(refused.wrong(), ["email"]);
        assert_eq!(shop.ask(MemberCount {}).await, 1);
        assert_eq!(shop.events().await.len(), 1);
    }
}

#[actix_web::test]
async fn what_is_wrong_is_named_field_by_field() {
    for shop in shops() {
        let mut browser = shop.browser();
        for (body, status, wrong) in [
            (
                json!({"email": "kim", "password": "short", "name": " "}),
                422,
                &["email", "password", "name"][..],
            ),
            (
                json!({"email": "a@b.kr", "password": "qlalfqjsgh", "name": "Kim"}),
                422,
                &["password"],
            ),
            (
                json!({"email": "a@b.kr", "password": "가".repeat(129), "name": "Kim"}),
                422,
                &["password"],
            ),
            (
                json!({"email": "a@b.kr", "password": PASSWORD, "name": "x".repeat(51)}),
                422,
                &["name"],
            ),
            (
                json!({"email": "a@b.kr", "password": PASSWORD}),
                422,
                &["name"],
            ),
            (
                json!({"email": 7, "password": PASSWORD, "name": "Kim"}),
                422,
                &[],
            ),
            (json!([]), 422, &[]),
        ] {
            let answer = browser
                .json(Method::POST, "/api/members", body.clone())
                .await;
            assert_eq!(
                (answer.status.as_u16(), answer.wrong()),
                (status, wrong.iter().map(ToString::to_string).collect()),
                "{body}"
            );
            assert_eq!(answer.header("content-type"), "application/problem+json");
        }
        let broken = browser
            .raw("/api/members", "application/json", "{\"email\":")
            .await;
        assert_eq!(broken.status, 400);
        assert_eq!(
            browser.raw("/api/members", "text/plain", "{}").await.status,
            415
        );
        assert_eq!(shop.ask(MemberCount {}).await, 0);
    }
}

#[actix_web::test]
async fn a_wrong_password_and_an_unknown_address_look_alike() {
    for shop in shops() {
        shop.member("kim@example.com").await;
        let mut browser = shop.browser();
        let wrong = browser.log_in("kim@example.com", "mango&&trees").await;
        let unknown = browser.log_in("lee@example.com", PASSWORD).await;
        let nonsense = browser.log_in("not an address", &"x".repeat(1000)).await;
        assert_eq!((wrong.status.as_u16(), &wrong.body), (401, &unknown.body));
        assert_eq!(wrong.body, nonsense.body);
        assert!(browser.session().is_none());
    }
}

#[actix_web::test]
async fn a_session_ends_after_fourteen_days_without_use() {
    for shop in shops() {
        let mut browser = shop.member("kim@example.com").await;
        for _ in 0..3 {
            shop.clock.turn(13 * DAY);
            let mut commits = shop.host.db.commits();
            commits.mark_unchanged();
            assert!(browser.is_known().await);
            // the use is noted behind the answer
            commits.changed().await.unwrap();
        }
        shop.clock.turn(14 * DAY);
        assert!(!browser.is_known().await);
        assert_eq!(
            members::letters::remove_ended(&shop.service).await.unwrap(),
            1
        );
    }
}

#[actix_web::test]
async fn a_page_view_does_not_write() {
    for shop in shops() {
        let mut browser = shop.member("kim@example.com").await;
        shop.clock.turn(Duration::from_mins(59));
        let before = shop.host.db.write_counts();
        for _ in 0..5 {
            assert!(browser.is_known().await);
        }
        // whatever was begun has been written when this one is
        shop.ask(members::api::MakeAdmin {
            email: "nobody@example.com".to_owned(),
            who: "test".to_owned(),
        })
        .await;
        assert_eq!(shop.host.db.write_counts().0, before.0 + 1);
    }
}

#[actix_web::test]
async fn logging_out_ends_the_session_and_a_login_begins_a_new_one() {
    for shop in shops() {
        let mut browser = shop.member("kim@example.com").await;
        let first = browser.session();
        assert_eq!(
            browser.log_in("kim@example.com", PASSWORD).await.status,
            200
        );
        let second = browser.session();
        assert_ne!(first, second);
        let who = |session| {
            shop.ask(WhoIs {
                session,
                api_key: None,
            })
        };
        assert_eq!(who(first).await, None);
        assert!(who(second.clone()).await.is_some());

        assert_eq!(browser.delete("/api/session").await.status, 204);
        assert_eq!(browser.session(), None);
        assert_eq!(who(second).await, None);
        assert_eq!(browser.delete("/api/session").await.status, 204);
        assert_eq!(browser.get("/api/members/me").await.status, 401);
        for nonsense in ["", "x", "' OR 1=1", "가"] {
            assert_eq!(who(Some(nonsense.to_owned())).await, None);
        }
    }
}

#[actix_web::test]
async fn a_new_password_ends_the_other_sessions() {
    const NEW: &str = "한글로 쓴 긴 비밀번호";
    for shop in shops() {
        let (mut here, mut there) = (shop.member("kim@example.com").await, shop.browser());
        there.log_in("kim@example.com", PASSWORD).await;
        let change =
            |current: &str, new: &str| json!({"current_password": current, "new_password": new});
        for (current, new, wrong) in [
            ("wrong one", NEW, "current_password"),
            (PASSWORD, "short", "new_password"),
            (PASSWORD, "password1", "new_password"),
        ] {
            let answer = here
                .json(
                    Method::PUT,
                    "/api/members/me/password",
                    change(current, new),
                )
                .await;
            assert_eq!(
                (answer.status.as_u16(), answer.wrong()),
                (422, vec![wrong.to_owned()])
            );
        }
        assert!(there.is_known().await);
        assert_eq!(
            here.json(
                Method::PUT,
                "/api/members/me/password",
                change(PASSWORD, NEW)
            )
            .await
            .status,
            204
        );
        assert!(here.is_known().await);
        assert!(!there.is_known().await);
        assert_eq!(there.log_in("kim@example.com", PASSWORD).await.status, 401);
        assert_eq!(there.log_in("kim@example.com", NEW).await.status, 200);
    }
}

#[actix_web::test]
async fn whoever_leaves_is_erased_and_cannot_come_back_in() {
    for shop in shops() {
        let mut browser = shop.member("kim@example.com").await;
        let id = browser.get("/api/members/me").await.json()["id"]
            .as_str()
            .unwrap()
            .parse()
            .unwrap();
        let address = json!({"recipient": "김서연", "phone": "010-0000-1107", "postcode": "04071", "line1": "느티나무길 12"});
        assert_eq!(
            browser
                .json(Method::POST, "/api/members/me/addresses", address)
                .await
                .status,
            201
        );
        assert_eq!(
            browser
                .json(Method::POST, "/api/keys", json!({"name": "sync"}))
                .await
                .status,
            201
        );
        assert_eq!(
            browser
                .form("/reset", &[("email", "kim@example.com")])
                .await
                .status,
            200
        );
        assert_eq!(
            members::letters::send_waiting(&shop.service, &*shop.post)
                .await
                .unwrap(),
            1
        );
        let link = shop.post.token(0);

        let withdraw = |password: &str| json!({ "password": password });
        let refused = browser
            .json(
                Method::POST,
                "/api/members/me/withdrawal",
                withdraw("mango&&trees"),
            )
            .await;
        assert_eq!(
            (refused.status.as_u16(), refused.wrong()),
            (422, vec!["password".to_owned()])
        );
        assert!(browser.is_known().await);
        let session = browser.session();
        assert_eq!(
            browser
                .json(
                    Method::POST,
                    "/api/members/me/withdrawal",
                    withdraw(PASSWORD)
                )
                .await
                .status,
            202
        );
        assert_eq!(browser.session(), None);

        assert_eq!(
            shop.ask(WhoIs {
                session,
                api_key: None
            })
            .await,
            None
        );
        assert_eq!(
            browser.log_in("kim@example.com", PASSWORD).await.status,
            401
        );
        assert_eq!(browser.get(&format!("/reset/{link}")).await.status, 410);
        assert_eq!(shop.ask(Contacts { members: vec![id] }).await, []);
        assert_eq!(shop.ask(AddressBook { member: id }).await, []);
        let left = shop.host.db.read(rows_left).await.unwrap();
        assert_eq!(left, 0);
        let withdrawn = (
            "shop.banyan.members.member.withdrawn.v1".to_owned(),
            json!({ "member": id }),
        );
        assert_eq!(shop.events().await.last(), Some(&withdrawn));
        assert_eq!(
            shop.audit().await[0],
            (
                "member.withdrawn".to_owned(),
                format!("member:{id}"),
                id.to_string()
            )
        );

        assert_eq!(
            browser
                .json(Method::POST, "/api/members", join("KIM@example.com"))
                .await
                .status,
            201
        );
    }
}

#[derive(QueryableByName)]
struct Count {
    #[diesel(sql_type = diesel::sql_types::BigInt)]
    rows: i64,
}

/// In all tables of members together.
fn rows_left(conn: &mut platform::db::Conn) -> Result<i64, DbError> {
    let mut left = 0;
    for table in [
        "members",
        "addresses",
        "sessions",
        "api_keys",
        "reset_requests",
        "reset_links",
    ] {
        let count = diesel::sql_query(format!("SELECT count(*) AS rows FROM {table}"))
            .load::<Count>(conn)?;
        left += count[0].rows;
    }
    Ok(left)
}

#[actix_web::test]
async fn somebody_whose_session_outlived_the_membership_is_asked_to_log_in() {
    for shop in shops() {
        let mut browser = shop.member("kim@example.com").await;
        let left = browser
            .json(
                Method::POST,
                "/api/members/me/withdrawal",
                json!({"password": PASSWORD}),
            )
            .await;
        assert_eq!(left.status, 202);
        for path in ["/api/members/me", "/api/members/me/addresses", "/api/keys"] {
            assert_eq!(browser.get(path).await.status, 401, "{path}");
        }
        assert_eq!(
            browser.get("/my/profile").await.header("location"),
            "/login?back=/my/profile"
        );
    }
}

#[actix_web::test]
async fn only_name_and_language_can_be_changed_by_oneself() {
    for shop in shops() {
        let mut browser = shop.member("kim@example.com").await;
        for (body, status) in [
            (json!({"name": " 김 서연 "}), 200),
            (json!({"locale": "ko"}), 200),
            (json!({}), 200),
            (json!({"name": ""}), 422),
            (json!({"locale": "fr"}), 422),
            (json!({"roles": ["shopper", "admin"]}), 422),
            (json!({"email": "lee@example.com"}), 422),
        ] {
            let answer = browser
                .json(Method::PATCH, "/api/members/me", body.clone())
                .await;
            assert_eq!(answer.status, status, "{body}");
        }
        let me = browser.get("/api/members/me").await.json();
        assert_eq!(
            (&me["name"], &me["locale"], &me["roles"]),
            (&json!("김 서연"), &json!("ko"), &json!(["shopper"]))
        );
    }
}

#[actix_web::test]
async fn guessing_is_stopped_with_the_time_to_wait() {
    for shop in shops_with(limited) {
        shop.member("kim@example.com").await;
        let mut browser = shop.browser();
        let mut last = browser.log_in("kim@example.com", "wrong one").await;
        let mut tries = 1;
        while last.status == 401 && tries < 100 {
            last = browser.log_in("KIM@example.com", "wrong one").await;
            tries += 1;
        }
        assert_eq!(last.status, 429);
        assert!(last.header("retry-after").parse::<u64>().unwrap() >= 1);
        assert!((10..=60).contains(&tries), "{tries}");
        assert_eq!(
            browser.log_in("lee@example.com", "wrong one").await.status,
            401
        );
    }
}
