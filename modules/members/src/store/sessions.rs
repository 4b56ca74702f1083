use diesel::prelude::*;
use kernel::{Locale, MemberId, Timestamp};
use platform::db::{Conn, DbError};
use platform::on_both;

use super::id_of;
use crate::domain::SESSION;
use crate::schema::{api_keys, members, sessions};

/// Whose session or key it is.
pub struct Found {
    pub member: MemberId,
    pub is_admin: bool,
    pub locale: Locale,
    /// The session's id; keys have none here.
    pub session: Option<String>,
    /// `None`: a key that was never used.
    pub last_used: Option<Timestamp>,
}

type FoundRow = (String, bool, String, Option<String>, Option<i64>);

/// One indexed read: asked for nearly every request.
pub fn of_token(
    conn: &mut Conn,
    token_hash: &str,
    now: Timestamp,
) -> Result<Option<Found>, DbError> {
    let columns = (
        members::id,
        members::is_admin,
        members::locale,
        sessions::id.nullable(),
        sessions::last_used.nullable(),
    );
    let row: Option<FoundRow> = on_both!(conn, |c| sessions::table
        .inner_join(members::table.on(members::id.eq(sessions::member_id)))
        .filter(sessions::token_hash.eq(token_hash))
        .filter(sessions::last_used.gt(now.before(SESSION).as_micros()))
        .select(columns)
        .first(c)
        .optional())?;
    row.map(found).transpose()
}

pub fn of_key(conn: &mut Conn, key_hash: &str) -> Result<Option<Found>, DbError> {
    let no_session =
        diesel::dsl::sql::<diesel::sql_types::Nullable<diesel::sql_types::Text>>("NULL");
    let columns = (
        members::id,
        members::is_admin,
        members::locale,
        no_session,
        api_keys::last_used,
    );
    let row: Option<FoundRow> = on_both!(conn, |c| api_keys::table
        .inner_join(members::table.on(members::id.eq(api_keys::member_id)))
        .filter(api_keys::key_hash.eq(key_hash))
        .select(columns)
        .first(c)
        .optional())?;
    row.map(found).transpose()
}

fn found((member, is_admin, locale, session, last_used): FoundRow) -> Result<Found, DbError> {
    Ok(Found {
        member: id_of(&member)?,
        is_admin,
        locale: Locale::parse(&locale).unwrap_or_default(),
        session,
        last_used: last_used.map(Timestamp::from_micros),
    })
}

/// A session that begins.
#[derive(Clone)]
pub struct NewSession {
    pub token_hash: String,
    pub id: String,
    pub member: MemberId,
    pub at: Timestamp,
}

pub fn begin(conn: &mut Conn, new: &NewSession) -> Result<(), DbError> {
    let row = (
        sessions::token_hash.eq(&new.token_hash),
        sessions::id.eq(&new.id),
        sessions::member_id.eq(new.member.to_string()),
        sessions::created_at.eq(new.at.as_micros()),
        sessions::last_used.eq(new.at.as_micros()),
    );
    diesel::insert_into(sessions::table)
        .values(row)
        .execute(conn)?;
    Ok(())
}

pub fn note_use(conn: &mut Conn, token_hash: &str, now: Timestamp) -> Result<(), DbError> {
    diesel::update(sessions::table.find(token_hash))
        .set(sessions::last_used.eq(now.as_micros()))
        .execute(conn)?;
    Ok(())
}

pub fn note_key_use(conn: &mut Conn, key_hash: &str, now: Timestamp) -> Result<(), DbError> {
    diesel::update(api_keys::table.find(key_hash))
        .set(api_keys::last_used.eq(now.as_micros()))
        .execute(conn)?;
    Ok(())
}

pub fn end(conn: &mut Conn, token_hash: &str) -> Result<(), DbError> {
    diesel::delete(sessions::table.find(token_hash)).execute(conn)?;
    Ok(())
}

/// All of a member's sessions but the one with the id `but`.
pub fn end_all(conn: &mut Conn, member: MemberId, but: Option<&str>) -> Result<usize, DbError> {
    let of_member = sessions::table.filter(sessions::member_id.eq(member.to_string()));
    let others = of_member.filter(sessions::id.ne(but.unwrap_or_default()));
    Ok(diesel::delete(others).execute(conn)?)
}

/// Those that nobody has used for too long.
pub fn remove_ended(conn: &mut Conn, now: Timestamp) -> Result<usize, DbError> {
    let ended = sessions::table.filter(sessions::last_used.le(now.before(SESSION).as_micros()));
    Ok(diesel::delete(ended).execute(conn)?)
}
