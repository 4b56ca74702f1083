//! Group commit on SQLite: one writer thread per file runs what waits as savepoints of one transaction, and answers
//! after the one durable commit. While a commit syncs, the next batch gathers by itself.

use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, OnceLock};

use diesel::connection::{AnsiTransactionManager, TransactionManager, TransactionManagerStatus};
use diesel::prelude::*;
use tokio::sync::oneshot;

use super::ownership::Ownership;
use super::readers::{ReadJob, Readers};
use super::{Conn, DbError, WriteError, caught};

const BATCH: usize = 256;
const CACHE_KIB: u32 = 1024;

type Manager = <Conn as Connection>::TransactionManager;

pub(super) struct Sqlite {
    file: Arc<PathBuf>,
    readers: Readers,
    ownership: Arc<Ownership>,
    writer: OnceLock<flume::Sender<Box<dyn Job>>>,
    commits: Arc<AtomicU64>,
}

/// A closure that waits to be written.
trait Job: Send {
    /// Runs it within the open transaction, in a savepoint of its own. `Err` when that transaction is gone.
    fn run(&mut self, conn: &mut Conn) -> Result<(), DbError>;
    /// Tells the caller: what `run` found, or why nothing was committed.
    fn finish(self: Box<Self>, committed: Result<(), DbError>);
}

struct Write<T, E, F> {
    f: F,
    result: Option<Result<T, E>>,
    answer: oneshot::Sender<Result<T, E>>,
}

impl Sqlite {
    pub fn new(file: PathBuf, readers: Readers, ownership: Arc<Ownership>) -> Self {
        Self {
            file: Arc::new(file),
            readers,
            ownership,
            writer: OnceLock::new(),
            commits: Arc::default(),
        }
    }

    pub fn file(&self) -> &Path {
        &self.file
    }

    pub fn read(&self, job: ReadJob) {
        self.readers.read(&self.file, job);
    }

    pub fn commits(&self) -> u64 {
        self.commits.load(Ordering::Relaxed)
    }

    pub async fn write<T, E, F>(&self, f: F) -> Result<T, E>
    where
        T: Send + 'static,
        E: WriteError,
        F: Fn(&mut Conn) -> Result<T, E> + Send + 'static,
    {
        let (answer, answered) = oneshot::channel();
        let job = Box::new(Write {
            f,
            result: None,
            answer,
        });
        let queue = self.writer.get_or_init(|| self.start_writer());
        if let Err(refused) = queue.send(job) {
            refused.into_inner().finish(Err(DbError::stopped()));
        }
        answered
            .await
            .unwrap_or_else(|_| Err(DbError::stopped().into()))
    }

    fn start_writer(&self) -> flume::Sender<Box<dyn Job>> {
        let (queue, jobs) = flume::unbounded();
        let (file, commits) = (self.file.clone(), self.commits.clone());
        let ownership = self.ownership.clone();
        let name = format!(
            "sqlite-write-{}",
            file.file_stem().unwrap_or_default().to_string_lossy()
        );
        let spawned = std::thread::Builder::new().name(name).spawn(move || {
            let writer = Writer {
                file: &file,
                jobs: &jobs,
                commits: &commits,
                ownership: &ownership,
            };
            writer.serve();
        });
        if let Err(error) = spawned {
            tracing::error!(%error, "no writer thread could be started");
        }
        queue
    }
}

impl<T, E, F> Job for Write<T, E, F>
where
    T: Send,
    E: WriteError,
    F: Fn(&mut Conn) -> Result<T, E> + Send,
{
    fn run(&mut self, conn: &mut Conn) -> Result<(), DbError> {
        Manager::begin_transaction(conn)?;
        let result = caught(|| (self.f)(conn));
        if result.is_ok() {
            Manager::commit_transaction(conn)?;
        } else {
            Manager::rollback_transaction(conn)?;
        }
        self.result = Some(result);
        Ok(())
    }

    fn finish(self: Box<Self>, committed: Result<(), DbError>) {
        let result = match (committed, self.result) {
            (Ok(()), Some(result)) => result,
            // refused by the closure itself: true whatever became of the commit
            (Err(_), Some(Err(refused))) => Err(refused),
            (Err(e), _) => Err(e.into()),
            (Ok(()), None) => Err(DbError::stopped().into()),
        };
        let _ = self.answer.send(result);
    }
}

/// What the writer thread works with.
struct Writer<'a> {
    file: &'a Path,
    jobs: &'a flume::Receiver<Box<dyn Job>>,
    commits: &'a AtomicU64,
    ownership: &'a Ownership,
}

impl Writer<'_> {
    fn serve(&self) {
        let mut open: Option<Conn> = None;
        while let Ok(first) = self.jobs.recv() {
            let connected = match open.take() {
                Some(conn) => Ok(conn),
                None => Conn::sqlite(&self.file.to_string_lossy(), CACHE_KIB),
            };
            let mut conn = match connected {
                Ok(conn) => conn,
                Err(e) => {
                    first.finish(Err(DbError::from(e)));
                    continue;
                }
            };
            if self.write_batch(&mut conn, first) {
                open = Some(conn);
            }
        }
    }

    /// Whether the connection is still good afterwards.
    fn write_batch(&self, conn: &mut Conn, first: Box<dyn Job>) -> bool {
        if let Err(e) = self.begin(conn) {
            self.refuse_all(first, &e);
            return false;
        }
        let mut done = Vec::new();
        let mut next = Some(first);
        while let Some(mut job) = next {
            let alive = job.run(conn).is_ok();
            done.push(job);
            if !alive {
                return self.one_by_one(conn, done);
            }
            next = if done.len() < BATCH {
                self.jobs.try_recv().ok()
            } else {
                None
            };
        }
        match Manager::commit_transaction(conn) {
            Ok(()) => {
                self.commits.fetch_add(1, Ordering::Relaxed);
                for job in done {
                    job.finish(Ok(()));
                }
                true
            }
            Err(_) if done.len() > 1 => self.one_by_one(conn, done),
            Err(e) => {
                for job in done {
                    job.finish(Err(DbError::Storage(e.to_string())));
                }
                false
            }
        }
    }

    /// The shared transaction is gone (disk full, I/O error): each closure again, in a transaction of its own.
    fn one_by_one(&self, conn: &mut Conn, jobs: Vec<Box<dyn Job>>) -> bool {
        let mut good = rollback(conn);
        for mut job in jobs {
            let outcome = self
                .begin(conn)
                .and_then(|()| job.run(conn))
                .and_then(|()| Manager::commit_transaction(conn).map_err(DbError::from));
            match &outcome {
                Ok(()) => {
                    self.commits.fetch_add(1, Ordering::Relaxed);
                }
                Err(_) => good = rollback(conn),
            }
            job.finish(outcome);
        }
        good
    }

    /// Within the transaction nobody can take the database away any more.
    fn begin(&self, conn: &mut Conn) -> Result<(), DbError> {
        begin(conn)?;
        self.ownership.check(conn).inspect_err(|_| {
            rollback(conn);
        })
    }

    /// Whoever waits behind the first would only wait as long again for the same answer.
    fn refuse_all(&self, first: Box<dyn Job>, why: &DbError) {
        let behind: Vec<Box<dyn Job>> = self.jobs.try_iter().collect();
        first.finish(Err(why.again()));
        for job in behind {
            job.finish(Err(why.again()));
        }
    }
}

/// BEGIN IMMEDIATE: a deferred transaction that turns into a writer gets SQLITE_BUSY at once.
fn begin(conn: &mut Conn) -> Result<(), DbError> {
    match conn {
        Conn::Sqlite(sqlite) => Ok(AnsiTransactionManager::begin_transaction_sql(
            sqlite,
            "BEGIN IMMEDIATE",
        )?),
        Conn::Postgres(_) => Err(DbError::stopped()),
    }
}

fn rollback(conn: &mut Conn) -> bool {
    let Conn::Sqlite(sqlite) = conn else {
        return false;
    };
    // the manager may believe in a transaction that SQLite has already rolled back
    let gone = diesel::sql_query("ROLLBACK").execute(sqlite);
    *AnsiTransactionManager::transaction_manager_status_mut(sqlite) =
        TransactionManagerStatus::default();
    gone.is_ok() || matches!(gone, Err(diesel::result::Error::DatabaseError(..)))
}
