use actix_web::HttpResponse;
use actix_web::http::StatusCode;
use actix_web::web::{self, Data, Form, Path, ServiceConfig};
use askama::Template;
use futures_util::future::join_all;
use kernel::Timestamp;
use platform::events::dead_letters::DeadLetter;
use platform::identity::Admin;
use platform::ops::{DeadLetters, DiscardDeadLetter, Operator, ReplayDeadLetter};
use platform::page::{self, Area, Page};
use platform::ports::Port;
use platform::problem::Problem;
use serde::Deserialize;

use crate::pages::OwnPages;

const HERE: &str = "/console/dead-letters";
/// Per context; who has more has another problem.
const SHOWN: i64 = 100;

pub fn routes(cfg: &mut ServiceConfig) {
    cfg.route(HERE, web::get().to(list))
        .route(
            "/console/dead-letters/{context}/{id}/replay",
            web::post().to(replay),
        )
        .route(
            "/console/dead-letters/{context}/{id}/discard",
            web::post().to(discard),
        );
}

struct Letter {
    /// Whose event it is: the publisher keeps it.
    context: &'static str,
    letter: DeadLetter,
}

impl Letter {
    fn parked_at(&self) -> Timestamp {
        Timestamp::from_micros(self.letter.parked_at)
    }

    /// The event's data, laid out to be read and mended.
    fn data(&self) -> String {
        let event: serde_json::Value = serde_json::from_str(&self.letter.event).unwrap_or_default();
        serde_json::to_string_pretty(&event["data"]).unwrap_or_default()
    }
}

#[derive(Template)]
#[template(path = "console/dead_letters.html")]
struct DeadLettersPage {
    page: Page,
    letters: Vec<Letter>,
    /// Contexts that could not be asked.
    missing: Vec<&'static str>,
    /// Why the last replay was refused.
    refused: Option<String>,
}

async fn list(_: Admin, page: Page, own: Data<OwnPages>) -> Result<HttpResponse, Problem> {
    page::render(&letters_page(page, &own, None).await)
}

async fn letters_page(page: Page, own: &OwnPages, refused: Option<String>) -> DeadLettersPage {
    let ask = own.operators.iter().map(|(name, port)| async move {
        (
            *name,
            port.call(DeadLetters { limit: SHOWN }, &super::ctx()).await,
        )
    });
    let (mut letters, mut missing) = (Vec::new(), Vec::new());
    for (context, answer) in join_all(ask).await {
        match answer {
            Ok(found) => letters.extend(found.into_iter().map(|letter| Letter { context, letter })),
            Err(_) => missing.push(context),
        }
    }
    DeadLettersPage {
        page: page.in_area(Area::Console, "dead-letters"),
        letters,
        missing,
        refused,
    }
}

#[derive(Deserialize)]
struct Replay {
    /// Empty: as it was.
    #[serde(default)]
    data: String,
}

async fn replay(
    admin: Admin,
    page: Page,
    own: Data<OwnPages>,
    path: Path<(String, i64)>,
    form: Form<Replay>,
) -> Result<HttpResponse, Problem> {
    let (context, id) = path.into_inner();
    let corrected = match form.data.trim() {
        "" => None,
        text => match serde_json::from_str(text) {
            Ok(data) => Some(data),
            Err(e) => return refuse(page, &own, e.to_string()).await,
        },
    };
    let call = ReplayDeadLetter {
        id,
        corrected,
        who: format!("member:{}", admin.0),
    };
    match port(&own, &context)?.call(call, &super::ctx()).await? {
        Ok(_) => Ok(page.redirect_saying(HERE, "app-letter-replayed")),
        Err(why) => refuse(page, &own, why).await,
    }
}

async fn refuse(page: Page, own: &OwnPages, why: String) -> Result<HttpResponse, Problem> {
    page::render_status(
        StatusCode::UNPROCESSABLE_ENTITY,
        &letters_page(page, own, Some(why)).await,
    )
}

#[derive(Deserialize)]
struct Discard {
    #[serde(default)]
    why: String,
}

async fn discard(
    admin: Admin,
    page: Page,
    own: Data<OwnPages>,
    path: Path<(String, i64)>,
    form: Form<Discard>,
) -> Result<HttpResponse, Problem> {
    let (context, id) = path.into_inner();
    let why = form.why.trim().to_owned();
    if why.is_empty() || why.len() > 500 {
        let text = page.t("app-letter-why-missing").into_owned();
        return refuse(page, &own, text).await;
    }
    let call = DiscardDeadLetter {
        id,
        who: format!("member:{}", admin.0),
        why,
    };
    port(&own, &context)?.call(call, &super::ctx()).await?;
    Ok(page.redirect_saying(HERE, "app-letter-discarded"))
}

fn port<'a>(own: &'a OwnPages, context: &str) -> Result<&'a Port<Operator>, Problem> {
    own.operators
        .iter()
        .find(|(name, _)| *name == context)
        .map(|(_, port)| port)
        .ok_or_else(Problem::not_found)
}
