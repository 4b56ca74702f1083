//! What the staff does with what others wrote.

use actix_web::HttpResponse;
use actix_web::http::StatusCode;
use actix_web::web::{Data, Form, Path, Query};
use askama::Template;
use platform::identity::Admin;
use platform::page::{self, Area, Page, Paging};
use platform::problem::{FieldError, Problem};
use serde::Deserialize;

use crate::domain::{Board, Comment, Post, reason};
use crate::http::{after, cursor};
use crate::service::{Service, Target};
use crate::store::posts::{Filter, Seen};

#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub struct Wanted {
    pub board: String,
    /// `unanswered`, `hidden`, or empty for all.
    pub state: String,
}

#[derive(Deserialize, Default)]
#[serde(default)]
pub struct Which {
    /// Empty: the post itself.
    comment: String,
    reason: String,
}

#[derive(Template)]
#[template(path = "board/moderation.html")]
pub(in crate::http) struct ModerationPage {
    pub page: Page,
    pub posts: Vec<Post>,
    pub wanted: Wanted,
    pub first: String,
    pub next: String,
}

#[derive(Template)]
#[template(path = "board/hide.html")]
pub(in crate::http) struct HidePage {
    pub page: Page,
    pub post: Post,
    pub comment: Option<Comment>,
    pub typed: String,
    pub errors: Vec<FieldError>,
}

impl HidePage {
    fn text(&self) -> &str {
        self.comment.as_ref().map_or(
            self.post.text(self.page.locale()).body.as_str(),
            |comment| &comment.body,
        )
    }
}

impl Wanted {
    fn filter(&self) -> Filter {
        Filter {
            board: Board::parse(&self.board),
            product: None,
            seen: match self.state.as_str() {
                "hidden" => Seen::Hidden,
                "unanswered" => Seen::Visible,
                _ => Seen::All,
            },
            only_unanswered: self.state == "unanswered",
        }
    }

    fn link(&self, cursor: &str) -> String {
        let board = Board::parse(&self.board).map_or("", Board::as_str);
        let state = ["unanswered", "hidden"]
            .into_iter()
            .find(|state| *state == self.state)
            .unwrap_or("");
        format!("/admin/posts?board={board}&state={state}{cursor}")
    }
}

pub async fn list(
    _: Admin,
    page: Page,
    service: Data<Service>,
    wanted: Query<Wanted>,
    paging: Paging,
) -> Result<HttpResponse, Problem> {
    let wanted = wanted.into_inner();
    let after = after(&paging)?;
    let first = if after.is_some() {
        wanted.link("")
    } else {
        String::new()
    };
    let found = paging.answer(
        service.list(wanted.filter(), after, paging.fetch()).await?,
        cursor,
    );
    let next = found
        .next
        .map(|next| wanted.link(&format!("&cursor={next}")))
        .unwrap_or_default();
    let page = page.in_area(Area::Admin, "posts");
    page::render(&ModerationPage {
        page,
        posts: found.items,
        wanted,
        first,
        next,
    })
}

fn target(post: &str, which: &Which) -> Result<Target, Problem> {
    let comment = match which.comment.as_str() {
        "" => None,
        id => Some(id.parse().map_err(|_| Problem::not_found())?),
    };
    Ok(Target {
        post: post.parse().map_err(|_| Problem::not_found())?,
        comment,
    })
}

/// Why it is to be hidden.
pub async fn ask(
    _: Admin,
    page: Page,
    service: Data<Service>,
    post: Path<String>,
    which: Query<Which>,
) -> Result<HttpResponse, Problem> {
    let (post, comment) = service.target(target(&post, &which)?).await?;
    let page = page.in_area(Area::Admin, "posts");
    page::render(&HidePage {
        page,
        post,
        comment,
        typed: String::new(),
        errors: Vec::new(),
    })
}

pub async fn hide(
    admin: Admin,
    page: Page,
    service: Data<Service>,
    post: Path<String>,
    form: Form<Which>,
) -> Result<HttpResponse, Problem> {
    let target = target(&post, &form)?;
    match reason(&form.reason) {
        Ok(reason) => {
            let post = service.moderate(target, Some(reason), admin.0).await?;
            Ok(page.redirect_saying(&post.path(), "board-hidden"))
        }
        Err(errors) => {
            let (post, comment) = service.target(target).await?;
            let page = page.in_area(Area::Admin, "posts");
            let again = HidePage {
                page,
                post,
                comment,
                typed: form.into_inner().reason,
                errors,
            };
            page::render_status(StatusCode::UNPROCESSABLE_ENTITY, &again)
        }
    }
}

pub async fn show(
    admin: Admin,
    page: Page,
    service: Data<Service>,
    post: Path<String>,
    form: Form<Which>,
) -> Result<HttpResponse, Problem> {
    let post = service
        .moderate(target(&post, &form)?, None, admin.0)
        .await?;
    Ok(page.redirect_saying(&post.path(), "board-shown"))
}
