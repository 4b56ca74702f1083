use kernel::{Sku, Timestamp};
use platform::audit;
use platform::db::{Conn, DbError};
use platform::ports::Ctx;

use super::{Service, visible};
use crate::domain::{About, Author, Board, BoardError, Draft, Post, PostId, Typed, Writer};
use crate::store::{self, posts, ratings};

/// A post to be.
#[derive(Clone, Debug)]
pub struct New {
    pub board: Board,
    /// Given by a form, so that a form that is sent twice posts once.
    pub id: Option<PostId>,
    pub typed: Typed,
    pub sku: Option<String>,
}

/// What is to be different; what is `None` stays.
#[derive(Clone, Debug, Default)]
pub struct Patch {
    pub title: Option<String>,
    pub body: Option<String>,
    pub other_title: Option<String>,
    pub other_body: Option<String>,
    pub stars: Option<i64>,
}

impl Patch {
    fn over(&self, post: &Post) -> Typed {
        let or = |new: &Option<String>, old: &str| new.clone().unwrap_or_else(|| old.to_owned());
        let other = post
            .other
            .as_ref()
            .map_or(("", ""), |text| (&text.title, &text.body));
        Typed {
            title: or(&self.title, &post.text.title),
            body: or(&self.body, &post.text.body),
            other_title: or(&self.other_title, other.0),
            other_body: or(&self.other_body, other.1),
            stars: self.stars.or(post.stars),
        }
    }
}

impl Service {
    pub async fn post(&self, writer: Writer, new: New, ctx: &Ctx) -> Result<Post, BoardError> {
        if new.board == Board::Notices && !writer.is_admin {
            return Err(BoardError::NotTheirs);
        }
        let draft = Draft::parse(new.board, &new.typed);
        let sku = sku(new.board, new.sku.as_deref());
        let (draft, sku) = match (draft, sku) {
            (Ok(draft), Ok(sku)) => (draft, sku),
            (draft, sku) => {
                let wrong = draft.err().into_iter().flatten().chain(sku.err());
                return Err(BoardError::Invalid(wrong.collect()));
            }
        };
        let asked = async {
            match &sku {
                Some(sku) => self.subject(sku, ctx).await,
                None => Ok(None),
            }
        };
        let (name, about) = futures_util::future::join(self.name(writer.member, ctx), asked).await;
        let about = about?;
        if sku.is_some() && about.is_none() {
            return Err(BoardError::field("sku", "board-sku-unknown"));
        }
        if let (Board::Reviews, Some(about)) = (new.board, &about) {
            self.has_bought(writer.member, &about.product, ctx).await?;
        }
        let author = Author {
            member: Some(writer.member),
            name: Some(name?),
            is_staff: writer.is_admin,
        };
        self.publish(writer, self.compose(&new, draft, about, author))
            .await
    }

    fn compose(&self, new: &New, draft: Draft, about: Option<About>, author: Author) -> Post {
        Post {
            id: new.id.unwrap_or_else(|| self.shell.new_id()),
            board: new.board,
            text: draft.text,
            other: draft.other,
            about,
            stars: draft.stars,
            author,
            answered: false,
            comments: 0,
            hidden: None,
            at: self.shell.now(),
            edited_at: None,
        }
    }

    async fn publish(&self, writer: Writer, post: Post) -> Result<Post, BoardError> {
        self.host
            .db
            .write(move |conn| {
                if store::has_left(conn, writer.member)? {
                    return Err(BoardError::Departed);
                }
                if !posts::insert(conn, &post)? {
                    return taken(conn, writer, &post);
                }
                settle(conn, writer, &post, "notice.posted", post.at)?;
                Ok(post.clone())
            })
            .await
    }

    pub async fn edit(
        &self,
        writer: Writer,
        board: Board,
        id: PostId,
        patch: Patch,
    ) -> Result<Post, BoardError> {
        let now = self.shell.now();
        self.host
            .db
            .write(move |conn| {
                let post = theirs(conn, writer, board, id)?;
                let draft = Draft::parse(board, &patch.over(&post)).map_err(BoardError::Invalid)?;
                posts::edit(conn, id, &draft, now)?;
                settle(conn, writer, &post, "notice.changed", now)?;
                let Draft { text, other, stars } = draft;
                Ok(Post {
                    text,
                    other,
                    stars,
                    edited_at: Some(now),
                    ..post
                })
            })
            .await
    }

    pub async fn delete(&self, writer: Writer, board: Board, id: PostId) -> Result<(), BoardError> {
        let now = self.shell.now();
        self.host
            .db
            .write(move |conn| {
                let post = theirs(conn, writer, board, id)?;
                posts::delete(conn, id)?;
                Ok(settle(conn, writer, &post, "notice.deleted", now)?)
            })
            .await
    }
}

/// Sent twice, it is the first; else they have reviewed the product before.
fn taken(conn: &mut Conn, writer: Writer, post: &Post) -> Result<Post, BoardError> {
    if let Some(known) = posts::by_id(conn, post.id)? {
        let is_theirs = known.author.member == Some(writer.member) && known.board == post.board;
        return if is_theirs {
            Ok(known)
        } else {
            Err(BoardError::Unknown)
        };
    }
    let about = post.about.as_ref().ok_or(BoardError::Unknown)?;
    let review =
        posts::review_of(conn, writer.member, &about.product)?.ok_or(BoardError::Unknown)?;
    Err(BoardError::Twice(review))
}

fn theirs(conn: &mut Conn, writer: Writer, board: Board, id: PostId) -> Result<Post, BoardError> {
    let post = visible(posts::by_id(conn, id)?, writer.viewer(), board)?;
    if post.may_be_changed_by(writer.viewer()) {
        Ok(post)
    } else {
        Err(BoardError::NotTheirs)
    }
}

/// What follows from a change: the product's stars, and the audit row of what the shop itself says.
fn settle(
    conn: &mut Conn,
    writer: Writer,
    post: &Post,
    what: &'static str,
    now: Timestamp,
) -> Result<(), DbError> {
    if let (Board::Reviews, Some(about)) = (post.board, &post.about) {
        ratings::recount(conn, &about.product)?;
    }
    if post.board == Board::Notices {
        let detail = serde_json::json!({});
        audit::record(
            conn,
            &audit::Entry {
                at: now,
                who: writer.who(),
                what,
                subject: post.id.to_string(),
                detail,
            },
        )?;
    }
    Ok(())
}

fn sku(board: Board, typed: Option<&str>) -> Result<Option<Sku>, platform::problem::FieldError> {
    let wrong = |key| platform::problem::FieldError::new("sku", key);
    match (
        board,
        typed.map(str::trim).filter(|typed| !typed.is_empty()),
    ) {
        (Board::Notices, Some(_)) => Err(wrong("board-sku-elsewhere")),
        (Board::Reviews, None) => Err(wrong("board-sku-missing")),
        (_, None) => Ok(None),
        (_, Some(typed)) => typed
            .parse()
            .map(Some)
            .map_err(|_| wrong("board-sku-unknown")),
    }
}
