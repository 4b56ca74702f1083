//! Writing and changing posts. What was typed stays, whatever happens.

use actix_web::http::StatusCode;
use actix_web::web::{Data, Form, Path, Query};
use actix_web::{HttpRequest, HttpResponse};
use askama::Template;
use kernel::Sku;
use platform::identity::Identity;
use platform::page::{self, Area, Page};
use platform::problem::{FieldError, Problem};
use serde::Deserialize;

use super::{Asked, NOT_NOW, new_key};
use crate::domain::{About, Board, BoardError, Post, Typed, Viewer};
use crate::http::{board, ctx, place, writer};
use crate::service::{New, Patch, Service};

/// As typed.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub struct PostForm {
    pub title: String,
    pub body: String,
    pub other_title: String,
    pub other_body: String,
    pub stars: String,
    pub sku: String,
    /// The id that the post will have: sent twice, it is posted once.
    pub key: String,
}

#[derive(Template)]
#[template(path = "board/form.html")]
pub(in crate::http) struct FormPage {
    pub page: Page,
    pub board: Board,
    /// The address of the post that is changed; `None`: it is new.
    pub editing: Option<String>,
    pub form: PostForm,
    pub about: Option<About>,
    pub errors: Vec<FieldError>,
    /// What is wrong, when it lies in no field.
    pub notice: Option<&'static str>,
}

impl FormPage {
    pub fn new(page: Page, board: Board, form: PostForm, about: Option<About>) -> Self {
        let page = page.in_area(Area::Shop, board.as_str());
        Self {
            page,
            board,
            editing: None,
            form,
            about,
            errors: Vec::new(),
            notice: None,
        }
    }

    fn action(&self) -> String {
        let new = || format!("/boards/{}/new", self.board.as_str());
        self.editing
            .as_ref()
            .map_or_else(new, |path| format!("{path}/edit"))
    }

    fn error(&self, field: &str) -> String {
        self.page.error(&self.errors, field)
    }

    /// What the field is called in the form.
    fn label(field: &str) -> &'static str {
        match field {
            "title" => "board-title",
            "body" => "board-body",
            "other_title" | "other_body" => "board-other-language",
            "stars" => "frame-stars-choose",
            _ => "board-product",
        }
    }

    fn chosen(&self) -> i32 {
        self.form.stars.parse().unwrap_or(0)
    }

    /// A review is of something.
    fn lacks_a_product(&self) -> bool {
        self.board == Board::Reviews && self.editing.is_none() && self.form.sku.is_empty()
    }

    /// The form again, with why; anything that is not the form's to say is an error page.
    fn again(mut self, error: BoardError) -> Result<HttpResponse, Problem> {
        let status = match error {
            BoardError::Invalid(fields) => {
                self.errors = fields;
                StatusCode::UNPROCESSABLE_ENTITY
            }
            BoardError::Twice(_) => {
                self.notice = Some("board-already-reviewed");
                StatusCode::CONFLICT
            }
            BoardError::Unavailable(_) => {
                self.notice = Some(NOT_NOW.1);
                NOT_NOW.0
            }
            other => return Err(other.into()),
        };
        page::render_status(status, &self)
    }
}

impl PostForm {
    /// Stars that cannot be read are as wrong as six of them.
    fn stars(&self, board: Board) -> Option<i64> {
        let is_given = board == Board::Reviews && !self.stars.trim().is_empty();
        is_given.then(|| self.stars.trim().parse().unwrap_or(0))
    }

    fn typed(&self, board: Board) -> Typed {
        Typed {
            title: self.title.clone(),
            body: self.body.clone(),
            other_title: self.other_title.clone(),
            other_body: self.other_body.clone(),
            stars: self.stars(board),
        }
    }

    fn of(post: &Post) -> Self {
        let (other_title, other_body) = post
            .other
            .clone()
            .map_or_else(Default::default, |text| (text.title, text.body));
        Self {
            title: post.text.title.clone(),
            body: post.text.body.clone(),
            other_title,
            other_body,
            stars: post
                .stars
                .map_or_else(String::new, |stars| stars.to_string()),
            ..Self::default()
        }
    }
}

pub async fn blank(
    identity: Identity,
    page: Page,
    service: Data<Service>,
    name: Path<String>,
    asked: Query<Asked>,
    request: HttpRequest,
) -> Result<HttpResponse, Problem> {
    let (board, writer) = (board(&name)?, writer(&identity)?);
    if board == Board::Notices && !writer.is_admin {
        return Err(Problem::forbidden());
    }
    let ctx = ctx(&request);
    let mut about = None;
    if board != Board::Notices && !asked.sku.is_empty() {
        let sku: Sku = asked.sku.parse().map_err(|_| Problem::not_found())?;
        about = Some(
            service
                .subject(&sku, &ctx)
                .await?
                .ok_or_else(Problem::not_found)?,
        );
    }
    if let (Board::Reviews, Some(about)) = (board, &about) {
        match service
            .may_review(writer.member, &about.product, &ctx)
            .await
        {
            Err(BoardError::Twice(id)) => {
                let review = format!("/boards/reviews/posts/{id}");
                return Ok(page.redirect_saying(&review, "board-already-reviewed"));
            }
            other => other?,
        }
    }
    let sku = about
        .as_ref()
        .map(|about| about.sku.to_string())
        .unwrap_or_default();
    let form = PostForm {
        sku,
        key: new_key(&service),
        ..PostForm::default()
    };
    page::render(&FormPage::new(page, board, form, about))
}

pub async fn create(
    identity: Identity,
    page: Page,
    service: Data<Service>,
    name: Path<String>,
    form: Form<PostForm>,
    request: HttpRequest,
) -> Result<HttpResponse, Problem> {
    let (board, writer, form) = (board(&name)?, writer(&identity)?, form.into_inner());
    let ctx = ctx(&request);
    let new = New {
        board,
        id: form.key.parse().ok(),
        typed: form.typed(board),
        sku: Some(form.sku.clone()),
    };
    match service.post(writer, new, &ctx).await {
        Ok(post) => Ok(page.redirect_saying(&post.path(), "board-posted")),
        Err(error) => {
            let about = match form.sku.parse() {
                Ok(sku) => service.subject(&sku, &ctx).await.ok().flatten(),
                Err(_) => None,
            };
            FormPage::new(page, board, form, about).again(error)
        }
    }
}

pub async fn edit(
    identity: Identity,
    page: Page,
    service: Data<Service>,
    path: Path<(String, String)>,
) -> Result<HttpResponse, Problem> {
    let (writer, (board, id)) = (writer(&identity)?, place(&path)?);
    let post = service.thread(writer.viewer(), board, id).await?.post;
    if !post.may_be_changed_by(writer.viewer()) {
        return Err(Problem::forbidden());
    }
    let editing = Some(post.path());
    let form = PostForm::of(&post);
    page::render(&FormPage {
        editing,
        ..FormPage::new(page, board, form, post.about)
    })
}

pub async fn save(
    identity: Identity,
    page: Page,
    service: Data<Service>,
    path: Path<(String, String)>,
    form: Form<PostForm>,
) -> Result<HttpResponse, Problem> {
    let (writer, (board, id), form) = (writer(&identity)?, place(&path)?, form.into_inner());
    let typed = form.typed(board);
    let patch = Patch {
        title: Some(typed.title),
        body: Some(typed.body),
        other_title: Some(typed.other_title),
        other_body: Some(typed.other_body),
        stars: typed.stars,
    };
    match service.edit(writer, board, id, patch).await {
        Ok(post) => Ok(page.redirect_saying(&post.path(), "board-saved")),
        Err(error) => {
            let post = service.thread(Viewer::of(&identity), board, id).await?.post;
            let editing = Some(post.path());
            FormPage {
                editing,
                ..FormPage::new(page, board, form, post.about)
            }
            .again(error)
        }
    }
}

pub async fn delete(
    identity: Identity,
    page: Page,
    service: Data<Service>,
    path: Path<(String, String)>,
) -> Result<HttpResponse, Problem> {
    let (writer, (board, id)) = (writer(&identity)?, place(&path)?);
    service.delete(writer, board, id).await?;
    Ok(page.redirect_saying(&format!("/boards/{}", board.as_str()), "board-deleted"))
}
