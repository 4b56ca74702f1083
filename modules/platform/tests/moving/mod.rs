mod answers;
mod copies;
mod fence;
mod ownership;

use std::time::{Duration, Instant};

use diesel::prelude::*;
use kernel::Timestamp;
use platform::audit::Entry;
use platform::db::transfer::{AfterCopy, Fence, Side, TransferError, finish};
use platform::db::{Conn, Databases, Db, DbError, Founding, Migrations, Owner, Place, SHARED};
use platform::testing;

pub const CONTEXT: &str = "made_up";

const MIGRATIONS: Migrations = Migrations {
    sqlite: diesel_migrations::embed_migrations!("tests/made_up/sqlite"),
    postgres: diesel_migrations::embed_migrations!("tests/made_up/postgres"),
};

/// A place for databases, which lives as long as this does.
pub struct Home {
    pub place: Place,
    _folder: Option<tempfile::TempDir>,
}

impl Home {
    pub fn sqlite() -> Self {
        let folder = tempfile::tempdir().unwrap();
        Self {
            place: Place::Folder(folder.path().to_owned()),
            _folder: Some(folder),
        }
    }

    pub fn postgres() -> Self {
        Self {
            place: Place::Postgres(testing::postgres_url()),
            _folder: None,
        }
    }

    pub fn side(&self) -> Side {
        Side::new(self.place.clone(), CONTEXT)
    }

    pub fn open(&self, founding: Founding) -> Db {
        let databases = Databases::new(self.place.clone()).unwrap();
        databases
            .founding(founding)
            .open(CONTEXT, MIGRATIONS)
            .unwrap()
    }

    pub fn founded(&self) -> Db {
        self.open(Founding::Claim)
    }

    pub fn waiting(&self) -> Db {
        self.open(Founding::Never)
    }
}

/// The whole move, as the command does it.
pub fn switch(from: &Home, to: &Home) -> Result<i64, TransferError> {
    let epoch = prepare(from, to)?.hand_over(&to.side())?;
    let holder = to.side().location().to_owned();
    finish(&to.side(), from.side().location(), &Owner { epoch, holder })?;
    Ok(epoch)
}

/// And back, to be shared again.
pub fn reverse(from: &Home, to: &Home) -> Result<(), TransferError> {
    let epoch = prepare(from, to)?.hand_over(&to.side())?;
    let holder = SHARED.to_owned();
    finish(&to.side(), from.side().location(), &Owner { epoch, holder })
}

/// Up to the point of no return.
pub fn prepare(from: &Home, to: &Home) -> Result<Fence, TransferError> {
    drop(to.waiting());
    let mut fence = Fence::raise(&from.side())?;
    let copied = fence.copy(&to.side(), Some(INDEX), &mut |_| ())?;
    copied.keep(&entry())?;
    Ok(fence)
}

pub fn entry() -> Entry {
    Entry {
        at: Timestamp::from_micros(1),
        who: "command line".to_owned(),
        what: "context.moved",
        subject: CONTEXT.to_owned(),
        detail: serde_json::json!({}),
    }
}

/// Words are found through what each engine derives.
const INDEX: AfterCopy = |conn| {
    let sql = match conn {
        Conn::Sqlite(_) => {
            diesel::sql_query("DELETE FROM found").execute(conn)?;
            "INSERT INTO found (rowid, name) SELECT id, name FROM things"
        }
        Conn::Postgres(_) => {
            "INSERT INTO found (rowid, name) SELECT id, to_tsvector('simple', name) FROM things"
        }
    };
    diesel::sql_query(sql).execute(conn)?;
    Ok(())
};

/// Polls until `ask` has an answer.
pub async fn eventually<T, F: Future<Output = Option<T>>>(what: &str, ask: impl Fn() -> F) -> T {
    let begun = Instant::now();
    loop {
        if let Some(found) = ask().await {
            return found;
        }
        assert!(begun.elapsed() < Duration::from_secs(20), "never: {what}");
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
}

/// Writes a thing of that name; the answer is durable.
pub async fn put(db: &Db, name: &str) -> Result<(), DbError> {
    let name = name.to_owned();
    db.write(move |conn| {
        diesel::sql_query("INSERT INTO things (name, kept) VALUES ($1, $2)")
            .bind::<diesel::sql_types::Text, _>(&name)
            .bind::<diesel::sql_types::Bool, _>(true)
            .execute(conn)?;
        Ok(())
    })
    .await
}

pub async fn names(db: &Db) -> Result<Vec<String>, DbError> {
    #[derive(QueryableByName)]
    struct Row {
        #[diesel(sql_type = diesel::sql_types::Text)]
        name: String,
    }
    let rows: Vec<Row> = db
        .read(|conn| {
            Ok::<_, DbError>(diesel::sql_query("SELECT name FROM things ORDER BY name").load(conn)?)
        })
        .await?;
    Ok(rows.into_iter().map(|row| row.name).collect())
}
