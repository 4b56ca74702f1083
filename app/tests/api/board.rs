use super::shop;
use crate::support::{Method, PASSWORD, Shopper, Value, json};

const REVIEWS: &str = "/api/boards/reviews/posts";
const QNA: &str = "/api/boards/qna/posts";
const NOTICES: &str = "/api/boards/notices/posts";

#[tokio::test]
async fn only_buyers_review_and_only_once() {
    let shop = shop().await;
    shop.sells("READ-1", 9_000, 9).await;
    let review =
        json!({ "title": "손에 잘 맞아요", "body": "매일 씁니다.", "sku": "READ-1", "stars": 4 });
    shop.guest().post(REVIEWS, &review).await.problem(401);
    let buyer = shop.shopper().await;
    buyer.post(REVIEWS, &review).await.problem(403);
    let order = buyer.buys("READ-1", "tok_ok").await;
    buyer.sees_order(&order).until("delivered").await;
    for stars in [
        json!(0),
        json!(6),
        json!(-1),
        json!(4.5),
        json!("many"),
        json!(null),
    ] {
        let mut bad = review.clone();
        bad["stars"] = stars;
        buyer.post(REVIEWS, &bad).await.problem(422);
    }
    let posted = buyer.post(REVIEWS, &review).await.is(201).json();
    assert!(posted["id"].is_string(), "{posted}");
    buyer.post(REVIEWS, &review).await.problem(409);

    let product = shop
        .guest()
        .get("/api/products/READ-1")
        .await
        .is(200)
        .json();
    assert_eq!(product["stars"], 4.0);
    assert_eq!(
        product["reviews"].as_array().unwrap().len(),
        1,
        "{product:#}"
    );
    let listed = shop.guest().get(REVIEWS).await.is(200).items();
    assert_eq!(listed[0]["title"], "손에 잘 맞아요");
    // the mean of two
    let second = shop.shopper().await;
    let order = second.buys("READ-1", "tok_ok").await;
    second.sees_order(&order).until("delivered").await;
    second
        .post(
            REVIEWS,
            &json!({ "title": "보통", "body": "그럭저럭", "sku": "READ-1", "stars": 3 }),
        )
        .await
        .is(201);
    let product = shop
        .guest()
        .get("/api/products/READ-1")
        .await
        .is(200)
        .json();
    assert_eq!(product["stars"], 3.5);
}

#[tokio::test]
async fn posts_are_read_by_all_and_changed_by_whoever_wrote_them() {
    let shop = shop().await;
    shop.sells("ASK-1", 9_000, 9).await;
    let question =
        json!({ "title": "오븐에 넣어도 되나요?", "body": "200도까지요.", "sku": "ASK-1" });
    shop.guest().post(QNA, &question).await.problem(401);
    let (asker, other) = (shop.shopper().await, shop.shopper().await);
    let posted = asker.post(QNA, &question).await.is(201).json();
    let path = format!("{QNA}/{}", posted["id"].as_str().unwrap());
    let read = shop.guest().get(&path).await.is(200).json();
    assert_eq!(
        (&read["title"], &read["body"], &read["sku"]),
        (&question["title"], &question["body"], &question["sku"])
    );

    let answer = json!({ "body": "네, 됩니다." });
    shop.guest()
        .post(&format!("{path}/comments"), &answer)
        .await
        .problem(401);
    other
        .post(&format!("{path}/comments"), &answer)
        .await
        .is(201);
    other
        .post(&format!("{path}/comments"), &json!({ "body": "" }))
        .await
        .problem(422);
    let read = shop.guest().get(&path).await.is(200);
    assert!(read.text().contains("네, 됩니다."), "{}", read.text());

    let change = json!({ "title": "오븐에 넣어도 될까요?" });
    let refused = other.patch(&path, &change).await;
    assert!([403, 404].contains(&refused.status), "{refused:?}");
    let refused = other.delete(&path).await;
    assert!([403, 404].contains(&refused.status), "{refused:?}");
    shop.guest().patch(&path, &change).await.problem(401);
    assert_eq!(
        asker.patch(&path, &change).await.is(200).json()["title"],
        "오븐에 넣어도 될까요?"
    );
    asker.delete(&path).await.is(204);
    shop.guest().get(&path).await.problem(404);
    assert_eq!(
        shop.guest().get(QNA).await.is(200).items(),
        Vec::<Value>::new()
    );
}

#[tokio::test]
async fn notices_are_the_shopkeepers() {
    let shop = shop().await;
    let notice = json!({ "title": "설날 배송 안내", "body": "사흘 쉽니다." });
    shop.guest().post(NOTICES, &notice).await.problem(401);
    shop.shopper()
        .await
        .post(NOTICES, &notice)
        .await
        .problem(403);
    let admin = shop.admin().await;
    admin.post(NOTICES, &notice).await.is(201);
    assert_eq!(
        shop.guest().get(NOTICES).await.is(200).items()[0]["title"],
        "설날 배송 안내"
    );
    shop.guest()
        .get("/api/boards/gossip/posts")
        .await
        .problem(404);
    admin
        .post("/api/boards/gossip/posts", &notice)
        .await
        .problem(404);
    shop.guest()
        .get(&format!("{NOTICES}/{}", uuid::Uuid::now_v7()))
        .await
        .problem(404);
    shop.guest().get(&format!("{NOTICES}/x")).await.problem(404);
}

#[tokio::test]
async fn what_a_member_wrote_outlives_them_without_their_name() {
    let shop = shop().await;
    let member = Shopper::new(
        shop.guest(),
        &format!("{}@example.com", crate::support::unique()),
        PASSWORD,
    );
    let name = format!("이름{}", &crate::support::unique()[20..]);
    member
        .post(
            "/api/members",
            &json!({ "email": member.email, "password": PASSWORD, "name": name }),
        )
        .await
        .is(201);
    member.signs_in().await.is(200);
    let posted = member
        .post(
            QNA,
            &json!({ "title": "질문 있습니다", "body": "언제 오나요?" }),
        )
        .await
        .is(201)
        .json();
    let path = format!("{QNA}/{}", posted["id"].as_str().unwrap());
    assert!(shop.guest().get(&path).await.is(200).text().contains(&name));
    member
        .post(
            "/api/members/me/withdrawal",
            &json!({ "password": PASSWORD }),
        )
        .await
        .is(202);
    let read = crate::support::eventually("the name is gone", || async {
        let read = shop.guest().get(&path).await.is(200).text();
        (!read.contains(&name)).then_some(read)
    });
    assert!(read.await.contains("언제 오나요?"));
    let page = shop
        .guest()
        .get(&format!(
            "/boards/qna/posts/{}",
            posted["id"].as_str().unwrap()
        ))
        .await
        .is(200)
        .text();
    assert!(page.contains("탈퇴한 회원"), "{page}");
}

#[tokio::test]
async fn what_is_no_post_is_told_per_field() {
    let shop = shop().await;
    let member = shop.shopper().await;
    for (body, field) in [
        (json!({ "title": "", "body": "글" }), "title"),
        (json!({ "title": "제목", "body": "" }), "body"),
        (
            json!({ "title": "제".repeat(10_000), "body": "글" }),
            "title",
        ),
        (
            json!({ "title": "제목", "body": "글".repeat(70_000) }),
            "body",
        ),
        (json!({ "title": "제목" }), "body"),
        (
            json!({ "title": "제목", "body": "글", "sku": "NOBODY-SELLS" }),
            "sku",
        ),
    ] {
        let fields = member.post(QNA, &body).await.wrong_fields();
        assert_eq!(
            fields,
            [field],
            "{}",
            &body.to_string()[..40.min(body.to_string().len())]
        );
    }
    let posted = member
        .post(
            QNA,
            &json!({ "title": "<script>alert(1)</script>", "body": "<b>굵게</b>" }),
        )
        .await
        .is(201);
    let id = posted.json()["id"].as_str().unwrap().to_owned();
    let page = shop
        .guest()
        .get(&format!("/boards/qna/posts/{id}"))
        .await
        .is(200)
        .text();
    assert!(
        !page.contains("<script>alert") && page.contains("&lt;b&gt;")
            || page.contains("&#60;b&#62;"),
        "escaped"
    );
    member
        .ask(Method::POST, QNA)
        .body("application/json", [0xff, 0xfe, b'{'])
        .await
        .problem(400);
}
