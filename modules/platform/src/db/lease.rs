//! Background work (relay, saga worker, clocks) runs in one process at a time, and only where the database may be served.
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
use super::{Conn, Db, DbError, Engine, Standing};

const ASK_AGAIN: Duration = Duration::from_secs(1);
/// While the data is elsewhere, which may be for good: whoever is sent here or moves data asks by itself.
const WAITING: Duration = Duration::from_secs(2);
/// Until the data that is ours again may be served.
const TAKING_OVER: Duration = Duration::from_millis(50);

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
    /// Runs `work` whenever, and only while, this process holds the lease and may serve the database. Returns after
    /// `stop`.
    ///
    /// `work` gets a token that is cancelled at `stop`, when the lease is lost or when the database is served elsewhere,
    /// and returns soon after.
    pub async fn while_held<F, W>(&self, stop: &CancellationToken, work: F)
    where
        F: Fn(CancellationToken) -> W,
        W: Future<Output = ()>,
    {
        let mut standing = self.db.watch_standing();
        while !stop.is_cancelled() {
            let pause = match self.db.ask_standing().await {
                Ok(Standing::NotOwner { .. }) if self.db.is_taking_over() => TAKING_OVER,
                Ok(Standing::NotOwner { .. }) => WAITING,
                Ok(Standing::Serving) => {
                    self.work_if_free(stop, &work).await;
                    ASK_AGAIN
                }
                Err(error) => {
                    tracing::warn!(context = self.db.context(), %error, "the owner is not known");
                    ASK_AGAIN
                }
            };
            tokio::select! {
                () = stop.cancelled() => {}
                _ = standing.changed() => {}
                () = tokio::time::sleep(pause) => {}
            }
        }
    }

    async fn work_if_free<F, W>(&self, stop: &CancellationToken, work: F)
    where
        F: Fn(CancellationToken) -> W,
        W: Future<Output = ()>,
    {
        let context = self.db.context();
        match take(&self.db).await {
            Ok(Some(held)) => {
                if let Err(error) = self.record().await
                    && !error.is_not_owner()
                {
                    tracing::warn!(context, %error, "the lease could not be recorded");
                }
                let until = stop.child_token();
                let held = watch(held, &until);
                tokio::join!(work(until.clone()), held, while_serving(&self.db, &until));
            }
            Ok(None) => {}
            Err(error) => tracing::warn!(context, %error, "the lease could not be taken"),
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

/// Stops the work when the database is served elsewhere. One that cannot be asked is no reason: the work finds out.
async fn while_serving(db: &Db, until: &CancellationToken) {
    let mut standing = db.watch_standing();
    while !until.is_cancelled() {
        if let Ok(Standing::NotOwner { holder }) = db.ask_standing().await {
            tracing::info!(context = db.context(), %holder, "the database is served elsewhere now");
            until.cancel();
            return;
        }
        tokio::select! {
            () = until.cancelled() => {}
            _ = standing.changed() => {}
            () = tokio::time::sleep(ASK_AGAIN) => {}
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
