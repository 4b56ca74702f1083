use std::path::PathBuf;

use diesel::prelude::*;
use diesel::sql_types::{BigInt, Text};

type Places = dyn Fn(&str) -> (PathBuf, Option<String>);

/// The databases of a shop, read from outside with a connection of the test's own.
pub struct Books {
    /// The folder, or the server's URL, by context.
    places: Box<Places>,
}

enum Open {
    Sqlite(SqliteConnection),
    Postgres(PgConnection),
}

#[derive(QueryableByName)]
struct Number {
    #[diesel(sql_type = BigInt)]
    n: i64,
}

#[derive(QueryableByName)]
struct Word {
    #[diesel(sql_type = Text)]
    t: String,
}

impl Books {
    pub fn at(places: impl Fn(&str) -> (PathBuf, Option<String>) + 'static) -> Self {
        Self {
            places: Box::new(places),
        }
    }

    /// The one number that `select` finds, which may be any expression over the tables of `context`.
    pub fn number(&self, context: &str, select: &str) -> i64 {
        // sums are of a wider type in PostgreSQL, and nothing at all over no rows
        let sql = format!("SELECT COALESCE(CAST(({select}) AS BIGINT), 0) AS n");
        let found: Number = match self.open(context) {
            Open::Sqlite(mut conn) => diesel::sql_query(sql).get_result(&mut conn).unwrap(),
            Open::Postgres(mut conn) => diesel::sql_query(sql).get_result(&mut conn).unwrap(),
        };
        found.n
    }

    /// The texts in the column `t`.
    pub fn words(&self, context: &str, select: &str) -> Vec<String> {
        let found: Vec<Word> = match self.open(context) {
            Open::Sqlite(mut conn) => diesel::sql_query(select).load(&mut conn).unwrap(),
            Open::Postgres(mut conn) => diesel::sql_query(select).load(&mut conn).unwrap(),
        };
        found.into_iter().map(|word| word.t).collect()
    }

    pub fn run(&self, context: &str, statement: &str) {
        match self.open(context) {
            Open::Sqlite(mut conn) => diesel::sql_query(statement).execute(&mut conn).unwrap(),
            Open::Postgres(mut conn) => diesel::sql_query(statement).execute(&mut conn).unwrap(),
        };
    }

    fn open(&self, context: &str) -> Open {
        let (data, database) = (self.places)(context);
        if let Some(url) = database {
            let mut conn = PgConnection::establish(&url).unwrap();
            let path = format!("SET search_path = {context}");
            diesel::sql_query(path).execute(&mut conn).unwrap();
            return Open::Postgres(conn);
        }
        let file = data.join(format!("{context}.db"));
        assert!(file.exists(), "{} does not exist", file.display());
        let mut conn = SqliteConnection::establish(&file.to_string_lossy()).unwrap();
        let wait = "PRAGMA busy_timeout = 10000";
        diesel::sql_query(wait).execute(&mut conn).unwrap();
        Open::Sqlite(conn)
    }
}
