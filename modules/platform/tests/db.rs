//! What the databases promise: writes are durable together and fail alone.
#![expect(clippy::unwrap_used, reason = "a test may panic")]

use std::sync::Arc;
use std::time::Duration;

use diesel::prelude::*;
use platform::db::{
    Conn, Databases, Db, DbError, Migrations, OpenError, PLATFORM, Place, WriteError, others,
    schema::idempotency,
};
use platform::testing;
use tokio_util::sync::CancellationToken;

/// A context with no tables but the platform's.
fn migrations() -> Migrations {
    PLATFORM
}

#[derive(Debug, thiserror::Error)]
enum Refusal {
    #[error("no")]
    No,
    #[error(transparent)]
    Db(#[from] DbError),
}

impl From<diesel::result::Error> for Refusal {
    fn from(error: diesel::result::Error) -> Self {
        Self::Db(error.into())
    }
}

impl WriteError for Refusal {
    fn as_db(&self) -> Option<&DbError> {
        match self {
            Self::Db(e) => Some(e),
            Self::No => None,
        }
    }
}

fn put(conn: &mut Conn, key: &str) -> Result<(), DbError> {
    let row = (
        idempotency::scope.eq("test"),
        idempotency::key.eq(key),
        idempotency::fingerprint.eq(""),
        idempotency::at.eq(0_i64),
    );
    diesel::insert_into(idempotency::table)
        .values(row)
        .execute(conn)?;
    Ok(())
}

async fn keys(db: &Db) -> Vec<String> {
    db.read(|conn| {
        Ok::<_, DbError>(
            idempotency::table
                .select(idempotency::key)
                .order(idempotency::key)
                .load(conn)?,
        )
    })
    .await
    .unwrap()
}

async fn a_write_that_fails_takes_no_other_with_it(db: Db) {
    let writes = (0..40).map(|n| {
        let db = db.clone();
        tokio::spawn(async move {
            db.write(move |conn| {
                put(conn, &format!("{n:02}"))?;
                match n % 4 {
                    1 => Err(Refusal::No),
                    2 => panic!("a closure that panics"),
                    _ => Ok(()),
                }
            })
            .await
        })
    });
    for (n, write) in writes.collect::<Vec<_>>().into_iter().enumerate() {
        let outcome = write.await.unwrap();
        match n % 4 {
            1 => assert!(matches!(outcome, Err(Refusal::No)), "{outcome:?}"),
            2 => assert!(
                matches!(outcome, Err(Refusal::Db(DbError::Panicked(_)))),
                "{outcome:?}"
            ),
            _ => outcome.unwrap(),
        }
    }
    let expect: Vec<String> = (0..40)
        .filter(|n| ![1, 2].contains(&(n % 4)))
        .map(|n| format!("{n:02}"))
        .collect();
    assert_eq!(keys(&db).await, expect);
}

async fn a_caller_that_goes_away_does_not_cancel_its_write(db: Db) {
    let mut seen = db.commits();
    let write = db.write(|conn| put(conn, "kept"));
    // polled once, so that it is on its way, then dropped
    let _ = tokio::time::timeout(Duration::ZERO, write).await;
    let written = async {
        while keys(&db).await.is_empty() {
            let _ = tokio::time::timeout(Duration::from_millis(10), seen.changed()).await;
        }
    };
    tokio::time::timeout(Duration::from_secs(10), written)
        .await
        .unwrap();
}

async fn a_unique_violation_is_told_as_one(db: Db) {
    db.write(|conn| put(conn, "once")).await.unwrap();
    let again = db.write(|conn| put(conn, "once")).await.unwrap_err();
    assert!(again.is_unique_violation(), "{again:?}");
    db.write(|conn| put(conn, "after")).await.unwrap();
}

/// Counts up in one row: every increment of eight writers must be there.
/// Two that open the same database share nothing, as two processes do.
async fn a_commit_of_another_process_is_heard(place: Place) {
    let open = || {
        let databases = Databases::new(place.clone()).unwrap();
        databases.open("test", migrations()).unwrap()
    };
    let (here, there) = (open(), open());
    let stop = CancellationToken::new();
    let looking = tokio::spawn(others::follow(vec![here.clone()], stop.clone()));
    let mut heard = here.others();
    let hears = async {
        for n in 0.. {
            // the first ones may come before it looks for the first time
            there
                .write(move |conn| put(conn, &n.to_string()))
                .await
                .unwrap();
            let soon = tokio::time::timeout(Duration::from_millis(500), heard.changed());
            if soon.await.is_ok() {
                return;
            }
        }
    };
    let patience = Duration::from_secs(20);
    tokio::time::timeout(patience, hears).await.unwrap();
    stop.cancel();
    looking.await.unwrap();
}

async fn eight_writers_lose_no_increment(db: Db) {
    db.write(|conn| put(conn, "counter")).await.unwrap();
    let db = Arc::new(db);
    let writers = (0..8).map(|_| {
        let db = db.clone();
        tokio::spawn(async move {
            for _ in 0..10 {
                db.write(|conn| {
                    let row = idempotency::table.find(("test", "counter"));
                    let at: i64 = row.select(idempotency::at).first(conn)?;
                    diesel::update(row)
                        .set(idempotency::at.eq(at + 1))
                        .execute(conn)?;
                    Ok::<_, DbError>(())
                })
                .await
                .unwrap();
            }
        })
    });
    for writer in writers.collect::<Vec<_>>() {
        writer.await.unwrap();
    }
    let count = db.read(|conn| {
        let row = idempotency::table.find(("test", "counter"));
        Ok::<i64, DbError>(row.select(idempotency::at).first(conn)?)
    });
    assert_eq!(count.await.unwrap(), 80);
}

mod sqlite {
    use super::*;

    #[tokio::test]
    async fn a_commit_of_another_process_is_heard() {
        let folder = tempfile::tempdir().unwrap();
        super::a_commit_of_another_process_is_heard(Place::Folder(folder.path().to_owned())).await;
    }

    #[tokio::test]
    async fn a_write_that_fails_takes_no_other_with_it() {
        let (_folder, db) = testing::sqlite("test", migrations());
        super::a_write_that_fails_takes_no_other_with_it(db).await;
    }

    #[tokio::test]
    async fn a_caller_that_goes_away_does_not_cancel_its_write() {
        let (_folder, db) = testing::sqlite("test", migrations());
        super::a_caller_that_goes_away_does_not_cancel_its_write(db).await;
    }

    #[tokio::test]
    async fn a_unique_violation_is_told_as_one() {
        let (_folder, db) = testing::sqlite("test", migrations());
        super::a_unique_violation_is_told_as_one(db).await;
    }

    #[tokio::test]
    async fn eight_writers_lose_no_increment() {
        let (_folder, db) = testing::sqlite("test", migrations());
        super::eight_writers_lose_no_increment(db).await;
    }

    /// 200 waiting writes must not take 200 syncs.
    #[tokio::test]
    async fn waiting_writes_share_a_commit() {
        let (_folder, db) = testing::sqlite("test", migrations());
        let writes = (0..200).map(|n| db.write(move |conn| put(conn, &n.to_string())));
        futures_util::future::try_join_all(writes).await.unwrap();
        let (writes, commits) = db.write_counts();
        assert_eq!(writes, 200);
        assert!(commits < 100, "{commits} commits");
    }

    #[tokio::test]
    async fn commits_are_synchronous_in_full() {
        let (_folder, db) = testing::sqlite("test", migrations());
        let says = db.write(platform::db::durability).await.unwrap();
        assert_eq!(says, "synchronous = 2");
    }

    #[test]
    fn a_database_of_a_newer_binary_is_refused() {
        let folder = tempfile::tempdir().unwrap();
        let databases = || Databases::new(Place::Folder(folder.path().to_owned())).unwrap();
        drop(databases().open("test", migrations()).unwrap());
        let file = folder.path().join("test.db");
        let mut conn = SqliteConnection::establish(&file.to_string_lossy()).unwrap();
        diesel::sql_query(
            "INSERT INTO __diesel_schema_migrations (version) VALUES ('99990101000000')",
        )
        .execute(&mut conn)
        .unwrap();
        let refused = databases().open("test", migrations()).unwrap_err();
        assert!(matches!(refused, OpenError::Newer(_)), "{refused}");
    }

    #[test]
    fn what_another_process_holds_alone_is_refused_by_name() {
        let folder = tempfile::tempdir().unwrap();
        let databases = || Databases::new(Place::Folder(folder.path().to_owned())).unwrap();
        let held = databases()
            .open_as("test", migrations(), platform::db::Mode::Exclusive)
            .unwrap();
        let refused = databases().open("test", migrations()).unwrap_err();
        assert!(
            refused
                .to_string()
                .contains(&format!("process {}", std::process::id())),
            "{refused}"
        );
        drop(held);
        databases().open("test", migrations()).unwrap();
    }

    #[test]
    fn a_database_that_was_moved_is_not_served_and_names_its_owner() {
        let folder = tempfile::tempdir().unwrap();
        let databases = || Databases::new(Place::Folder(folder.path().to_owned())).unwrap();
        drop(databases().open("test", migrations()).unwrap());
        let file = folder.path().join("test.db");
        let mut conn = SqliteConnection::establish(&file.to_string_lossy()).unwrap();
        diesel::sql_query("INSERT INTO owner (epoch, holder) VALUES (1, 'the other folder')")
            .execute(&mut conn)
            .unwrap();
        let moved = databases().open("test", migrations()).unwrap();
        let refused = moved.must_serve().unwrap_err();
        assert!(
            refused.to_string().contains("the other folder"),
            "{refused}"
        );
    }
}

#[cfg(feature = "postgres-tests")]
mod postgres {
    use super::*;

    #[tokio::test]
    async fn a_commit_of_another_process_is_heard() {
        let place = Place::Postgres(testing::postgres_url());
        super::a_commit_of_another_process_is_heard(place).await;
    }

    #[tokio::test]
    async fn a_write_that_fails_takes_no_other_with_it() {
        super::a_write_that_fails_takes_no_other_with_it(testing::postgres("test", migrations()))
            .await;
    }

    #[tokio::test]
    async fn a_caller_that_goes_away_does_not_cancel_its_write() {
        super::a_caller_that_goes_away_does_not_cancel_its_write(testing::postgres(
            "test",
            migrations(),
        ))
        .await;
    }

    #[tokio::test]
    async fn a_unique_violation_is_told_as_one() {
        super::a_unique_violation_is_told_as_one(testing::postgres("test", migrations())).await;
    }

    #[tokio::test]
    async fn eight_writers_lose_no_increment() {
        super::eight_writers_lose_no_increment(testing::postgres("test", migrations())).await;
    }
}

#[test]
fn a_mistyped_url_is_not_taken_for_a_file() {
    let refused = Databases::new(Place::Postgres("postgress://127.0.0.1/shop".to_owned()))
        .err()
        .unwrap();
    assert!(matches!(refused, OpenError::NotPostgres), "{refused}");
}
