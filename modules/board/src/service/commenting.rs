use platform::db::Conn;
use platform::ports::Ctx;

use super::{MOST_COMMENTS, Service, visible};
use crate::domain::{
    Author, Board, BoardError, Comment, CommentId, PostId, Viewer, Writer, comment_body,
};
use crate::store::{self, comments, posts};

impl Service {
    /// `id` is given by a form, so that a form that is sent twice says it once.
    pub async fn comment(
        &self,
        writer: Writer,
        (board, post): (Board, PostId),
        (id, typed): (Option<CommentId>, &str),
        ctx: &Ctx,
    ) -> Result<Comment, BoardError> {
        let body = comment_body(typed).map_err(BoardError::Invalid)?;
        let name = self.name(writer.member, ctx).await?;
        let comment = Comment {
            id: id.unwrap_or_else(|| self.shell.new_id()),
            post,
            body,
            author: Author {
                member: Some(writer.member),
                name: Some(name),
                is_staff: writer.is_admin,
            },
            hidden: None,
            at: self.shell.now(),
            edited_at: None,
        };
        self.host
            .db
            .write(move |conn| {
                if store::has_left(conn, writer.member)? {
                    return Err(BoardError::Departed);
                }
                visible(posts::by_id(conn, post)?, writer.viewer(), board)?;
                if comments::count(conn, post)? >= MOST_COMMENTS {
                    return Err(BoardError::Full);
                }
                if comments::insert(conn, &comment)? {
                    posts::count_comments(conn, post)?;
                    return Ok(comment.clone());
                }
                let said = comments::by_id(conn, comment.id)?;
                said.filter(|said| said.author.member == Some(writer.member))
                    .ok_or(BoardError::Unknown)
            })
            .await
    }

    /// For the form that changes it.
    pub async fn own_comment(
        &self,
        writer: Writer,
        (board, post): (Board, PostId),
        id: CommentId,
    ) -> Result<Comment, BoardError> {
        self.host
            .db
            .read(move |conn| theirs(conn, writer.viewer(), (board, post), id))
            .await
    }

    pub async fn edit_comment(
        &self,
        writer: Writer,
        (board, post): (Board, PostId),
        (id, typed): (CommentId, &str),
    ) -> Result<(), BoardError> {
        let body = comment_body(typed).map_err(BoardError::Invalid)?;
        let now = self.shell.now();
        self.host
            .db
            .write(move |conn| {
                theirs(conn, writer.viewer(), (board, post), id)?;
                Ok(comments::edit(conn, id, &body, now)?)
            })
            .await
    }

    pub async fn delete_comment(
        &self,
        writer: Writer,
        (board, post): (Board, PostId),
        id: CommentId,
    ) -> Result<(), BoardError> {
        self.host
            .db
            .write(move |conn| {
                theirs(conn, writer.viewer(), (board, post), id)?;
                comments::delete(conn, id)?;
                Ok(posts::count_comments(conn, post)?)
            })
            .await
    }
}

fn theirs(
    conn: &mut Conn,
    viewer: Viewer,
    (board, post): (Board, PostId),
    id: CommentId,
) -> Result<Comment, BoardError> {
    visible(posts::by_id(conn, post)?, viewer, board)?;
    let comment = comments::by_id(conn, id)?
        .filter(|comment| comment.post == post && comment.is_visible_to(viewer));
    let comment = comment.ok_or(BoardError::Unknown)?;
    if comment.may_be_changed_by(viewer) {
        Ok(comment)
    } else {
        Err(BoardError::NotTheirs)
    }
}
