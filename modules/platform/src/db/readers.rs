//! A few reader threads shared by all SQLite files of the process: ten databases do not need fifty connections.

use std::collections::HashMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use diesel::prelude::*;

use super::{Conn, DbError};

pub(super) type ReadJob = Box<dyn FnOnce(Result<&mut Conn, DbError>) + Send>;

const CACHE_KIB: u32 = 768;

#[derive(Clone)]
pub(super) struct Readers {
    queue: flume::Sender<(Arc<PathBuf>, ReadJob)>,
}

impl Readers {
    pub fn start(threads: usize) -> std::io::Result<Self> {
        let (queue, jobs) = flume::unbounded::<(Arc<PathBuf>, ReadJob)>();
        for n in 0..threads {
            let jobs = jobs.clone();
            std::thread::Builder::new()
                .name(format!("sqlite-read-{n}"))
                .spawn(move || serve(&jobs))?;
        }
        Ok(Self { queue })
    }

    pub fn read(&self, file: &Arc<PathBuf>, job: ReadJob) {
        if let Err(refused) = self.queue.send((file.clone(), job)) {
            let (_, job) = refused.into_inner();
            job(Err(DbError::stopped()));
        }
    }
}

fn serve(jobs: &flume::Receiver<(Arc<PathBuf>, ReadJob)>) {
    let mut open: HashMap<Arc<PathBuf>, Conn> = HashMap::new();
    while let Ok((file, job)) = jobs.recv() {
        if !open.contains_key(&file) {
            match connect(&file) {
                Ok(conn) => {
                    open.insert(file.clone(), conn);
                }
                Err(e) => {
                    job(Err(e));
                    continue;
                }
            }
        }
        if let Some(conn) = open.get_mut(&file) {
            job(Ok(conn));
        }
    }
}

fn connect(file: &Path) -> Result<Conn, DbError> {
    let mut conn = Conn::sqlite(&file.to_string_lossy(), CACHE_KIB)?;
    diesel::sql_query("PRAGMA query_only = ON").execute(&mut conn)?;
    Ok(conn)
}
