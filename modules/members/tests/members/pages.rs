//! What people do in a browser without scripts.

use crate::common::{PASSWORD, shops};
use members::api::MemberCount;

#[actix_web::test]
async fn a_form_that_is_refused_keeps_what_was_typed_but_no_password() {
    for shop in shops() {
        let mut browser = shop.browser();
        browser.language = "ko";
        let typed = [
            ("email", "kim@"),
            ("name", "김서연"),
            ("password", "mango"),
            ("back", "/cart"),
        ];
        let refused = browser.form("/join", &typed).await;
        assert_eq!(refused.status, 422);
        for kept in [
            "value=\"kim@\"",
            "value=\"김서연\"",
            "value=\"/cart\"",
            "id=\"e-email\"",
            "id=\"e-password\"",
            "href=\"#f-email\"",
        ] {
            assert!(refused.body.contains(kept), "{kept}");
        }
        assert!(refused.body.contains("비밀번호는 8자 이상이어야 합니다."));
        assert!(!refused.body.contains("mango"));
        assert!(!refused.body.contains("id=\"e-name\""));
        // an empty form is a form too
        assert_eq!(browser.form("/join", &[]).await.status, 422);
        assert_eq!(shop.ask(MemberCount {}).await, 0);
    }
}

#[actix_web::test]
async fn joining_logs_in_and_leads_back_to_where_one_came_from() {
    for shop in shops() {
        let mut browser = shop.browser();
        let form = browser.get("/join?back=/products%3Fq%3Dmug").await;
        assert!(form.body.contains("value=\"/products?q=mug\""));
        assert!(form.body.contains("/login?back=/products%3Fq%3Dmug"));
        let typed = [
            ("email", "kim@example.com"),
            ("name", "Kim"),
            ("password", PASSWORD),
            ("back", "/products?q=mug"),
        ];
        let joined = browser.form("/join", &typed).await;
        assert_eq!(
            (joined.status.as_u16(), joined.header("location")),
            (303, "/products?q=mug")
        );
        assert!(browser.is_known().await);
        assert_eq!(
            browser.get("/login?back=/cart").await.header("location"),
            "/cart"
        );

        let again = shop.browser().form("/join", &typed).await;
        assert_eq!(again.status, 422);
        assert!(
            again
                .body
                .contains("A member has this e-mail address already.")
        );
    }
}

#[actix_web::test]
async fn a_login_never_leads_to_another_site() {
    for shop in shops() {
        shop.member("kim@example.com").await;
        for (back, expect) in [
            ("/cart", "/cart"),
            ("//evil.example", "/"),
            ("https://evil.example", "/"),
            ("/\\evil.example", "/"),
            ("", "/"),
        ] {
            let mut browser = shop.browser();
            let entered = browser
                .form(
                    "/login",
                    &[
                        ("email", "kim@example.com"),
                        ("password", PASSWORD),
                        ("back", back),
                    ],
                )
                .await;
            assert_eq!(
                (entered.status.as_u16(), entered.header("location")),
                (303, expect),
                "{back}"
            );
            assert!(browser.is_known().await);
        }
        let mut browser = shop.browser();
        let refused = browser
            .form(
                "/login",
                &[
                    ("email", "kim@example.com"),
                    ("password", "wrong one"),
                    ("back", "/cart"),
                ],
            )
            .await;
        assert_eq!(refused.status, 401);
        assert!(
            refused.body.contains("value=\"kim@example.com\"")
                && !refused.body.contains("wrong one")
        );
    }
}

#[actix_web::test]
async fn a_link_logs_nobody_out_but_the_button_does() {
    for shop in shops() {
        let mut browser = shop.member("kim@example.com").await;
        assert_eq!(browser.get("/logout").await.status, 200);
        assert!(browser.is_known().await);
        assert_eq!(browser.form("/logout", &[]).await.header("location"), "/");
        assert!(!browser.is_known().await);
        assert_eq!(
            browser.get("/my/profile").await.header("location"),
            "/login?back=/my/profile"
        );
    }
}

#[actix_web::test]
async fn the_profile_shows_a_new_key_once_and_changes_what_one_asks() {
    for shop in shops() {
        let mut browser = shop.member("kim@example.com").await;
        let saved = browser
            .form("/my/profile", &[("name", "Kim Seoyeon"), ("locale", "ko")])
            .await;
        assert_eq!(saved.header("location"), "/my/profile");
        assert_eq!(
            browser.cookies.get("banyan-language").map(String::as_str),
            Some("ko")
        );
        let shown = browser.get("/my/profile").await;
        assert!(shown.body.contains("value=\"Kim Seoyeon\""));
        let refused = browser
            .form("/my/profile", &[("name", ""), ("locale", "ko")])
            .await;
        assert!(refused.status == 422 && refused.body.contains("id=\"e-name\""));

        let made = browser
            .form("/my/profile/keys", &[("key_name", "sync")])
            .await;
        assert!(made.body.contains("banyan_") && made.body.contains("sync"));
        let shown = browser.get("/my/profile").await;
        assert!(!shown.body.contains("banyan_") && shown.body.contains("sync"));
        let refused = browser.form("/my/profile/keys", &[("key_name", " ")]).await;
        assert!(refused.status == 422 && refused.body.contains("id=\"e-key_name\""));
        let id = browser.get("/api/keys").await.json()["items"][0]["id"]
            .as_str()
            .unwrap()
            .to_owned();
        for _ in 0..2 {
            assert_eq!(
                browser
                    .form(&format!("/my/profile/keys/{id}/revoke"), &[])
                    .await
                    .status,
                303
            );
        }
        assert_eq!(
            browser.get("/api/keys").await.json()["items"],
            serde_json::json!([])
        );
    }
}

#[actix_web::test]
async fn addresses_are_kept_edited_and_removed() {
    for shop in shops() {
        let mut browser = shop.member("kim@example.com").await;
        let typed = [
            ("recipient", "김서연"),
            ("phone", "010-0000-1107"),
            ("postcode", "0407"),
            ("line1", "느티나무길 12"),
            ("line2", ""),
        ];
        let refused = browser.form("/my/profile/addresses", &typed).await;
        assert!(
            refused.status == 422
                && refused.body.contains("id=\"e-postcode\"")
                && refused.body.contains("value=\"느티나무길 12\"")
        );
        let typed = typed.map(|(name, value)| {
            if name == "postcode" {
                (name, "04071")
            } else {
                (name, value)
            }
        });
        for _ in 0..2 {
            assert_eq!(
                browser
                    .form("/my/profile/addresses", &typed)
                    .await
                    .header("location"),
                "/my/profile#addresses"
            );
        }
        let list = browser.get("/api/members/me/addresses").await.json();
        let second = format!(
            "/my/profile/addresses/{}",
            list["items"][1]["id"].as_str().unwrap()
        );
        assert!(browser.get(&second).await.body.contains("value=\"04071\""));
        assert_eq!(
            browser.form(&format!("{second}/default"), &[]).await.status,
            303
        );
        let list = browser.get("/api/members/me/addresses").await.json();
        assert!(second.ends_with(list["items"][0]["id"].as_str().unwrap()));
        for _ in 0..2 {
            assert_eq!(
                browser.form(&format!("{second}/remove"), &[]).await.status,
                303
            );
        }
        assert_eq!(
            browser.get("/api/members/me/addresses").await.json()["items"]
                .as_array()
                .unwrap()
                .len(),
            1
        );
        assert_eq!(browser.get(&second).await.status, 404);
    }
}

#[actix_web::test]
async fn leaving_needs_the_password_and_says_so_beside_the_field() {
    for shop in shops() {
        let mut browser = shop.member("kim@example.com").await;
        let refused = browser
            .form(
                "/my/profile/withdrawal",
                &[("withdrawal_password", "wrong one")],
            )
            .await;
        assert!(refused.status == 422 && refused.body.contains("id=\"e-withdrawal_password\""));
        let refused = browser
            .form(
                "/my/profile/password",
                &[("current_password", PASSWORD), ("new_password", "short")],
            )
            .await;
        assert!(refused.status == 422 && refused.body.contains("id=\"e-new_password\""));
        let left = browser
            .form(
                "/my/profile/withdrawal",
                &[("withdrawal_password", PASSWORD)],
            )
            .await;
        assert_eq!((left.status.as_u16(), left.header("location")), (303, "/"));
        assert_eq!(shop.ask(MemberCount {}).await, 0);
    }
}
