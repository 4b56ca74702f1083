use serde_json::json;

use crate::shop::*;

#[tokio::test]
async fn a_hidden_post_is_there_for_its_author_and_the_staff_alone() {
    for shop in shops() {
        let id = shop.question(&member(1), "Buy at my place").await;
        let path = format!("/api/boards/qna/posts/{id}");
        let hide = format!("/admin/posts/{id}/hide");
        for (who, status) in [(nobody(), 303), (member(1), 403)] {
            assert_eq!(
                shop.form(&who, &hide, &[("reason", "spam")])
                    .await
                    .status
                    .as_u16(),
                status
            );
        }
        let empty = shop.form(&admin(), &hide, &[("reason", " ")]).await;
        assert_eq!(empty.status, 422);
        assert!(
            empty.body.contains("aria-invalid=\"true\""),
            "{}",
            empty.body
        );
        let hidden = shop
            .form(&admin(), &hide, &[("reason", "advertising")])
            .await;
        assert_eq!(
            (hidden.status.as_u16(), hidden.location),
            (303, format!("/boards/qna/posts/{id}"))
        );
        for (who, status) in [
            (nobody(), 404),
            (member(2), 404),
            (member(1), 200),
            (admin(), 200),
        ] {
            assert_eq!(
                shop.get(&who, &path).await.status.as_u16(),
                status,
                "{who:?}"
            );
        }
        assert_eq!(
            shop.get(&member(1), &path).await.json()["hidden"],
            "advertising"
        );
        assert!(
            shop.get(&member(1), "/api/boards/qna/posts")
                .await
                .titles()
                .is_empty()
        );
        assert_eq!(shop.comment(&member(2), "qna", &id, "x").await.status, 404);
        assert!(
            shop.ask(board::api::Unanswered { limit: 9 })
                .await
                .is_empty()
        );
        shop.form(&admin(), &format!("/admin/posts/{id}/show"), &[])
            .await;
        assert_eq!(shop.get(&nobody(), &path).await.status, 200);
        assert_eq!(
            shop.audit().await,
            [
                ("post.hidden".to_owned(), id.clone()),
                ("post.shown".to_owned(), id)
            ]
        );
    }
}

#[tokio::test]
async fn a_hidden_comment_neither_shows_nor_answers() {
    for shop in shops() {
        let id = shop.question(&member(1), "Here").await;
        let answer = shop
            .comment(&admin(), "qna", &id, "A wrong answer")
            .await
            .id();
        let path = format!("/api/boards/qna/posts/{id}");
        let fields = [("comment", answer.as_str()), ("reason", "it was wrong")];
        assert_eq!(
            shop.form(&admin(), &format!("/admin/posts/{id}/hide"), &fields)
                .await
                .status,
            303
        );
        let read = shop.get(&nobody(), &path).await.json();
        assert_eq!(
            (&read["answered"], &read["comments"]),
            (&json!(false), &json!([]))
        );
        assert_eq!(
            shop.get(&admin(), &path).await.json()["comments"][0]["hidden"],
            "it was wrong"
        );
        let fields = [("comment", answer.as_str())];
        assert_eq!(
            shop.form(&admin(), &format!("/admin/posts/{id}/show"), &fields)
                .await
                .status,
            303
        );
        assert_eq!(shop.get(&nobody(), &path).await.json()["answered"], true);
        let other = shop.question(&member(1), "There").await;
        assert_eq!(
            shop.form(&admin(), &format!("/admin/posts/{other}/show"), &fields)
                .await
                .status,
            404
        );
    }
}

#[tokio::test]
async fn the_staff_see_everything_and_what_waits_for_them() {
    for shop in shops() {
        let hidden = shop.question(&member(1), "Hidden one").await;
        shop.form(
            &admin(),
            &format!("/admin/posts/{hidden}/hide"),
            &[("reason", "spam")],
        )
        .await;
        let answered = shop.question(&member(1), "Answered one").await;
        shop.comment(&admin(), "qna", &answered, "Yes").await;
        shop.question(&member(1), "Waiting one").await;
        shop.post(
            &admin(),
            "notices",
            json!({ "title": "Notice one", "body": "b" }),
        )
        .await;
        let all = ["Hidden one", "Answered one", "Waiting one", "Notice one"];
        for (query, expect) in [
            ("", &all[..]),
            ("?state=unanswered", &all[2..3]),
            ("?state=hidden", &all[..1]),
            ("?board=notices", &all[3..]),
            ("?board=%22%3E&state=%22%3E", &all[..]),
        ] {
            let page = shop.get(&admin(), &format!("/admin/posts{query}")).await;
            assert_eq!(page.status, 200);
            let shown: Vec<&str> = all
                .into_iter()
                .filter(|title| page.body.contains(title))
                .collect();
            assert_eq!(shown, expect, "{query}");
        }
        assert_eq!(shop.get(&member(1), "/admin/posts").await.status, 403);
        assert_eq!(shop.get(&nobody(), "/admin/posts").await.status, 303);
    }
}
