//! A forgotten password.

use std::time::Duration;

use crate::common::{PASSWORD, Shop, join, limited, shops, shops_with};
use actix_web::http::Method;
use futures_util::future::join_all;
use members::letters::send_waiting;
use serde_json::json;

const NEW: &str = "banana palace 7";
const EMAIL: &str = "kim@example.com";

async fn joined(shop: &Shop) {
    assert_eq!(
        shop.browser()
            .json(Method::POST, "/api/members", join(EMAIL))
            .await
            .status,
        201
    );
}

/// Asks for a link, as the page does, and lets the worker write.
async fn link(shop: &Shop) -> String {
    let asked = shop.browser().form("/reset", &[("email", EMAIL)]).await;
    assert_eq!(asked.status, 200);
    send_waiting(&shop.service, &*shop.post).await.unwrap();
    shop.post.token(0)
}

async fn choose(shop: &Shop, token: &str, password: &str) -> u16 {
    let answer = shop
        .browser()
        .form(&format!("/reset/{token}"), &[("new_password", password)])
        .await;
    answer.status.as_u16()
}

#[actix_web::test]
async fn a_link_works_once_and_ends_all_sessions() {
    for shop in shops() {
        let mut browser = shop.member(EMAIL).await;
        let (unused, token) = (link(&shop).await, link(&shop).await);
        {
            let letters = shop.post.letters.lock().unwrap();
            let letter = letters.last().unwrap();
            assert_eq!(
                (
                    letter.email.as_str(),
                    letter.name.as_str(),
                    letter.locale.as_str()
                ),
                (EMAIL, "김서연", "en")
            );
            assert_ne!(letters[0].key, letters[1].key);
        }
        let form = shop.browser().get(&format!("/reset/{token}")).await;
        assert_eq!(form.status, 200);
        assert!(form.body.contains("new_password"));
        assert_eq!(choose(&shop, &token, "short").await, 422);
        assert!(browser.is_known().await);
        assert_eq!(choose(&shop, &token, NEW).await, 303);
        assert!(!browser.is_known().await);
        assert_eq!(browser.log_in(EMAIL, PASSWORD).await.status, 401);
        assert_eq!(browser.log_in(EMAIL, NEW).await.status, 200);
        for used in [&token, &unused] {
            assert_eq!(
                shop.browser().get(&format!("/reset/{used}")).await.status,
                410
            );
            assert_eq!(choose(&shop, used, "another one 9").await, 410);
        }
        assert_eq!(shop.audit().await[0].0, "member.password_reset");
    }
}

#[actix_web::test]
async fn a_link_expires_after_thirty_minutes() {
    for shop in shops() {
        joined(&shop).await;
        let token = link(&shop).await;
        shop.clock.turn(Duration::from_secs(30 * 60 - 1));
        assert_eq!(
            shop.browser().get(&format!("/reset/{token}")).await.status,
            200
        );
        shop.clock.turn(Duration::from_secs(1));
        assert_eq!(choose(&shop, &token, NEW).await, 410);
        assert_eq!(shop.browser().log_in(EMAIL, PASSWORD).await.status, 200);
        assert_eq!(
            members::letters::remove_ended(&shop.service).await.unwrap(),
            1
        );
    }
}

#[actix_web::test]
async fn of_eight_who_use_a_link_at_once_one_chooses_the_password() {
    for shop in shops() {
        joined(&shop).await;
        let token = link(&shop).await;
        let passwords: Vec<String> = (0..8).map(|n| format!("banana palace {n}")).collect();
        let statuses = join_all(
            passwords
                .iter()
                .map(|password| choose(&shop, &token, password)),
        )
        .await;
        let winners: Vec<&String> = passwords
            .iter()
            .zip(&statuses)
            .filter(|(_, status)| **status == 303)
            .map(|(p, _)| p)
            .collect();
        assert_eq!(winners.len(), 1, "{statuses:?}");
        assert_eq!(
            statuses.iter().filter(|status| **status == 410).count(),
            7,
            "{statuses:?}"
        );
        assert_eq!(shop.browser().log_in(EMAIL, winners[0]).await.status, 200);
    }
}

#[actix_web::test]
async fn nobody_learns_whether_an_address_is_a_members() {
    for shop in shops() {
        joined(&shop).await;
        let of_member = shop.browser().form("/reset", &[("email", EMAIL)]).await;
        let of_nobody = shop
            .browser()
            .form("/reset", &[("email", "lee@example.com")])
            .await;
        assert_eq!(of_member.status, of_nobody.status);
        // what is above differs by its nonce
        let content =
            |body: &str, email: &str| body.split_once("<main").unwrap().1.replace(email, "");
        assert_eq!(
            content(&of_member.body, EMAIL),
            content(&of_nobody.body, "lee@example.com")
        );
        send_waiting(&shop.service, &*shop.post).await.unwrap();
        assert_eq!(shop.post.count(), 1);
        let nonsense = shop.browser().form("/reset", &[("email", "lee@")]).await;
        assert_eq!(nonsense.status, 422);
        assert!(nonsense.body.contains("value=\"lee@\""));
    }
}

#[actix_web::test]
async fn a_letter_waits_for_the_post_and_every_link_that_may_have_arrived_works() {
    for shop in shops() {
        joined(&shop).await;
        *shop.post.is_shut.lock().unwrap() = true;
        shop.browser().form("/reset", &[("email", EMAIL)]).await;
        for _ in 0..2 {
            assert!(send_waiting(&shop.service, &*shop.post).await.is_err());
        }
        *shop.post.is_shut.lock().unwrap() = false;
        assert_eq!(send_waiting(&shop.service, &*shop.post).await.unwrap(), 1);
        assert_eq!(send_waiting(&shop.service, &*shop.post).await.unwrap(), 0);
        let keys: Vec<String> = shop
            .post
            .letters
            .lock()
            .unwrap()
            .iter()
            .map(|letter| letter.key.clone())
            .collect();
        assert_eq!(keys.len(), 3);
        assert!(
            keys.iter().all(|key| *key == keys[0]),
            "the post can tell that it is one letter"
        );
        assert_eq!(choose(&shop, &shop.post.token(2), NEW).await, 303);
        assert_eq!(choose(&shop, &shop.post.token(0), NEW).await, 410);
    }
}

#[actix_web::test]
async fn a_letter_that_would_come_too_late_is_not_sent() {
    for shop in shops() {
        joined(&shop).await;
        shop.browser().form("/reset", &[("email", EMAIL)]).await;
        shop.clock.turn(Duration::from_mins(30));
        assert_eq!(send_waiting(&shop.service, &*shop.post).await.unwrap(), 1);
        assert_eq!(shop.post.count(), 0);
    }
}

#[actix_web::test]
async fn a_new_password_makes_old_links_worthless() {
    for shop in shops() {
        let mut browser = shop.member(EMAIL).await;
        let token = link(&shop).await;
        let change = json!({"current_password": PASSWORD, "new_password": NEW});
        assert_eq!(
            browser
                .json(Method::PUT, "/api/members/me/password", change)
                .await
                .status,
            204
        );
        assert_eq!(choose(&shop, &token, "another one 9").await, 410);
    }
}

#[actix_web::test]
async fn mails_to_one_address_are_limited_alike_for_members_and_strangers() {
    for shop in shops_with(limited) {
        joined(&shop).await;
        for email in [EMAIL, "lee@example.com"] {
            let mut allowed = 0;
            while shop
                .browser()
                .form("/reset", &[("email", email)])
                .await
                .status
                == 200
                && allowed < 50
            {
                allowed += 1;
            }
            assert_eq!(allowed, 5, "{email}");
        }
    }
}

#[actix_web::test]
async fn a_token_that_never_was_one_is_a_stale_link() {
    for shop in shops() {
        for token in ["x", "%27%20OR%201=1", "%EA%B0%80", &"a".repeat(2000)] {
            assert_eq!(
                shop.browser().get(&format!("/reset/{token}")).await.status,
                410,
                "{token}"
            );
            assert_eq!(choose(&shop, token, NEW).await, 410, "{token}");
        }
    }
}
