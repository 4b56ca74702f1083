//! The boards as people see them.

pub mod comments;
pub mod form;
pub mod moderation;

use actix_web::http::StatusCode;
use actix_web::web::{Data, Path, Query};
use actix_web::{HttpRequest, HttpResponse};
use askama::Template;
use kernel::Sku;
use platform::identity::Identity;
use platform::page::{self, Area, Page, Paging};
use platform::problem::{FieldError, Problem};
use serde::Deserialize;

use super::{after, board, ctx, cursor, place};
use crate::domain::{About, Board, Post, Thread, Viewer};
use crate::service::Service;
use crate::store::posts::Filter;

impl Board {
    fn title_key(self) -> &'static str {
        match self {
            Self::Notices => "board-notices",
            Self::Qna => "board-qna",
            Self::Reviews => "board-reviews",
        }
    }

    fn lead_key(self) -> &'static str {
        match self {
            Self::Notices => "board-notices-lead",
            Self::Qna => "board-qna-lead",
            Self::Reviews => "board-reviews-lead",
        }
    }

    fn write_key(self) -> &'static str {
        match self {
            Self::Notices => "board-notices-write",
            Self::Qna => "board-qna-write",
            Self::Reviews => "board-reviews-write",
        }
    }

    pub(super) fn is_qna(self) -> bool {
        self == Self::Qna
    }

    fn is_reviews(self) -> bool {
        self == Self::Reviews
    }

    fn is_notices(self) -> bool {
        self == Self::Notices
    }
}

#[derive(Deserialize, Default)]
pub struct Asked {
    #[serde(default)]
    sku: String,
}

#[derive(Template)]
#[template(path = "board/list.html")]
pub(super) struct ListPage {
    pub page: Page,
    pub board: Board,
    pub posts: Vec<Post>,
    /// Only about this product.
    pub about: Option<About>,
    /// Empty: about anything.
    pub sku: String,
    pub first: String,
    pub next: String,
}

#[derive(Template)]
#[template(path = "board/show.html")]
pub(super) struct ShowPage {
    pub page: Page,
    pub board: Board,
    pub post: Post,
    pub thread: Vec<crate::domain::Comment>,
    pub viewer: Viewer,
    /// Makes a comment that is sent twice one comment.
    pub key: String,
    /// What was typed last and could not be taken.
    pub typed: String,
    pub errors: Vec<FieldError>,
    /// Why it could not be taken, when that lies in no field.
    pub notice: Option<&'static str>,
}

impl ListPage {
    /// Reviews are written from what one has bought.
    fn write_link(&self) -> Option<String> {
        let query = if self.sku.is_empty() {
            String::new()
        } else {
            format!("?sku={}", self.sku)
        };
        match self.board {
            Board::Notices if !self.page.is_admin() => None,
            Board::Notices => Some("/boards/notices/new".to_owned()),
            Board::Reviews if self.sku.is_empty() => None,
            board => Some(format!("/boards/{}/new{query}", board.as_str())),
        }
    }
}

impl ShowPage {
    fn new(page: Page, thread: Thread, viewer: Viewer, key: String) -> Self {
        let board = thread.post.board;
        Self {
            page: page.in_area(Area::Shop, board.as_str()),
            board,
            post: thread.post,
            thread: thread.comments,
            viewer,
            key,
            typed: String::new(),
            errors: Vec::new(),
            notice: None,
        }
    }
}

impl Post {
    pub(super) fn path(&self) -> String {
        format!("/boards/{}/posts/{}", self.board.as_str(), self.id)
    }
}

pub async fn list(
    page: Page,
    service: Data<Service>,
    name: Path<String>,
    asked: Query<Asked>,
    paging: Paging,
    request: HttpRequest,
) -> Result<HttpResponse, Problem> {
    let board = board(&name)?;
    let mut filter = Filter {
        board: Some(board),
        ..Filter::default()
    };
    let mut about = None;
    if !asked.sku.is_empty() {
        let sku: Sku = asked.sku.parse().map_err(|_| Problem::not_found())?;
        about = service.about(&sku, &ctx(&request)).await?;
        filter.product = Some(about.as_ref().map_or(sku, |about| about.product.clone()));
    }
    let after = after(&paging)?;
    let is_first = after.is_none();
    let found = paging.answer(service.list(filter, after, paging.fetch()).await?, cursor);
    let sku = asked.into_inner().sku;
    let path = format!("/boards/{}", board.as_str());
    let (of_sku, and_sku) = if sku.is_empty() {
        (String::new(), String::new())
    } else {
        (format!("?sku={sku}"), format!("&sku={sku}"))
    };
    page::render(&ListPage {
        page: page.in_area(Area::Shop, board.as_str()),
        board,
        posts: found.items,
        about,
        sku,
        first: if is_first {
            String::new()
        } else {
            format!("{path}{of_sku}")
        },
        next: found
            .next
            .map(|next| format!("{path}?cursor={next}{and_sku}"))
            .unwrap_or_default(),
    })
}

pub async fn show(
    identity: Identity,
    page: Page,
    service: Data<Service>,
    path: Path<(String, String)>,
) -> Result<HttpResponse, Problem> {
    let (board, id) = place(&path)?;
    let viewer = Viewer::of(&identity);
    let thread = service.thread(viewer, board, id).await?;
    page::render(&ShowPage::new(page, thread, viewer, new_key(&service)))
}

fn new_key(service: &Service) -> String {
    service.shell.new_id::<crate::domain::Posted>().to_string()
}

/// What a form says when somebody else could not be asked: nothing is lost, it can be sent again.
const NOT_NOW: (StatusCode, &str) = (StatusCode::SERVICE_UNAVAILABLE, "board-not-now");
