use kernel::MemberId;
use platform::audit;
use platform::db::{Conn, DbError};

use super::Service;
use crate::domain::{Board, BoardError, Comment, CommentId, Post, PostId};
use crate::store::{comments, posts, ratings};

/// What a moderator looks at.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Target {
    pub post: PostId,
    /// `None`: the post itself.
    pub comment: Option<CommentId>,
}

impl Service {
    pub async fn target(&self, target: Target) -> Result<(Post, Option<Comment>), BoardError> {
        self.host.db.read(move |conn| find(conn, target)).await
    }

    /// With a reason it is hidden, without one it is shown again. Answers the post.
    pub async fn moderate(
        &self,
        target: Target,
        reason: Option<String>,
        by: MemberId,
    ) -> Result<Post, BoardError> {
        let now = self.shell.now();
        self.host
            .db
            .write(move |conn| {
                let (post, comment) = find(conn, target)?;
                let subject = match &comment {
                    Some(comment) => hide_comment(conn, comment, reason.as_deref())?,
                    None => hide_post(conn, &post, reason.as_deref())?,
                };
                let what = match (comment.is_some(), reason.is_some()) {
                    (true, true) => "comment.hidden",
                    (true, false) => "comment.shown",
                    (false, true) => "post.hidden",
                    (false, false) => "post.shown",
                };
                if let (Board::Reviews, Some(about)) = (post.board, &post.about) {
                    ratings::recount(conn, &about.product)?;
                }
                let detail = serde_json::json!({ "board": post.board.as_str(), "reason": reason });
                audit::record(
                    conn,
                    &audit::Entry {
                        at: now,
                        who: format!("member:{by}"),
                        what,
                        subject,
                        detail,
                    },
                )?;
                Ok(post)
            })
            .await
    }
}

fn hide_comment(
    conn: &mut Conn,
    comment: &Comment,
    reason: Option<&str>,
) -> Result<String, DbError> {
    comments::hide(conn, comment.id, reason)?;
    posts::count_comments(conn, comment.post)?;
    Ok(comment.id.to_string())
}

fn hide_post(conn: &mut Conn, post: &Post, reason: Option<&str>) -> Result<String, DbError> {
    posts::hide(conn, post.id, reason)?;
    Ok(post.id.to_string())
}

fn find(conn: &mut Conn, target: Target) -> Result<(Post, Option<Comment>), BoardError> {
    let post = posts::by_id(conn, target.post)?.ok_or(BoardError::Unknown)?;
    let comment = match target.comment {
        None => None,
        Some(id) => {
            let comment = comments::by_id(conn, id)?.filter(|comment| comment.post == post.id);
            Some(comment.ok_or(BoardError::Unknown)?)
        }
    };
    Ok((post, comment))
}
