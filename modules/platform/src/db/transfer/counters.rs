//! Where a database numbers rows itself it goes on behind the highest number that was ever given, not the highest left.

use std::collections::BTreeMap;

use diesel::prelude::*;
use diesel::sql_types::{BigInt, Text};

use super::shape::{Table, quoted};
use crate::db::{Conn, DbError};

#[derive(QueryableByName)]
struct Counter {
    #[diesel(sql_type = Text)]
    name: String,
    #[diesel(sql_type = BigInt)]
    last: i64,
}

/// The last number of each table that has a counter; 0: none was given yet.
pub(super) fn read(
    conn: &mut Conn,
    context: &str,
    tables: &[Table],
) -> Result<BTreeMap<String, i64>, DbError> {
    if let Conn::Sqlite(c) = conn {
        let rows: Vec<Counter> =
            diesel::sql_query("SELECT name, seq AS last FROM sqlite_sequence").load(c)?;
        return Ok(rows.into_iter().map(|row| (row.name, row.last)).collect());
    }
    let mut last = BTreeMap::new();
    for (table, sequence) in sequences(conn, context, tables)? {
        let sql = format!(
            "SELECT ''::text AS name, CASE WHEN is_called THEN last_value ELSE 0 END AS last FROM {sequence}"
        );
        let row: Counter = diesel::sql_query(sql).get_result(conn)?;
        last.insert(table, row.last);
    }
    Ok(last)
}

pub(super) fn write(
    conn: &mut Conn,
    context: &str,
    tables: &[Table],
    last: &BTreeMap<String, i64>,
) -> Result<(), DbError> {
    if let Conn::Sqlite(c) = conn {
        diesel::sql_query("DELETE FROM sqlite_sequence").execute(c)?;
        for table in tables.iter().filter(|table| table.counted().is_some()) {
            diesel::sql_query("INSERT INTO sqlite_sequence (name, seq) VALUES ($1, $2)")
                .bind::<Text, _>(&table.name)
                .bind::<BigInt, _>(last.get(&table.name).copied().unwrap_or_default())
                .execute(c)?;
        }
        return Ok(());
    }
    for (table, sequence) in sequences(conn, context, tables)? {
        let last = last.get(&table).copied().unwrap_or_default();
        diesel::sql_query("SELECT setval($1::regclass, greatest($2, 1), $2 > 0)")
            .bind::<Text, _>(sequence)
            .bind::<BigInt, _>(last)
            .execute(conn)?;
    }
    Ok(())
}

#[derive(QueryableByName)]
struct Sequence {
    #[diesel(sql_type = Text)]
    name: String,
}

fn sequences(
    conn: &mut Conn,
    context: &str,
    tables: &[Table],
) -> Result<Vec<(String, String)>, DbError> {
    let mut found = Vec::new();
    for table in tables {
        let Some(column) = table.counted() else {
            continue;
        };
        let row: Sequence =
            diesel::sql_query("SELECT pg_get_serial_sequence($1, $2)::text AS name")
                .bind::<Text, _>(format!("{}.{}", quoted(context), table.quoted()))
                .bind::<Text, _>(&column.name)
                .get_result(conn)?;
        found.push((table.name.clone(), row.name));
    }
    Ok(found)
}
