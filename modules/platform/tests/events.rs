//! From one context's outbox to another's inbox, through faults.
#![expect(clippy::unwrap_used, reason = "a test may panic")]

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use diesel::prelude::*;
use kernel::Timestamp;
use platform::Fut;
use platform::db::schema::idempotency;
use platform::db::{Conn, Db, DbError, PLATFORM};
use platform::events::{
    Delivery, Event, Inbound, InboundError, Outcome, Published, Relay, Stamp, Subscriber, consume,
    dead_letters, publish,
};
use platform::ports::Unavailable;
use platform::testing;
use serde::{Deserialize, Serialize};
use tokio_util::sync::CancellationToken;

const TYPES: &[&str] = &["shop.banyan.letters.letter.written.v1"];

#[derive(Serialize, Deserialize)]
struct LetterWritten {
    to: String,
    n: i64,
    /// The reader chokes on it until somebody mends it.
    bad: bool,
}

impl Published for LetterWritten {
    const TYPE: &'static str = "shop.banyan.letters.letter.written.v1";

    fn aggregate(&self) -> String {
        self.to.clone()
    }

    fn sample() -> Self {
        Self {
            to: "a".to_owned(),
            n: 1,
            bad: false,
        }
    }
}

struct Reader {
    db: Db,
}

impl Inbound for Reader {
    fn db(&self) -> &Db {
        &self.db
    }

    fn types(&self) -> &'static [&'static str] {
        TYPES
    }

    fn apply(&self, conn: &mut Conn, event: &Event, _: Timestamp) -> Result<(), InboundError> {
        let letter: LetterWritten = event.read()?;
        if letter.bad {
            return Err(InboundError::Rejected("it is smudged".to_owned()));
        }
        let row = (
            idempotency::scope.eq(letter.to),
            idempotency::key.eq(format!("{:03}", letter.n)),
            idempotency::fingerprint.eq(""),
            idempotency::at.eq(0_i64),
        );
        diesel::insert_into(idempotency::table)
            .values(row)
            .execute(conn)?;
        Ok(())
    }
}

/// Delivers in process, but can be cut off, and loses the answer of every other delivery if it is told to.
struct Line {
    reader: Arc<dyn Inbound>,
    is_cut: AtomicBool,
    loses_answers: AtomicBool,
    odd: Mutex<bool>,
}

impl Delivery for Line {
    fn deliver(&self, _: &str, events: Vec<Event>) -> Fut<'_, Result<Vec<Outcome>, Unavailable>> {
        Box::pin(async move {
            if self.is_cut.load(Ordering::SeqCst) {
                return Err(Unavailable::new("reader", "the line is cut"));
            }
            let outcomes = consume(&self.reader, events, Timestamp::from_micros(0)).await;
            let is_odd = {
                let mut odd = self.odd.lock().unwrap();
                *odd = !*odd;
                *odd
            };
            if self.loses_answers.load(Ordering::SeqCst) && is_odd {
                return Err(Unavailable::new("reader", "the answer was lost"));
            }
            outcomes.map_err(|e| Unavailable::new("reader", e))
        })
    }
}

struct Post {
    writer: Db,
    reader: Db,
    line: Arc<Line>,
    stop: CancellationToken,
    folders: [tempfile::TempDir; 2],
}

impl Post {
    fn start() -> Self {
        let (first, writer) = testing::sqlite("letters", PLATFORM);
        let (second, reader) = testing::sqlite("reader", PLATFORM);
        let line = Arc::new(Line {
            reader: Arc::new(Reader { db: reader.clone() }),
            is_cut: AtomicBool::new(false),
            loses_answers: AtomicBool::new(false),
            odd: Mutex::new(false),
        });
        let relay = Relay {
            db: writer.clone(),
            subscribers: vec![Subscriber {
                context: "reader",
                types: TYPES,
            }],
            delivery: line.clone(),
            clock: testing::clock(),
        };
        let stop = CancellationToken::new();
        let until = stop.clone();
        tokio::spawn(async move { relay.run(&until).await });
        Self {
            writer,
            reader,
            line,
            stop,
            folders: [first, second],
        }
    }

    async fn write(&self, to: &str, n: i64, bad: bool) {
        let to = to.to_owned();
        let stamp = Stamp {
            id: uuid::Uuid::now_v7(),
            at: Timestamp::from_micros(0),
            traceparent: None,
        };
        self.writer
            .write(move |conn| {
                publish(
                    conn,
                    &stamp,
                    &LetterWritten {
                        to: to.clone(),
                        n,
                        bad,
                    },
                )
            })
            .await
            .unwrap();
    }

    /// What has been read, per addressee and in order, once there are as many as expected.
    async fn until_read(&self, expect: &[(&str, &str)]) {
        let wanted: Vec<(String, String)> = expect
            .iter()
            .map(|(to, n)| ((*to).to_owned(), (*n).to_owned()))
            .collect();
        let all_there = async {
            loop {
                let read: Vec<(String, String)> = self
                    .reader
                    .read(|conn| {
                        let rows =
                            idempotency::table.select((idempotency::scope, idempotency::key));
                        Ok::<_, DbError>(
                            rows.order((idempotency::scope, idempotency::key))
                                .load(conn)?,
                        )
                    })
                    .await
                    .unwrap();
                if read == wanted {
                    return;
                }
                tokio::time::sleep(Duration::from_millis(10)).await;
            }
        };
        tokio::time::timeout(Duration::from_secs(20), all_there)
            .await
            .unwrap();
    }

    async fn parked(&self) -> Vec<dead_letters::DeadLetter> {
        self.writer
            .read(|conn| dead_letters::list(conn, 10))
            .await
            .unwrap()
    }

    async fn until_parked(&self, count: usize) -> Vec<dead_letters::DeadLetter> {
        let there = async {
            loop {
                let parked = self.parked().await;
                if parked.len() == count {
                    return parked;
                }
                tokio::time::sleep(Duration::from_millis(10)).await;
            }
        };
        tokio::time::timeout(Duration::from_secs(30), there)
            .await
            .unwrap()
    }
}

impl Drop for Post {
    fn drop(&mut self) {
        self.stop.cancel();
    }
}

#[tokio::test]
async fn an_event_whose_answer_was_lost_has_one_effect() {
    let post = Post::start();
    post.line.loses_answers.store(true, Ordering::SeqCst);
    for n in 1..=3 {
        post.write("ann", n, false).await;
    }
    post.until_read(&[("ann", "001"), ("ann", "002"), ("ann", "003")])
        .await;
    assert!(post.parked().await.is_empty());
}

#[tokio::test]
async fn events_wait_for_a_consumer_that_is_away_and_none_is_parked() {
    let post = Post::start();
    post.line.is_cut.store(true, Ordering::SeqCst);
    post.write("ann", 1, false).await;
    let lag = || post.writer.read(platform::events::lag);
    // the relay has no position before its first success: nothing was passed
    assert!(lag().await.unwrap().iter().all(|lag| lag.waiting > 0));
    post.line.is_cut.store(false, Ordering::SeqCst);
    post.until_read(&[("ann", "001")]).await;
    assert!(post.parked().await.is_empty());
}

#[tokio::test]
async fn a_bad_event_holds_back_its_own_aggregate_alone_until_it_is_mended() {
    let post = Post::start();
    post.write("ann", 1, true).await;
    post.write("ann", 2, false).await;
    post.write("bob", 1, false).await;
    let parked = post.until_parked(2).await;
    post.until_read(&[("bob", "001")]).await;
    assert_eq!(parked[0].error, "it is smudged");
    // what comes later lines up behind
    post.write("ann", 3, false).await;
    post.write("bob", 2, false).await;
    post.until_read(&[("bob", "001"), ("bob", "002")]).await;
    let parked = post.until_parked(3).await;

    let refused = dead_letters::replay(&post.writer, &*post.line, parked[0].id, None)
        .await
        .unwrap_err();
    assert!(refused.to_string().contains("smudged"), "{refused}");
    let mended = serde_json::json!({ "to": "ann", "n": 1, "bad": false });
    let delivered = dead_letters::replay(&post.writer, &*post.line, parked[0].id, Some(mended))
        .await
        .unwrap();
    assert_eq!(delivered, 3);
    post.until_read(&[
        ("ann", "001"),
        ("ann", "002"),
        ("ann", "003"),
        ("bob", "001"),
        ("bob", "002"),
    ])
    .await;
    assert!(post.parked().await.is_empty());
}

/// Nothing wakes the relay but its own clock: another process wrote.
#[tokio::test]
async fn events_that_another_process_wrote_are_found_without_a_wake_up() {
    let post = Post::start();
    let folder = post.folders[0].path().to_owned();
    let databases = platform::db::Databases::new(platform::db::Place::Folder(folder)).unwrap();
    let other = databases.open("letters", PLATFORM).unwrap();
    let stamp = Stamp {
        id: uuid::Uuid::now_v7(),
        at: Timestamp::from_micros(0),
        traceparent: None,
    };
    other
        .write(move |conn| publish(conn, &stamp, &LetterWritten::sample()))
        .await
        .unwrap();
    post.until_read(&[("a", "001")]).await;
}
