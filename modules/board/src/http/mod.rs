//! Pages and JSON API.

mod api;
mod pages;
#[cfg(test)]
mod tests;
mod wire;

use std::time::Duration;

use actix_web::HttpRequest;
use actix_web::web::{self, ServiceConfig};
use platform::identity::Identity;
use platform::page::Paging;
use platform::ports::Ctx;
use platform::problem::Problem;

pub use api::Docs;

use crate::domain::{Board, BoardError, CommentId, Post, PostId, Writer};
use crate::store::posts::After;

const PATIENCE: Duration = Duration::from_secs(5);

pub fn routes(cfg: &mut ServiceConfig) {
    use pages::{comments, form, moderation};
    cfg.service(
        web::resource("/api/boards/{board}/posts")
            .route(web::get().to(api::list))
            .route(web::post().to(api::post)),
    )
    .service(
        web::resource("/api/boards/{board}/posts/{id}")
            .route(web::get().to(api::show))
            .route(web::patch().to(api::patch))
            .route(web::delete().to(api::delete)),
    )
    .route(
        "/api/boards/{board}/posts/{id}/comments",
        web::post().to(api::comment),
    )
    .route("/boards/{board}", web::get().to(pages::list))
    .service(
        web::resource("/boards/{board}/new")
            .route(web::get().to(form::blank))
            .route(web::post().to(form::create)),
    )
    .route("/boards/{board}/posts/{id}", web::get().to(pages::show))
    .service(
        web::resource("/boards/{board}/posts/{id}/edit")
            .route(web::get().to(form::edit))
            .route(web::post().to(form::save)),
    )
    .route(
        "/boards/{board}/posts/{id}/delete",
        web::post().to(form::delete),
    )
    .route(
        "/boards/{board}/posts/{id}/comments",
        web::post().to(comments::create),
    )
    .service(
        web::resource("/boards/{board}/posts/{id}/comments/{comment}")
            .route(web::get().to(comments::edit))
            .route(web::post().to(comments::save)),
    )
    .route(
        "/boards/{board}/posts/{id}/comments/{comment}/delete",
        web::post().to(comments::delete),
    )
    .route("/admin/posts", web::get().to(moderation::list))
    .service(
        web::resource("/admin/posts/{id}/hide")
            .route(web::get().to(moderation::ask))
            .route(web::post().to(moderation::hide)),
    )
    .route("/admin/posts/{id}/show", web::post().to(moderation::show));
}

fn ctx(request: &HttpRequest) -> Ctx {
    Ctx::of(request, PATIENCE)
}

fn writer(identity: &Identity) -> Result<Writer, Problem> {
    let member = identity.signed_in()?;
    Ok(Writer {
        member,
        is_admin: identity.is_admin(),
    })
}

fn board(name: &str) -> Result<Board, Problem> {
    Board::parse(name).ok_or_else(Problem::not_found)
}

fn place((name, id): &(String, String)) -> Result<(Board, PostId), Problem> {
    Ok((board(name)?, id.parse().map_err(|_| Problem::not_found())?))
}

fn comment_place(
    (name, id, comment): &(String, String, String),
) -> Result<((Board, PostId), CommentId), Problem> {
    let place = (board(name)?, id.parse().map_err(|_| Problem::not_found())?);
    Ok((place, comment.parse().map_err(|_| Problem::not_found())?))
}

/// A cursor: where this post stands in its list.
fn cursor(post: &Post) -> After {
    (post.at.as_micros(), post.id.to_string())
}

fn after(paging: &Paging) -> Result<Option<After>, Problem> {
    paging.after()
}

impl From<BoardError> for Problem {
    fn from(error: BoardError) -> Self {
        match error {
            BoardError::Unknown => Self::not_found(),
            BoardError::NotTheirs => Self::forbidden(),
            BoardError::NotBought => Self::forbidden().key("board-not-bought"),
            BoardError::Twice(_) => Self::conflict("board-already-reviewed"),
            BoardError::Full => Self::conflict("board-full"),
            BoardError::Departed => Self::unauthenticated(),
            BoardError::Invalid(fields) => Self::invalid(fields),
            BoardError::Unavailable(e) => e.into(),
            BoardError::Db(e) => e.into(),
        }
    }
}
