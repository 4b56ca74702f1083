//! Posts as programs see them.

use kernel::{Locale, Sku, Timestamp};
use platform::shell::Shell;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::domain::{Author, Comment, Post, Thread};

#[derive(Serialize, ToSchema)]
pub struct PostDoc {
    id: String,
    /// `notices`, `qna` or `reviews`
    board: &'static str,
    title: String,
    /// Plain text with line breaks.
    body: String,
    /// The language that title and body are written in.
    lang: &'static str,
    /// As they were called when they posted; "Former member" once they have left.
    author: String,
    is_staff: bool,
    /// What it is about.
    #[schema(value_type = Option<String>)]
    sku: Option<Sku>,
    product_name: Option<String>,
    /// Of reviews: 1 to 5.
    stars: Option<i64>,
    /// Of questions: by the staff.
    #[serde(skip_serializing_if = "Option::is_none")]
    answered: Option<bool>,
    comment_count: i64,
    /// Why a moderator has hidden it; only its author and the staff see it then.
    #[serde(skip_serializing_if = "Option::is_none")]
    hidden: Option<String>,
    #[schema(value_type = String, format = DateTime)]
    at: Timestamp,
    #[schema(value_type = Option<String>, format = DateTime)]
    edited_at: Option<Timestamp>,
}

/// A post with what was said to it, the oldest first.
#[derive(Serialize, ToSchema)]
pub struct ThreadDoc {
    #[serde(flatten)]
    post: PostDoc,
    comments: Vec<CommentDoc>,
}

#[derive(Serialize, ToSchema)]
pub struct CommentDoc {
    id: String,
    body: String,
    author: String,
    is_staff: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    hidden: Option<String>,
    #[schema(value_type = String, format = DateTime)]
    at: Timestamp,
    #[schema(value_type = Option<String>, format = DateTime)]
    edited_at: Option<Timestamp>,
}

#[derive(Serialize, ToSchema)]
pub struct PostListDoc {
    pub items: Vec<PostDoc>,
    pub next: Option<String>,
}

#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewPost {
    /// Up to 120 characters.
    pub title: String,
    /// Up to 10,000 characters.
    pub body: String,
    /// Reviews need one, questions may have one.
    pub sku: Option<String>,
    /// Reviews only: 1 to 5.
    pub stars: Option<i64>,
}

/// What is left out stays as it is.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct PatchPost {
    pub title: Option<String>,
    pub body: Option<String>,
    pub stars: Option<i64>,
}

#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewComment {
    /// Up to 10,000 characters.
    pub body: String,
}

impl PostDoc {
    pub fn of(post: Post, shell: &Shell, locale: Locale) -> Self {
        let text = post.text(locale).clone();
        Self {
            id: post.id.to_string(),
            board: post.board.as_str(),
            lang: post.lang(locale).as_str(),
            title: text.title,
            body: text.body,
            author: called(&post.author, shell, locale),
            is_staff: post.author.is_staff,
            product_name: post
                .about
                .as_ref()
                .map(|about| about.name(locale).to_owned()),
            sku: post.about.map(|about| about.sku),
            stars: post.stars,
            answered: (post.board == crate::domain::Board::Qna).then_some(post.answered),
            comment_count: post.comments,
            hidden: post.hidden,
            at: post.at,
            edited_at: post.edited_at,
        }
    }
}

impl ThreadDoc {
    pub fn of(thread: Thread, shell: &Shell, locale: Locale) -> Self {
        let comments = thread
            .comments
            .into_iter()
            .map(|comment| CommentDoc::of(comment, shell, locale))
            .collect();
        Self {
            post: PostDoc::of(thread.post, shell, locale),
            comments,
        }
    }
}

impl CommentDoc {
    pub fn of(comment: Comment, shell: &Shell, locale: Locale) -> Self {
        Self {
            id: comment.id.to_string(),
            body: comment.body,
            author: called(&comment.author, shell, locale),
            is_staff: comment.author.is_staff,
            hidden: comment.hidden,
            at: comment.at,
            edited_at: comment.edited_at,
        }
    }
}

fn called(author: &Author, shell: &Shell, locale: Locale) -> String {
    author
        .name
        .clone()
        .unwrap_or_else(|| shell.texts.t(locale, "board-former-member").into_owned())
}
