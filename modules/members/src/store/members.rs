use diesel::prelude::*;
use kernel::{Locale, MemberId, Timestamp};
use platform::db::{Conn, DbError};
use platform::on_both;

use super::id_of;
use crate::domain::{Email, MembersError};
use crate::schema::members;

/// Rows that go to the database at once: PostgreSQL takes 65,535 values in a statement, SQLite half of that.
const BATCH: usize = 1000;

/// One member, without the password.
#[derive(Clone, PartialEq, Eq)]
pub struct Member {
    pub id: MemberId,
    pub email: String,
    pub name: String,
    pub locale: Locale,
    pub is_admin: bool,
    pub joined_at: Timestamp,
}

/// Somebody who joins.
#[derive(Clone)]
pub struct NewMember {
    pub id: MemberId,
    pub email: Email,
    pub name: String,
    /// A PHC string; without one nobody can log in.
    pub password: Option<String>,
    pub locale: Locale,
    pub is_admin: bool,
    pub joined_at: Timestamp,
}

#[derive(Queryable, Selectable)]
#[diesel(table_name = members)]
struct MemberRow {
    id: String,
    email: String,
    name: String,
    locale: String,
    is_admin: bool,
    joined_at: i64,
}

#[derive(Insertable)]
#[diesel(table_name = members)]
#[diesel(treat_none_as_default_value = false)]
struct NewRow {
    id: String,
    email: String,
    email_key: String,
    name: String,
    haystack: String,
    password: Option<String>,
    locale: &'static str,
    is_admin: bool,
    joined_at: i64,
}

impl TryFrom<MemberRow> for Member {
    type Error = DbError;

    fn try_from(row: MemberRow) -> Result<Self, DbError> {
        Ok(Self {
            id: id_of(&row.id)?,
            email: row.email,
            name: row.name,
            locale: Locale::parse(&row.locale).unwrap_or_default(),
            is_admin: row.is_admin,
            joined_at: Timestamp::from_micros(row.joined_at),
        })
    }
}

impl From<&NewMember> for NewRow {
    fn from(new: &NewMember) -> Self {
        Self {
            id: new.id.to_string(),
            email: new.email.as_str().to_owned(),
            email_key: new.email.key(),
            name: new.name.clone(),
            haystack: haystack(new.email.as_str(), &new.name),
            password: new.password.clone(),
            locale: new.locale.as_str(),
            is_admin: new.is_admin,
            joined_at: new.joined_at.as_micros(),
        }
    }
}

/// [`MembersError::Taken`] when somebody has the address: the unique index decides, whoever else is joining.
pub fn insert(conn: &mut Conn, new: &NewMember) -> Result<(), MembersError> {
    let row = NewRow::from(new);
    let inserted = on_both!(conn, |c| diesel::insert_into(members::table)
        .values(row)
        .execute(c));
    match inserted.map_err(DbError::from) {
        Ok(_) => Ok(()),
        Err(e) if e.is_unique_violation() => Err(MembersError::Taken),
        Err(e) => Err(e.into()),
    }
}

/// Leaves out whose id or address is there already.
pub fn insert_missing(conn: &mut Conn, new: &[NewMember]) -> Result<(), DbError> {
    for batch in new.chunks(BATCH) {
        let rows: Vec<NewRow> = batch.iter().map(NewRow::from).collect();
        on_both!(conn, |c| diesel::insert_into(members::table)
            .values(rows)
            .on_conflict_do_nothing()
            .execute(c))?;
    }
    Ok(())
}

pub fn get(conn: &mut Conn, member: MemberId) -> Result<Option<Member>, DbError> {
    let row: Option<MemberRow> = members::table
        .find(member.to_string())
        .select(MemberRow::as_select())
        .first(conn)
        .optional()?;
    row.map(Member::try_from).transpose()
}

pub fn by_email(conn: &mut Conn, email: &Email) -> Result<Option<Member>, DbError> {
    let row: Option<MemberRow> = members::table
        .filter(members::email_key.eq(email.key()))
        .select(MemberRow::as_select())
        .first(conn)
        .optional()?;
    row.map(Member::try_from).transpose()
}

/// Those of `ids` who are members.
pub fn all(conn: &mut Conn, ids: &[MemberId]) -> Result<Vec<Member>, DbError> {
    let mut found = Vec::with_capacity(ids.len());
    for batch in ids.chunks(BATCH) {
        let ids: Vec<String> = batch.iter().map(ToString::to_string).collect();
        let some: Vec<MemberRow> = on_both!(conn, |c| members::table
            .filter(members::id.eq_any(&ids))
            .select(MemberRow::as_select())
            .load(c))?;
        found.extend(some);
    }
    found.into_iter().map(Member::try_from).collect()
}

/// The newest first, those who joined before `before`; `query` is looked for in e-mail addresses and names.
pub fn list(
    conn: &mut Conn,
    query: &str,
    before: Option<MemberId>,
    limit: i64,
) -> Result<Vec<Member>, DbError> {
    // later than every id
    let before = before.map_or_else(|| "g".to_owned(), |id| id.to_string());
    let pattern = format!(
        "%{}%",
        query
            .to_lowercase()
            .replace('\\', "\\\\")
            .replace('%', "\\%")
            .replace('_', "\\_")
    );
    let newest = members::table
        .filter(members::id.lt(before))
        .order(members::id.desc())
        .limit(limit);
    let rows: Vec<MemberRow> = if query.is_empty() {
        newest.select(MemberRow::as_select()).load(conn)?
    } else {
        let found = newest.filter(members::haystack.like(pattern).escape('\\'));
        on_both!(conn, |c| found.select(MemberRow::as_select()).load(c))?
    };
    rows.into_iter().map(Member::try_from).collect()
}

pub fn count(conn: &mut Conn) -> Result<i64, DbError> {
    Ok(members::table.count().get_result(conn)?)
}

/// The stored hash. `None`: no such member, or one without a password.
pub fn password(conn: &mut Conn, member: MemberId) -> Result<Option<String>, DbError> {
    let found: Option<Option<String>> = members::table
        .find(member.to_string())
        .select(members::password)
        .first(conn)
        .optional()?;
    Ok(found.flatten())
}

pub fn set_password(conn: &mut Conn, member: MemberId, hash: &str) -> Result<bool, DbError> {
    let changed = diesel::update(members::table.find(member.to_string()))
        .set(members::password.eq(hash))
        .execute(conn)?;
    Ok(changed == 1)
}

pub fn set_details(conn: &mut Conn, member: &Member) -> Result<bool, DbError> {
    let changed = diesel::update(members::table.find(member.id.to_string()))
        .set((
            members::name.eq(&member.name),
            members::locale.eq(member.locale.as_str()),
            members::haystack.eq(haystack(&member.email, &member.name)),
        ))
        .execute(conn)?;
    Ok(changed == 1)
}

pub fn set_admin(conn: &mut Conn, member: MemberId, is_admin: bool) -> Result<(), DbError> {
    diesel::update(members::table.find(member.to_string()))
        .set(members::is_admin.eq(is_admin))
        .execute(conn)?;
    Ok(())
}

/// Whether anybody but `member` is administrator.
pub fn another_admin(conn: &mut Conn, member: MemberId) -> Result<bool, DbError> {
    let others = members::table
        .filter(members::is_admin.eq(true))
        .filter(members::id.ne(member.to_string()));
    let found: Option<String> = others.select(members::id).first(conn).optional()?;
    Ok(found.is_some())
}

pub fn remove(conn: &mut Conn, member: MemberId) -> Result<bool, DbError> {
    Ok(diesel::delete(members::table.find(member.to_string())).execute(conn)? == 1)
}

fn haystack(email: &str, name: &str) -> String {
    format!("{email} {name}").to_lowercase()
}
