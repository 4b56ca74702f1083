use diesel::prelude::*;
use kernel::{Locale, MemberId, OrderId, Timestamp};
use platform::db::{Conn, DbError};
use platform::on_both;

use crate::api::Recipient;
use crate::domain::{State, backoff};
use crate::error::MailError;
use crate::letter::{Contents, Letter};
use crate::schema::{mails, placed_orders};

#[derive(Clone, PartialEq, Eq, Queryable, Selectable)]
#[diesel(table_name = mails)]
pub struct MailRow {
    pub id: i64,
    pub member_id: Option<String>,
    letter: String,
    email: Option<String>,
    name: Option<String>,
    locale: Option<String>,
    pub state: String,
    pub attempts: i64,
    pub give_up_at: i64,
    pub created_at: i64,
    done_at: Option<i64>,
}

/// A mail that somebody should get.
pub struct NewMail<'a> {
    pub key: &'a str,
    pub whom: Whom<'a>,
    pub letter: &'a Letter,
}

pub enum Whom<'a> {
    Member(MemberId),
    Address(&'a Recipient),
}

/// What became of one attempt.
#[derive(Clone)]
pub struct Settlement {
    pub id: i64,
    pub attempts: i64,
    pub give_up_at: i64,
    /// When it is known by now.
    pub to: Option<Recipient>,
    /// Replaces what was told.
    pub letter: Option<Letter>,
    pub outcome: Outcome,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Outcome {
    Sent,
    Kept,
    /// Another attempt may succeed.
    Later(String),
    Failed(String),
    /// Whom it was for is no longer a member.
    Gone,
}

impl MailRow {
    pub fn letter(&self) -> Result<Letter, MailError> {
        Ok(serde_json::from_str(&self.letter)?)
    }

    /// `None` until members has been asked.
    pub fn recipient(&self) -> Option<Recipient> {
        Some(Recipient {
            email: self.email.clone()?,
            name: self.name.clone()?,
            locale: self
                .locale
                .as_deref()
                .and_then(Locale::parse)
                .unwrap_or_default(),
        })
    }

    pub fn at(&self) -> Timestamp {
        Timestamp::from_micros(self.done_at.unwrap_or(self.created_at))
    }
}

/// One mail per key.
pub fn queue(conn: &mut Conn, mail: &NewMail<'_>, now: Timestamp) -> Result<(), MailError> {
    let (member, to) = match mail.whom {
        Whom::Member(member) => (Some(member.to_string()), None),
        Whom::Address(to) => (None, Some(to)),
    };
    let row = (
        mails::key.eq(mail.key),
        mails::member_id.eq(member),
        mails::kind.eq(mail.letter.kind()),
        mails::letter.eq(serde_json::to_string(mail.letter)?),
        mails::email.eq(to.map(|to| to.email.as_str())),
        mails::name.eq(to.map(|to| to.name.as_str())),
        mails::locale.eq(to.map(|to| to.locale.as_str())),
        mails::state.eq(State::Queued.as_str()),
        mails::attempts.eq(0),
        mails::next_at.eq(now.as_micros()),
        mails::give_up_at.eq(now.after(mail.letter.patience()).as_micros()),
        mails::created_at.eq(now.as_micros()),
    );
    on_both!(conn, |c| diesel::insert_into(mails::table)
        .values(row)
        .on_conflict_do_nothing()
        .execute(c))
    .map_err(DbError::from)?;
    Ok(())
}

/// The oldest first.
pub fn due(conn: &mut Conn, now: Timestamp, limit: i64) -> Result<Vec<MailRow>, DbError> {
    Ok(mails::table
        .filter(mails::state.eq(State::Queued.as_str()))
        .filter(mails::next_at.le(now.as_micros()))
        .order((mails::next_at, mails::id))
        .limit(limit)
        .select(MailRow::as_select())
        .load(conn)?)
}

pub fn settle(conn: &mut Conn, settlement: &Settlement, now: Timestamp) -> Result<(), MailError> {
    let row = mails::table
        .filter(mails::id.eq(settlement.id))
        .filter(mails::state.eq(State::Queued.as_str()));
    let attempts = settlement.attempts + 1;
    let (state, error) = match &settlement.outcome {
        Outcome::Gone => {
            diesel::delete(row).execute(conn)?;
            return Ok(());
        }
        Outcome::Later(why) => {
            let next = now
                .after(backoff(attempts))
                .as_micros()
                .min(settlement.give_up_at);
            diesel::update(row)
                .set((
                    mails::attempts.eq(attempts),
                    mails::next_at.eq(next),
                    mails::error.eq(Some(why.as_str())),
                ))
                .execute(conn)?;
            return Ok(());
        }
        Outcome::Sent => (State::Sent, None),
        Outcome::Kept => (State::Kept, None),
        Outcome::Failed(why) => (State::Failed, Some(why.as_str())),
    };
    diesel::update(row)
        .set((
            mails::state.eq(state.as_str()),
            mails::attempts.eq(attempts),
            mails::error.eq(error),
            mails::done_at.eq(Some(now.as_micros())),
        ))
        .execute(conn)?;
    keep_what_is_known(conn, settlement)
}

fn keep_what_is_known(conn: &mut Conn, settlement: &Settlement) -> Result<(), MailError> {
    let row = || mails::table.find(settlement.id);
    if let Some(to) = &settlement.to {
        diesel::update(row())
            .set((
                mails::email.eq(Some(to.email.as_str())),
                mails::name.eq(Some(to.name.as_str())),
                mails::locale.eq(Some(to.locale.as_str())),
            ))
            .execute(conn)?;
    }
    if let Some(letter) = &settlement.letter {
        diesel::update(row())
            .set(mails::letter.eq(serde_json::to_string(letter)?))
            .execute(conn)?;
    }
    Ok(())
}

pub fn newest(conn: &mut Conn, limit: i64) -> Result<Vec<MailRow>, DbError> {
    Ok(mails::table
        .order(mails::id.desc())
        .limit(limit)
        .select(MailRow::as_select())
        .load(conn)?)
}

pub fn by_id(conn: &mut Conn, id: i64) -> Result<Option<MailRow>, DbError> {
    Ok(mails::table
        .find(id)
        .select(MailRow::as_select())
        .first(conn)
        .optional()?)
}

/// Keeps what an order contains for the mails to come.
pub fn remember(
    conn: &mut Conn,
    (order, member): (OrderId, MemberId),
    contents: &Contents,
    at: Timestamp,
) -> Result<(), MailError> {
    let row = (
        placed_orders::order_id.eq(order.to_string()),
        placed_orders::member_id.eq(member.to_string()),
        placed_orders::contents.eq(serde_json::to_string(contents)?),
        placed_orders::at.eq(at.as_micros()),
    );
    on_both!(conn, |c| diesel::insert_into(placed_orders::table)
        .values(row)
        .on_conflict_do_nothing()
        .execute(c))
    .map_err(DbError::from)?;
    Ok(())
}

pub fn contents(conn: &mut Conn, order: OrderId) -> Result<Option<Contents>, MailError> {
    let text: Option<String> = placed_orders::table
        .find(order.to_string())
        .select(placed_orders::contents)
        .first(conn)
        .optional()?;
    Ok(text.map(|text| serde_json::from_str(&text)).transpose()?)
}

/// No further mail will be about this order.
pub fn forget(conn: &mut Conn, order: OrderId) -> Result<(), DbError> {
    diesel::delete(placed_orders::table.find(order.to_string())).execute(conn)?;
    Ok(())
}

/// Erases what is known of a member: also mails that were sent to the same address by request.
pub fn erase_member(conn: &mut Conn, member: MemberId) -> Result<(), DbError> {
    let member = member.to_string();
    let emails: Vec<Option<String>> = mails::table
        .filter(mails::member_id.eq(&member))
        .filter(mails::email.is_not_null())
        .select(mails::email)
        .distinct()
        .load(conn)?;
    for email in emails.into_iter().flatten() {
        diesel::delete(
            mails::table
                .filter(mails::email.eq(email))
                .filter(mails::member_id.is_null()),
        )
        .execute(conn)?;
    }
    diesel::delete(mails::table.filter(mails::member_id.eq(&member))).execute(conn)?;
    diesel::delete(placed_orders::table.filter(placed_orders::member_id.eq(&member)))
        .execute(conn)?;
    Ok(())
}

/// Answers how many rows are gone.
pub fn erase_before(conn: &mut Conn, at: Timestamp) -> Result<usize, DbError> {
    let at = at.as_micros();
    let mails = diesel::delete(mails::table.filter(mails::done_at.le(at))).execute(conn)?;
    let orders =
        diesel::delete(placed_orders::table.filter(placed_orders::at.le(at))).execute(conn)?;
    Ok(mails + orders)
}
