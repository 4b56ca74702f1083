use std::time::Duration;

use actix_web::web::{self, Form, ServiceConfig};
use actix_web::{HttpRequest, HttpResponse};
use kernel::Locale;
use platform::identity::cookies::Jar;
use platform::identity::{Client, local_path};
use platform::page;
use platform::problem::Problem;
use serde::Deserialize;

const LIFETIME: Duration = Duration::from_hours(365 * 24);

pub fn routes(cfg: &mut ServiceConfig) {
    cfg.route("/language", web::post().to(choose));
}

#[derive(Deserialize)]
struct Choice {
    lang: String,
    #[serde(default)]
    back: String,
}

/// Remembers the language in a cookie and goes back to where the switch was.
async fn choose(request: HttpRequest, choice: Form<Choice>) -> Result<HttpResponse, Problem> {
    let locale =
        Locale::parse(&choice.lang).ok_or_else(|| Problem::bad_request("app-language-unknown"))?;
    let mut response = page::redirect(local_path(&choice.back).unwrap_or("/"));
    let cookie = Jar::Language.build(Client::of(&request).https, locale.as_str(), Some(LIFETIME));
    response.add_cookie(&cookie).map_err(Problem::internal)?;
    Ok(response)
}
