use board::api::Unanswered;
use serde_json::json;

use crate::shop::*;

#[tokio::test]
async fn an_administrators_comment_answers_a_question() {
    for shop in shops() {
        let (first, second) = (
            shop.question(&member(1), "First").await,
            shop.question(&member(1), "Second").await,
        );
        let waiting = async || {
            let found = shop.ask(Unanswered { limit: 9 }).await;
            found
                .into_iter()
                .map(|question| question.title)
                .collect::<Vec<_>>()
        };
        assert_eq!(waiting().await, ["First", "Second"]);
        assert_eq!(
            shop.comment(&member(2), "qna", &first, "I wonder too")
                .await
                .status,
            201
        );
        assert_eq!(waiting().await, ["First", "Second"]);
        let answer = shop.comment(&admin(), "qna", &first, "Yes, it does.").await;
        assert_eq!(
            (&answer.json()["is_staff"], &answer.json()["author"]),
            (&json!(true), &json!("Kim 200"))
        );
        assert_eq!(waiting().await, ["Second"]);
        let read = shop
            .get(&nobody(), &format!("/api/boards/qna/posts/{first}"))
            .await
            .json();
        assert_eq!(
            (&read["answered"], &read["comment_count"]),
            (&json!(true), &json!(2))
        );
        let said: Vec<&str> = read["comments"]
            .as_array()
            .unwrap()
            .iter()
            .map(|said| said["body"].as_str().unwrap())
            .collect();
        assert_eq!(said, ["I wonder too", "Yes, it does."]);
        let delete = format!("/boards/qna/posts/{first}/comments/{}/delete", answer.id());
        assert_eq!(shop.form(&admin(), &delete, &[]).await.status, 303);
        assert_eq!(waiting().await, ["First", "Second"]);
        assert_eq!(
            shop.delete(&member(1), &format!("/api/boards/qna/posts/{second}"))
                .await
                .status,
            204
        );
        assert_eq!(waiting().await, ["First"]);
    }
}

#[tokio::test]
async fn what_cannot_be_said_is_refused() {
    for shop in shops() {
        let id = shop.question(&member(1), "Here").await;
        let path = format!("/api/boards/qna/posts/{id}/comments");
        for (who, body, status) in [
            (nobody(), json!({ "body": "x" }), 401),
            (member(1), json!({ "body": " \n " }), 422),
            (member(1), json!({ "body": "가".repeat(10_001) }), 422),
            (member(1), json!({}), 422),
            (member(1), json!({ "body": "x", "post": "y" }), 422),
        ] {
            assert_eq!(
                shop.try_post(&who, &path, body.clone())
                    .await
                    .status
                    .as_u16(),
                status,
                "{body}"
            );
        }
        let elsewhere = format!("/api/boards/reviews/posts/{id}/comments");
        assert_eq!(
            shop.try_post(&member(1), &elsewhere, json!({ "body": "x" }))
                .await
                .status,
            404
        );
    }
}

#[tokio::test]
async fn comments_are_changed_and_deleted_by_their_authors_alone() {
    for shop in shops() {
        let post = shop.question(&member(1), "Here").await;
        let id = shop.comment(&member(2), "qna", &post, "Draft").await.id();
        let path = format!("/boards/qna/posts/{post}/comments/{id}");
        for who in [member(1), admin()] {
            assert_eq!(
                shop.form(&who, &path, &[("body", "Stolen")]).await.status,
                403
            );
            assert_eq!(
                shop.form(&who, &format!("{path}/delete"), &[]).await.status,
                403
            );
            assert_eq!(shop.get(&who, &path).await.status, 403);
        }
        assert!(shop.get(&member(2), &path).await.body.contains("Draft"));
        assert_eq!(
            shop.form(&member(2), &path, &[("body", "Final")])
                .await
                .status,
            303
        );
        let empty = shop.form(&member(2), &path, &[("body", " ")]).await;
        assert_eq!(empty.status, 422);
        let read = shop
            .get(&nobody(), &format!("/api/boards/qna/posts/{post}"))
            .await
            .json();
        assert_eq!(read["comments"][0]["body"], "Final");
        let other = shop.question(&member(1), "There").await;
        let astray = format!("/boards/qna/posts/{other}/comments/{id}/delete");
        assert_eq!(shop.form(&member(2), &astray, &[]).await.status, 404);
        assert_eq!(
            shop.form(&member(2), &format!("{path}/delete"), &[])
                .await
                .status,
            303
        );
    }
}

#[tokio::test]
async fn eight_comments_at_once_are_all_counted() {
    for shop in shops() {
        let id = shop.question(&member(1), "Here").await;
        let people: Vec<_> = (1..=8).map(member).collect();
        let said = people
            .iter()
            .map(|who| shop.comment(who, "qna", &id, "Me too"));
        for answer in futures_util::future::join_all(said).await {
            assert_eq!(answer.status, 201, "{}", answer.body);
        }
        let read = shop
            .get(&nobody(), &format!("/api/boards/qna/posts/{id}"))
            .await
            .json();
        assert_eq!(read["comment_count"], 8);
    }
}
