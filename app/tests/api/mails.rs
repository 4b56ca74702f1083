use super::shop;
use crate::support::{Method, Shopper, TestShop, Value, eventually, json};

#[tokio::test]
async fn people_are_written_to_in_their_own_language() {
    let shop = shop().await;
    shop.sells("MAIL-1", 5_000, 10).await;
    let korean = shop.shopper().await;
    let english = shop.stranger();
    english
        .signs_up()
        .header("accept-language", "en")
        .await
        .is(201);
    english.signs_in().await.is(200);
    for (member, names) in [(&korean, "나무 그릇"), (&english, "wooden bowl")] {
        let order = member.buys("MAIL-1", "tok_ok").await;
        let order = member.sees_order(&order).until("delivered").await;
        // welcome, confirmed, shipped, delivered
        let mails = mails_to(&shop, member, 4).await;
        let number = order["number"].as_str().unwrap();
        let about_order: Vec<&Value> = mails
            .iter()
            .filter(|mail| mail["text"].as_str().unwrap().contains(number))
            .collect();
        assert_eq!(about_order.len(), 3, "{mails:#?}");
        assert!(
            about_order
                .iter()
                .any(|mail| mail["text"].as_str().unwrap().contains(names))
        );
        for mail in &mails {
            let is_hangul = |c: char| ('가'..='힣').contains(&c);
            let subject = mail["subject"].as_str().unwrap();
            assert_eq!(
                subject.contains(is_hangul),
                names == "나무 그릇",
                "{subject}"
            );
            let html = mail["html"].as_str().unwrap();
            assert!(html.contains("<html") && html.contains("lang="), "{html}");
        }
    }
    let declined = korean.buys("MAIL-1", "tok_declined").await;
    korean.sees_order(&declined).until("cancelled").await;
    mails_to(&shop, &korean, 5).await;
}

#[tokio::test]
async fn a_forgotten_password_is_replaced_by_a_link_that_works_once() {
    let shop = shop().await;
    let member = shop.shopper().await;
    mails_to(&shop, &member, 1).await;
    let guest = shop.guest();
    let asks = |email: &str| guest.ask(Method::POST, "/reset").form(&[("email", email)]);
    // the answer does not tell who is a member
    let (known, unknown) = (asks(&member.email).await, asks("nobody@example.com").await);
    assert_eq!(known.status, unknown.status);
    let mails = mails_to(&shop, &member, 2).await;
    let text = mails
        .iter()
        .map(|mail| mail["text"].as_str().unwrap())
        .find(|text| text.contains("/reset/"));
    let base = shop.base();
    let link = text
        .unwrap()
        .split_whitespace()
        .find_map(|word| word.strip_prefix(&*base))
        .unwrap();
    guest.get(link).await.is(200);
    let chooses = |password: &str| {
        guest
            .ask(Method::POST, link)
            .form(&[("new_password", password)])
    };
    assert_eq!(chooses("short").await.status, 422);
    let new = "새로 고른 긴 비밀번호";
    assert!([302, 303].contains(&chooses(new).await.status));
    // every session of before has ended, the old password is no more
    member.get("/api/members/me").await.problem(401);
    member.signs_in().await.problem(401);
    Shopper::new(shop.guest(), &member.email, new)
        .signs_in()
        .await
        .is(200);
    assert_eq!(chooses("noch ein anderes Passwort").await.status, 410);
    assert_eq!(guest.get(link).await.status, 410);
    guest.get("/reset/made-up-link").await.is(410);
}

/// All mails to somebody, when there are so many.
async fn mails_to(shop: &TestShop, member: &Shopper, count: usize) -> Vec<Value> {
    let neighbour = shop.neighbour();
    let ask = async |call: &str, body: Value| {
        neighbour
            .post(&format!("/internal/notifications/{call}"), &body)
            .await
            .is(200)
            .json()
    };
    let found = eventually(&format!("{count} mails to {}", member.email), || async {
        let all = ask("mailbox", json!({ "limit": 100 })).await;
        let own = all
            .as_array()
            .unwrap()
            .iter()
            .filter(|mail| mail["to"].as_str().unwrap().contains(&member.email));
        let own: Vec<Value> = own.cloned().collect();
        assert!(own.len() <= count, "too many: {own:#?}");
        (own.len() == count).then_some(own)
    })
    .await;
    let mut mails = Vec::new();
    for mail in found {
        mails.push(ask("mail-by-id", json!({ "id": mail["id"] })).await);
    }
    mails
}
