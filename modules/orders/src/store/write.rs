use diesel::prelude::*;
use kernel::{MemberId, Timestamp};
use platform::audit;
use platform::db::schema::idempotency;
use platform::db::{Conn, DbError};
use platform::events::Stamp;
use platform::on_both;

use super::record::{self, EventRow, scope};
use crate::OrdersError;
use crate::domain::{Address, Event, Illegal, Order, Step};
use crate::events::Message;
use crate::schema::{contacts, order_events, orders, sagas};

/// If no news of the parcel comes for so long after the money was taken, the courier is told again: that step has no
/// write of its own.
const DISPATCH_AGAIN: std::time::Duration = std::time::Duration::from_secs(10);

/// Everything that a new order writes, in one transaction.
pub struct Placing {
    pub order: Order,
    pub address: Address,
    /// The card, for as long as the saga runs.
    pub token: String,
    pub key: String,
    /// Tells whether a later request with this key is the same one.
    pub fingerprint: String,
    pub stamp: Stamp,
}

pub fn place(conn: &mut Conn, new: &Placing) -> Result<(), OrdersError> {
    let id = new.order.id.to_string();
    let placed = &new.order.placed;
    let at = new.stamp.at.as_micros();
    let member = placed.member.to_string();
    let scope = scope(placed.member);
    let event = Event::Placed(placed.clone());
    let row = record::row(&id, 1, new.stamp.at, &event);
    let key = (
        idempotency::scope.eq(&scope),
        idempotency::key.eq(&new.key),
        idempotency::fingerprint.eq(&new.fingerprint),
        idempotency::answer.eq(Some(&id)),
        idempotency::at.eq(at),
    );
    let order = (
        orders::order_id.eq(&id),
        orders::number.eq(placed.number.as_str()),
        orders::member.eq(&member),
        orders::status.eq(new.order.status.as_str()),
        orders::payment.eq(new.order.payment.as_str()),
        orders::total.eq(placed.total.amount),
        orders::placed_at.eq(at),
    );
    let contact = (
        contacts::order_id.eq(&id),
        contacts::recipient.eq(&new.address.recipient),
        contacts::phone.eq(&new.address.phone),
        contacts::postcode.eq(&new.address.postcode),
        contacts::line1.eq(&new.address.line1),
        contacts::line2.eq(&new.address.line2),
        contacts::withdrawn.eq(false),
    );
    let saga = (
        sagas::order_id.eq(&id),
        sagas::wake.eq(at),
        sagas::attempts.eq(0_i64),
        sagas::since.eq(at),
        sagas::error.eq(""),
        sagas::token.eq(&new.token),
    );
    on_both!(conn, |c| {
        diesel::insert_into(idempotency::table)
            .values(key)
            .execute(c)?;
        diesel::insert_into(orders::table)
            .values(order)
            .execute(c)?;
        diesel::insert_into(order_events::table)
            .values(&row)
            .execute(c)?;
        diesel::insert_into(contacts::table)
            .values(contact)
            .execute(c)?;
        diesel::insert_into(sagas::table).values(saga).execute(c)?;
    });
    if let Some(message) = Message::of(&event, &new.order, new.stamp.at) {
        message.publish(conn, &new.stamp)?;
    }
    Ok(())
}

/// Events that follow what is known of an order, with all that is written beside them.
pub struct Append {
    order_id: String,
    rows: Vec<EventRow>,
    messages: Vec<Message>,
    /// Status and payment, if they change.
    standing: Option<(&'static str, &'static str)>,
    saga: Saga,
    audit: Option<audit::Entry>,
    stamp: Stamp,
}

enum Saga {
    Keep,
    /// Its step had failed before: forget that.
    Calm,
    /// Nothing happens before this.
    Sleep(i64),
    /// There is something to do at once, before all else.
    Wake,
    /// The worker is done with it, for good.
    Done,
}

impl Append {
    /// Also answers how the order stands when this is written.
    pub fn new(order: &Order, events: &[Event], stamp: Stamp) -> Result<(Order, Self), Illegal> {
        let order_id = order.id.to_string();
        let mut next = order.clone();
        let (mut rows, mut messages) = (Vec::with_capacity(events.len()), Vec::new());
        for event in events {
            next.apply(stamp.at, event)?;
            rows.push(record::row(&order_id, next.version, stamp.at, event));
            messages.extend(Message::of(event, &next, stamp.at));
        }
        let changed = (order.status, order.payment) != (next.status, next.payment);
        let saga = match next.next_step() {
            Step::End | Step::Wait => Saga::Done,
            Step::Dispatch => Saga::Sleep(stamp.at.after(DISPATCH_AGAIN).as_micros()),
            _ => Saga::Keep,
        };
        let standing = changed.then(|| (next.status.as_str(), next.payment.as_str()));
        Ok((
            next,
            Self {
                order_id,
                rows,
                messages,
                standing,
                saga,
                audit: None,
                stamp,
            },
        ))
    }

    /// For who is not the worker: it shall look at once.
    pub fn waking(mut self) -> Self {
        self.saga = Saga::Wake;
        self
    }

    /// The step had failed before: forget that.
    pub fn calming(mut self) -> Self {
        if matches!(self.saga, Saga::Keep) {
            self.saga = Saga::Calm;
        }
        self
    }

    /// The new alarm, if it sets one.
    pub fn alarm(&self) -> Option<i64> {
        match self.saga {
            Saga::Sleep(until) => Some(until),
            _ => None,
        }
    }

    /// Reads rows that others write too: such a write must stand apart from its neighbours.
    pub fn is_audited(&self) -> bool {
        self.audit.is_some()
    }

    pub fn audited(mut self, entry: Option<audit::Entry>) -> Self {
        self.audit = entry;
        self
    }
}

/// [`OrdersError::Stale`] if something else has happened to the order first.
pub fn append(conn: &mut Conn, new: &Append) -> Result<(), OrdersError> {
    for row in &new.rows {
        let inserted = on_both!(conn, |c| diesel::insert_into(order_events::table)
            .values(row)
            .execute(c));
        inserted.map_err(|e| stale(e.into()))?;
    }
    if let Some((status, payment)) = new.standing {
        on_both!(conn, |c| diesel::update(orders::table.find(&new.order_id))
            .set((orders::status.eq(status), orders::payment.eq(payment)))
            .execute(c))?;
    }
    let saga = sagas::table.find(&new.order_id);
    match new.saga {
        Saga::Keep => {}
        Saga::Sleep(until) => {
            on_both!(conn, |c| diesel::update(saga)
                .set(sagas::wake.eq(until))
                .execute(c))?;
        }
        Saga::Calm => {
            diesel::update(saga)
                .set(sagas::attempts.eq(0_i64))
                .execute(conn)?;
        }
        Saga::Wake => {
            diesel::update(saga)
                .set((sagas::wake.eq(0_i64), sagas::attempts.eq(0_i64)))
                .execute(conn)?;
        }
        Saga::Done => {
            on_both!(conn, |c| diesel::delete(saga).execute(c))?;
            on_both!(conn, |c| diesel::delete(
                contacts::table
                    .find(&new.order_id)
                    .filter(contacts::withdrawn)
            )
            .execute(c))?;
        }
    }
    for message in &new.messages {
        message.publish(conn, &new.stamp)?;
    }
    if let Some(entry) = &new.audit {
        audit::record(conn, entry)?;
    }
    Ok(())
}

/// The version is taken: a primary key is the optimistic lock.
fn stale(error: DbError) -> OrdersError {
    if error.is_unique_violation() {
        OrdersError::Stale
    } else {
        OrdersError::Db(error)
    }
}

/// The member is gone: their contact details go at once where the courier has been asked, and when the order ends else.
pub fn erase_contacts(conn: &mut Conn, member: MemberId) -> Result<(), DbError> {
    let theirs = || orders::table.filter(orders::member.eq(member.to_string()));
    let asked = orders::status
        .eq_any(["shipped", "delivered", "cancelled"])
        .or(orders::payment.eq("captured"));
    let erased: Vec<String> = theirs().filter(asked).select(orders::order_id).load(conn)?;
    for id in &erased {
        diesel::delete(contacts::table.find(id)).execute(conn)?;
    }
    let rest: Vec<String> = theirs()
        .filter(orders::status.eq_any(["pending", "confirmed"]))
        .filter(orders::payment.ne("captured"))
        .select(orders::order_id)
        .load(conn)?;
    for id in &rest {
        diesel::update(contacts::table.find(id))
            .set(contacts::withdrawn.eq(true))
            .execute(conn)?;
    }
    Ok(())
}

/// Idempotency keys of orders placed before `then`.
pub fn forget_keys(conn: &mut Conn, then: Timestamp) -> Result<usize, DbError> {
    Ok(
        diesel::delete(idempotency::table.filter(idempotency::at.lt(then.as_micros())))
            .execute(conn)?,
    )
}
