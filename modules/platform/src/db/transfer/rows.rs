//! Rows of any table, as values that both engines share.

use diesel::backend::Backend;
use diesel::connection::DefaultLoadingMode;
use diesel::deserialize::{self, FromSql, QueryableByName};
use diesel::pg::{Pg, PgRowByRowLoadingMode};
use diesel::prelude::*;
use diesel::row::{Field as _, NamedRow};
use diesel::sql_types::{BigInt, Binary, Bool, Nullable, Text};
use diesel::sqlite::{Sqlite, SqliteType};
use sha2::{Digest as _, Sha256};

use super::shape::{Kind, Table};
use crate::db::{Conn, DbError};

/// Rows go to the target in portions of about so many bytes …
const PORTION: u64 = 256 * 1024;
/// … and so many parameters: SQLite takes 32,766 in one statement.
const PARAMETERS: usize = 16_000;

#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Value {
    Null,
    /// Truth is 1.
    Integer(i64),
    Text(String),
    Bytes(Vec<u8>),
}

impl Value {
    fn len(&self) -> u64 {
        match self {
            Self::Null => 0,
            Self::Integer(_) => 8,
            Self::Text(text) => text.len() as u64,
            Self::Bytes(bytes) => bytes.len() as u64,
        }
    }

    fn hash(&self, hasher: &mut Sha256) {
        let (tag, bytes): (u8, &[u8]) = match self {
            Self::Null => (0, &[]),
            Self::Integer(number) => {
                hasher.update([1]);
                hasher.update(number.to_be_bytes());
                return;
            }
            Self::Text(text) => (2, text.as_bytes()),
            Self::Bytes(bytes) => (3, bytes),
        };
        hasher.update([tag]);
        hasher.update((bytes.len() as u64).to_be_bytes());
        hasher.update(bytes);
    }
}

pub(super) type Values = Vec<Value>;

/// Of any number of rows, in any order: how many, how large, and the sum of 128 bits of a hash of each.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Sum {
    pub rows: u64,
    pub bytes: u64,
    hashes: u128,
}

impl Sum {
    pub fn add(&mut self, row: &[Value]) {
        let mut hasher = Sha256::new();
        for value in row {
            value.hash(&mut hasher);
            self.bytes += value.len();
        }
        let digest = hasher.finalize();
        let hash = digest
            .iter()
            .take(16)
            .fold(0_u128, |sum, byte| sum << 8 | u128::from(*byte));
        self.hashes = self.hashes.wrapping_add(hash);
        self.rows += 1;
    }
}

/// Calls `f` with each row of `sql`, one at a time: a table may be larger than the memory.
pub(super) fn each<E: From<DbError>>(
    conn: &mut Conn,
    sql: &str,
    mut f: impl FnMut(Values) -> Result<(), E>,
) -> Result<(), E> {
    let db = |e: diesel::result::Error| E::from(DbError::from(e));
    match conn {
        Conn::Sqlite(c) => {
            let rows = diesel::sql_query(sql).load_iter::<Read, DefaultLoadingMode>(c);
            for row in rows.map_err(db)? {
                f(row.map_err(db)?.0)?;
            }
        }
        Conn::Postgres(c) => {
            let rows = diesel::sql_query(sql).load_iter::<Read, PgRowByRowLoadingMode>(c);
            for row in rows.map_err(db)? {
                f(row.map_err(db)?.0)?;
            }
        }
    }
    Ok(())
}

/// Gathers rows of one table and inserts them in portions.
pub(super) struct Inserter<'a> {
    conn: &'a mut Conn,
    table: &'a Table,
    waiting: Vec<Values>,
    bytes: u64,
    pub sum: Sum,
}

impl<'a> Inserter<'a> {
    pub fn new(conn: &'a mut Conn, table: &'a Table) -> Self {
        Self {
            conn,
            table,
            waiting: Vec::new(),
            bytes: 0,
            sum: Sum::default(),
        }
    }

    pub fn add(&mut self, row: Values) -> Result<(), DbError> {
        self.sum.add(&row);
        self.bytes += row.iter().map(Value::len).sum::<u64>();
        self.waiting.push(row);
        let parameters = (self.waiting.len() + 1) * self.table.columns.len();
        if self.bytes >= PORTION || parameters > PARAMETERS {
            self.flush()?;
        }
        Ok(())
    }

    pub fn finish(mut self) -> Result<Sum, DbError> {
        self.flush()?;
        Ok(self.sum)
    }

    fn flush(&mut self) -> Result<(), DbError> {
        let rows = std::mem::take(&mut self.waiting);
        self.bytes = 0;
        if rows.is_empty() {
            return Ok(());
        }
        let sql = insert_sql(self.table, rows.len());
        let kinds = self.table.columns.iter().map(|c| c.kind).cycle();
        let values = rows.into_iter().flatten().zip(kinds);
        let inserted = crate::on_both!(&mut *self.conn, |c| {
            let mut query = diesel::sql_query(sql).into_boxed();
            for (value, kind) in values {
                query = match kind {
                    Kind::Integer => query.bind::<Nullable<BigInt>, _>(integer(value)?),
                    Kind::Boolean => query.bind::<Nullable<Bool>, _>(truth(value)?),
                    Kind::Text => query.bind::<Nullable<Text>, _>(text(value)?),
                    Kind::Bytes => query.bind::<Nullable<Binary>, _>(bytes(value)?),
                };
            }
            query.execute(c)
        });
        inserted?;
        Ok(())
    }
}

fn insert_sql(table: &Table, rows: usize) -> String {
    let mut sql = format!(
        "INSERT INTO {} ({}) VALUES ",
        table.quoted(),
        table.columns()
    );
    let width = table.columns.len();
    for row in 0..rows {
        sql.push_str(if row == 0 { "(" } else { ", (" });
        for column in 1..=width {
            let comma = if column == 1 { "" } else { "," };
            sql.push_str(comma);
            sql.push('$');
            sql.push_str(&(row * width + column).to_string());
        }
        sql.push(')');
    }
    sql
}

fn integer(value: Value) -> Result<Option<i64>, DbError> {
    match value {
        Value::Null => Ok(None),
        Value::Integer(number) => Ok(Some(number)),
        other => Err(unexpected(&other, "a number")),
    }
}

fn truth(value: Value) -> Result<Option<bool>, DbError> {
    match value {
        Value::Null => Ok(None),
        Value::Integer(number @ 0..=1) => Ok(Some(number == 1)),
        other => Err(unexpected(&other, "0 or 1")),
    }
}

fn text(value: Value) -> Result<Option<String>, DbError> {
    match value {
        Value::Null => Ok(None),
        Value::Text(text) => Ok(Some(text)),
        other => Err(unexpected(&other, "a text")),
    }
}

fn bytes(value: Value) -> Result<Option<Vec<u8>>, DbError> {
    match value {
        Value::Null => Ok(None),
        Value::Bytes(bytes) => Ok(Some(bytes)),
        other => Err(unexpected(&other, "bytes")),
    }
}

/// SQLite lets a column hold anything.
fn unexpected(found: &Value, wanted: &str) -> DbError {
    let found = match found {
        Value::Null => "nothing",
        Value::Integer(_) => "a number",
        Value::Text(_) => "a text",
        Value::Bytes(_) => "bytes",
    };
    bad(format!("a column of {wanted} holds {found}"))
}

fn bad(why: String) -> DbError {
    DbError::Query(diesel::result::Error::DeserializationError(why.into()))
}

struct Read(Values);

impl QueryableByName<Sqlite> for Read {
    fn build<'a>(row: &impl NamedRow<'a, Sqlite>) -> deserialize::Result<Self> {
        fields(row, |value| match value.value_type() {
            Some(SqliteType::Text) => Ok(Value::Text(from::<Text, _, Sqlite>(value)?)),
            Some(SqliteType::Binary) => Ok(Value::Bytes(from::<Binary, _, Sqlite>(value)?)),
            Some(SqliteType::SmallInt | SqliteType::Integer | SqliteType::Long) => {
                Ok(Value::Integer(from::<BigInt, _, Sqlite>(value)?))
            }
            Some(SqliteType::Float | SqliteType::Double) => {
                Err("a fraction cannot be copied".into())
            }
            None => Ok(Value::Null),
        })
    }
}

/// The object ids of the types that contexts use, as `pg_type` has them.
mod oid {
    pub const BOOL: u32 = 16;
    pub const BYTEA: u32 = 17;
    pub const INT8: u32 = 20;
    pub const TEXT: u32 = 25;
}

impl QueryableByName<Pg> for Read {
    fn build<'a>(row: &impl NamedRow<'a, Pg>) -> deserialize::Result<Self> {
        fields(row, |value| match value.get_oid().get() {
            oid::BOOL => Ok(Value::Integer(from::<Bool, bool, Pg>(value)?.into())),
            oid::BYTEA => Ok(Value::Bytes(from::<Binary, _, Pg>(value)?)),
            oid::INT8 => Ok(Value::Integer(from::<BigInt, _, Pg>(value)?)),
            oid::TEXT => Ok(Value::Text(from::<Text, _, Pg>(value)?)),
            other => Err(format!("a value of type {other} cannot be copied").into()),
        })
    }
}

fn fields<'a, DB: Backend>(
    row: &impl NamedRow<'a, DB>,
    value: impl Fn(DB::RawValue<'_>) -> deserialize::Result<Value>,
) -> deserialize::Result<Read> {
    let mut values = Vec::with_capacity(row.field_count());
    for at in 0..row.field_count() {
        let field = diesel::row::Row::get(row, at).ok_or("a row lacks a column")?;
        values.push(field.value().map_or(Ok(Value::Null), &value)?);
    }
    Ok(Read(values))
}

fn from<ST, T: FromSql<ST, DB>, DB: Backend>(value: DB::RawValue<'_>) -> deserialize::Result<T> {
    T::from_sql(value)
}
