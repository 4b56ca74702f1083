use diesel::migration::{Migration, MigrationSource, MigrationVersion};
use diesel::prelude::*;
use diesel_migrations::{EmbeddedMigrations, MigrationHarness, embed_migrations};

use super::ownership::{NOBODY, SHARED};
use super::schema::owner;
use super::{Conn, DbError, Founding, OpenError};

/// What a context brings: its tables, for both databases, with equal versions.
pub struct Migrations {
    pub sqlite: EmbeddedMigrations,
    pub postgres: EmbeddedMigrations,
}

/// The tables that every context database has; they come first.
pub const PLATFORM: Migrations = Migrations {
    sqlite: embed_migrations!("../../migrations/platform/sqlite"),
    postgres: embed_migrations!("../../migrations/platform/postgres"),
};

/// The versions in `migrations`, for the test that no two in the whole tree are equal: diesel would silently skip one.
pub fn versions(migrations: &Migrations) -> Vec<String> {
    let source: Result<Vec<Box<dyn Migration<diesel::sqlite::Sqlite>>>, _> =
        migrations.sqlite.migrations();
    source
        .map(|all| all.iter().map(|m| m.name().version().to_string()).collect())
        .unwrap_or_default()
}

/// Brings the database up to this binary, or refuses one that a newer binary has written. A new one gets its owner with
/// its tables, or not at all.
pub(super) fn run(conn: &mut Conn, own: Migrations, founding: Founding) -> Result<(), OpenError> {
    let applied = match conn {
        Conn::Sqlite(c) => c.applied_migrations(),
        Conn::Postgres(c) => c.applied_migrations(),
    }
    .map_err(failed)?;
    refuse_newer(&applied, &own)?;
    if !applied.is_empty() || founding == Founding::Claim {
        return run_all(conn, own);
    }
    #[expect(
        clippy::disallowed_methods,
        reason = "nobody else uses a database that has no tables yet"
    )]
    conn.transaction(|conn| {
        run_all(conn, own)?;
        set_holder(conn, SHARED, NOBODY).map_err(|e| OpenError::Migration(e.to_string()))
    })
}

pub(super) fn set_holder(conn: &mut Conn, from: &str, to: &str) -> Result<(), DbError> {
    diesel::update(owner::table.filter(owner::holder.eq(from)))
        .set(owner::holder.eq(to))
        .execute(conn)?;
    Ok(())
}

fn run_all(conn: &mut Conn, own: Migrations) -> Result<(), OpenError> {
    match conn {
        Conn::Sqlite(c) => {
            c.run_pending_migrations(PLATFORM.sqlite).map_err(failed)?;
            c.run_pending_migrations(own.sqlite).map_err(failed)?;
        }
        Conn::Postgres(c) => {
            c.run_pending_migrations(PLATFORM.postgres)
                .map_err(failed)?;
            c.run_pending_migrations(own.postgres).map_err(failed)?;
        }
    }
    Ok(())
}

fn failed(error: Box<dyn std::error::Error + Send + Sync>) -> OpenError {
    OpenError::Migration(error.to_string())
}

fn refuse_newer(applied: &[MigrationVersion<'_>], own: &Migrations) -> Result<(), OpenError> {
    let known = [versions(&PLATFORM), versions(own)].concat();
    match applied
        .iter()
        .map(ToString::to_string)
        .find(|version| !known.contains(version))
    {
        Some(version) => Err(OpenError::Newer(version)),
        None => Ok(()),
    }
}
