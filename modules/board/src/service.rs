//! What members and moderators do with posts.

use std::sync::Arc;

use kernel::{MemberId, Sku};
use platform::audit;
use platform::ports::Ctx;
use platform::shell::Shell;

use crate::Host;
use crate::domain::{
    About, Board, BoardError, Draft, LONGEST_COMMENT, LONGEST_REASON, PostId, Writer, check_line,
};
use crate::needs::Needs;
use crate::store::{self, CommentRow, Filter, PostRow};

pub struct Service {
    pub host: Arc<Host>,
    pub shell: Arc<Shell>,
    pub needs: Needs,
}

impl Service {
    pub async fn list(&self, filter: Filter) -> Result<Vec<PostRow>, BoardError> {
        self.host.db.read(move |conn| Ok(store::list(conn, &filter)?)).await
    }

    /// A hidden post is there for moderators and its author.
    pub async fn show(
        &self,
        board: Board,
        id: PostId,
        reader: Option<Writer>,
    ) -> Result<(PostRow, Vec<CommentRow>), BoardError> {
        let found = self.host.db.read(move |conn| {
            let row = store::find(conn, id)?.filter(|row| row.board == board.as_str()).ok_or(BoardError::Unknown)?;
            Ok::<_, BoardError>((row, store::comments_of(conn, id)?))
        });
        let (row, comments) = found.await?;
        let may_see = row.hidden.is_none() || reader.is_some_and(|who| who.is_admin || row.is_by(who.member));
        if may_see { Ok((row, comments)) } else { Err(BoardError::Unknown) }
    }

    /// `None` when nothing is sold under `sku`.
    pub async fn about(&self, sku: Sku, ctx: &Ctx) -> Result<Option<About>, BoardError> {
        Ok(self.needs.shelf.product(sku, ctx).await?)
    }

    pub async fn post(
        &self,
        board: Board,
        by: Writer,
        (draft, sku): (Draft, Option<Sku>),
        ctx: &Ctx,
    ) -> Result<PostRow, BoardError> {
        if board == Board::Notices && !by.is_admin {
            return Err(BoardError::Forbidden("board-notices-staff"));
        }
        let text = draft.check(board).map_err(BoardError::Invalid)?;
        let about = self.subject(board, by, sku, ctx).await?;
        let name = self.needs.authors.name(by.member, ctx).await?;
        let row = PostRow {
            author: Some(by.member.to_string()),
            author_name: name,
            is_staff: by.is_admin,
            created_at: self.shell.now().as_micros(),
            ..store::new_row(self.shell.new_id(), board, text, about)
        };
        let written = row.clone();
        let added = self.host.db.write(move |conn| Ok::<_, BoardError>(store::add(conn, &written)?)).await?;
        if added { Ok(row) } else { Err(BoardError::Twice) }
    }

    /// What the post is about: reviews are of a product that was bought, questions may be of any.
    async fn subject(
        &self,
        board: Board,
        by: Writer,
        sku: Option<Sku>,
        ctx: &Ctx,
    ) -> Result<Option<About>, BoardError> {
        let Some(sku) = sku.filter(|_| board != Board::Notices) else {
            return if board == Board::Reviews {
                Err(BoardError::Invalid(vec![("sku", "board-sku-missing")]))
            } else {
                Ok(None)
            };
        };
        let about = self.about(sku, ctx).await?.ok_or_else(|| BoardError::Invalid(vec![("sku", "board-sku-unknown")]))?;
        if board == Board::Reviews && !self.needs.purchases.has_bought(by.member, about.product.clone(), ctx).await? {
            return Err(BoardError::Forbidden("board-not-bought"));
        }
        Ok(Some(about))
    }

    pub async fn edit(&self, board: Board, id: PostId, by: Writer, draft: Draft) -> Result<PostRow, BoardError> {
        let text = draft.check(board).map_err(BoardError::Invalid)?;
        let now = self.shell.now();
        self.host
            .db
            .write(move |conn| {
                let row = own(store::find(conn, id)?, board, by)?;
                store::edit(conn, &row, &text, now)?;
                store::find(conn, id)?.ok_or(BoardError::Unknown)
            })
            .await
    }

    pub async fn delete(&self, board: Board, id: PostId, by: Writer) -> Result<(), BoardError> {
        let now = self.shell.now();
        self.host
            .db
            .write(move |conn| {
                let row = own(store::find(conn, id)?, board, by)?;
                store::delete(conn, &row)?;
                if !row.is_by(by.member) {
                    let detail = serde_json::json!({ "board": board.as_str() });
                    audit::record(conn, &entry(now, by.member, "post.deleted", (&row.id, detail)))?;
                }
                Ok(())
            })
            .await
    }

    pub async fn comment(
        &self,
        board: Board,
        id: PostId,
        by: Writer,
        (body, ctx): (&str, &Ctx),
    ) -> Result<CommentRow, BoardError> {
        let body = check_line("body", body, LONGEST_COMMENT).map_err(BoardError::Invalid)?;
        self.show(board, id, Some(by)).await?;
        let name = self.needs.authors.name(by.member, ctx).await?;
        let row = CommentRow {
            author: Some(by.member.to_string()),
            author_name: name,
            is_staff: by.is_admin,
            created_at: self.shell.now().as_micros(),
            ..store::new_comment(self.shell.new_id(), id, body)
        };
        let written = row.clone();
        self.host.db.write(move |conn| Ok::<_, BoardError>(store::add_comment(conn, &written)?)).await?;
        Ok(row)
    }

    /// Hides a post with a reason, or shows it again without one. Administrators only: the handler has seen to that.
    pub async fn moderate(&self, id: PostId, by: MemberId, hide: Option<&str>) -> Result<(), BoardError> {
        let reason = match hide {
            Some(reason) => Some(check_line("reason", reason, LONGEST_REASON).map_err(BoardError::Invalid)?),
            None => None,
        };
        let now = self.shell.now();
        self.host
            .db
            .write(move |conn| {
                let row = store::find(conn, id)?.ok_or(BoardError::Unknown)?;
                store::hide(conn, &row, reason.as_deref())?;
                let what = if reason.is_some() { "post.hidden" } else { "post.shown" };
                let detail = serde_json::json!({ "reason": reason });
                Ok(audit::record(conn, &entry(now, by, what, (&row.id, detail)))?)
            })
            .await
    }
}

fn entry(at: kernel::Timestamp, by: MemberId, what: &'static str, (subject, detail): (&str, serde_json::Value)) -> audit::Entry {
    audit::Entry { at, who: format!("member:{by}"), what, subject: subject.to_owned(), detail }
}

/// The post, if it is on that board and the writer may change it.
fn own(row: Option<PostRow>, board: Board, by: Writer) -> Result<PostRow, BoardError> {
    let row = row.filter(|row| row.board == board.as_str()).ok_or(BoardError::Unknown)?;
    if by.is_admin || row.is_by(by.member) { Ok(row) } else { Err(BoardError::Forbidden("board-not-yours")) }
}
