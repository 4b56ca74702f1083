//! For the tests of contexts: fresh databases and a shell whose clock stands still.
#![expect(
    clippy::expect_used,
    clippy::disallowed_methods,
    reason = "only tests use this module"
)]

use std::sync::Arc;

use diesel::prelude::*;
use kernel::{FixedClock, Timestamp};

use crate::db::{Databases, Db, Migrations, Place};

/// A database in a folder of its own, which lives as long as the first part of the answer.
pub fn sqlite(context: &'static str, migrations: Migrations) -> (tempfile::TempDir, Db) {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let databases = Databases::new(Place::Folder(folder.path().to_owned())).expect("a data folder");
    let db = databases.open(context, migrations).expect("a database");
    (folder, db)
}

/// A new, empty PostgreSQL database in the test run's own server (`cargo xtask test` starts it).
pub fn postgres_url() -> String {
    let server = std::env::var("BANYAN_TEST_POSTGRES")
        .expect("BANYAN_TEST_POSTGRES: run `cargo xtask test`");
    let name = format!("t_{}", uuid::Uuid::now_v7().simple());
    let mut conn = PgConnection::establish(&server).expect("the PostgreSQL server of the test run");
    diesel::sql_query(format!("CREATE DATABASE {name}"))
        .execute(&mut conn)
        .expect("a new database");
    let (head, tail) = server.split_at(server.rfind('/').expect("a URL with a database"));
    let query = tail.find('?').map_or("", |at| &tail[at..]);
    format!("{head}/{name}{query}")
}

pub fn postgres(context: &'static str, migrations: Migrations) -> Db {
    let databases = Databases::new(Place::Postgres(postgres_url())).expect("a PostgreSQL URL");
    databases.open(context, migrations).expect("a database")
}

/// Noon, 21 November 2026 in Korea.
pub fn clock() -> Arc<FixedClock> {
    Arc::new(FixedClock::at(Timestamp::from_micros(
        1_795_230_000_000_000,
    )))
}
