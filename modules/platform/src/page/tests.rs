use std::sync::Arc;

use actix_web::body::to_bytes;
use actix_web::dev::ServiceResponse;
use actix_web::http::header;
use actix_web::middleware::from_fn;
use actix_web::test::{TestRequest, call_service, init_service};
use actix_web::{App, HttpMessage, web};
use kernel::{MemberId, Timestamp};
use serde::Deserialize;
use serde_json::Value;

use super::*;
use crate::identity::{Admin, Role, SignedIn, csrf};
use crate::locale::{FRAME, Texts, untranslated_below};
use crate::{problem, telemetry};

#[derive(Deserialize)]
struct Note {
    #[expect(dead_code, reason = "only whether it can be read matters")]
    title: String,
}

async fn shown(page: Page) -> Result<HttpResponse, Problem> {
    Err(Problem::conflict("problem-data").arg("reason", page.path().to_owned()))
}

async fn broken() -> HttpResponse {
    panic!("the roof is on fire")
}

/// One request through all middlewares, in the order that the app has them.
async fn ask(request: TestRequest) -> ServiceResponse {
    let shell = Shell::sample(Texts::new(&FRAME).unwrap());
    let app = App::new()
        .app_data(Data::new(shell))
        .configure(problem::extractors)
        .configure(routes)
        .route("/boom", web::get().to(broken))
        .route("/api/boom", web::get().to(broken))
        .route(
            "/said",
            web::post().to(|page: Page| async move { page.redirect_saying("/my", "frame-cart") }),
        )
        .route("/shown", web::get().to(shown))
        .route(
            "/my",
            web::get().to(|_: SignedIn| async { HttpResponse::Ok().finish() }),
        )
        .route(
            "/api/my",
            web::get().to(|_: SignedIn| async { HttpResponse::Ok().finish() }),
        )
        .route(
            "/api/admin",
            web::get().to(|_: Admin| async { HttpResponse::Ok().finish() }),
        )
        .route(
            "/api/notes",
            web::post().to(|_: web::Json<Note>| async { HttpResponse::Ok().finish() }),
        )
        .service(
            web::resource("/api/items/{id}").route(
                web::get().to(|_: web::Path<MemberId>| async { HttpResponse::Ok().finish() }),
            ),
        )
        .route(
            "/api/db",
            web::get().to(|| async {
                Err::<HttpResponse, Problem>(Problem::unavailable(
                    "stock",
                    std::time::Duration::from_secs(3),
                ))
            }),
        )
        .wrap(from_fn(csrf::guard))
        .wrap(from_fn(problem::render))
        .wrap(from_fn(finish))
        .wrap(from_fn(telemetry::observe));
    let app = init_service(app).await;
    let request = request.to_request();
    match actix_web::dev::Service::call(&app, request).await {
        Ok(response) => response.map_into_boxed_body(),
        Err(error) => ServiceResponse::new(
            TestRequest::default().to_http_request(),
            error.error_response(),
        ),
    }
}

fn head(headers: &header::HeaderMap, name: impl header::AsHeaderName) -> String {
    headers
        .get(name)
        .map_or_else(String::new, |value| value.to_str().unwrap().to_owned())
}

async fn text(response: ServiceResponse) -> String {
    String::from_utf8(to_bytes(response.into_body()).await.unwrap().to_vec()).unwrap()
}

fn get(path: &str) -> TestRequest {
    TestRequest::get().uri(path)
}

fn post(path: &str) -> TestRequest {
    TestRequest::post().uri(path)
}

#[actix_web::test]
async fn every_error_is_a_problem_in_the_callers_language() {
    let json = ("content-type", "application/json");
    for (request, status, detail) in [
        (get("/api/nothing"), 404, "changed"),
        (get("/api/boom"), 500, "fault on our side"),
        (get("/api/my"), 401, "members only"),
        (get("/api/admin"), 401, "members only"),
        (get("/api/db"), 503, "taking a pause"),
        (get("/api/items/nonsense"), 404, "changed"),
        (post("/api/items/nonsense"), 405, "kind of request"),
        (
            post("/api/notes").insert_header(json).set_payload("{"),
            400,
            "line 1, column 1",
        ),
        (
            post("/api/notes")
                .insert_header(json)
                .set_payload("{\"title\": 3}"),
            422,
            "invalid type",
        ),
        (
            post("/api/notes")
                .insert_header(json)
                .set_payload("{\"title\": \"\u{0}"),
            400,
            "not valid JSON",
        ),
        (
            post("/api/notes")
                .insert_header(json)
                .set_payload(&b"{\"title\": \"\xff\"}"[..]),
            400,
            "not valid JSON",
        ),
        (
            post("/api/notes")
                .insert_header(json)
                .set_payload(format!("{{\"title\": \"{}\"}}", "x".repeat(300_000))),
            413,
            "256 kB",
        ),
        (
            post("/api/notes")
                .insert_header((header::CONTENT_TYPE, "text/plain"))
                .set_payload("{}"),
            415,
            "application/json",
        ),
        (
            post("/api/notes")
                .insert_header((COOKIE, "a=b"))
                .insert_header(("sec-fetch-site", "cross-site")),
            403,
            "another site",
        ),
    ] {
        let response = ask(request.insert_header((header::ACCEPT_LANGUAGE, "en"))).await;
        assert_eq!(response.status().as_u16(), status, "{detail}");
        assert_eq!(
            head(response.headers(), header::CONTENT_TYPE),
            "application/problem+json"
        );
        let request_id = head(response.headers(), "x-request-id");
        assert!(
            response
                .headers()
                .contains_key(header::CONTENT_SECURITY_POLICY),
            "{detail}"
        );
        let body: Value = serde_json::from_str(&text(response).await).unwrap();
        assert!(body["detail"].as_str().unwrap().contains(detail), "{body}");
        assert_eq!(
            (body["status"].as_u64(), body["trace_id"].as_str()),
            (Some(u64::from(status)), Some(request_id.as_str()))
        );
    }
}

#[actix_web::test]
async fn the_fields_and_the_missing_contexts_are_named() {
    let missing = post("/api/notes")
        .insert_header((header::CONTENT_TYPE, "application/json"))
        .set_payload("{}");
    let body: Value = serde_json::from_str(&text(ask(missing).await).await).unwrap();
    assert_eq!(
        body["errors"],
        serde_json::json!([{"field": "title", "detail": "이 항목이 빠졌어요."}])
    );
    assert_eq!(body["title"], "Unprocessable Entity");
    let down = ask(get("/api/db")).await;
    assert_eq!(head(down.headers(), header::RETRY_AFTER), "3");
    let body: Value = serde_json::from_str(&text(down).await).unwrap();
    assert_eq!(body["missing"], serde_json::json!(["stock"]));
}

#[actix_web::test]
async fn people_get_a_page_with_the_menu_even_after_a_panic() {
    for (path, status, expect) in [
        ("/boom", 500, "문제"),
        ("/nothing", 404, "주소"),
        ("/shown?a=%3Cb%3E", 409, "/shown?a=%3Cb%3E"),
    ] {
        let response = ask(get(path)).await;
        assert_eq!(response.status().as_u16(), status);
        let policy = head(response.headers(), header::CONTENT_SECURITY_POLICY);
        let html = text(response).await;
        assert!(
            html.contains(expect) && html.contains("href=\"/products\""),
            "{path}: {html}"
        );
        let nonce = html
            .split("nonce=\"")
            .nth(1)
            .unwrap()
            .split('"')
            .next()
            .unwrap();
        assert!(
            policy.contains(&format!(
                "'nonce-{}'",
                nonce.replace("&#61;", "=").replace("&#x3d;", "=")
            )),
            "{policy} {nonce}"
        );
    }
}

#[actix_web::test]
async fn programs_that_prefer_json_get_it_on_pages_too() {
    let response = ask(get("/nothing").insert_header((header::ACCEPT, "application/json"))).await;
    assert_eq!(
        head(response.headers(), header::CONTENT_TYPE),
        "application/problem+json"
    );
}

#[actix_web::test]
async fn strangers_are_sent_to_the_login_and_back() {
    let response = ask(get("/my?tab=1")).await;
    assert_eq!(response.status().as_u16(), 303);
    assert_eq!(
        head(response.headers(), LOCATION),
        "/login?back=/my%3Ftab%3D1"
    );
    let request = get("/my");
    let request = request.insert_header(("hx-request", "true"));
    assert_eq!(head(ask(request).await.headers(), "hx-redirect"), "/login");
}

#[actix_web::test]
async fn a_flash_is_shown_once_and_only_if_it_is_a_text() {
    let said = ask(post("/said")).await;
    assert_eq!(head(said.headers(), LOCATION), "/my");
    let cookie = head(said.headers(), header::SET_COOKIE)
        .split(';')
        .next()
        .unwrap()
        .to_owned();
    assert_eq!(cookie, "banyan-flash=frame-cart");
    let shown = ask(get("/shown").insert_header((COOKIE, cookie))).await;
    assert!(head(shown.headers(), header::SET_COOKIE).contains("Max-Age=0"));
    assert!(text(shown).await.contains("role=\"status\""));
    let forged = ask(get("/shown").insert_header((COOKIE, "banyan-flash=<script>"))).await;
    assert!(!text(forged).await.contains("role=\"status\""));
}

#[actix_web::test]
async fn static_files_stay_in_caches_until_they_change() {
    let assets = Assets::embedded();
    let url = assets.url("app.css").to_owned();
    assert!(url.starts_with("/static/app-"), "{url}");
    let plain = ask(get(&url)).await;
    assert_eq!(
        head(plain.headers(), header::CACHE_CONTROL),
        "public, max-age=31536000, immutable"
    );
    let tag = head(plain.headers(), header::ETAG);
    let zipped = ask(get(&url).insert_header((header::ACCEPT_ENCODING, "gzip, br"))).await;
    assert_eq!(head(zipped.headers(), header::CONTENT_ENCODING), "gzip");
    assert_ne!(head(zipped.headers(), header::ETAG), tag);
    assert_eq!(
        ask(get(&url).insert_header((header::IF_NONE_MATCH, tag)))
            .await
            .status()
            .as_u16(),
        304
    );
    assert_eq!(
        head(
            ask(get("/static/app-0123456789abcdef.css")).await.headers(),
            header::CACHE_CONTROL
        ),
        "no-cache"
    );
    for hidden in [
        "/static/VENDORED.md",
        "/static/none.css",
        "/static/../Cargo.toml",
        "/static/",
    ] {
        assert_eq!(ask(get(hidden)).await.status().as_u16(), 404, "{hidden}");
    }
}

#[actix_web::test]
async fn what_a_member_sees_stays_in_no_cache() {
    let member = Identity::of_member(
        MemberId::new(Timestamp::from_micros(1), [1; 10]),
        [Role::Shopper],
    );
    let app = App::new()
        .route(
            "/",
            web::get().to(|| async { HttpResponse::Ok().content_type("text/html").body("hello") }),
        )
        .wrap(from_fn(finish));
    let app = init_service(app).await;
    let request = get("/").to_request();
    request.extensions_mut().insert(member);
    assert_eq!(
        head(
            call_service(&app, request).await.headers(),
            header::CACHE_CONTROL
        ),
        "no-store"
    );
    assert_eq!(
        head(
            call_service(&app, get("/").to_request()).await.headers(),
            header::CACHE_CONTROL
        ),
        "private, no-cache"
    );
}

#[test]
fn redirects_stay_here() {
    for (to, expect) in [
        ("/my?a=b", "/my?a=b"),
        ("//evil.example/", "/"),
        ("https://evil.example", "/"),
        ("/\u{ac00}", "/"),
    ] {
        assert_eq!(head(redirect(to).headers(), LOCATION), expect);
    }
}

#[test]
fn the_frame_has_no_words_of_its_own() {
    let folder = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("templates");
    assert_eq!(untranslated_below(&folder), Vec::<String>::new());
}

#[test]
fn texts_on_a_page_know_their_reader() {
    let shell = Arc::new(Shell::sample(Texts::new(&FRAME).unwrap()));
    let page = Page::sample(shell, Identity::default().in_language(Locale::En))
        .in_area(Area::Admin, "stock");
    assert_eq!(
        (page.lang(), page.area(), page.section()),
        ("en", "admin", "stock")
    );
    let borrowed: &f64 = &4.5;
    assert_eq!(
        page.tn("frame-stars-of-five", "stars", borrowed),
        "4.5 out of 5 stars"
    );
    let errors = [FieldError::new("limit", "problem-limit").arg("most", 100)];
    assert_eq!(
        page.error(&errors, "limit"),
        "It must be a number from 1 to 100."
    );
    assert_eq!(page.error(&errors, "other"), "");
}
