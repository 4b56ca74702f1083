use diesel::prelude::*;
use kernel::{MemberId, Timestamp};
use platform::db::{Conn, DbError};

use super::id_of;
use crate::schema::{reset_links, reset_requests};

/// Somebody waits for a link.
#[derive(Clone, Debug)]
pub struct Request {
    pub id: String,
    pub member: MemberId,
    pub at: Timestamp,
}

pub fn request(conn: &mut Conn, request: &Request) -> Result<(), DbError> {
    let row = (
        reset_requests::id.eq(&request.id),
        reset_requests::member_id.eq(request.member.to_string()),
        reset_requests::requested_at.eq(request.at.as_micros()),
    );
    diesel::insert_into(reset_requests::table)
        .values(row)
        .execute(conn)?;
    Ok(())
}

/// The oldest first.
pub fn waiting(conn: &mut Conn, limit: i64) -> Result<Vec<Request>, DbError> {
    let rows: Vec<(String, String, i64)> = reset_requests::table
        .order(reset_requests::id)
        .limit(limit)
        .load(conn)?;
    let request = |(id, member, at): (String, String, i64)| {
        Ok(Request {
            id,
            member: id_of(&member)?,
            at: Timestamp::from_micros(at),
        })
    };
    rows.into_iter().map(request).collect()
}

pub fn answered(conn: &mut Conn, request: &str) -> Result<(), DbError> {
    diesel::delete(reset_requests::table.find(request)).execute(conn)?;
    Ok(())
}

pub fn add_link(
    conn: &mut Conn,
    token_hash: &str,
    member: MemberId,
    expires_at: Timestamp,
) -> Result<(), DbError> {
    let row = (
        reset_links::token_hash.eq(token_hash),
        reset_links::member_id.eq(member.to_string()),
        reset_links::expires_at.eq(expires_at.as_micros()),
    );
    diesel::insert_into(reset_links::table)
        .values(row)
        .execute(conn)?;
    Ok(())
}

/// Whose link it is, if it still works.
pub fn of_link(
    conn: &mut Conn,
    token_hash: &str,
    now: Timestamp,
) -> Result<Option<MemberId>, DbError> {
    let found: Option<String> = reset_links::table
        .find(token_hash)
        .filter(reset_links::expires_at.gt(now.as_micros()))
        .select(reset_links::member_id)
        .first(conn)
        .optional()?;
    found.map(|id| id_of(&id)).transpose()
}

/// The links and wishes of a member: none of them works any more.
pub fn forget(conn: &mut Conn, member: MemberId) -> Result<(), DbError> {
    let member = member.to_string();
    diesel::delete(reset_links::table.filter(reset_links::member_id.eq(&member))).execute(conn)?;
    diesel::delete(reset_requests::table.filter(reset_requests::member_id.eq(&member)))
        .execute(conn)?;
    Ok(())
}

pub fn remove_expired(conn: &mut Conn, now: Timestamp) -> Result<usize, DbError> {
    Ok(
        diesel::delete(reset_links::table.filter(reset_links::expires_at.le(now.as_micros())))
            .execute(conn)?,
    )
}
