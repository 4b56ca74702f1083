use std::sync::atomic::Ordering;

use serde_json::json;

use crate::shop::*;

#[tokio::test]
async fn a_review_is_written_from_the_products_page_and_edited() {
    for shop in shops() {
        let me = member(1);
        let new = "/boards/reviews/new?sku=TEE-M";
        assert_eq!(
            shop.get(&nobody(), new).await.location,
            "/login?back=/boards/reviews/new%3Fsku%3DTEE-M"
        );
        assert_eq!(shop.get(&me, new).await.status, 403);
        shop.sell(&me, "TEE");
        let form = shop.get(&me, new).await;
        assert!(
            form.body.contains("Shirt") && form.body.contains("name=\"sku\" value=\"TEE-M\""),
            "{}",
            form.body
        );
        let key = form
            .body
            .split("name=\"key\" value=\"")
            .nth(1)
            .unwrap()
            .split('"')
            .next()
            .unwrap();
        let fields = [
            ("key", key),
            ("sku", "TEE-M"),
            ("title", "Fits"),
            ("body", "Well <3\r\nlong"),
            ("stars", "4"),
        ];
        let posted = shop.form(&me, "/boards/reviews/new", &fields).await;
        assert_eq!(
            (posted.status.as_u16(), posted.location.clone()),
            (303, format!("/boards/reviews/posts/{key}"))
        );
        let again = shop.form(&me, "/boards/reviews/new", &fields).await;
        assert_eq!(
            (again.status.as_u16(), again.location),
            (303, posted.location.clone()),
            "sent twice, posted once"
        );
        let page = shop.get(&nobody(), &posted.location).await;
        assert!(
            page.body.contains("Well &#60;3\nlong") && page.body.contains("Kim 1"),
            "{}",
            page.body
        );
        assert_eq!(
            shop.get(&me, new).await.location,
            posted.location,
            "there is one already"
        );
        let second = [
            ("sku", "TEE-L"),
            ("title", "Fits"),
            ("body", "Twice"),
            ("stars", "5"),
        ];
        let second = shop.form(&me, "/boards/reviews/new", &second).await;
        assert_eq!(second.status, 409);
        assert!(second.body.contains("Twice"), "{}", second.body);
        let edit = format!("{}/edit", posted.location);
        assert!(shop.get(&me, &edit).await.body.contains("value=\"Fits\""));
        let fields = [("title", "Fits still"), ("body", "Well"), ("stars", "5")];
        assert_eq!(shop.form(&me, &edit, &fields).await.status, 303);
        assert_eq!(shop.stars("TEE").await, Some((5.0, 1)));
        assert_eq!(
            shop.form(&me, &format!("{}/delete", posted.location), &[])
                .await
                .location,
            "/boards/reviews"
        );
    }
}

#[tokio::test]
async fn what_was_typed_stays_beside_what_is_wrong_with_it() {
    for shop in shops() {
        let me = member(1);
        shop.sell(&me, "TEE");
        let fields = [
            ("sku", "TEE-M"),
            ("title", ""),
            ("body", "My long \"thoughts\" </textarea>"),
            ("stars", "9"),
        ];
        let answer = shop.form(&me, "/boards/reviews/new", &fields).await;
        assert_eq!(answer.status, 422);
        assert!(
            answer
                .body
                .contains("My long &#34;thoughts&#34; &#60;/textarea&#62;"),
            "{}",
            answer.body
        );
        assert!(
            answer.body.contains("id=\"e-title\"") && answer.body.contains("id=\"e-stars\""),
            "{}",
            answer.body
        );
        assert!(answer.body.contains("Shirt"), "the product is still there");
        let id = shop.question(&me, "Here").await;
        let edit = format!("/boards/qna/posts/{id}/edit");
        let answer = shop
            .form(&me, &edit, &[("title", "Still here"), ("body", " ")])
            .await;
        assert_eq!(answer.status, 422);
        assert!(
            answer.body.contains("value=\"Still here\""),
            "{}",
            answer.body
        );
    }
}

#[tokio::test]
async fn nothing_typed_is_lost_while_a_neighbour_is_down() {
    for shop in shops() {
        let me = member(1);
        let id = shop.question(&me, "Here").await;
        shop.neighbours
            .members_are_shut
            .store(true, Ordering::SeqCst);
        let post = [("title", "Important"), ("body", "Very long"), ("key", "x")];
        let answer = shop.form(&me, "/boards/qna/new", &post).await;
        assert_eq!(answer.status, 503);
        assert!(
            answer.body.contains("Important") && answer.body.contains("still here"),
            "{}",
            answer.body
        );
        let comments = format!("/boards/qna/posts/{id}/comments");
        let answer = shop.form(&me, &comments, &[("body", "My comment")]).await;
        assert_eq!(answer.status, 503);
        assert!(answer.body.contains("My comment"), "{}", answer.body);
    }
}

#[tokio::test]
async fn comments_are_posted_once_and_lead_back() {
    for shop in shops() {
        let me = member(1);
        let id = shop.question(&me, "Here").await;
        let page = shop.get(&me, &format!("/boards/qna/posts/{id}")).await.body;
        let key = page
            .split("name=\"key\" value=\"")
            .nth(1)
            .unwrap()
            .split('"')
            .next()
            .unwrap();
        let comments = format!("/boards/qna/posts/{id}/comments");
        for _ in 0..2 {
            let said = shop
                .form(&me, &comments, &[("body", "Hello"), ("key", key)])
                .await;
            assert_eq!(
                said.location,
                format!("/boards/qna/posts/{id}#c-{key}"),
                "{}",
                said.body
            );
        }
        let read = shop
            .get(&nobody(), &format!("/api/boards/qna/posts/{id}"))
            .await
            .json();
        assert_eq!(read["comments"].as_array().unwrap().len(), 1);
        assert_eq!(shop.form(&me, &comments, &[("body", "")]).await.status, 422);
        // somebody else's id is nobody's to take
        assert_eq!(
            shop.form(&member(2), &comments, &[("body", "Hi"), ("key", key)])
                .await
                .status,
            404
        );
        let taken = [("title", "a"), ("body", "b"), ("key", id.as_str())];
        assert_eq!(
            shop.form(&member(2), "/boards/qna/new", &taken)
                .await
                .status,
            404
        );
    }
}

#[tokio::test]
async fn lists_show_a_product_and_who_may_write() {
    for shop in shops() {
        shop.post(
            &member(1),
            "qna",
            json!({ "title": "About shirts", "body": "?", "sku": "TEE-M" }),
        )
        .await;
        shop.question(&member(1), "About nothing").await;
        let page = shop.get(&nobody(), "/boards/qna?sku=TEE-L").await;
        assert!(
            page.body.contains("About shirts") && !page.body.contains("About nothing"),
            "{}",
            page.body
        );
        assert!(page.body.contains("/boards/qna/new?sku=TEE-L"));
        for (who, writes) in [(nobody(), false), (member(1), false), (admin(), true)] {
            let page = shop.get(&who, "/boards/notices").await;
            assert_eq!(page.body.contains("/boards/notices/new"), writes);
        }
        assert_eq!(
            shop.get(&member(1), "/boards/notices/new").await.status,
            403
        );
        assert_eq!(
            shop.get(&member(1), "/boards/qna/new?sku=NONE")
                .await
                .status,
            404
        );
        assert_eq!(shop.get(&member(1), "/boards/nowhere").await.status, 404);
        shop.neighbours.shelf_is_shut.store(true, Ordering::SeqCst);
        assert_eq!(
            shop.get(&member(1), "/boards/qna/new?sku=MUG").await.status,
            503
        );
        assert_eq!(
            shop.get(&member(1), "/boards/qna/new?sku=TEE-M")
                .await
                .status,
            200,
            "somebody wrote about it before"
        );
        assert_eq!(shop.get(&nobody(), "/boards/qna").await.status, 200);
    }
}

#[tokio::test]
async fn long_lists_have_pages() {
    for shop in shops() {
        for n in 0..30 {
            shop.question(&member(1), &format!("Number {n}.")).await;
        }
        let first = shop.get(&nobody(), "/boards/qna").await.body;
        assert!(first.contains("Number 29.") && !first.contains("Number 5."));
        let next = first
            .split("/boards/qna?cursor=")
            .nth(1)
            .unwrap()
            .split('"')
            .next()
            .unwrap();
        let second = shop
            .get(&nobody(), &format!("/boards/qna?cursor={next}"))
            .await
            .body;
        assert!(second.contains("Number 5.") && !second.contains("Number 29."));
    }
}
