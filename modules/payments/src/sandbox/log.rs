//! The sandbox's books: one line per order and step, only ever added to.

use diesel::prelude::*;
use kernel::{OrderId, Timestamp};
use platform::db::{Conn, DbError};
use platform::on_both;

use crate::provider::{ProviderError, Standing};
use crate::schema::{sandbox_attempts, sandbox_log};

/// What the provider says to a command; the outer error is its database's.
type Said = Result<Result<Standing, ProviderError>, DbError>;

/// Given where a payment stands: the line to add, or what to answer without one.
pub type Rule = fn(Option<Standing>) -> Result<Step, Result<Standing, ProviderError>>;

/// A line to be added, and where the payment stands with it.
pub struct Step {
    name: &'static str,
    leads_to: Standing,
}

#[derive(Clone, Copy)]
pub struct Authorisation {
    pub amount: i64,
    pub good: bool,
}

pub fn authorise(conn: &mut Conn, order: OrderId, wanted: Authorisation, at: Timestamp) -> Said {
    match standing(conn, order)? {
        None if wanted.good => {
            add(conn, order, &AUTHORISE, (wanted.amount, at))?;
            Ok(Ok(Standing::Authorised))
        }
        None => {
            add(conn, order, &DECLINE, (0, at))?;
            Ok(Err(ProviderError::Declined))
        }
        Some(Standing::Declined) => Ok(Err(ProviderError::Declined)),
        Some(Standing::Authorised) => Ok(Ok(Standing::Authorised)),
        Some(other) => Ok(Err(refused("authorise", Some(other)))),
    }
}

pub fn follow(conn: &mut Conn, order: OrderId, rule: Rule, at: Timestamp) -> Said {
    let lines = lines(conn, order)?;
    match rule(standing_of(&lines)) {
        Ok(step) => {
            let held = lines
                .iter()
                .find(|(name, _)| name == AUTHORISE.name)
                .map_or(0, |(_, amount)| *amount);
            add(conn, order, &step, (held, at))?;
            Ok(Ok(step.leads_to))
        }
        Err(said) => Ok(said),
    }
}

const AUTHORISE: Step = Step {
    name: "authorise",
    leads_to: Standing::Authorised,
};
const DECLINE: Step = Step {
    name: "decline",
    leads_to: Standing::Declined,
};
const CAPTURE: Step = Step {
    name: "capture",
    leads_to: Standing::Captured,
};
const VOID: Step = Step {
    name: "void",
    leads_to: Standing::Voided,
};
const REFUND: Step = Step {
    name: "refund",
    leads_to: Standing::Refunded,
};
const BAR: Step = Step {
    name: "bar",
    leads_to: Standing::Barred,
};

pub fn capture(now: Option<Standing>) -> Result<Step, Result<Standing, ProviderError>> {
    match now {
        Some(Standing::Authorised) => Ok(CAPTURE),
        Some(Standing::Captured) => Err(Ok(Standing::Captured)),
        other => Err(Err(refused("capture", other))),
    }
}

pub fn void(now: Option<Standing>) -> Result<Step, Result<Standing, ProviderError>> {
    match now {
        Some(Standing::Authorised) => Ok(VOID),
        None => Ok(BAR),
        Some(done @ (Standing::Voided | Standing::Barred)) => Err(Ok(done)),
        other => Err(Err(refused("void", other))),
    }
}

pub fn refund(now: Option<Standing>) -> Result<Step, Result<Standing, ProviderError>> {
    match now {
        Some(Standing::Captured) => Ok(REFUND),
        Some(Standing::Refunded) => Err(Ok(Standing::Refunded)),
        other => Err(Err(refused("refund", other))),
    }
}

fn refused(what: &str, now: Option<Standing>) -> ProviderError {
    ProviderError::Refused(format!("cannot {what} a payment that stands at {now:?}"))
}

pub fn standing(conn: &mut Conn, order: OrderId) -> Result<Option<Standing>, DbError> {
    Ok(standing_of(&lines(conn, order)?))
}

/// The furthest step counts.
fn standing_of(lines: &[(String, i64)]) -> Option<Standing> {
    let has = |step: &Step| lines.iter().any(|(name, _)| name == step.name);
    [REFUND, CAPTURE, VOID, AUTHORISE, DECLINE, BAR]
        .iter()
        .find(|step| has(step))
        .map(|step| step.leads_to)
}

fn lines(conn: &mut Conn, order: OrderId) -> Result<Vec<(String, i64)>, DbError> {
    Ok(sandbox_log::table
        .filter(sandbox_log::order_id.eq(order.to_string()))
        .select((sandbox_log::step, sandbox_log::amount))
        .load(conn)?)
}

fn add(
    conn: &mut Conn,
    order: OrderId,
    step: &Step,
    (amount, at): (i64, Timestamp),
) -> Result<(), DbError> {
    let line = (
        sandbox_log::order_id.eq(order.to_string()),
        sandbox_log::step.eq(step.name),
        sandbox_log::amount.eq(amount),
        sandbox_log::at.eq(at.as_micros()),
    );
    insert_once(on_both!(conn, |c| diesel::insert_into(sandbox_log::table)
        .values(line)
        .on_conflict_do_nothing()
        .execute(c))?)
}

/// Somebody was quicker: run again, and see it.
fn insert_once(inserted: usize) -> Result<(), DbError> {
    if inserted == 1 {
        Ok(())
    } else {
        Err(DbError::Conflict(
            "the same line is being written".to_owned(),
        ))
    }
}

/// Counts an attempt with a flaky card; answers which it was.
pub fn attempt(conn: &mut Conn, order: OrderId) -> Result<i64, DbError> {
    let order = order.to_string();
    let before: Option<i64> = sandbox_attempts::table
        .find(&order)
        .select(sandbox_attempts::attempts)
        .first(conn)
        .optional()?;
    if let Some(n) = before {
        diesel::update(sandbox_attempts::table.find(&order))
            .set(sandbox_attempts::attempts.eq(n + 1))
            .execute(conn)?;
    } else {
        let first = (
            sandbox_attempts::order_id.eq(&order),
            sandbox_attempts::attempts.eq(1_i64),
        );
        insert_once(on_both!(conn, |c| diesel::insert_into(
            sandbox_attempts::table
        )
        .values(first)
        .on_conflict_do_nothing()
        .execute(c))?)?;
    }
    Ok(before.unwrap_or(0) + 1)
}
