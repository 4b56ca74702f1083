use std::sync::atomic::Ordering;

use actix_web::test::TestRequest;
use kernel::Locale;
use platform::identity::Identity;
use serde_json::{Value, json};

use crate::shop::*;

#[tokio::test]
async fn a_question_is_asked_read_changed_and_deleted() {
    for shop in shops() {
        let body = json!({ "title": "Does it shrink?", "body": "In the wash.\r\nAt 60 degrees.", "sku": "TEE-M" });
        let asked = shop
            .try_post(&member(1), "/api/boards/qna/posts", body)
            .await;
        let id = asked.id();
        let path = format!("/api/boards/qna/posts/{id}");
        assert_eq!(asked.location, path);
        let read = shop.get(&nobody(), &path).await.json();
        for (field, expect) in [
            ("title", json!("Does it shrink?")),
            ("body", json!("In the wash.\nAt 60 degrees.")),
            ("author", json!("Kim 1")),
            ("sku", json!("TEE-M")),
            ("product_name", json!("Shirt")),
            ("stars", Value::Null),
            ("answered", json!(false)),
            ("is_staff", json!(false)),
            ("edited_at", Value::Null),
            ("comments", json!([])),
        ] {
            assert_eq!(read[field], expect, "{field} of {read}");
        }
        let changed = shop
            .patch(&member(1), &path, json!({ "title": "Does it really?" }))
            .await
            .json();
        assert_eq!(
            (&changed["title"], &changed["body"]),
            (&json!("Does it really?"), &read["body"])
        );
        assert_ne!(changed["edited_at"], Value::Null);
        assert_eq!(shop.delete(&member(1), &path).await.status, 204);
        assert_eq!(shop.get(&member(1), &path).await.status, 404);
        assert_eq!(shop.delete(&member(1), &path).await.status, 404);
    }
}

#[tokio::test]
async fn only_members_post_and_only_administrators_post_notices() {
    for shop in shops() {
        let body = json!({ "title": "Closed on Monday", "body": "We rest." });
        for (who, board, status) in [
            (nobody(), "qna", 401),
            (nobody(), "notices", 401),
            (member(1), "notices", 403),
            (member(1), "qna", 201),
            (admin(), "notices", 201),
            (member(1), "nowhere", 404),
            (
                Identity {
                    certain: false,
                    ..nobody()
                },
                "qna",
                503,
            ),
        ] {
            let answer = shop
                .try_post(&who, &format!("/api/boards/{board}/posts"), body.clone())
                .await;
            assert_eq!(
                answer.status.as_u16(),
                status,
                "{who:?} {board}: {}",
                answer.body
            );
        }
        assert_eq!(shop.audit().await[0].0, "notice.posted");
    }
}

#[tokio::test]
async fn others_may_neither_change_nor_delete_but_notices_are_every_administrators() {
    for shop in shops() {
        let id = shop.question(&member(1), "Mine").await;
        let path = format!("/api/boards/qna/posts/{id}");
        for (who, status) in [(nobody(), 401), (member(2), 403), (admin(), 403)] {
            assert_eq!(
                shop.patch(&who, &path, json!({ "title": "Yours" }))
                    .await
                    .status
                    .as_u16(),
                status
            );
            assert_eq!(shop.delete(&who, &path).await.status.as_u16(), status);
        }
        assert_eq!(shop.get(&nobody(), &path).await.json()["title"], "Mine");
        let notice = shop
            .post(&admin(), "notices", json!({ "title": "a", "body": "b" }))
            .await;
        let path = format!("/api/boards/notices/posts/{notice}");
        let other = Identity {
            member: member(9).member,
            ..admin()
        };
        assert_eq!(
            shop.patch(&other, &path, json!({ "title": "c" }))
                .await
                .status,
            200
        );
        assert_eq!(shop.delete(&member(1), &path).await.status, 403);
        assert_eq!(shop.delete(&other, &path).await.status, 204);
        let audit: Vec<String> = shop
            .audit()
            .await
            .into_iter()
            .map(|(what, _)| what)
            .collect();
        assert_eq!(audit, ["notice.posted", "notice.changed", "notice.deleted"]);
    }
}

#[tokio::test]
async fn what_cannot_be_posted_says_why_per_field() {
    for shop in shops() {
        let me = member(1);
        shop.sell(&me, "TEE");
        let long = "가".repeat(10_001);
        for (board, body, status, field) in [
            ("qna", json!({ "title": " ", "body": "b" }), 422, "title"),
            (
                "qna",
                json!({ "title": "a".repeat(121), "body": "b" }),
                422,
                "title",
            ),
            ("qna", json!({ "title": "a", "body": long }), 422, "body"),
            ("qna", json!({ "title": "a" }), 422, "body"),
            (
                "qna",
                json!({ "title": "a", "body": "b", "author": "x" }),
                422,
                "author",
            ),
            (
                "qna",
                json!({ "title": "a", "body": "b", "stars": 5 }),
                422,
                "stars",
            ),
            (
                "qna",
                json!({ "title": "a", "body": "b", "sku": "NONE" }),
                422,
                "sku",
            ),
            (
                "qna",
                json!({ "title": "a", "body": "b", "sku": "한글" }),
                422,
                "sku",
            ),
            (
                "reviews",
                json!({ "title": "a", "body": "b", "stars": 5 }),
                422,
                "sku",
            ),
            (
                "reviews",
                json!({ "title": "a", "body": "b", "sku": "TEE-M" }),
                422,
                "stars",
            ),
            (
                "reviews",
                json!({ "title": "a", "body": "b", "sku": "TEE-M", "stars": 6 }),
                422,
                "stars",
            ),
            (
                "reviews",
                json!({ "title": "a", "body": "b", "sku": "TEE-M", "stars": -1 }),
                422,
                "stars",
            ),
        ] {
            let answer = shop
                .try_post(&me, &format!("/api/boards/{board}/posts"), body.clone())
                .await;
            assert_eq!(answer.status.as_u16(), status, "{body}: {}", answer.body);
            assert_eq!(
                answer.json()["errors"][0]["field"],
                field,
                "{}",
                answer.body
            );
        }
        for body in [json!({ "title": 1, "body": "b" }), json!([]), json!("x")] {
            assert_eq!(
                shop.try_post(&me, "/api/boards/qna/posts", body)
                    .await
                    .status,
                422
            );
        }
        let latin1 = TestRequest::post()
            .uri("/api/boards/qna/posts")
            .set_payload(vec![b'{', 0xff]);
        let latin1 = latin1.insert_header(("content-type", "application/json"));
        assert_eq!(shop.send(&me, latin1).await.status, 400);
        for board in ["qna", "reviews"] {
            assert!(
                shop.get(&me, &format!("/api/boards/{board}/posts"))
                    .await
                    .titles()
                    .is_empty()
            );
        }
    }
}

#[tokio::test]
async fn lists_are_paged_from_the_newest_on_and_filtered_by_product() {
    for shop in shops() {
        for (n, sku) in [(1, "TEE-M"), (2, "MUG"), (3, "TEE-L"), (4, "TEE-M")] {
            let body = json!({ "title": format!("Q{n}"), "body": "?", "sku": sku });
            shop.post(&member(1), "qna", body).await;
        }
        shop.question(&member(1), "Q5").await;
        let mut path = "/api/boards/qna/posts?limit=2".to_owned();
        let mut seen = Vec::new();
        loop {
            let page = shop.get(&nobody(), &path).await;
            seen.extend(page.titles());
            let Some(next) = page.json()["next"].as_str().map(str::to_owned) else {
                break;
            };
            path = format!("/api/boards/qna/posts?limit=2&cursor={next}");
        }
        assert_eq!(seen, ["Q5", "Q4", "Q3", "Q2", "Q1"]);
        for (query, expect) in [
            ("sku=TEE-L", vec!["Q4", "Q3", "Q1"]),
            ("sku=TEE", vec!["Q4", "Q3", "Q1"]),
            ("sku=MUG", vec!["Q2"]),
            ("sku=NONE", vec![]),
        ] {
            assert_eq!(
                shop.get(&nobody(), &format!("/api/boards/qna/posts?{query}"))
                    .await
                    .titles(),
                expect,
                "{query}"
            );
        }
        shop.neighbours.shelf_is_shut.store(true, Ordering::SeqCst);
        assert_eq!(
            shop.get(&nobody(), "/api/boards/qna/posts?sku=MUG")
                .await
                .titles(),
            ["Q2"]
        );
        for wrong in ["limit=0", "limit=101", "cursor=x", "sku=%EA%B0%80"] {
            assert_eq!(
                shop.get(&nobody(), &format!("/api/boards/qna/posts?{wrong}"))
                    .await
                    .status,
                422,
                "{wrong}"
            );
        }
    }
}

#[tokio::test]
async fn there_is_no_post_but_on_its_own_board() {
    for shop in shops() {
        let id = shop.question(&member(1), "Here").await;
        for path in [
            format!("/api/boards/reviews/posts/{id}"),
            "/api/boards/qna/posts/7".to_owned(),
            "/api/boards/qna/posts/019ab0d0-0000-7000-8000-000000000000".to_owned(),
            format!("/api/boards/nowhere/posts/{id}"),
        ] {
            assert_eq!(shop.get(&member(1), &path).await.status, 404, "{path}");
            assert_eq!(shop.delete(&member(1), &path).await.status, 404, "{path}");
        }
    }
}

#[tokio::test]
async fn nothing_is_posted_while_the_members_name_cannot_be_asked() {
    for shop in shops() {
        shop.neighbours
            .members_are_shut
            .store(true, Ordering::SeqCst);
        let body = json!({ "title": "a", "body": "b" });
        let answer = shop
            .try_post(&member(1), "/api/boards/qna/posts", body)
            .await;
        assert_eq!(
            (answer.status.as_u16(), &answer.json()["missing"]),
            (503, &json!(["members"]))
        );
        shop.neighbours
            .members_are_shut
            .store(false, Ordering::SeqCst);
        assert!(
            shop.get(&nobody(), "/api/boards/qna/posts")
                .await
                .titles()
                .is_empty()
        );
    }
}

#[tokio::test]
async fn a_notice_is_read_in_the_readers_language() {
    for shop in shops() {
        let fields = [
            ("title", "월요일은 쉽니다"),
            ("body", "화요일에 만나요"),
            ("other_title", "Closed on Monday"),
            ("other_body", "See you on Tuesday"),
        ];
        let posted = shop.form(&admin(), "/boards/notices/new", &fields).await;
        assert_eq!(posted.status, 303, "{}", posted.body);
        let path = format!("/api{}", posted.location);
        let korean = nobody().in_language(Locale::Ko);
        assert_eq!(
            shop.get(&korean, &path).await.json()["title"],
            "월요일은 쉽니다"
        );
        let english = shop.get(&nobody(), &path).await.json();
        assert_eq!(
            (&english["title"], &english["lang"]),
            (&json!("Closed on Monday"), &json!("en"))
        );
        assert_eq!(
            shop.get(&nobody(), "/api/boards/notices/posts")
                .await
                .titles(),
            ["Closed on Monday"]
        );
    }
}
