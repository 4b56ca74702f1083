use std::path::{Path, PathBuf};
use std::sync::Arc;

use diesel::prelude::*;

use super::guard::{Guard, Mode};
use super::location::{self, without_password};
use super::ownership::{HANDOVER, NOBODY, Owner, Ownership, SHARED, owner};
use super::readers::Readers;
use super::{Conn, Db, Engine, Migrations, Standing, migrate, postgres, writer};

/// Where the databases of this process are.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Place {
    /// One SQLite file per context below this folder.
    Folder(PathBuf),
    /// One schema per context in this PostgreSQL database.
    Postgres(String),
}

/// Whose a database becomes that nobody owns yet.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Founding {
    /// This shop's: what is new, or was waiting for data, is served at once.
    #[default]
    Claim,
    /// Nobody's: it waits until a context's data is moved into it.
    Never,
}

/// Why a database could not be opened. Says what and where; the caller adds nothing.
#[derive(Debug, thiserror::Error)]
pub enum OpenError {
    #[error("{path}: {source}")]
    Io {
        path: PathBuf,
        source: std::io::Error,
    },
    #[error("the database {database} is held by {holder}; stop it first, or use another --data")]
    Held { database: String, holder: String },
    #[error(
        "the database {database} belongs to {holder} since it was moved; serve it there, or bring it back with `banyan move`"
    )]
    NotOwner { database: String, holder: String },
    #[error("the database {0} cannot be opened: {1}")]
    Connection(String, String),
    #[error(
        "the database knows migration {0}, which this version of banyan does not: it was written by a newer one"
    )]
    Newer(String),
    #[error("a migration failed: {0}")]
    Migration(String),
    #[error("--database must be a postgres:// URL; SQLite lives under --data")]
    NotPostgres,
    #[error("SQLite {0} can corrupt its log (fixed in 3.51.3)")]
    OldSqlite(String),
}

impl From<diesel::result::Error> for OpenError {
    fn from(error: diesel::result::Error) -> Self {
        Self::Migration(error.to_string())
    }
}

/// Opens the databases of one process, which share their reader threads.
pub struct Databases {
    place: Place,
    founding: Founding,
    readers: Readers,
    /// Told to whom a database is refused.
    who: String,
}

impl Databases {
    pub fn new(place: Place) -> Result<Self, OpenError> {
        match &place {
            Place::Folder(folder) => {
                std::fs::create_dir_all(folder).map_err(|source| OpenError::Io {
                    path: folder.clone(),
                    source,
                })?;
            }
            Place::Postgres(url) if is_postgres(url) => {}
            Place::Postgres(_) => return Err(OpenError::NotPostgres),
        }
        let threads = std::thread::available_parallelism()
            .map_or(2, std::num::NonZero::get)
            .clamp(2, 8);
        let readers = Readers::start(threads).map_err(|source| OpenError::Io {
            path: PathBuf::from("reader threads"),
            source,
        })?;
        Ok(Self {
            place,
            founding: Founding::default(),
            readers,
            who: format!("process {}", std::process::id()),
        })
    }

    pub fn founding(self, founding: Founding) -> Self {
        Self { founding, ..self }
    }

    /// Opens, or creates, the database of `context` and brings its tables up to date. Whether it may be served is another
    /// question: [`Db::standing`].
    pub fn open(&self, context: &'static str, migrations: Migrations) -> Result<Db, OpenError> {
        self.open_as(context, migrations, Mode::Shared)
    }

    pub fn open_as(
        &self,
        context: &'static str,
        migrations: Migrations,
        mode: Mode,
    ) -> Result<Db, OpenError> {
        let opened = match &self.place {
            Place::Folder(folder) => self.open_sqlite(folder, context, migrations, mode),
            Place::Postgres(url) => self.open_postgres(url, context, migrations),
        }?;
        Ok(Db::new(context, opened))
    }

    fn open_sqlite(
        &self,
        folder: &Path,
        context: &'static str,
        own: Migrations,
        mode: Mode,
    ) -> Result<Opened, OpenError> {
        let file = folder.join(format!("{context}.db"));
        let database = file.display().to_string();
        let lock = folder.join(format!("{context}.db.lock"));
        let io = |path: &Path| {
            let path = path.to_owned();
            move |source| OpenError::Io { path, source }
        };
        let guard = Guard::take(&lock, mode, &self.who)
            .map_err(io(&lock))?
            .map_err(|holder| OpenError::Held {
                database: database.clone(),
                holder,
            })?;
        let setup = folder.join("setup.lock");
        let turn = Guard::wait(&setup).map_err(io(&setup))?;
        let mut conn = Conn::sqlite(&database, 256)
            .map_err(|e| OpenError::Connection(database.clone(), e.to_string()))?;
        refuse_old_sqlite(&mut conn)?;
        let found = self.prepare(&mut conn, &database, own)?;
        drop(turn);
        let ownership = Self::standing(&mut conn, location::of_file(&file), &found);
        let sqlite = writer::Sqlite::new(file, self.readers.clone(), ownership.clone());
        Ok(Opened {
            engine: Engine::Sqlite(sqlite),
            ownership,
            founding: self.founding,
            guard: Some(guard),
        })
    }

    fn open_postgres(
        &self,
        url: &str,
        context: &'static str,
        own: Migrations,
    ) -> Result<Opened, OpenError> {
        let database = format!("schema {context} of {}", without_password(url));
        let failed = |e: String| OpenError::Connection(database.clone(), e);
        let mut conn = Conn::postgres(url, context).map_err(|e| failed(e.to_string()))?;
        let mut run = |sql: String| {
            diesel::sql_query(sql)
                .execute(&mut conn)
                .map_err(|e| failed(e.to_string()))
        };
        // whoever else starts now may have much to set up
        run("SET lock_timeout = 0".to_owned())?;
        run("SELECT pg_advisory_lock(hashtext('banyan setup'))".to_owned())?;
        run(format!("CREATE SCHEMA IF NOT EXISTS {context}"))?;
        let found = self.prepare(&mut conn, &database, own)?;
        let ownership = Self::standing(&mut conn, location::of_schema(url, context), &found);
        // the lock goes with the connection
        drop(conn);
        Ok(Opened {
            engine: Engine::Postgres(postgres::Postgres::connect(url, context, ownership.clone())),
            ownership,
            founding: self.founding,
            guard: None,
        })
    }

    /// Its tables, and whose it is.
    fn prepare(
        &self,
        conn: &mut Conn,
        database: &str,
        own: Migrations,
    ) -> Result<Owner, OpenError> {
        migrate::run(conn, own, self.founding)?;
        let failed = |e: super::DbError| OpenError::Connection(database.to_owned(), e.to_string());
        let found = owner(conn).map_err(failed)?;
        if found.holder != NOBODY || self.founding == Founding::Never {
            return Ok(found);
        }
        migrate::set_holder(conn, NOBODY, SHARED).map_err(failed)?;
        owner(conn).map_err(failed)
    }

    /// Who opens a database that has ever been moved waits a moment: another may have read it until just now.
    fn standing(conn: &mut Conn, location: String, found: &Owner) -> Arc<Ownership> {
        let ownership = Arc::new(Ownership::new(location, found));
        if ownership.standing() != Standing::Serving {
            let _ = ownership.check(conn);
            if ownership.is_ours() {
                std::thread::sleep(HANDOVER);
                let _ = ownership.check(conn);
            }
        }
        ownership
    }
}

/// What a [`Db`] is made of.
pub(super) struct Opened {
    pub engine: Engine,
    pub ownership: Arc<Ownership>,
    pub founding: Founding,
    pub guard: Option<Guard>,
}

fn refuse_old_sqlite(conn: &mut Conn) -> Result<(), OpenError> {
    #[derive(diesel::QueryableByName)]
    struct Version {
        #[diesel(sql_type = diesel::sql_types::Text)]
        version: String,
    }
    let found: Version = diesel::sql_query("SELECT sqlite_version() AS version")
        .get_result(conn)
        .map_err(|e| OpenError::Connection("sqlite".to_owned(), e.to_string()))?;
    let parts: Vec<u32> = found
        .version
        .split('.')
        .filter_map(|part| part.parse().ok())
        .collect();
    if parts.as_slice() >= [3, 51, 3].as_slice() {
        Ok(())
    } else {
        Err(OpenError::OldSqlite(found.version))
    }
}

/// By scheme: SQLite takes any string for a path, so a mistyped URL would silently become a file.
fn is_postgres(url: &str) -> bool {
    url.starts_with("postgres://") || url.starts_with("postgresql://")
}
