use diesel::prelude::*;
use kernel::MemberId;
use platform::db::{Conn, DbError};
use platform::on_both;

use crate::domain::Address;
use crate::schema::addresses;

/// An entry of a member's address book.
#[derive(Clone, PartialEq, Eq)]
pub struct Entry {
    pub id: String,
    pub address: Address,
    /// One of a book is, unless it is empty.
    pub is_default: bool,
}

#[derive(Queryable, Selectable)]
#[diesel(table_name = addresses)]
struct Row {
    id: String,
    recipient: String,
    phone: String,
    postcode: String,
    line1: String,
    line2: String,
    is_default: bool,
}

impl From<Row> for Entry {
    fn from(row: Row) -> Self {
        let Row {
            id,
            recipient,
            phone,
            postcode,
            line1,
            line2,
            is_default,
        } = row;
        Self {
            id,
            address: Address {
                recipient,
                phone,
                postcode,
                line1,
                line2,
            },
            is_default,
        }
    }
}

/// The default first, then the newest.
pub fn list(conn: &mut Conn, member: MemberId) -> Result<Vec<Entry>, DbError> {
    let rows: Vec<Row> = addresses::table
        .filter(addresses::member_id.eq(member.to_string()))
        .order((addresses::is_default.desc(), addresses::id.desc()))
        .select(Row::as_select())
        .load(conn)?;
    Ok(rows.into_iter().map(Entry::from).collect())
}

pub fn add(conn: &mut Conn, member: MemberId, entry: &Entry) -> Result<(), DbError> {
    let values = (
        addresses::id.eq(&entry.id),
        addresses::member_id.eq(member.to_string()),
        columns(entry),
    );
    diesel::insert_into(addresses::table)
        .values(values)
        .execute(conn)?;
    Ok(())
}

pub fn replace(conn: &mut Conn, entry: &Entry) -> Result<(), DbError> {
    diesel::update(addresses::table.find(&entry.id))
        .set(columns(entry))
        .execute(conn)?;
    Ok(())
}

/// The one entry that is default from now on.
pub fn set_default(conn: &mut Conn, member: MemberId, id: &str) -> Result<(), DbError> {
    let of_member = addresses::table.filter(addresses::member_id.eq(member.to_string()));
    diesel::update(of_member)
        .set(addresses::is_default.eq(addresses::id.eq(id)))
        .execute(conn)?;
    Ok(())
}

pub fn remove(conn: &mut Conn, id: &str) -> Result<(), DbError> {
    diesel::delete(addresses::table.find(id)).execute(conn)?;
    Ok(())
}

pub fn remove_all(conn: &mut Conn, member: MemberId) -> Result<(), DbError> {
    diesel::delete(addresses::table.filter(addresses::member_id.eq(member.to_string())))
        .execute(conn)?;
    Ok(())
}

/// First addresses of many members, leaving out ids that are there already.
pub fn insert_missing(conn: &mut Conn, new: &[(MemberId, Entry)]) -> Result<(), DbError> {
    for batch in new.chunks(1000) {
        let rows: Vec<_> = batch
            .iter()
            .map(|(member, entry)| {
                (
                    addresses::id.eq(&entry.id),
                    addresses::member_id.eq(member.to_string()),
                    columns(entry),
                )
            })
            .collect();
        on_both!(conn, |c| diesel::insert_into(addresses::table)
            .values(rows)
            .on_conflict_do_nothing()
            .execute(c))?;
    }
    Ok(())
}

type Columns<'a> = (
    diesel::dsl::Eq<addresses::recipient, &'a str>,
    diesel::dsl::Eq<addresses::phone, &'a str>,
    diesel::dsl::Eq<addresses::postcode, &'a str>,
    diesel::dsl::Eq<addresses::line1, &'a str>,
    diesel::dsl::Eq<addresses::line2, &'a str>,
    diesel::dsl::Eq<addresses::is_default, bool>,
);

fn columns(entry: &Entry) -> Columns<'_> {
    let Address {
        recipient,
        phone,
        postcode,
        line1,
        line2,
    } = &entry.address;
    (
        addresses::recipient.eq(recipient.as_str()),
        addresses::phone.eq(phone.as_str()),
        addresses::postcode.eq(postcode.as_str()),
        addresses::line1.eq(line1.as_str()),
        addresses::line2.eq(line2.as_str()),
        addresses::is_default.eq(entry.is_default),
    )
}
