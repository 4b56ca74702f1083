//! The database that is filled: whether it may be, and how it is emptied.

use diesel::connection::{AnsiTransactionManager, SimpleConnection as _, TransactionManager as _};
use diesel::prelude::*;
use diesel::sql_types::Text;

use super::shape::{Shape, quoted};
use super::{Side, TransferError, outbox};
use crate::db::ownership::{self, NOBODY, Owner, SHARED};
use crate::db::schema::owner;
use crate::db::{Conn, DbError};

/// Begins to write, with all other writers shut out until the end.
pub(super) fn begin(conn: &mut Conn, postgres: &str) -> Result<(), DbError> {
    match conn {
        Conn::Sqlite(c) => AnsiTransactionManager::begin_transaction_sql(c, "BEGIN IMMEDIATE")?,
        Conn::Postgres(c) => {
            AnsiTransactionManager::begin_transaction_sql(c, postgres)?;
            c.batch_execute("LOCK TABLE owner IN EXCLUSIVE MODE")?;
        }
    }
    Ok(())
}

pub(super) fn commit(conn: &mut Conn) -> Result<(), DbError> {
    crate::on_both!(conn, |c| AnsiTransactionManager::commit_transaction(c))?;
    Ok(())
}

/// Refuses what somebody serves, what has data of its own and what knows more than `from`, the owner of the source.
pub(super) fn must_be_free(
    conn: &mut Conn,
    side: &Side,
    shape: &Shape,
    from: (&str, &Owner),
) -> Result<(), TransferError> {
    let at = TransferError::at::<DbError>(side.location());
    let (source, owner) = from;
    let own = ownership::owner(conn).map_err(&at)?;
    if own.holder == NOBODY && own.epoch <= owner.epoch {
        return Ok(());
    }
    if side.is_meant_by(&own.holder) {
        let mut rows = 0;
        for table in &shape.tables {
            rows += outbox::count(conn, table).map_err(&at)?;
        }
        // founded by a service that was started without --register, and never used
        return if own.holder == SHARED && own.epoch == 0 && rows == 0 {
            Ok(())
        } else {
            Err(TransferError::Occupied {
                location: side.location().to_owned(),
                holder: if own.holder == SHARED {
                    side.location().to_owned()
                } else {
                    own.holder
                },
            })
        };
    }
    if own.epoch < owner.epoch || (own.epoch == owner.epoch && own.holder == source) {
        return Ok(());
    }
    Err(TransferError::Later {
        location: side.location().to_owned(),
        holder: own.holder,
    })
}

/// Empties all tables, derived ones on PostgreSQL too; foreign keys are looked at when all is there again.
pub(super) fn clear(conn: &mut Conn, context: &str, shape: &Shape) -> Result<(), DbError> {
    if let Conn::Sqlite(c) = conn {
        c.batch_execute("PRAGMA defer_foreign_keys = ON")?;
        for table in &shape.tables {
            c.batch_execute(&format!("DELETE FROM {}", table.quoted()))?;
        }
        return Ok(());
    }
    for key in foreign_keys(conn, context)? {
        alter(conn, &key, "DEFERRABLE INITIALLY DEFERRED")?;
    }
    let derived = shape.derived.iter().map(|name| quoted(name));
    let all: Vec<String> = shape
        .tables
        .iter()
        .map(super::shape::Table::quoted)
        .chain(derived)
        .collect();
    diesel::sql_query(format!("TRUNCATE {}", all.join(", "))).execute(conn)?;
    Ok(())
}

/// Foreign keys hold again, from the first row to the last.
pub(super) fn tighten(conn: &mut Conn, context: &str) -> Result<(), DbError> {
    if let Conn::Sqlite(_) = conn {
        // their check comes with the commit
        return Ok(());
    }
    diesel::sql_query("SET CONSTRAINTS ALL IMMEDIATE").execute(conn)?;
    for key in foreign_keys(conn, context)? {
        alter(conn, &key, "NOT DEFERRABLE")?;
    }
    Ok(())
}

/// Until the source says otherwise its owner is the owner of the copy too.
pub(super) fn mark(conn: &mut Conn, epoch: i64, holder: &str) -> Result<(), DbError> {
    diesel::delete(owner::table).execute(conn)?;
    diesel::insert_into(owner::table)
        .values((owner::epoch.eq(epoch), owner::holder.eq(holder)))
        .execute(conn)?;
    Ok(())
}

#[derive(QueryableByName)]
struct Key {
    #[diesel(sql_type = Text)]
    table_name: String,
    #[diesel(sql_type = Text)]
    name: String,
}

fn foreign_keys(conn: &mut Conn, context: &str) -> Result<Vec<Key>, DbError> {
    let sql = "SELECT r.relname::text AS table_name, c.conname::text AS name
        FROM pg_constraint AS c
        JOIN pg_class AS r ON r.oid = c.conrelid
        JOIN pg_namespace AS n ON n.oid = r.relnamespace
        WHERE c.contype = 'f' AND n.nspname = $1 ORDER BY 1, 2";
    Ok(diesel::sql_query(sql).bind::<Text, _>(context).load(conn)?)
}

fn alter(conn: &mut Conn, key: &Key, how: &str) -> Result<(), DbError> {
    let (table, name) = (quoted(&key.table_name), quoted(&key.name));
    diesel::sql_query(format!("ALTER TABLE {table} ALTER CONSTRAINT {name} {how}"))
        .execute(conn)?;
    Ok(())
}
