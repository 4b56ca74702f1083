use std::sync::atomic::Ordering;

use board::api::{Discussion, Stars};
use serde_json::json;

use crate::shop::*;

#[tokio::test]
async fn only_buyers_review_and_each_of_them_once_per_product() {
    for shop in shops() {
        let me = member(1);
        let refused = shop.review(&me, "TEE-M", 5).await;
        assert_eq!(refused.status, 403);
        assert!(
            refused.json()["detail"]
                .as_str()
                .unwrap()
                .contains("bought"),
            "{}",
            refused.body
        );
        shop.sell(&me, "TEE");
        assert_eq!(shop.review(&me, "TEE-M", 5).await.status, 201);
        assert_eq!(shop.review(&me, "TEE-M", 4).await.status, 409);
        assert_eq!(shop.review(&me, "TEE-L", 4).await.status, 409);
        assert_eq!(shop.stars("TEE").await, Some((5.0, 1)));
        shop.sell(&member(2), "TEE");
        assert_eq!(shop.review(&member(2), "TEE-L", 4).await.status, 201);
        assert_eq!(shop.stars("TEE").await, Some((4.5, 2)));
        assert_eq!(shop.review(&me, "MUG", 4).await.status, 403);
    }
}

#[tokio::test]
async fn nothing_is_reviewed_while_orders_cannot_say_who_bought_it() {
    for shop in shops() {
        shop.sell(&member(1), "TEE");
        shop.neighbours
            .orders_are_shut
            .store(true, Ordering::SeqCst);
        let answer = shop.review(&member(1), "TEE-M", 5).await;
        assert_eq!(
            (answer.status.as_u16(), &answer.json()["missing"]),
            (503, &json!(["orders"]))
        );
        assert_eq!(shop.stars("TEE").await, None);
    }
}

#[tokio::test]
async fn stars_follow_every_change() {
    for shop in shops() {
        for n in 1..=3 {
            shop.sell(&member(n), "TEE");
        }
        let first = shop.review(&member(1), "TEE-M", 1).await.id();
        let second = shop.review(&member(2), "TEE-M", 5).await.id();
        shop.review(&member(3), "TEE-M", 5).await;
        assert_eq!(shop.stars("TEE").await, Some((3.7, 3)));
        let path = format!("/api/boards/reviews/posts/{first}");
        shop.patch(&member(1), &path, json!({ "stars": 4 })).await;
        assert_eq!(shop.stars("TEE").await, Some((4.7, 3)));
        assert_eq!(
            shop.patch(&member(1), &path, json!({ "stars": 0 }))
                .await
                .status,
            422
        );
        shop.form(
            &admin(),
            &format!("/admin/posts/{second}/hide"),
            &[("reason", "Rude words")],
        )
        .await;
        assert_eq!(shop.stars("TEE").await, Some((4.5, 2)));
        shop.form(&admin(), &format!("/admin/posts/{second}/show"), &[])
            .await;
        assert_eq!(shop.stars("TEE").await, Some((4.7, 3)));
        shop.delete(&member(1), &path).await;
        assert_eq!(shop.stars("TEE").await, Some((5.0, 2)));
        assert_eq!(
            shop.review(&member(1), "TEE-L", 2).await.status,
            201,
            "one may review again after deleting"
        );
        assert_eq!(shop.stars("TEE").await, Some((4.0, 3)));
    }
}

#[tokio::test]
async fn eight_reviews_at_once_all_count_and_a_double_one_does_not() {
    for shop in shops() {
        for n in 1..=8 {
            shop.sell(&member(n), "TEE");
        }
        let people: Vec<_> = (1..=8).flat_map(|n| [member(n), member(n)]).collect();
        let answers =
            futures_util::future::join_all(people.iter().map(|who| shop.review(who, "TEE-M", 5)))
                .await;
        let mut statuses: Vec<u16> = answers
            .iter()
            .map(|answer| answer.status.as_u16())
            .collect();
        statuses.sort_unstable();
        assert_eq!(statuses, [[201; 8], [409; 8]].concat());
        assert_eq!(shop.stars("TEE").await, Some((5.0, 8)));
    }
}

#[tokio::test]
async fn a_product_page_gets_stars_in_a_batch_and_the_newest_of_its_talk() {
    for shop in shops() {
        for n in 1..=3 {
            shop.sell(&member(n), "TEE");
            shop.review(&member(n), "TEE-M", 3).await;
            shop.question(&member(n), "Of nothing in particular").await;
            shop.post(
                &member(n),
                "qna",
                json!({ "title": format!("Q{n}"), "body": "?", "sku": "TEE-L" }),
            )
            .await;
        }
        let products = ["TEE", "MUG"].map(|code| code.parse().unwrap()).to_vec();
        assert_eq!(shop.ask(Stars { products }).await.len(), 1);
        let talk = shop
            .ask(Discussion {
                product: "TEE".parse().unwrap(),
                reviews: 2,
                questions: 2,
            })
            .await;
        let count = talk.rating.as_ref().map(|rating| rating.count);
        assert_eq!((talk.reviews.len(), count), (2, Some(3)));
        let titles: Vec<&str> = talk
            .questions
            .iter()
            .map(|question| question.title.as_str())
            .collect();
        assert_eq!(titles, ["Q3", "Q2"]);
        assert_eq!(
            (talk.reviews[0].author.as_deref(), talk.reviews[0].stars),
            (Some("Kim 3"), 3)
        );
    }
}
