//! Background work (relay, saga worker, clocks) runs in one process at a time.
//!
//! The lease is a lock that the operating system (SQLite: `flock`) or the server (PostgreSQL: an advisory lock of a
//! session) drops when its holder dies, so another process takes over at once and an idle shop writes nothing. The
//! `lease` row only tells who holds it, with a token that grows with every change of hands.

use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use diesel::prelude::*;
use kernel::Clock;
use tokio_util::sync::CancellationToken;

use super::guard::{Guard, Mode};
use super::schema::lease;
use super::{Conn, Db, DbError, Engine};

const ASK_AGAIN: Duration = Duration::from_secs(1);

enum Held {
    File(#[expect(dead_code, reason = "dropping it releases the lock")] Guard),
    Session(Box<Conn>),
}

/// The right to do the background work of one database.
pub struct Lease {
    pub db: Db,
    /// Who we are, for the people who look at the row.
    pub holder: String,
    pub clock: Arc<dyn Clock>,
}

impl Lease {
    /// Runs `work` whenever, and only while, this process holds the lease. Returns after `stop`.
    ///
    /// `work` gets a token that is cancelled at `stop` or when the lease is lost, and returns soon after.
    pub async fn while_held<F, W>(&self, stop: &CancellationToken, work: F)
    where
        F: Fn(CancellationToken) -> W,
        W: Future<Output = ()>,
    {
        let context = self.db.context();
        while !stop.is_cancelled() {
            match take(&self.db).await {
                Ok(Some(held)) => {
                    if let Err(error) = self.record().await {
                        tracing::warn!(context, %error, "the lease could not be recorded");
                    }
                    let until = stop.child_token();
                    tokio::join!(work(until.clone()), watch(held, &until));
                }
                Ok(None) => {}
                Err(error) => tracing::warn!(context, %error, "the lease could not be taken"),
            }
            tokio::select! {
                () = stop.cancelled() => {}
                () = tokio::time::sleep(ASK_AGAIN) => {}
            }
        }
    }

    async fn record(&self) -> Result<(), DbError> {
        let (holder, since) = (self.holder.clone(), self.clock.now().as_micros());
        self.db
            .write(move |conn| write_row(conn, &holder, since))
            .await
    }
}

async fn take(db: &Db) -> Result<Option<Held>, DbError> {
    match &db.0.engine {
        Engine::Sqlite(sqlite) => {
            let path: PathBuf = sqlite.file().with_extension("db.lease");
            match Guard::take(&path, Mode::Exclusive, "") {
                Ok(taken) => Ok(taken.ok().map(Held::File)),
                Err(e) => Err(DbError::Unavailable(format!("{}: {e}", path.display()))),
            }
        }
        Engine::Postgres(postgres) => {
            let postgres = postgres.clone();
            blocking(move || {
                let mut conn = postgres.own_connection()?;
                let sql = "SELECT pg_try_advisory_lock(hashtext('banyan lease'), hashtext(current_schema())) AS taken";
                let row: Taken = diesel::sql_query(sql).get_result(&mut conn)?;
                Ok(row.taken.then(|| Held::Session(Box::new(conn))))
            })
            .await
        }
    }
}

/// A file lock cannot be lost; a session's goes with its connection.
async fn watch(held: Held, until: &CancellationToken) {
    let mut held = held;
    loop {
        tokio::select! {
            () = until.cancelled() => return,
            () = tokio::time::sleep(2 * ASK_AGAIN) => {}
        }
        let Held::Session(mut conn) = held else {
            continue;
        };
        let asked = blocking(move || {
            diesel::sql_query("SELECT 1").execute(&mut *conn)?;
            Ok(conn)
        });
        match asked.await {
            Ok(conn) => held = Held::Session(conn),
            Err(error) => {
                tracing::warn!(%error, "the lease is lost");
                until.cancel();
                return;
            }
        }
    }
}

fn write_row(conn: &mut Conn, holder: &str, since: i64) -> Result<(), DbError> {
    let changed = diesel::update(lease::table.find("background"))
        .set((
            lease::holder.eq(holder),
            lease::token.eq(lease::token + 1),
            lease::since.eq(since),
        ))
        .execute(conn)?;
    if changed == 0 {
        let first = (
            lease::name.eq("background"),
            lease::holder.eq(holder),
            lease::token.eq(1_i64),
            lease::since.eq(since),
        );
        diesel::insert_into(lease::table)
            .values(first)
            .execute(conn)?;
    }
    Ok(())
}

async fn blocking<T: Send + 'static>(
    f: impl FnOnce() -> Result<T, DbError> + Send + 'static,
) -> Result<T, DbError> {
    tokio::task::spawn_blocking(f)
        .await
        .unwrap_or_else(|e| Err(DbError::Panicked(e.to_string())))
}

#[derive(diesel::QueryableByName)]
struct Taken {
    #[diesel(sql_type = diesel::sql_types::Bool)]
    taken: bool,
}
