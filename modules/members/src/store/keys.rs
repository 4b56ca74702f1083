use diesel::prelude::*;
use kernel::{MemberId, Timestamp};
use platform::db::{Conn, DbError};

use crate::schema::api_keys;

/// What is known of a key once it was shown.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ApiKey {
    pub id: String,
    pub name: String,
    pub created_at: Timestamp,
    /// To the hour.
    pub last_used_at: Option<Timestamp>,
}

type Row = (String, String, i64, Option<i64>);

fn key((id, name, created_at, last_used): Row) -> ApiKey {
    let created_at = Timestamp::from_micros(created_at);
    ApiKey {
        id,
        name,
        created_at,
        last_used_at: last_used.map(Timestamp::from_micros),
    }
}

pub fn add(conn: &mut Conn, member: MemberId, key_hash: &str, new: &ApiKey) -> Result<(), DbError> {
    let row = (
        api_keys::key_hash.eq(key_hash),
        api_keys::id.eq(&new.id),
        api_keys::member_id.eq(member.to_string()),
        api_keys::name.eq(&new.name),
        api_keys::created_at.eq(new.created_at.as_micros()),
    );
    diesel::insert_into(api_keys::table)
        .values(row)
        .execute(conn)?;
    Ok(())
}

/// The newest first.
pub fn list(conn: &mut Conn, member: MemberId) -> Result<Vec<ApiKey>, DbError> {
    let rows: Vec<Row> = api_keys::table
        .filter(api_keys::member_id.eq(member.to_string()))
        .order(api_keys::id.desc())
        .select((
            api_keys::id,
            api_keys::name,
            api_keys::created_at,
            api_keys::last_used,
        ))
        .load(conn)?;
    Ok(rows.into_iter().map(key).collect())
}

/// `false` when the member has no such key.
pub fn revoke(conn: &mut Conn, member: MemberId, id: &str) -> Result<bool, DbError> {
    let of_member = api_keys::table
        .filter(api_keys::id.eq(id))
        .filter(api_keys::member_id.eq(member.to_string()));
    Ok(diesel::delete(of_member).execute(conn)? == 1)
}

pub fn revoke_all(conn: &mut Conn, member: MemberId) -> Result<(), DbError> {
    diesel::delete(api_keys::table.filter(api_keys::member_id.eq(member.to_string())))
        .execute(conn)?;
    Ok(())
}
