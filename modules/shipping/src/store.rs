use diesel::prelude::*;
use kernel::{OrderId, Timestamp};
use platform::db::{Conn, DbError};
use platform::on_both;

use crate::api::Address;
use crate::courier::Parcel;
use crate::domain::{REMEMBERED, State};
use crate::schema::shipments;

/// `false` when the order has a parcel already, or was cancelled.
pub fn request(conn: &mut Conn, order: OrderId, to: &Address) -> Result<bool, DbError> {
    let row = (
        shipments::order_id.eq(order.to_string()),
        shipments::state.eq(State::Requested.as_str()),
        shipments::recipient.eq(&to.recipient),
        shipments::phone.eq(&to.phone),
        shipments::postcode.eq(&to.postcode),
        shipments::line1.eq(&to.line1),
        shipments::line2.eq(&to.line2),
    );
    let inserted = on_both!(conn, |c| diesel::insert_into(shipments::table)
        .values(row)
        .on_conflict_do_nothing()
        .execute(c))?;
    Ok(inserted == 1)
}

/// `false` when the order has a parcel.
pub fn remember_cancelled(conn: &mut Conn, order: OrderId) -> Result<bool, DbError> {
    let row = (
        shipments::order_id.eq(order.to_string()),
        shipments::state.eq(State::Cancelled.as_str()),
    );
    let inserted = on_both!(conn, |c| diesel::insert_into(shipments::table)
        .values(row)
        .on_conflict_do_nothing()
        .execute(c))?;
    Ok(inserted == 1)
}

pub fn state(conn: &mut Conn, order: OrderId) -> Result<Option<State>, DbError> {
    let text: Option<String> = shipments::table
        .find(order.to_string())
        .select(shipments::state)
        .first(conn)
        .optional()?;
    Ok(text.as_deref().and_then(State::parse))
}

/// From the counter to the courier. `false` when it is not at the counter.
pub fn hand_over(conn: &mut Conn, order: OrderId, now: Timestamp) -> Result<bool, DbError> {
    let at_the_counter = shipments::table
        .find(order.to_string())
        .filter(shipments::state.eq(State::Requested.as_str()));
    let changed = diesel::update(at_the_counter)
        .set((
            shipments::state.eq(State::Dispatched.as_str()),
            shipments::handed_over_at.eq(now.as_micros()),
            shipments::due_at.eq(now.as_micros()),
        ))
        .execute(conn)?;
    Ok(changed == 1)
}

/// Nobody needs its address any more. `false` when the courier has it, or it is cancelled already.
pub fn cancel(conn: &mut Conn, order: OrderId) -> Result<bool, DbError> {
    let still_here = shipments::table
        .find(order.to_string())
        .filter(shipments::state.eq_any([State::Requested.as_str(), State::Dispatched.as_str()]));
    let changed = diesel::update(still_here)
        .set((
            shipments::state.eq(State::Cancelled.as_str()),
            shipments::due_at.eq(None::<i64>),
            forgotten(),
        ))
        .execute(conn)?;
    Ok(changed == 1)
}

/// A parcel on its way, as it was when it was looked at.
#[derive(Clone, Debug)]
pub struct Underway {
    pub parcel: Parcel,
    pub state: State,
    pub due: Timestamp,
}

/// Parcels of which there will be news, the earliest first.
pub fn underway(conn: &mut Conn, limit: i64) -> Result<Vec<Underway>, DbError> {
    type Columns = (String, String, Option<String>, Option<i64>, Option<i64>);
    let rows: Vec<Columns> = on_both!(conn, |c| shipments::table
        .filter(shipments::due_at.is_not_null())
        .order(shipments::due_at)
        .limit(limit)
        .select((
            shipments::order_id,
            shipments::state,
            shipments::postcode,
            shipments::handed_over_at,
            shipments::due_at,
        ))
        .load(c))?;
    let underway = rows
        .into_iter()
        .filter_map(|(order, state, postcode, handed_over, due)| {
            let parcel = Parcel {
                order: order.parse().ok()?,
                postcode: postcode.unwrap_or_default(),
                handed_over: Timestamp::from_micros(handed_over?),
            };
            Some(Underway {
                parcel,
                state: State::parse(&state)?,
                due: Timestamp::from_micros(due?),
            })
        });
    Ok(underway.collect())
}

/// `false` when it is not in `from` (any more): somebody was quicker.
pub fn advance(
    conn: &mut Conn,
    order: OrderId,
    (from, to): (State, State),
    (due, now): (Option<Timestamp>, Timestamp),
) -> Result<bool, DbError> {
    let erase = to.is_over().then(|| now.after(REMEMBERED).as_micros());
    let there = shipments::table
        .find(order.to_string())
        .filter(shipments::state.eq(from.as_str()));
    let changed = diesel::update(there)
        .set((
            shipments::state.eq(to.as_str()),
            shipments::due_at.eq(due.map(Timestamp::as_micros)),
            shipments::erase_at.eq(erase),
        ))
        .execute(conn)?;
    Ok(changed == 1)
}

/// Forgets where parcels went whose time for that has come. Answers how many.
pub fn erase(conn: &mut Conn, now: Timestamp) -> Result<usize, DbError> {
    let due = shipments::table.filter(shipments::erase_at.le(now.as_micros()));
    Ok(diesel::update(due)
        .set((forgotten(), shipments::erase_at.eq(None::<i64>)))
        .execute(conn)?)
}

type Forget<C> = diesel::dsl::Eq<C, Option<String>>;
type Forgotten = (
    Forget<shipments::recipient>,
    Forget<shipments::phone>,
    Forget<shipments::postcode>,
    Forget<shipments::line1>,
    Forget<shipments::line2>,
);

fn forgotten() -> Forgotten {
    (
        shipments::recipient.eq(None),
        shipments::phone.eq(None),
        shipments::postcode.eq(None),
        shipments::line1.eq(None),
        shipments::line2.eq(None),
    )
}
