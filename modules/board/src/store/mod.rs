//! Posts, comments and the stars that they add up to.

pub mod comments;
pub mod posts;
pub mod ratings;
pub mod talk;

use diesel::prelude::*;
use kernel::{MemberId, Timestamp};
use platform::db::{Conn, DbError};
use platform::on_both;

use crate::domain::Author;
use crate::schema::{comments as comment_table, departed, posts as post_table};

/// The posts stay, by nobody in particular, and nothing more is written in the member's name.
pub fn forget(conn: &mut Conn, member: MemberId, now: Timestamp) -> Result<(), DbError> {
    let key = member.to_string();
    let row = (departed::member.eq(&key), departed::at.eq(now.as_micros()));
    on_both!(conn, |c| diesel::insert_into(departed::table)
        .values(row)
        .on_conflict_do_nothing()
        .execute(c))?;
    let nobody: Option<String> = None;
    diesel::update(post_table::table.filter(post_table::author.eq(&key)))
        .set((
            post_table::author.eq(&nobody),
            post_table::author_name.eq(&nobody),
        ))
        .execute(conn)?;
    diesel::update(comment_table::table.filter(comment_table::author.eq(&key)))
        .set((
            comment_table::author.eq(&nobody),
            comment_table::author_name.eq(&nobody),
        ))
        .execute(conn)?;
    Ok(())
}

pub fn has_left(conn: &mut Conn, member: MemberId) -> Result<bool, DbError> {
    let found: Option<i64> = departed::table
        .find(member.to_string())
        .select(departed::at)
        .first(conn)
        .optional()?;
    Ok(found.is_some())
}

fn author(member: Option<String>, name: Option<String>, is_staff: bool) -> Author {
    Author {
        member: member.and_then(|id| id.parse().ok()),
        name,
        is_staff,
    }
}
