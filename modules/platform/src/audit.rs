//! Who changed what: rows written with the change, chained by hash per database, so that a later edit shows.

use diesel::prelude::*;
use kernel::Timestamp;
use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};

use crate::db::schema::audit;
use crate::db::{Conn, DbError};

/// A change worth remembering. `who`: `member:<id>`, `command line`, `system`. No personal data in any field.
#[derive(Clone, Debug)]
pub struct Entry {
    pub at: Timestamp,
    pub who: String,
    /// `product.changed`
    pub what: &'static str,
    /// The id of what was changed.
    pub subject: String,
    pub detail: serde_json::Value,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, Queryable, Selectable)]
#[diesel(table_name = audit)]
pub struct Row {
    pub id: i64,
    /// In microseconds.
    pub at: i64,
    pub who: String,
    pub what: String,
    pub subject: String,
    pub detail: String,
    pub hash: String,
}

/// Writes `entry` behind the last one, in the caller's transaction.
pub fn record(conn: &mut Conn, entry: &Entry) -> Result<(), DbError> {
    let last: Option<String> = audit::table
        .order(audit::id.desc())
        .select(audit::hash)
        .first(conn)
        .optional()?;
    let detail = entry.detail.to_string();
    let at = entry.at.as_micros();
    let hash = chain(
        &last.unwrap_or_default(),
        at,
        [&entry.who, entry.what, &entry.subject, &detail],
    );
    let row = (
        audit::at.eq(at),
        audit::who.eq(&entry.who),
        audit::what.eq(entry.what),
        audit::subject.eq(&entry.subject),
        audit::detail.eq(&detail),
        audit::hash.eq(hash),
    );
    crate::on_both!(conn, |c| diesel::insert_into(audit::table)
        .values(row)
        .execute(c))?;
    Ok(())
}

/// The newest first; `before` pages on: the time and id of the last row seen.
pub fn list(conn: &mut Conn, before: Option<(i64, i64)>, limit: i64) -> Result<Vec<Row>, DbError> {
    let (at, id) = before.unwrap_or((i64::MAX, i64::MAX));
    Ok(audit::table
        .filter(audit::at.lt(at).or(audit::at.eq(at).and(audit::id.lt(id))))
        .order((audit::at.desc(), audit::id.desc()))
        .limit(limit)
        .select(Row::as_select())
        .load(conn)?)
}

/// The id of the first row that does not fit its predecessor.
pub fn first_broken(conn: &mut Conn) -> Result<Option<i64>, DbError> {
    let rows: Vec<Row> = audit::table
        .order(audit::id)
        .select(Row::as_select())
        .load(conn)?;
    let mut last = String::new();
    for row in rows {
        if chain(
            &last,
            row.at,
            [&row.who, &row.what, &row.subject, &row.detail],
        ) != row.hash
        {
            return Ok(Some(row.id));
        }
        last = row.hash;
    }
    Ok(None)
}

fn chain(last: &str, at: i64, fields: [&str; 4]) -> String {
    let mut hasher = Sha256::new();
    hasher.update(last);
    hasher.update(at.to_be_bytes());
    for field in fields {
        hasher.update(field.len().to_be_bytes());
        hasher.update(field);
    }
    hasher
        .finalize()
        .iter()
        .fold(String::with_capacity(64), |mut hex, byte| {
            use std::fmt::Write as _;
            let _ = write!(hex, "{byte:02x}");
            hex
        })
}
