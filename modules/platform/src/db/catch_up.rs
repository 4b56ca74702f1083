//! What PostgreSQL puts off until it vacuums.

use diesel::connection::SimpleConnection as _;

use super::{Conn, Db, DbError, Engine, Isolation};

/// In the context's own schema.
const CATCH_UP: &str = "DO $$ DECLARE name text; BEGIN \
    FOR name IN SELECT format('%I', tablename) FROM pg_tables WHERE schemaname = current_schema() \
    LOOP EXECUTE 'ANALYZE ' || name; END LOOP; \
    PERFORM gin_clean_pending_list(c.oid) FROM pg_class c JOIN pg_am ON pg_am.oid = c.relam \
    WHERE amname = 'gin' AND relnamespace = current_schema()::regnamespace; END $$";

impl Db {
    /// After much was written at once: PostgreSQL learns how much there is, and puts the new texts where a search looks
    /// first. By itself it would do so within a minute or so, and be slow until then. SQLite puts nothing off.
    pub async fn catch_up(&self) -> Result<(), DbError> {
        match &self.0.engine {
            Engine::Postgres(_) => self.write_with(Isolation::ReadCommitted, catch_up).await,
            Engine::Sqlite(_) => Ok(()),
        }
    }
}

pub(super) fn catch_up(conn: &mut Conn) -> Result<(), DbError> {
    match conn {
        Conn::Postgres(c) => Ok(c.batch_execute(CATCH_UP)?),
        Conn::Sqlite(_) => Ok(()),
    }
}
