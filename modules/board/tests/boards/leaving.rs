use kernel::Locale;
use serde_json::json;

use crate::shop::*;

#[tokio::test]
async fn posts_of_a_member_who_leaves_stay_by_a_former_member() {
    for shop in shops() {
        let (leaves, stays) = (member(1), member(2));
        shop.sell(&leaves, "TEE");
        let review = shop.review(&leaves, "TEE-M", 4).await.id();
        let question = shop.question(&stays, "Here").await;
        shop.comment(&leaves, "qna", &question, "I wonder too")
            .await;
        for _ in 0..2 {
            shop.withdraw(&leaves).await;
        }
        let path = format!("/api/boards/reviews/posts/{review}");
        assert_eq!(
            shop.get(&nobody(), &path).await.json()["author"],
            "Former member"
        );
        let korean = nobody().in_language(Locale::Ko);
        assert_eq!(
            shop.get(&korean, &path).await.json()["author"],
            "탈퇴한 회원"
        );
        let read = shop
            .get(&nobody(), &format!("/api/boards/qna/posts/{question}"))
            .await
            .json();
        assert_eq!(
            (&read["author"], &read["comments"][0]["author"]),
            (&json!("Kim 2"), &json!("Former member"))
        );
        assert_eq!(shop.stars("TEE").await, Some((4.0, 1)));
        let page = shop
            .get(&nobody(), &format!("/boards/reviews/posts/{review}"))
            .await;
        assert!(
            page.body.contains("Former member") && !page.body.contains("Kim 1"),
            "{}",
            page.body
        );
    }
}

#[tokio::test]
async fn nothing_more_is_written_in_the_name_of_a_member_who_left() {
    for shop in shops() {
        let question = shop.question(&member(2), "Here").await;
        let mine = shop.question(&member(1), "Mine").await;
        shop.withdraw(&member(1)).await;
        // the session may be remembered for some seconds more
        let body = json!({ "title": "a", "body": "b" });
        assert_eq!(
            shop.try_post(&member(1), "/api/boards/qna/posts", body)
                .await
                .status,
            401
        );
        assert_eq!(
            shop.comment(&member(1), "qna", &question, "x").await.status,
            401
        );
        assert_eq!(
            shop.delete(&member(1), &format!("/api/boards/qna/posts/{mine}"))
                .await
                .status,
            403
        );
    }
}
