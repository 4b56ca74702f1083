use diesel::prelude::*;
use kernel::Timestamp;
use platform::db::{Conn, DbError};
use platform::on_both;

use crate::domain::{Comment, CommentId, PostId};
use crate::schema::comments;

#[derive(Clone, Debug, Queryable, Insertable)]
#[diesel(table_name = comments, treat_none_as_default_value = false)]
struct CommentRow {
    id: String,
    post: String,
    body: String,
    author: Option<String>,
    author_name: Option<String>,
    is_staff: bool,
    hidden_reason: Option<String>,
    at: i64,
    edited_at: Option<i64>,
}

impl CommentRow {
    fn of(comment: &Comment) -> Self {
        Self {
            id: comment.id.to_string(),
            post: comment.post.to_string(),
            body: comment.body.clone(),
            author: comment.author.member.map(|id| id.to_string()),
            author_name: comment.author.name.clone(),
            is_staff: comment.author.is_staff,
            hidden_reason: comment.hidden.clone(),
            at: comment.at.as_micros(),
            edited_at: comment.edited_at.map(Timestamp::as_micros),
        }
    }

    fn read(self) -> Option<Comment> {
        Some(Comment {
            id: self.id.parse().ok()?,
            post: self.post.parse().ok()?,
            body: self.body,
            author: super::author(self.author, self.author_name, self.is_staff),
            hidden: self.hidden_reason,
            at: Timestamp::from_micros(self.at),
            edited_at: self.edited_at.map(Timestamp::from_micros),
        })
    }
}

/// The oldest first.
pub fn of(conn: &mut Conn, post: PostId, limit: i64) -> Result<Vec<Comment>, DbError> {
    let said = comments::table
        .filter(comments::post.eq(post.to_string()))
        .order((comments::at, comments::id))
        .limit(limit);
    let rows: Vec<CommentRow> = on_both!(conn, |c| said.load(c))?;
    Ok(rows.into_iter().filter_map(CommentRow::read).collect())
}

pub fn by_id(conn: &mut Conn, id: CommentId) -> Result<Option<Comment>, DbError> {
    let row: Option<CommentRow> = comments::table
        .find(id.to_string())
        .first(conn)
        .optional()?;
    Ok(row.and_then(CommentRow::read))
}

/// Of each comment that everybody can see, whether it is the staff's.
pub fn seen(conn: &mut Conn, post: PostId) -> Result<Vec<bool>, DbError> {
    Ok(comments::table
        .filter(comments::post.eq(post.to_string()))
        .filter(comments::hidden_reason.is_null())
        .select(comments::is_staff)
        .load(conn)?)
}

pub fn count(conn: &mut Conn, post: PostId) -> Result<i64, DbError> {
    Ok(comments::table
        .filter(comments::post.eq(post.to_string()))
        .count()
        .get_result(conn)?)
}

/// `false` when the id is taken.
pub fn insert(conn: &mut Conn, comment: &Comment) -> Result<bool, DbError> {
    let row = CommentRow::of(comment);
    let inserted = on_both!(conn, |c| diesel::insert_into(comments::table)
        .values(&row)
        .on_conflict_do_nothing()
        .execute(c))?;
    Ok(inserted == 1)
}

pub fn edit(conn: &mut Conn, id: CommentId, body: &str, now: Timestamp) -> Result<(), DbError> {
    diesel::update(comments::table.find(id.to_string()))
        .set((
            comments::body.eq(body),
            comments::edited_at.eq(Some(now.as_micros())),
        ))
        .execute(conn)?;
    Ok(())
}

pub fn delete(conn: &mut Conn, id: CommentId) -> Result<(), DbError> {
    diesel::delete(comments::table.find(id.to_string())).execute(conn)?;
    Ok(())
}

pub fn delete_of(conn: &mut Conn, post: PostId) -> Result<(), DbError> {
    diesel::delete(comments::table.filter(comments::post.eq(post.to_string()))).execute(conn)?;
    Ok(())
}

/// With a reason it is hidden, without one it is shown again.
pub fn hide(conn: &mut Conn, id: CommentId, reason: Option<&str>) -> Result<(), DbError> {
    diesel::update(comments::table.find(id.to_string()))
        .set(comments::hidden_reason.eq(reason))
        .execute(conn)?;
    Ok(())
}
