//! What the console asks of every context: figures, dead letters, audit rows. Answered the same way by all.

use std::sync::Arc;

use diesel::prelude::*;
use serde::{Deserialize, Serialize};

use crate::audit;
use crate::db::{self, Db, DbError, schema};
use crate::events::dead_letters::{self, DeadLetter, ReplayError};
use crate::events::{Delivery, Lag, lag};
use crate::ports::{Answers, Call, Calls, Ctx, Unavailable};

#[derive(Debug, Serialize, Deserialize)]
pub struct Ops {}

/// The state of one context, as the process that answers sees it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Figures {
    pub epoch: i64,
    /// `shared`, or who alone may serve it.
    pub owner: String,
    /// Who does the background work.
    pub worker: Option<String>,
    pub lags: Vec<Lag>,
    pub dead_letters: i64,
    /// Writes acknowledged by this process, and the commits that they took.
    pub writes: u64,
    pub commits: u64,
    /// What the writing connection says about how durable a commit is.
    pub durability: String,
}

#[derive(Debug, Serialize, Deserialize)]
pub struct DeadLetters {
    pub limit: i64,
}

/// Delivers a dead letter again, its data replaced by `corrected` if that is given.
#[derive(Debug, Serialize, Deserialize)]
pub struct ReplayDeadLetter {
    pub id: i64,
    pub corrected: Option<serde_json::Value>,
    pub who: String,
}

#[derive(Debug, Serialize, Deserialize)]
pub struct DiscardDeadLetter {
    pub id: i64,
    pub who: String,
    pub why: String,
}

#[derive(Debug, Serialize, Deserialize)]
pub struct AuditRows {
    /// Time and id of the last row seen.
    pub before: Option<(i64, i64)>,
    pub limit: i64,
}

impl Call for Ops {
    type Answer = Figures;
    const NAME: &'static str = "ops";
    const SAFE: bool = true;
}
impl Call for DeadLetters {
    type Answer = Vec<DeadLetter>;
    const NAME: &'static str = "dead-letters";
    const SAFE: bool = true;
}
impl Call for ReplayDeadLetter {
    /// How many were delivered, or why not.
    type Answer = Result<usize, String>;
    const NAME: &'static str = "replay-dead-letter";
    const SAFE: bool = false;
}
impl Call for DiscardDeadLetter {
    type Answer = ();
    const NAME: &'static str = "discard-dead-letter";
    const SAFE: bool = false;
}
impl Call for AuditRows {
    type Answer = Vec<audit::Row>;
    const NAME: &'static str = "audit-rows";
    const SAFE: bool = true;
}

/// Answers for one context.
pub struct Operator {
    pub db: Db,
    pub delivery: Arc<dyn Delivery>,
    pub clock: Arc<dyn kernel::Clock>,
}

impl Operator {
    pub fn calls(self: &Arc<Self>) -> Calls {
        Calls::default()
            .answer::<Ops, _>(self)
            .answer::<DeadLetters, _>(self)
            .answer::<ReplayDeadLetter, _>(self)
            .answer::<DiscardDeadLetter, _>(self)
            .answer::<AuditRows, _>(self)
    }

    fn failed(&self) -> impl Fn(DbError) -> Unavailable + use<> {
        let context = self.db.context();
        move |e| e.of(context)
    }

    fn entry(
        &self,
        who: &str,
        what: &'static str,
        subject: i64,
        detail: serde_json::Value,
    ) -> audit::Entry {
        audit::Entry {
            at: self.clock.now(),
            who: who.to_owned(),
            what,
            subject: subject.to_string(),
            detail,
        }
    }

    async fn remember(&self, entry: audit::Entry) -> Result<(), Unavailable> {
        self.db
            .write(move |conn| audit::record(conn, &entry))
            .await
            .map_err(self.failed())
    }
}

impl Answers<Ops> for Operator {
    async fn answer(&self, _: Ops, _: &Ctx) -> Result<Figures, Unavailable> {
        let (writes, commits) = self.db.write_counts();
        let durability = self.db.write(db::durability).await.map_err(self.failed())?;
        self.db
            .read(move |conn| {
                let (epoch, owner) = schema::owner::table
                    .order(schema::owner::epoch.desc())
                    .select((schema::owner::epoch, schema::owner::holder))
                    .first(conn)?;
                let worker = schema::lease::table
                    .select(schema::lease::holder)
                    .first(conn)
                    .optional()?;
                let dead_letters = dead_letters::count(conn)?;
                let lags = lag(conn)?;
                Ok(Figures {
                    epoch,
                    owner,
                    worker,
                    lags,
                    dead_letters,
                    writes,
                    commits,
                    durability,
                })
            })
            .await
            .map_err(self.failed())
    }
}

impl Answers<DeadLetters> for Operator {
    async fn answer(&self, ask: DeadLetters, _: &Ctx) -> Result<Vec<DeadLetter>, Unavailable> {
        self.db
            .read(move |conn| dead_letters::list(conn, ask.limit))
            .await
            .map_err(self.failed())
    }
}

impl Answers<ReplayDeadLetter> for Operator {
    async fn answer(
        &self,
        ask: ReplayDeadLetter,
        _: &Ctx,
    ) -> Result<Result<usize, String>, Unavailable> {
        let edited = ask.corrected.is_some();
        match dead_letters::replay(&self.db, &*self.delivery, ask.id, ask.corrected).await {
            Ok(delivered) => {
                let detail = serde_json::json!({ "delivered": delivered, "edited": edited });
                self.remember(self.entry(&ask.who, "dead_letter.replayed", ask.id, detail))
                    .await?;
                Ok(Ok(delivered))
            }
            Err(ReplayError::Db(e)) => Err(self.failed()(e)),
            Err(e) => Ok(Err(e.to_string())),
        }
    }
}

impl Answers<DiscardDeadLetter> for Operator {
    async fn answer(&self, ask: DiscardDeadLetter, _: &Ctx) -> Result<(), Unavailable> {
        let entry = self.entry(
            &ask.who,
            "dead_letter.discarded",
            ask.id,
            serde_json::json!({ "why": ask.why }),
        );
        dead_letters::discard(&self.db, ask.id)
            .await
            .map_err(self.failed())?;
        self.remember(entry).await
    }
}

impl Answers<AuditRows> for Operator {
    async fn answer(&self, ask: AuditRows, _: &Ctx) -> Result<Vec<audit::Row>, Unavailable> {
        self.db
            .read(move |conn| audit::list(conn, ask.before, ask.limit))
            .await
            .map_err(self.failed())
    }
}
