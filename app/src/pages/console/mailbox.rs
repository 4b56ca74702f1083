use actix_web::HttpResponse;
use actix_web::http::header;
use actix_web::web::{self, Data, Path, Query, ServiceConfig};
use askama::Template;
use notifications::api::{Mail, MailById, MailSummary, Mailbox};
use platform::identity::Admin;
use platform::page::{self, Area, Page, Section};
use platform::problem::Problem;
use serde::Deserialize;

use crate::pages::OwnPages;

const SHOWN: i64 = 100;
/// A mail is somebody else's page: it may show itself and do nothing else.
const MAIL_POLICY: &str =
    "default-src 'none'; img-src data:; style-src 'unsafe-inline'; sandbox; frame-ancestors 'none'";

pub fn routes(cfg: &mut ServiceConfig) {
    cfg.route("/console/mailbox", web::get().to(list))
        .route("/console/mailbox/{id}/html", web::get().to(html));
}

#[derive(Template)]
#[template(path = "console/mailbox.html")]
struct MailboxPage {
    page: Page,
    mails: Section<Vec<MailSummary>>,
    open: Option<Mail>,
}

impl MailboxPage {
    fn is_open(&self, mail: &MailSummary) -> bool {
        self.open.as_ref().is_some_and(|open| open.id == mail.id)
    }
}

#[derive(Deserialize)]
struct Which {
    #[serde(default)]
    mail: String,
}

async fn list(
    _: Admin,
    page: Page,
    own: Data<OwnPages>,
    which: Query<Which>,
) -> Result<HttpResponse, Problem> {
    let port = &own.ports.notifications;
    let mails = port
        .call(Mailbox { limit: SHOWN }, &super::ctx())
        .await
        .map_or(Section::Missing, Section::Here);
    let open = if which.mail.is_empty() || mails.is_missing() {
        None
    } else {
        port.call(
            MailById {
                id: which.into_inner().mail,
            },
            &super::ctx(),
        )
        .await?
    };
    page::render(&MailboxPage {
        page: page.in_area(Area::Console, "mailbox"),
        mails,
        open,
    })
}

async fn html(_: Admin, own: Data<OwnPages>, id: Path<String>) -> Result<HttpResponse, Problem> {
    let call = MailById {
        id: id.into_inner(),
    };
    let mail = own
        .ports
        .notifications
        .call(call, &super::ctx())
        .await?
        .ok_or_else(Problem::not_found)?;
    Ok(HttpResponse::Ok()
        .content_type("text/html; charset=utf-8")
        .insert_header((header::CONTENT_SECURITY_POLICY, MAIL_POLICY))
        .body(mail.html))
}
