use diesel::migration::{Migration, MigrationSource, MigrationVersion};
use diesel_migrations::{EmbeddedMigrations, MigrationHarness, embed_migrations};

use super::{Conn, OpenError};

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

/// Brings the database up to this binary, or refuses one that a newer binary has written.
pub(super) fn run(conn: &mut Conn, own: Migrations) -> Result<(), OpenError> {
    let failed = |e: Box<dyn std::error::Error + Send + Sync>| OpenError::Migration(e.to_string());
    match conn {
        Conn::Sqlite(c) => {
            refuse_newer(&c.applied_migrations().map_err(failed)?, &own)?;
            c.run_pending_migrations(PLATFORM.sqlite).map_err(failed)?;
            c.run_pending_migrations(own.sqlite).map_err(failed)?;
        }
        Conn::Postgres(c) => {
            refuse_newer(&c.applied_migrations().map_err(failed)?, &own)?;
            c.run_pending_migrations(PLATFORM.postgres)
                .map_err(failed)?;
            c.run_pending_migrations(own.postgres).map_err(failed)?;
        }
    }
    Ok(())
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
