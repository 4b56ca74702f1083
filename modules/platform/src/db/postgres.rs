//! PostgreSQL: a small pool per context, each connection bound to the context's schema.

use std::sync::Arc;
use std::time::{Duration, Instant};

use diesel::connection::{
    AnsiTransactionManager, SimpleConnection as _, TransactionManager, TransactionManagerStatus,
};
use diesel::prelude::*;
use rand::RngExt as _;
use tokio::sync::{OwnedSemaphorePermit, Semaphore, oneshot};

use super::ownership::Ownership;
use super::readers::ReadJob;
use super::{Conn, DbError, Isolation, WriteError, caught};

/// Conflicting writes are retried for this long.
const PATIENCE: Duration = Duration::from_secs(5);
const CONNECTIONS: usize = 6;
/// Writers that wait for a move leave a connection to those who read.
const WRITERS: usize = CONNECTIONS - 1;

#[derive(Clone)]
pub(super) struct Postgres {
    pool: r2d2::Pool<Connector>,
    connector: Connector,
    ownership: Arc<Ownership>,
    /// Who waits for a connection waits here, and holds no thread.
    connections: Arc<Semaphore>,
    writers: Arc<Semaphore>,
}

#[derive(Clone)]
struct Connector {
    url: String,
    schema: String,
}

impl r2d2::ManageConnection for Connector {
    type Connection = Conn;
    type Error = ConnectionError;

    fn connect(&self) -> Result<Conn, Self::Error> {
        Conn::postgres(&self.url, &self.schema)
    }

    fn is_valid(&self, _conn: &mut Conn) -> Result<(), Self::Error> {
        Ok(())
    }

    fn has_broken(&self, conn: &mut Conn) -> bool {
        let Conn::Postgres(pg) = conn else {
            return true;
        };
        AnsiTransactionManager::is_broken_transaction_manager(pg)
    }
}

impl Postgres {
    pub fn connect(url: &str, schema: &str, ownership: Arc<Ownership>) -> Self {
        let connector = Connector {
            url: url.to_owned(),
            schema: schema.to_owned(),
        };
        let pool = r2d2::Pool::builder()
            .max_size(u32::try_from(CONNECTIONS).unwrap_or(u32::MAX))
            .min_idle(Some(0))
            .idle_timeout(Some(Duration::from_mins(1)))
            .connection_timeout(PATIENCE)
            .test_on_check_out(false)
            .error_handler(Box::new(Quiet))
            .build_unchecked(connector.clone());
        Self {
            pool,
            connector,
            ownership,
            connections: Arc::new(Semaphore::new(CONNECTIONS)),
            writers: Arc::new(Semaphore::new(WRITERS)),
        }
    }

    /// A connection outside the pool, for a lock that lives as long as it does.
    pub fn own_connection(&self) -> Result<Conn, DbError> {
        Ok(Conn::postgres(&self.connector.url, &self.connector.schema)?)
    }

    pub fn read(&self, job: ReadJob) {
        let (pool, connections) = (self.pool.clone(), self.connections.clone());
        tokio::spawn(async move {
            let turn = turn(connections, Instant::now() + PATIENCE).await;
            tokio::task::spawn_blocking(move || {
                let conn = turn.and_then(|turn| Ok((turn, connection(&pool)?)));
                match conn {
                    Ok((_turn, mut conn)) => job(Ok(&mut conn)),
                    Err(e) => job(Err(e)),
                }
            });
        });
    }

    pub async fn write<T, E, F>(&self, isolation: Isolation, f: F) -> Result<T, E>
    where
        T: Send + 'static,
        E: WriteError,
        F: Fn(&mut Conn) -> Result<T, E> + Send + 'static,
    {
        let (answer, answered) = oneshot::channel();
        let (pool, ownership) = (self.pool.clone(), self.ownership.clone());
        let (writers, connections) = (self.writers.clone(), self.connections.clone());
        let deadline = Instant::now() + PATIENCE;
        tokio::spawn(async move {
            let turns = async {
                let writer = turn(writers, deadline).await?;
                Ok::<_, DbError>((writer, turn(connections, deadline).await?))
            };
            let turns = turns.await;
            let write = move || {
                let outcome = match turns {
                    Ok(_turns) => {
                        let begin = Begin {
                            isolation,
                            ownership: &ownership,
                            deadline,
                        };
                        write_until(&pool, &begin, &f)
                    }
                    Err(e) => Err(e.into()),
                };
                let _ = answer.send(outcome);
            };
            tokio::task::spawn_blocking(write);
        });
        answered
            .await
            .unwrap_or_else(|_| Err(DbError::stopped().into()))
    }
}

async fn turn(of: Arc<Semaphore>, deadline: Instant) -> Result<OwnedSemaphorePermit, DbError> {
    match tokio::time::timeout_at(deadline.into(), of.acquire_owned()).await {
        Ok(Ok(turn)) => Ok(turn),
        _ => Err(DbError::Unavailable(
            "all its connections are busy".to_owned(),
        )),
    }
}

fn connection(pool: &r2d2::Pool<Connector>) -> Result<Pooled, DbError> {
    pool.get().map_err(|e| DbError::Unavailable(e.to_string()))
}

type Pooled = r2d2::PooledConnection<Connector>;

/// How a write begins. The lock takes no snapshot: a writer that waited for a move sees who owns the database after it.
/// Writers do not wait for each other at it.
struct Begin<'a> {
    isolation: Isolation,
    ownership: &'a Ownership,
    /// Conflicts are retried, and locks waited for, until then.
    deadline: Instant,
}

impl Begin<'_> {
    fn sql(&self) -> String {
        let isolation = match self.isolation {
            Isolation::Serializable => "SERIALIZABLE",
            Isolation::ReadCommitted => "READ COMMITTED",
        };
        let left = self.deadline.saturating_duration_since(Instant::now());
        let left = left.as_millis().max(1);
        format!(
            "BEGIN ISOLATION LEVEL {isolation}; SET LOCAL lock_timeout = {left}; LOCK TABLE owner IN ROW SHARE MODE"
        )
    }
}

fn write_until<T, E: WriteError>(
    pool: &r2d2::Pool<Connector>,
    begin: &Begin<'_>,
    f: impl Fn(&mut Conn) -> Result<T, E>,
) -> Result<T, E> {
    let mut pause = Duration::from_millis(1);
    loop {
        let outcome = attempt(&mut *connection(pool)?, begin, &f);
        match outcome {
            Err(e)
                if e.as_db().is_some_and(DbError::is_conflict)
                    && Instant::now() < begin.deadline =>
            {
                std::thread::sleep(pause.mul_f64(rand::rng().random_range(0.5..1.5)));
                pause = (pause * 2).min(Duration::from_millis(50));
            }
            outcome => return outcome,
        }
    }
}

fn attempt<T, E: WriteError>(
    conn: &mut Conn,
    begin: &Begin<'_>,
    f: impl Fn(&mut Conn) -> Result<T, E>,
) -> Result<T, E> {
    let db = |e: diesel::result::Error| E::from(DbError::from(e));
    if let Err(e) = AnsiTransactionManager::begin_transaction_sql(postgres(conn)?, &begin.sql()) {
        abandon(postgres(conn)?);
        return Err(db(e));
    }
    let owned = begin.ownership.check(conn).map_err(E::from);
    match owned.and_then(|()| caught(|| f(conn))) {
        Ok(value) => {
            AnsiTransactionManager::commit_transaction(postgres(conn)?).map_err(db)?;
            Ok(value)
        }
        Err(e) => {
            // a failed roll-back breaks the connection, which the pool then drops: the error itself matters more
            let _ = AnsiTransactionManager::rollback_transaction(postgres(conn)?);
            Err(e)
        }
    }
}

/// The server may have begun, and then failed at the lock, without the manager knowing of it.
fn abandon(conn: &mut PgConnection) {
    if conn.batch_execute("ROLLBACK").is_err() {
        *AnsiTransactionManager::transaction_manager_status_mut(conn) =
            TransactionManagerStatus::InError;
    }
}

fn postgres(conn: &mut Conn) -> Result<&mut PgConnection, DbError> {
    match conn {
        Conn::Postgres(pg) => Ok(pg),
        Conn::Sqlite(_) => Err(DbError::stopped()),
    }
}

/// Failed connection attempts reach the caller, who says more about them than the pool could.
#[derive(Debug)]
struct Quiet;

impl<E: std::error::Error> r2d2::HandleError<E> for Quiet {
    fn handle_error(&self, error: E) {
        tracing::debug!(%error, "no connection");
    }
}
