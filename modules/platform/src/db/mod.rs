//! One database per context, on SQLite or PostgreSQL, and the only blocking hop of the house.

mod catch_up;
mod conn;
mod error;
mod guard;
pub mod lease;
mod location;
mod migrate;
mod open;
pub mod others;
mod ownership;
mod postgres;
mod readers;
pub mod schema;
mod standing;

pub mod transfer;
mod writer;

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use tokio::sync::{oneshot, watch};

use ownership::Ownership;

pub use conn::{Conn, durability, queries};
pub use error::{DbError, WriteError};
pub use guard::Mode;
pub use migrate::{Migrations, PLATFORM, versions};
pub use open::{Databases, Founding, OpenError, Place};
pub use ownership::{NOBODY, Owner, SHARED, Standing};

/// The database of one context. Cheap to clone.
#[derive(Clone)]
pub struct Db(Arc<Inner>);

struct Inner {
    context: &'static str,
    engine: Engine,
    ownership: Arc<Ownership>,
    /// Whether this process may be the home of what it opens.
    founding: Founding,
    commits: watch::Sender<u64>,
    others: watch::Sender<u64>,
    writes: AtomicU64,
    _guard: Option<guard::Guard>,
}

enum Engine {
    Sqlite(writer::Sqlite),
    Postgres(postgres::Postgres),
}

/// How much a write on PostgreSQL is kept apart from its neighbours; SQLite has one writer anyway.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Isolation {
    /// The default: conflicts are retried.
    Serializable,
    /// For a row that many fight over, taken with [`conn::lock_rows`]: they queue instead of failing.
    ReadCommitted,
}

impl Db {
    pub fn context(&self) -> &'static str {
        self.0.context
    }

    /// Runs `f` on a reader. Sees what was committed before it began.
    pub async fn read<T, E, F>(&self, f: F) -> Result<T, E>
    where
        T: Send + 'static,
        E: WriteError,
        F: FnOnce(&mut Conn) -> Result<T, E> + Send + 'static,
    {
        self.admitted().await?;
        let (answer, answered) = oneshot::channel();
        let ownership = self.0.ownership.clone();
        let job = move |conn: Result<&mut Conn, DbError>| {
            let admitted = conn.and_then(|conn| ownership.admit(conn).map(|()| conn));
            let result = match admitted {
                Ok(conn) => caught(|| f(conn)),
                Err(e) => Err(e.into()),
            };
            let _ = answer.send(result);
        };
        match &self.0.engine {
            Engine::Sqlite(sqlite) => sqlite.read(Box::new(job)),
            Engine::Postgres(postgres) => postgres.read(Box::new(job)),
        }
        answered
            .await
            .unwrap_or_else(|_| Err(DbError::stopped().into()))
    }

    /// Runs `f` in a transaction and answers after its durable commit. `f` may run more than once, so it makes
    /// no ids, reads no clock and does no I/O. A caller that goes away does not cancel it.
    pub async fn write<T, E, F>(&self, f: F) -> Result<T, E>
    where
        T: Send + 'static,
        E: WriteError,
        F: Fn(&mut Conn) -> Result<T, E> + Send + 'static,
    {
        self.write_with(Isolation::Serializable, f).await
    }

    /// As [`Db::write`], with the isolation chosen.
    pub async fn write_with<T, E, F>(&self, isolation: Isolation, f: F) -> Result<T, E>
    where
        T: Send + 'static,
        E: WriteError,
        F: Fn(&mut Conn) -> Result<T, E> + Send + 'static,
    {
        self.admitted().await?;
        let result = match &self.0.engine {
            Engine::Sqlite(sqlite) => sqlite.write(f).await,
            Engine::Postgres(postgres) => postgres.write(isolation, f).await,
        };
        if result.is_ok() {
            self.0.writes.fetch_add(1, Ordering::Relaxed);
            self.0.commits.send_modify(|count| *count += 1);
        }
        result
    }

    /// Changes with every commit that this process made here.
    pub fn commits(&self) -> watch::Receiver<u64> {
        self.0.commits.subscribe()
    }

    /// Changes soon after a commit that another process made here, while [`others::follow`] looks.
    pub fn others(&self) -> watch::Receiver<u64> {
        self.0.others.subscribe()
    }

    /// Writes acknowledged since the start, and the durable commits they took (equal on PostgreSQL).
    pub fn write_counts(&self) -> (u64, u64) {
        let writes = self.0.writes.load(Ordering::Relaxed);
        match &self.0.engine {
            Engine::Sqlite(sqlite) => (writes, sqlite.commits()),
            Engine::Postgres(_) => (writes, writes),
        }
    }

    fn new(context: &'static str, opened: open::Opened) -> Self {
        let (commits, _) = watch::channel(0);
        let (others, _) = watch::channel(0);
        let open::Opened {
            engine,
            ownership,
            founding,
            guard,
        } = opened;
        Self(Arc::new(Inner {
            context,
            engine,
            ownership,
            founding,
            commits,
            others,
            writes: AtomicU64::new(0),
            _guard: guard,
        }))
    }
}

impl std::fmt::Debug for Db {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Db({})", self.0.context)
    }
}

/// A panic in a closure is that closure's error, not the end of the thread that serves everyone.
fn caught<T, E: WriteError>(f: impl FnOnce() -> Result<T, E>) -> Result<T, E> {
    catch_unwind(AssertUnwindSafe(f)).unwrap_or_else(|panic| {
        let what = panic
            .downcast_ref::<&str>()
            .map(ToString::to_string)
            .or_else(|| panic.downcast_ref::<String>().cloned())
            .unwrap_or_default();
        Err(DbError::Panicked(what).into())
    })
}
