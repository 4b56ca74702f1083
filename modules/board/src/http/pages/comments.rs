//! What is said to a post.

use actix_web::http::StatusCode;
use actix_web::web::{Data, Form, Path};
use actix_web::{HttpRequest, HttpResponse};
use askama::Template;
use platform::identity::Identity;
use platform::page::{self, Area, Page};
use platform::problem::{FieldError, Problem};
use serde::Deserialize;

use super::{NOT_NOW, ShowPage};
use crate::domain::{Board, BoardError, Viewer};
use crate::http::{comment_place, ctx, place, writer};
use crate::service::Service;

#[derive(Deserialize, Default)]
#[serde(default)]
pub struct CommentForm {
    body: String,
    key: String,
}

#[derive(Template)]
#[template(path = "board/comment.html")]
pub(in crate::http) struct CommentPage {
    pub page: Page,
    pub board: Board,
    pub post: String,
    pub comment: String,
    pub typed: String,
    pub errors: Vec<FieldError>,
}

impl CommentPage {
    pub fn new(
        page: Page,
        place: (Board, crate::domain::PostId),
        comment: String,
        typed: String,
    ) -> Self {
        let (board, post) = (place.0, place.1.to_string());
        Self {
            page: page.in_area(Area::Shop, board.as_str()),
            board,
            post,
            comment,
            typed,
            errors: Vec::new(),
        }
    }
}

pub async fn create(
    identity: Identity,
    page: Page,
    service: Data<Service>,
    path: Path<(String, String)>,
    form: Form<CommentForm>,
    request: HttpRequest,
) -> Result<HttpResponse, Problem> {
    let (writer, place, form) = (writer(&identity)?, place(&path)?, form.into_inner());
    let said = service
        .comment(
            writer,
            place,
            (form.key.parse().ok(), &form.body),
            &ctx(&request),
        )
        .await;
    let (errors, notice, status) = match said {
        Ok(said) => {
            let to = format!(
                "/boards/{}/posts/{}#c-{}",
                place.0.as_str(),
                place.1,
                said.id
            );
            return Ok(page.redirect_saying(&to, "board-said"));
        }
        Err(BoardError::Invalid(fields)) => (fields, None, StatusCode::UNPROCESSABLE_ENTITY),
        Err(BoardError::Unavailable(_)) => (Vec::new(), Some(NOT_NOW.1), NOT_NOW.0),
        Err(BoardError::Full) => (Vec::new(), Some("board-full"), StatusCode::CONFLICT),
        Err(other) => return Err(other.into()),
    };
    let viewer = Viewer::of(&identity);
    let thread = service.thread(viewer, place.0, place.1).await?;
    let shown = ShowPage::new(page, thread, viewer, form.key);
    page::render_status(
        status,
        &ShowPage {
            typed: form.body,
            errors,
            notice,
            ..shown
        },
    )
}

pub async fn edit(
    identity: Identity,
    page: Page,
    service: Data<Service>,
    path: Path<(String, String, String)>,
) -> Result<HttpResponse, Problem> {
    let (writer, (place, id)) = (writer(&identity)?, comment_place(&path)?);
    let comment = service.own_comment(writer, place, id).await?;
    page::render(&CommentPage::new(page, place, id.to_string(), comment.body))
}

pub async fn save(
    identity: Identity,
    page: Page,
    service: Data<Service>,
    path: Path<(String, String, String)>,
    form: Form<CommentForm>,
) -> Result<HttpResponse, Problem> {
    let (writer, (place, id), form) =
        (writer(&identity)?, comment_place(&path)?, form.into_inner());
    match service.edit_comment(writer, place, (id, &form.body)).await {
        Ok(()) => Ok(page.redirect_saying(&back(&place, &format!("#c-{id}")), "board-saved")),
        Err(BoardError::Invalid(errors)) => {
            let again = CommentPage {
                errors,
                ..CommentPage::new(page, place, id.to_string(), form.body)
            };
            page::render_status(StatusCode::UNPROCESSABLE_ENTITY, &again)
        }
        Err(other) => Err(other.into()),
    }
}

pub async fn delete(
    identity: Identity,
    page: Page,
    service: Data<Service>,
    path: Path<(String, String, String)>,
) -> Result<HttpResponse, Problem> {
    let (writer, (place, id)) = (writer(&identity)?, comment_place(&path)?);
    service.delete_comment(writer, place, id).await?;
    Ok(page.redirect_saying(&back(&place, "#comments"), "board-deleted"))
}

fn back((board, post): &(Board, crate::domain::PostId), anchor: &str) -> String {
    format!("/boards/{}/posts/{post}{anchor}", board.as_str())
}
