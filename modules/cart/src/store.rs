use diesel::prelude::*;
use diesel::upsert::excluded;
use kernel::{MemberId, Money, OrderId, Timestamp};
use platform::db::{Conn, DbError};
use platform::on_both;

use crate::api;
use crate::domain::{Line, Names, Owner};
use crate::schema::{carts, lines, removed_orders};

#[derive(Clone, Debug, Queryable, Insertable)]
#[diesel(table_name = lines, treat_none_as_default_value = false)]
struct LineRow {
    owner: String,
    sku: String,
    quantity: i64,
    price: i64,
    name_ko: String,
    name_en: String,
    added_at: i64,
    stated_at: i64,
}

impl LineRow {
    fn of(owner: Owner, line: &Line, now: Timestamp) -> Self {
        Self {
            owner: owner.key(),
            sku: line.sku.to_string(),
            quantity: i64::from(line.quantity),
            price: line.price.amount,
            name_ko: line.name.ko.clone(),
            name_en: line.name.en.clone(),
            added_at: now.as_micros(),
            stated_at: now.as_micros(),
        }
    }

    fn read(self) -> Option<Line> {
        Some(Line {
            sku: self.sku.parse().ok()?,
            quantity: u32::try_from(self.quantity).unwrap_or(u32::MAX),
            name: Names {
                ko: self.name_ko,
                en: self.name_en,
            },
            price: Money::krw(self.price),
        })
    }
}

/// In the order in which they were put in.
pub fn lines(conn: &mut Conn, owner: Owner) -> Result<Vec<Line>, DbError> {
    Ok(rows(conn, &owner.key())?
        .into_iter()
        .filter_map(LineRow::read)
        .collect())
}

fn rows(conn: &mut Conn, owner: &str) -> Result<Vec<LineRow>, DbError> {
    let mine = lines::table
        .filter(lines::owner.eq(owner))
        .order((lines::added_at, lines::sku));
    Ok(on_both!(conn, |c| mine.load(c))?)
}

/// How many things lie in a cart.
pub fn count(conn: &mut Conn, owner: Owner) -> Result<i64, DbError> {
    let mine = lines::table
        .filter(lines::owner.eq(owner.key()))
        .select(lines::quantity);
    let quantities: Vec<i64> = on_both!(conn, |c| mine.load(c))?;
    Ok(quantities.into_iter().fold(0, i64::saturating_add))
}

pub fn has_lines(conn: &mut Conn, owner: Owner) -> Result<bool, DbError> {
    let any = lines::table
        .filter(lines::owner.eq(owner.key()))
        .select(lines::quantity)
        .limit(1);
    let found: Option<i64> = on_both!(conn, |c| any.first(c).optional())?;
    Ok(found.is_some())
}

/// Makes the cart if there is none, and keeps every other change of it waiting until this one is committed.
pub fn lock(conn: &mut Conn, owner: Owner, now: Timestamp) -> Result<(), DbError> {
    let row = (
        carts::owner.eq(owner.key()),
        carts::is_guest.eq(owner.is_guest()),
        carts::touched_at.eq(now.as_micros()),
    );
    on_both!(conn, |c| diesel::insert_into(carts::table)
        .values(row)
        .on_conflict(carts::owner)
        .do_update()
        .set(carts::touched_at.eq(now.as_micros()))
        .execute(c))?;
    Ok(())
}

/// Puts a line in, or states anew how many it is of; what it cost when it was put in stays.
pub fn state(conn: &mut Conn, owner: Owner, line: &Line, now: Timestamp) -> Result<(), DbError> {
    let row = LineRow::of(owner, line, now);
    on_both!(conn, |c| diesel::insert_into(lines::table)
        .values(&row)
        .on_conflict((lines::owner, lines::sku))
        .do_update()
        .set((
            lines::quantity.eq(excluded(lines::quantity)),
            lines::stated_at.eq(excluded(lines::stated_at)),
        ))
        .execute(c))?;
    Ok(())
}

/// As [`state`], of more than before: what an order takes out of it meanwhile is not in the addition.
pub fn add(conn: &mut Conn, owner: Owner, line: &Line, now: Timestamp) -> Result<(), DbError> {
    let row = LineRow::of(owner, line, now);
    on_both!(conn, |c| diesel::insert_into(lines::table)
        .values(&row)
        .on_conflict((lines::owner, lines::sku))
        .do_update()
        .set(lines::quantity.eq(excluded(lines::quantity)))
        .execute(c))?;
    Ok(())
}

/// `false` when it was not there.
pub fn remove(conn: &mut Conn, owner: Owner, sku: &str) -> Result<bool, DbError> {
    Ok(diesel::delete(lines::table.find((owner.key(), sku))).execute(conn)? == 1)
}

/// Adds up. `false` when there was nothing (any more) to merge: whoever deletes the guest's cart moves its lines.
pub fn merge(
    conn: &mut Conn,
    guest: Owner,
    member: Owner,
    now: Timestamp,
) -> Result<bool, DbError> {
    if diesel::delete(carts::table.find(guest.key())).execute(conn)? == 0 {
        return Ok(false);
    }
    lock(conn, member, now)?;
    let mut moved = rows(conn, &guest.key())?;
    if moved.is_empty() {
        return Ok(false);
    }
    diesel::delete(lines::table.filter(lines::owner.eq(guest.key()))).execute(conn)?;
    for row in &mut moved {
        row.owner = member.key();
        row.stated_at = now.as_micros();
    }
    on_both!(conn, |c| diesel::insert_into(lines::table)
        .values(&moved)
        .on_conflict((lines::owner, lines::sku))
        .do_update()
        .set(lines::quantity.eq(lines::quantity + excluded(lines::quantity)))
        .execute(c))?;
    Ok(true)
}

/// `false` when the order's lines have left the cart before.
pub fn first_removal(conn: &mut Conn, order: OrderId, now: Timestamp) -> Result<bool, DbError> {
    let row = (
        removed_orders::order_id.eq(order.to_string()),
        removed_orders::at.eq(now.as_micros()),
    );
    let inserted = on_both!(conn, |c| diesel::insert_into(removed_orders::table)
        .values(row)
        .on_conflict_do_nothing()
        .execute(c))?;
    Ok(inserted == 1)
}

/// Takes out what was ordered then; what is left of it stays, and what was stated since.
pub fn take(
    conn: &mut Conn,
    owner: Owner,
    ordered: &api::Line,
    then: Timestamp,
) -> Result<(), DbError> {
    let quantity = i64::from(ordered.quantity);
    let line = lines::table
        .find((owner.key(), ordered.sku.as_str()))
        .filter(lines::stated_at.le(then.as_micros()));
    let reduced = diesel::update(line.clone().filter(lines::quantity.gt(quantity)))
        .set(lines::quantity.eq(lines::quantity - quantity))
        .execute(conn)?;
    if reduced == 0 {
        diesel::delete(line).execute(conn)?;
    }
    Ok(())
}

pub fn forget_member(conn: &mut Conn, member: MemberId) -> Result<(), DbError> {
    let key = Owner::Member(member).key();
    diesel::delete(carts::table.find(&key)).execute(conn)?;
    diesel::delete(lines::table.filter(lines::owner.eq(&key))).execute(conn)?;
    Ok(())
}

/// Deletes guests' carts that were last touched before `then`; answers how many, `limit` at most.
pub fn forget_guests(conn: &mut Conn, then: Timestamp, limit: i64) -> Result<usize, DbError> {
    let old: Vec<String> = carts::table
        .filter(carts::is_guest)
        .filter(carts::touched_at.lt(then.as_micros()))
        .order(carts::touched_at)
        .limit(limit)
        .select(carts::owner)
        .load(conn)?;
    let mut forgotten = 0;
    for owner in old {
        // one that was touched meanwhile stays
        let still_old = carts::table
            .find(&owner)
            .filter(carts::touched_at.lt(then.as_micros()));
        if diesel::delete(still_old).execute(conn)? == 1 {
            diesel::delete(lines::table.filter(lines::owner.eq(&owner))).execute(conn)?;
            forgotten += 1;
        }
    }
    Ok(forgotten)
}
