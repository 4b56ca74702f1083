use std::sync::atomic::{AtomicU64, Ordering};

use diesel::connection::{Instrumentation, InstrumentationEvent, SimpleConnection as _};
use diesel::prelude::*;

use super::DbError;

/// A connection to either database.
#[derive(diesel::MultiConnection)]
pub enum Conn {
    Postgres(PgConnection),
    Sqlite(SqliteConnection),
}

/// Compiles the same expression once per database: `on_both!(conn, |c| query.execute(c))`. For what the enum cannot
/// say (`ON CONFLICT`, batches) and for hot reads.
#[macro_export]
macro_rules! on_both {
    ($conn:expr, |$c:ident| $body:expr) => {
        match $conn {
            $crate::db::Conn::Postgres($c) => $body,
            $crate::db::Conn::Sqlite($c) => $body,
        }
    };
}

/// The one global of the house: a counter that only ever grows.
static TOTAL: AtomicU64 = AtomicU64::new(0);

/// Queries that this process has run on all its databases since the start.
pub fn queries() -> u64 {
    TOTAL.load(Ordering::Relaxed)
}

/// Counts queries; the bench and `/metrics` read it.
struct Counter;

impl Instrumentation for Counter {
    fn on_connection_event(&mut self, event: InstrumentationEvent<'_>) {
        if matches!(event, InstrumentationEvent::FinishQuery { .. }) {
            TOTAL.fetch_add(1, Ordering::Relaxed);
        }
    }
}

impl Conn {
    pub(super) fn postgres(url: &str, schema: &str) -> Result<Self, ConnectionError> {
        let mut conn = PgConnection::establish(url)?;
        conn.set_instrumentation(Counter);
        let settings = format!("SET search_path = {schema}, public; SET lock_timeout = '5s'");
        conn.batch_execute(&settings)
            .map_err(ConnectionError::CouldntSetupConfiguration)?;
        Ok(Self::Postgres(conn))
    }

    /// `cache_kib` caps the page cache, which SQLite would let grow to 2 MB per connection.
    pub(super) fn sqlite(file: &str, cache_kib: u32) -> Result<Self, ConnectionError> {
        let mut conn = SqliteConnection::establish(file)?;
        for pragma in [
            "busy_timeout = 5000",
            "journal_mode = WAL",
            "synchronous = FULL",
            "foreign_keys = ON",
            "temp_store = MEMORY",
            "journal_size_limit = 67108864",
            &format!("cache_size = -{cache_kib}"),
        ] {
            diesel::sql_query(format!("PRAGMA {pragma}"))
                .execute(&mut conn)
                .map_err(ConnectionError::CouldntSetupConfiguration)?;
        }
        conn.set_instrumentation(Counter);
        Ok(Self::Sqlite(conn))
    }

    /// To ask one thing and be closed again, several times per second: with patience, and no setting that only pays over
    /// many queries. Its commits are durable all the same.
    pub(super) fn sqlite_briefly(file: &str) -> Result<Self, ConnectionError> {
        let mut conn = SqliteConnection::establish(file)?;
        conn.batch_execute("PRAGMA busy_timeout = 5000; PRAGMA synchronous = FULL")
            .map_err(ConnectionError::CouldntSetupConfiguration)?;
        Ok(Self::Sqlite(conn))
    }

    pub fn is_postgres(&self) -> bool {
        matches!(self, Self::Postgres(_))
    }
}

/// What `conn` says about how durable its commits are, such as `synchronous = 2` (FULL).
pub fn durability(conn: &mut Conn) -> Result<String, DbError> {
    #[derive(QueryableByName)]
    struct Answer {
        #[diesel(sql_type = diesel::sql_types::Text)]
        answer: String,
    }
    let sql = match conn {
        Conn::Sqlite(_) => {
            "SELECT 'synchronous = ' || synchronous AS answer FROM pragma_synchronous"
        }
        Conn::Postgres(_) => {
            "SELECT 'synchronous_commit = ' || current_setting('synchronous_commit') || ', fsync = ' || current_setting('fsync') AS answer"
        }
    };
    let row: Answer = diesel::sql_query(sql).get_result(conn)?;
    Ok(row.answer)
}
