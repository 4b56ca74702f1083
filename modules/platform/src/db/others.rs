//! Commits of other processes in the databases of this one. Whoever works under the lease here hears of what was written
//! there: an order that an extracted service took, for instance.

use std::fs;
use std::io;
use std::os::unix::fs::MetadataExt as _;
use std::path::Path;
use std::time::Duration;

use diesel::prelude::*;
use diesel::sql_types::Text;
use tokio_util::sync::CancellationToken;

use super::{Conn, Db, DbError, Engine};

const INTERVAL: Duration = Duration::from_millis(50);

/// What changes with every commit. Our own change it too: who hears of one once too often looks, and finds nothing.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Mark {
    /// Of the write-ahead log.
    File { length: u64, modified: (i64, i64) },
    /// Of the whole server: how far its log is written.
    Server(String),
}

/// Looks until `stop`. Costs one `stat` per SQLite file and one query per PostgreSQL server each time.
pub async fn follow(databases: Vec<Db>, stop: CancellationToken) {
    let mut seen: Vec<Option<Mark>> = vec![None; databases.len()];
    while !stop.is_cancelled() {
        let mut server = None;
        for (db, seen) in databases.iter().zip(&mut seen) {
            let now = match &db.0.engine {
                Engine::Sqlite(sqlite) => of_file(sqlite.file()).ok(),
                Engine::Postgres(_) => {
                    if server.is_none() {
                        server = db.read(of_server).await.ok();
                    }
                    server.clone()
                }
            };
            if now.is_some() && *seen != now {
                if seen.is_some() {
                    db.0.others.send_modify(|count| *count += 1);
                }
                *seen = now;
            }
        }
        tokio::select! {
            () = stop.cancelled() => {}
            () = tokio::time::sleep(INTERVAL) => {}
        }
    }
}

fn of_file(database: &Path) -> io::Result<Mark> {
    let log = fs::metadata(database.with_extension("db-wal"))?;
    Ok(Mark::File {
        length: log.len(),
        modified: (log.mtime(), log.mtime_nsec()),
    })
}

fn of_server(conn: &mut Conn) -> Result<Mark, DbError> {
    #[derive(QueryableByName)]
    struct Log {
        #[diesel(sql_type = Text)]
        upto: String,
    }
    let log = diesel::sql_query("SELECT pg_current_wal_insert_lsn()::text AS upto");
    let Log { upto } = log.get_result(conn)?;
    Ok(Mark::Server(upto))
}
