//! What programs do on the boards.

use actix_web::http::header::LOCATION;
use actix_web::web::{Data, Json, Path, Query};
use actix_web::{HttpRequest, HttpResponse};
use kernel::Sku;
use platform::identity::{Identity, SignedIn};
use platform::page::Paging;
use platform::problem::{FieldError, Problem};
use serde::Deserialize;

use super::wire::{CommentDoc, NewComment, NewPost, PatchPost, PostDoc, PostListDoc, ThreadDoc};
use super::{after, board, ctx, cursor, place, writer};
use crate::domain::{Typed, Viewer};
use crate::service::{New, Patch, Service};
use crate::store::posts::Filter;

#[derive(utoipa::OpenApi)]
#[openapi(
    paths(list, post, show, patch, delete, comment),
    components(schemas(
        PostListDoc,
        PostDoc,
        ThreadDoc,
        CommentDoc,
        NewPost,
        PatchPost,
        NewComment
    ))
)]
pub struct Docs;

#[derive(Deserialize)]
pub struct About {
    sku: Option<String>,
}

/// Posts of a board, the newest first
#[utoipa::path(get, path = "/api/boards/{board}/posts", tag = "boards", responses((status = 200, body = PostListDoc)),
    params(("board" = String, Path, description = "notices, qna or reviews"),
    ("sku" = Option<String>, Query, description = "only about the product that this SKU belongs to"),
    ("limit" = Option<i64>, Query, description = "1 to 100, else 24"),
    ("cursor" = Option<String>, Query, description = "the answer's next")))]
pub async fn list(
    identity: Identity,
    service: Data<Service>,
    name: Path<String>,
    about: Query<About>,
    paging: Paging,
    request: HttpRequest,
) -> Result<Json<PostListDoc>, Problem> {
    let mut filter = Filter {
        board: Some(board(&name)?),
        ..Filter::default()
    };
    if let Some(sku) = about.into_inner().sku.filter(|sku| !sku.is_empty()) {
        let wrong = |_| Problem::invalid(vec![FieldError::new("sku", "board-sku-unknown")]);
        let sku: Sku = sku.parse().map_err(wrong)?;
        let about = service.about(&sku, &ctx(&request)).await?;
        filter.product = Some(about.map_or(sku, |about| about.product));
    }
    let posts = service
        .list(filter, after(&paging)?, paging.fetch())
        .await?;
    let page = paging.answer(posts, cursor);
    let page = page.map(|post| PostDoc::of(post, &service.shell, identity.locale));
    Ok(Json(PostListDoc {
        items: page.items,
        next: page.next,
    }))
}

/// Post a notice (administrators), a question, or a review of something bought
#[utoipa::path(post, path = "/api/boards/{board}/posts", tag = "boards", request_body = NewPost,
    params(("board" = String, Path, description = "notices, qna or reviews")),
    responses((status = 201, body = PostDoc), (status = 401), (status = 403, description = "not bought, not an administrator"),
    (status = 409, description = "reviewed already"), (status = 422)))]
pub async fn post(
    _: SignedIn,
    identity: Identity,
    service: Data<Service>,
    name: Path<String>,
    body: Json<NewPost>,
    request: HttpRequest,
) -> Result<HttpResponse, Problem> {
    let NewPost {
        title,
        body,
        sku,
        stars,
    } = body.into_inner();
    let typed = Typed {
        title,
        body,
        stars,
        ..Typed::default()
    };
    let new = New {
        board: board(&name)?,
        id: None,
        typed,
        sku,
    };
    let post = service
        .post(writer(&identity)?, new, &ctx(&request))
        .await?;
    let location = format!("/api/boards/{}/posts/{}", post.board.as_str(), post.id);
    let answer = PostDoc::of(post, &service.shell, identity.locale);
    Ok(HttpResponse::Created()
        .insert_header((LOCATION, location))
        .json(answer))
}

/// A post and what was said to it
#[utoipa::path(get, path = "/api/boards/{board}/posts/{id}", tag = "boards",
    params(("board" = String, Path), ("id" = String, Path)), responses((status = 200, body = ThreadDoc), (status = 404)))]
pub async fn show(
    identity: Identity,
    service: Data<Service>,
    path: Path<(String, String)>,
) -> Result<Json<ThreadDoc>, Problem> {
    let (board, id) = place(&path)?;
    let thread = service.thread(Viewer::of(&identity), board, id).await?;
    Ok(Json(ThreadDoc::of(thread, &service.shell, identity.locale)))
}

/// Change one's own post
#[utoipa::path(patch, path = "/api/boards/{board}/posts/{id}", tag = "boards", request_body = PatchPost,
    params(("board" = String, Path), ("id" = String, Path)),
    responses((status = 200, body = PostDoc), (status = 401), (status = 403), (status = 404), (status = 422)))]
pub async fn patch(
    _: SignedIn,
    identity: Identity,
    service: Data<Service>,
    path: Path<(String, String)>,
    body: Json<PatchPost>,
) -> Result<Json<PostDoc>, Problem> {
    let (board, id) = place(&path)?;
    let PatchPost { title, body, stars } = body.into_inner();
    let patch = Patch {
        title,
        body,
        stars,
        ..Patch::default()
    };
    let post = service.edit(writer(&identity)?, board, id, patch).await?;
    Ok(Json(PostDoc::of(post, &service.shell, identity.locale)))
}

/// Delete one's own post and what was said to it
#[utoipa::path(delete, path = "/api/boards/{board}/posts/{id}", tag = "boards",
    params(("board" = String, Path), ("id" = String, Path)),
    responses((status = 204), (status = 401), (status = 403), (status = 404)))]
pub async fn delete(
    identity: Identity,
    service: Data<Service>,
    path: Path<(String, String)>,
) -> Result<HttpResponse, Problem> {
    let writer = writer(&identity)?;
    let (board, id) = place(&path)?;
    service.delete(writer, board, id).await?;
    Ok(HttpResponse::NoContent().finish())
}

/// Say something to a post; an administrator's comment answers a question
#[utoipa::path(post, path = "/api/boards/{board}/posts/{id}/comments", tag = "boards", request_body = NewComment,
    params(("board" = String, Path), ("id" = String, Path)),
    responses((status = 201, body = CommentDoc), (status = 401), (status = 404), (status = 422)))]
pub async fn comment(
    _: SignedIn,
    identity: Identity,
    service: Data<Service>,
    path: Path<(String, String)>,
    body: Json<NewComment>,
    request: HttpRequest,
) -> Result<HttpResponse, Problem> {
    let said = service
        .comment(
            writer(&identity)?,
            place(&path)?,
            (None, &body.body),
            &ctx(&request),
        )
        .await?;
    Ok(HttpResponse::Created().json(CommentDoc::of(said, &service.shell, identity.locale)))
}
