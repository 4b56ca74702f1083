//! The copy is the same, whichever engines it goes between.

use std::sync::Arc;

use diesel::prelude::*;
use diesel::sql_types::{BigInt, Binary, Bool, Nullable, Text};
use kernel::Timestamp;
use platform::Fut;
use platform::audit;
use platform::db::schema::{outbox, relay};
use platform::db::transfer::{TransferError, measure};
use platform::db::{Conn, Db, DbError};
use platform::events::{Delivery, Event, Outcome, Published, Relay, Stamp, Subscriber, publish};
use platform::ports::Unavailable;
use serde::{Deserialize, Serialize};
use std::sync::Mutex;
use tokio_util::sync::CancellationToken;

use super::{Home, entry, eventually, names, prepare, put, switch};

const ODD: [&str; 7] = [
    "유기그릇과 사과",
    "it's \"quoted\" \\ and; -- DROP TABLE things",
    "",
    "line\nbreak\ttab $1 ? %s",
    "NULL",
    "𝄞 é",
    "'",
];

#[derive(Debug, PartialEq, QueryableByName)]
struct Thing {
    #[diesel(sql_type = BigInt)]
    id: i64,
    #[diesel(sql_type = Text)]
    name: String,
    #[diesel(sql_type = Nullable<BigInt>)]
    order: Option<i64>,
    #[diesel(sql_type = Nullable<Binary>)]
    bytes: Option<Vec<u8>>,
    #[diesel(sql_type = Bool)]
    kept: bool,
}

#[derive(Debug, Serialize, Deserialize)]
struct Made {
    n: i64,
}

impl Published for Made {
    const TYPE: &'static str = "shop.banyan.made_up.thing.made.v1";

    fn aggregate(&self) -> String {
        "one".to_owned()
    }

    fn sample() -> Self {
        Self { n: 1 }
    }
}

/// Everything that is hard to copy, and more bytes than one portion.
fn fill(conn: &mut Conn, with_nul: bool) -> Result<(), DbError> {
    let mut add = |name: &str, order: Option<i64>, bytes: Option<Vec<u8>>, kept: bool| {
        diesel::sql_query(
            "INSERT INTO things (name, \"order\", bytes, kept) VALUES ($1, $2, $3, $4)",
        )
        .bind::<Text, _>(name)
        .bind::<Nullable<BigInt>, _>(order)
        .bind::<Nullable<Binary>, _>(bytes)
        .bind::<Bool, _>(kept)
        .execute(conn)
    };
    for (n, name) in (0_u8..).zip(ODD) {
        add(name, None, Some(vec![0, n, 255, 39, 92]), n % 2 == 0)?;
    }
    add("smallest", Some(i64::MIN), Some(Vec::new()), true)?;
    add("largest", Some(i64::MAX), None, false)?;
    for n in 0..5 {
        add("picture", Some(-n), Some(vec![7; 200_000]), false)?;
    }
    for n in 0..3_000 {
        add(&format!("many {n}"), Some(n), None, true)?;
    }
    if with_nul {
        add("a\0b", None, None, true)?;
    }
    // the highest number is given and taken away: it must not be given again
    add("gone", None, None, true)?;
    diesel::sql_query("DELETE FROM things WHERE name = 'gone'").execute(conn)?;
    diesel::sql_query(
        "INSERT INTO parts (thing, position, part_of) VALUES (1, 1, 9), (9, 1, 1), (2, 1, NULL)",
    )
    .execute(conn)?;
    Ok(())
}

async fn things(db: &Db) -> Vec<Thing> {
    eventually("it is served", || async {
        let sql = "SELECT id, name, \"order\", bytes, kept FROM things ORDER BY id";
        let read = db.read(move |conn| Ok::<_, DbError>(diesel::sql_query(sql).load(conn)?));
        read.await.ok()
    })
    .await
}

async fn tell(db: &Db, numbers: std::ops::Range<i64>) {
    for n in numbers {
        let stamp = Stamp {
            id: uuid::Uuid::now_v7(),
            at: Timestamp::from_micros(n),
            traceparent: None,
        };
        db.write(move |conn| publish(conn, &stamp, &Made { n }))
            .await
            .unwrap();
    }
}

/// There and back again: the same rows, the next number, every event once and in order.
async fn a_copy_is_the_same(from: Home, to: Home, with_nul: bool) {
    let (old, new) = (from.founded(), to.waiting());
    old.write(move |conn| fill(conn, with_nul)).await.unwrap();
    let before = things(&old).await;
    let ear = Ear::default();
    tell(&old, 0..10).await;
    ear.hears(&old, 10).await;
    tell(&old, 10..20).await;

    let amounts = measure(&from.side()).unwrap();
    let rows = |name: &str| amounts.iter().find(|a| a.table == name).unwrap().rows;
    assert_eq!(rows("things"), before.len() as u64);
    assert_eq!((rows("parts"), rows("a_table_that_is_empty")), (3, 0));

    switch(&from, &to).unwrap();
    assert_eq!(things(&new).await, before);
    assert_eq!(found(&new, "사과").await, [before[0].id]);
    let last = before.last().unwrap().id;
    put(&new, "next").await.unwrap();
    assert_eq!(
        things(&new).await.last().unwrap().id,
        last + 2,
        "the number of what is gone"
    );
    let broken = new.read(audit::first_broken).await.unwrap();
    assert_eq!(broken, None);
    tell(&new, 20..25).await;
    ear.hears(&new, 25).await;
    let places: Vec<(i64, i64)> = new
        .read(|conn| {
            let rows = relay::table.select((relay::xid, relay::id)).load(conn)?;
            Ok::<_, DbError>(rows)
        })
        .await
        .unwrap();
    assert_eq!(places.len(), 1);

    let after = things(&new).await;
    super::reverse(&to, &from).unwrap();
    assert_eq!(things(&old).await, after);
    assert_eq!(found(&old, "사과").await, [before[0].id]);
    tell(&old, 25..30).await;
    ear.hears(&old, 30).await;
    let count: i64 = old
        .read(|conn| Ok::<_, DbError>(outbox::table.count().get_result(conn)?))
        .await
        .unwrap();
    assert_eq!(count, 30);
}

async fn found(db: &Db, word: &str) -> Vec<i64> {
    #[derive(QueryableByName)]
    struct Row {
        #[diesel(sql_type = BigInt)]
        rowid: i64,
    }
    let word = word.to_owned();
    let rows: Vec<Row> = db
        .read(move |conn| {
            let sql = match conn {
                Conn::Sqlite(_) => "SELECT rowid FROM found WHERE found MATCH $1",
                Conn::Postgres(_) => "SELECT rowid FROM found WHERE name @@ $1::tsquery",
            };
            let query = diesel::sql_query(sql).bind::<Text, _>(word);
            Ok::<_, DbError>(query.load(conn)?)
        })
        .await
        .unwrap();
    rows.into_iter().map(|row| row.rowid).collect()
}

/// Hears what the relay of a database brings, and remembers it over moves.
#[derive(Clone, Default)]
struct Ear(Arc<Mutex<Vec<i64>>>);

impl Delivery for Ear {
    fn deliver(&self, _: &str, events: Vec<Event>) -> Fut<'_, Result<Vec<Outcome>, Unavailable>> {
        let numbers = events.iter().map(|e| e.read::<Made>().unwrap().n);
        self.0.lock().unwrap().extend(numbers);
        let outcomes = vec![Outcome::Done; events.len()];
        Box::pin(async move { Ok(outcomes) })
    }
}

impl Ear {
    /// Relays until so many events came, and none twice or out of order.
    async fn hears(&self, db: &Db, count: i64) {
        let relay = Relay {
            db: db.clone(),
            subscribers: vec![Subscriber {
                context: "ear",
                types: &[Made::TYPE],
            }],
            delivery: Arc::new(self.clone()),
            clock: platform::testing::clock(),
        };
        let stop = CancellationToken::new();
        let (until, db) = (stop.clone(), db.clone());
        let relaying = tokio::spawn(async move { relay.run(&until).await });
        eventually("all events came and are passed", || async {
            let lags = db.read(platform::events::lag).await.unwrap();
            let passed = lags.iter().all(|lag| lag.waiting == 0) && !lags.is_empty();
            (passed && self.0.lock().unwrap().last() == Some(&(count - 1))).then_some(())
        })
        .await;
        stop.cancel();
        relaying.await.unwrap();
        let heard = self.0.lock().unwrap().clone();
        assert_eq!(heard, (0..count).collect::<Vec<_>>());
    }
}

#[tokio::test]
async fn from_sqlite_to_sqlite_a_copy_is_the_same() {
    a_copy_is_the_same(Home::sqlite(), Home::sqlite(), true).await;
}

#[tokio::test]
async fn what_is_served_or_has_data_of_its_own_is_not_overwritten() {
    let (from, to, other) = (Home::sqlite(), Home::sqlite(), Home::sqlite());
    drop(from.founded());
    let shop = to.founded();
    put(&shop, "mine").await.unwrap();
    let refused = prepare(&from, &to).err().unwrap();
    assert!(
        matches!(refused, TransferError::Occupied { .. }),
        "{refused}"
    );
    assert!(refused.to_string().contains(to.side().location()));
    assert_eq!(names(&shop).await.unwrap(), ["mine"]);
    put(&shop, "more").await.unwrap();

    switch(&from, &other).unwrap();
    let refused = prepare(&from, &to).err().unwrap();
    assert!(
        matches!(refused, TransferError::NotOwner { .. }),
        "{refused}"
    );
    assert!(refused.to_string().contains(other.side().location()));
}

#[tokio::test]
async fn a_service_that_founded_an_empty_database_gives_it_up() {
    let (from, to) = (Home::sqlite(), Home::sqlite());
    put(&from.founded(), "kept").await.unwrap();
    let service = to.founded();
    switch(&from, &to).unwrap();
    eventually("it serves", || async { names(&service).await.ok() }).await;
    assert_eq!(names(&service).await.unwrap(), ["kept"]);
}

#[tokio::test]
async fn what_cannot_be_copied_is_told_and_changes_nothing() {
    let (from, to) = (Home::sqlite(), Home::sqlite());
    let db = from.founded();
    let odd = "INSERT INTO things (name, kept, bytes) VALUES ('a', 1, 2.5)";
    db.write(move |conn| {
        diesel::sql_query(odd).execute(conn)?;
        Ok::<_, DbError>(())
    })
    .await
    .unwrap();
    let refused = prepare(&from, &to).err().unwrap();
    assert!(refused.to_string().contains("things"), "{refused}");
    put(&db, "goes on").await.unwrap();
    assert_eq!(to.side().owner().unwrap().unwrap().holder, "nobody");
    assert!(entry().detail.is_object());
}

#[cfg(feature = "postgres-tests")]
mod postgres {
    use super::*;

    #[tokio::test]
    async fn from_postgres_to_postgres_a_copy_is_the_same() {
        a_copy_is_the_same(Home::postgres(), Home::postgres(), false).await;
    }

    #[tokio::test]
    async fn from_sqlite_to_postgres_a_copy_is_the_same() {
        a_copy_is_the_same(Home::sqlite(), Home::postgres(), false).await;
    }

    #[tokio::test]
    async fn from_postgres_to_sqlite_a_copy_is_the_same() {
        a_copy_is_the_same(Home::postgres(), Home::sqlite(), false).await;
    }

    #[tokio::test]
    async fn a_text_that_postgres_cannot_hold_is_told() {
        let (from, to) = (Home::sqlite(), Home::postgres());
        let db = from.founded();
        put(&db, "a\0b").await.unwrap();
        let refused = prepare(&from, &to).err().unwrap();
        assert!(refused.to_string().contains("table things"), "{refused}");
        put(&db, "goes on").await.unwrap();
    }
}
