//! Which tables and columns a database has, in words that both engines share.

use std::collections::{BTreeMap, BTreeSet};

use diesel::prelude::*;
use diesel::sql_types::{Bool, Text};

use super::TransferError;
use crate::db::Conn;

/// What belongs to the database itself and not to the data in it.
const STAYS: [&str; 3] = ["owner", "lease", "__diesel_schema_migrations"];

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Kind {
    Integer,
    Boolean,
    Text,
    Bytes,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Column {
    pub name: String,
    pub kind: Kind,
    /// The database numbers its rows.
    pub counts: bool,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Table {
    pub name: String,
    pub columns: Vec<Column>,
}

impl Table {
    pub fn quoted(&self) -> String {
        quoted(&self.name)
    }

    /// `"a", "b"`
    pub fn columns(&self) -> String {
        let names: Vec<String> = self.columns.iter().map(|c| quoted(&c.name)).collect();
        names.join(", ")
    }

    pub fn counted(&self) -> Option<&Column> {
        self.columns.iter().find(|column| column.counts)
    }
}

/// The tables whose rows are copied, and those that a context derives from them (virtual on SQLite, with a `tsvector` on
/// PostgreSQL).
pub(super) struct Shape {
    pub tables: Vec<Table>,
    pub derived: BTreeSet<String>,
}

impl Shape {
    pub fn of(conn: &mut Conn, context: &str) -> Result<Self, TransferError> {
        let sql = match conn {
            Conn::Sqlite(_) => SQLITE.to_owned(),
            Conn::Postgres(_) => POSTGRES.replace("$schema", context),
        };
        let found: Vec<Found> = diesel::sql_query(sql)
            .load(conn)
            .map_err(TransferError::at(context))?;
        let derived: BTreeSet<String> = found
            .iter()
            .filter(|row| row.kind == "virtual" || row.kind == "tsvector")
            .map(|row| row.table_name.clone())
            .collect();
        let mut tables: BTreeMap<String, Vec<Column>> = BTreeMap::new();
        for row in found {
            if derived.contains(&row.table_name) || STAYS.contains(&row.table_name.as_str()) {
                continue;
            }
            let column = Column {
                kind: kind(&row)?,
                name: row.column_name,
                counts: row.counts,
            };
            tables.entry(row.table_name).or_default().push(column);
        }
        let tables = tables
            .into_iter()
            .map(|(name, columns)| Table { name, columns })
            .collect();
        Ok(Self { tables, derived })
    }

    /// Both hold the same tables with the same columns, whatever their order.
    pub fn must_equal(&self, other: &Self) -> Result<(), TransferError> {
        let (ours, theirs) = (self.words(), other.words());
        match ours.symmetric_difference(&theirs).next() {
            Some(one) => Err(TransferError::Shape(format!("only one side has {one}"))),
            None => Ok(()),
        }
    }

    fn words(&self) -> BTreeSet<String> {
        let columns = self.tables.iter().flat_map(|table| {
            table
                .columns
                .iter()
                .map(|c| format!("{}.{} ({:?})", table.name, c.name, c.kind))
        });
        columns.collect()
    }
}

pub(super) fn quoted(name: &str) -> String {
    format!("\"{}\"", name.replace('"', "\"\""))
}

fn kind(row: &Found) -> Result<Kind, TransferError> {
    let kind = row.kind.to_ascii_lowercase();
    match kind.as_str() {
        "bigint" | "integer" | "int" | "smallint" => Ok(Kind::Integer),
        "boolean" => Ok(Kind::Boolean),
        "text" => Ok(Kind::Text),
        "blob" | "bytea" => Ok(Kind::Bytes),
        _ => Err(TransferError::Shape(format!(
            "{}.{} is a {kind}, which cannot be copied",
            row.table_name, row.column_name
        ))),
    }
}

const SQLITE: &str = "
SELECT t.name AS table_name, coalesce(c.name, '') AS column_name,
    CASE WHEN t.type = 'virtual' THEN 'virtual' ELSE coalesce(c.type, '') END AS kind,
    coalesce(c.pk, 0) > 0 AND s.sql LIKE '%AUTOINCREMENT%' AS counts
FROM pragma_table_list AS t
JOIN sqlite_schema AS s ON s.name = t.name AND s.type = 'table'
LEFT JOIN pragma_table_info(t.name) AS c
WHERE t.schema = 'main' AND t.type IN ('table', 'virtual') AND t.name NOT LIKE 'sqlite\\_%' ESCAPE '\\'
ORDER BY t.name, c.cid";

const POSTGRES: &str = "
SELECT c.table_name::text, c.column_name::text, c.data_type::text AS kind, c.is_identity = 'YES' AS counts
FROM information_schema.columns AS c
JOIN information_schema.tables AS t USING (table_schema, table_name)
WHERE c.table_schema = '$schema' AND t.table_type = 'BASE TABLE'
ORDER BY c.table_name, c.ordinal_position";

#[derive(QueryableByName)]
struct Found {
    #[diesel(sql_type = Text)]
    table_name: String,
    #[diesel(sql_type = Text)]
    column_name: String,
    #[diesel(sql_type = Text)]
    kind: String,
    #[diesel(sql_type = Bool)]
    counts: bool,
}
