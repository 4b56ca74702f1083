//! What a database tells of itself: where it is, and whether this process may serve it.

use std::time::Duration;

use tokio::sync::{oneshot, watch};

use super::ownership::{NOBODY, Owner, SHARED, Standing, owner};
use super::transfer::finish;
use super::{Conn, Db, DbError, Engine, Founding, OpenError, location};

impl Db {
    /// Where it is, as its owner would be named: the absolute path of the SQLite file, or
    /// `postgres://user@host:port/database schema <context>`.
    pub fn location(&self) -> &str {
        self.0.ownership.location()
    }

    /// As it was found last: a process that does the background work asks every second or two, and every use asks too.
    pub fn standing(&self) -> Standing {
        self.0.ownership.standing()
    }

    /// How long ago this process served it last; `None` when it does, or never did. Costs next to nothing.
    pub fn lost_for(&self) -> Option<Duration> {
        self.0.ownership.lost_for()
    }

    /// It is ours already, and will be served as soon as nobody can be reading elsewhere.
    pub fn is_taking_over(&self) -> bool {
        self.0.ownership.is_ours() && !self.0.ownership.is_serving()
    }

    /// Tells of every change of [`Db::standing`].
    pub fn watch_standing(&self) -> watch::Receiver<Standing> {
        self.0.ownership.watch()
    }

    /// For commands that do their work at once or not at all.
    pub fn must_serve(&self) -> Result<(), OpenError> {
        match self.standing() {
            Standing::Serving => Ok(()),
            Standing::NotOwner { holder } => Err(OpenError::NotOwner {
                database: self.location().to_owned(),
                holder,
            }),
        }
    }

    /// As [`Db::standing`], asked of the database unless that was done a moment ago. While another owns it no connection
    /// to its file stays open.
    pub async fn ask_standing(&self) -> Result<Standing, DbError> {
        let ownership = &self.0.ownership;
        let asked = if ownership.is_serving() {
            self.look(|db, conn| db.0.ownership.admit(conn)).await
        } else if ownership.is_time_to_ask() {
            self.look(Self::look_around).await
        } else {
            Ok(())
        };
        match asked {
            Ok(()) | Err(DbError::NotOwner { .. }) => Ok(ownership.standing()),
            Err(e) => Err(e),
        }
    }

    /// Whoever is not the owner finds out here, before it takes a reader's or the writer's time.
    pub(super) async fn admitted(&self) -> Result<(), DbError> {
        if self.0.ownership.is_serving() {
            return Ok(());
        }
        match self.ask_standing().await? {
            Standing::Serving => Ok(()),
            Standing::NotOwner { holder } => Err(DbError::NotOwner { holder }),
        }
    }

    async fn look(
        &self,
        look: impl FnOnce(&Self, &mut Conn) -> Result<(), DbError> + Send + 'static,
    ) -> Result<(), DbError> {
        let (answer, answered) = oneshot::channel();
        let db = self.clone();
        let job = move |conn: Result<&mut Conn, DbError>| {
            let _ = answer.send(conn.and_then(|conn| look(&db, conn)));
        };
        match &self.0.engine {
            Engine::Postgres(postgres) => postgres.read(Box::new(job)),
            Engine::Sqlite(sqlite) if self.0.ownership.is_serving() => sqlite.read(Box::new(job)),
            Engine::Sqlite(sqlite) => {
                let file = sqlite.file().to_owned();
                tokio::task::spawn_blocking(move || {
                    match Conn::sqlite_briefly(&file.to_string_lossy()) {
                        Ok(mut conn) => job(Ok(&mut conn)),
                        Err(e) => job(Err(e.into())),
                    }
                });
            }
        }
        answered.await.unwrap_or_else(|_| Err(DbError::stopped()))
    }

    fn look_around(&self, conn: &mut Conn) -> Result<(), DbError> {
        let own = owner(conn)?;
        if let Some(ours) = self.handed_over(&own) {
            tracing::info!(
                context = self.0.context,
                epoch = ours.epoch,
                "a move that was interrupted is completed: this process owns the database now"
            );
            finish::take(conn, &own, &ours)?;
        }
        self.0.ownership.check(conn)
    }

    /// What the previous owner's file says, if it is on this machine and has named us while whoever moved the data was
    /// stopped before telling us. A server's database cannot be asked: its password is not known here.
    fn handed_over(&self, own: &Owner) -> Option<Owner> {
        if own.holder == NOBODY {
            return None;
        }
        let file = location::file(&own.holder).filter(|file| file.is_file())?;
        let mut source = Conn::sqlite_briefly(&file.to_string_lossy()).ok()?;
        let said = owner(&mut source).ok()?;
        let is_ours = said.epoch == own.epoch + 1 && said.holder == self.location();
        is_ours.then(|| Owner {
            epoch: said.epoch,
            holder: match self.0.founding {
                Founding::Claim => SHARED.to_owned(),
                Founding::Never => said.holder,
            },
        })
    }
}
