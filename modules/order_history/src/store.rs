use diesel::prelude::*;
use kernel::{MemberId, Money, OrderId, Timestamp};
use platform::db::{Conn, DbError};
use platform::on_both;

use crate::api::{Day, Item, Names, OrderSummary, Seller};
use crate::schema::{days, orders, sellers, withdrawn};

const BEST: i64 = 10;

#[derive(Clone, Debug, PartialEq, Eq, Queryable, Selectable, Insertable)]
#[diesel(table_name = orders, treat_none_as_default_value = false)]
pub struct OrderRow {
    pub id: String,
    pub number: String,
    pub member: Option<String>,
    pub status: String,
    pub payment: String,
    pub total: i64,
    pub items: String,
    pub words: String,
    pub counted: bool,
    pub placed_at: i64,
    pub moved_at: i64,
}

impl OrderRow {
    pub fn items(&self) -> Vec<Item> {
        serde_json::from_str(&self.items).unwrap_or_default()
    }

    /// The day, by Korean time, on which it was placed.
    pub fn date(&self) -> String {
        Timestamp::from_micros(self.placed_at).korean_date()
    }

    pub fn summary(self) -> Option<OrderSummary> {
        Some(OrderSummary {
            id: self.id.parse().ok()?,
            items: self.items(),
            number: self.number,
            status: self.status,
            payment: self.payment,
            total: Money::krw(self.total),
            placed_at: Timestamp::from_micros(self.placed_at),
        })
    }
}

/// Which of a member's orders a list shows.
#[derive(Clone, Debug, Default)]
pub struct Filter {
    /// Normalised like the words of orders; empty: all.
    pub words: String,
    pub status: Option<String>,
    /// The last order of the page before.
    pub before: Option<String>,
    pub limit: i64,
}

/// The newest first: ids made later sort later.
pub fn list(conn: &mut Conn, member: MemberId, filter: &Filter) -> Result<Vec<OrderRow>, DbError> {
    on_both!(conn, |c| {
        let mut query = orders::table
            .filter(orders::member.eq(member.to_string()))
            .select(OrderRow::as_select())
            .into_boxed();
        if !filter.words.is_empty() {
            let escaped = filter
                .words
                .replace('\\', "\\\\")
                .replace('%', "\\%")
                .replace('_', "\\_");
            query = query.filter(orders::words.like(format!("%{escaped}%")).escape('\\'));
        }
        if let Some(status) = &filter.status {
            query = query.filter(orders::status.eq(status));
        }
        if let Some(before) = &filter.before {
            query = query.filter(orders::id.lt(before));
        }
        Ok(query.order(orders::id.desc()).limit(filter.limit).load(c)?)
    })
}

pub fn find(conn: &mut Conn, id: OrderId) -> Result<Option<OrderRow>, DbError> {
    Ok(orders::table
        .find(id.to_string())
        .select(OrderRow::as_select())
        .first(conn)
        .optional()?)
}

/// `false` when it is there already.
pub fn add(conn: &mut Conn, row: &OrderRow) -> Result<bool, DbError> {
    let added = on_both!(conn, |c| diesel::insert_into(orders::table)
        .values(row)
        .on_conflict_do_nothing()
        .execute(c))?;
    Ok(added == 1)
}

pub fn change(conn: &mut Conn, row: &OrderRow) -> Result<(), DbError> {
    diesel::update(orders::table.find(&row.id))
        .set((
            orders::status.eq(&row.status),
            orders::payment.eq(&row.payment),
            orders::counted.eq(row.counted),
            orders::moved_at.eq(row.moved_at),
        ))
        .execute(conn)?;
    Ok(())
}

/// Adds to what a day has.
pub fn add_to_day(conn: &mut Conn, date: &str, by: (i64, i64, i64)) -> Result<(), DbError> {
    let row = (
        days::date.eq(date),
        days::orders.eq(by.0),
        days::cancelled.eq(by.1),
        days::revenue.eq(by.2),
    );
    on_both!(conn, |c| diesel::insert_into(days::table)
        .values(row)
        .on_conflict(days::date)
        .do_update()
        .set((
            days::orders.eq(days::orders + by.0),
            days::cancelled.eq(days::cancelled + by.1),
            days::revenue.eq(days::revenue + by.2),
        ))
        .execute(c))?;
    Ok(())
}

/// Adds what was sold; `sign` -1 takes it back.
pub fn add_to_seller(conn: &mut Conn, item: &Item, sign: i64) -> Result<(), DbError> {
    let (units, revenue) = (sign * i64::from(item.quantity), sign * item.subtotal);
    let row = (
        sellers::product.eq(item.product.as_str()),
        sellers::name_ko.eq(&item.name.ko),
        sellers::name_en.eq(&item.name.en),
        sellers::units.eq(units),
        sellers::revenue.eq(revenue),
    );
    on_both!(conn, |c| diesel::insert_into(sellers::table)
        .values(row)
        .on_conflict(sellers::product)
        .do_update()
        .set((
            sellers::units.eq(sellers::units + units),
            sellers::revenue.eq(sellers::revenue + revenue)
        ))
        .execute(c))?;
    Ok(())
}

/// Days from `first` on, those that have orders.
pub fn days_since(conn: &mut Conn, first: &str) -> Result<Vec<Day>, DbError> {
    let rows: Vec<(String, i64, i64, i64)> = days::table
        .filter(days::date.ge(first.to_owned()))
        .order(days::date)
        .load(conn)?;
    let day = |(date, orders, cancelled, revenue)| Day {
        date,
        orders,
        cancelled,
        revenue: Money::krw(revenue),
    };
    Ok(rows.into_iter().map(day).collect())
}

pub fn best_sellers(conn: &mut Conn) -> Result<Vec<Seller>, DbError> {
    let rows: Vec<(String, String, String, i64, i64)> = sellers::table
        .filter(sellers::units.gt(0))
        .order(sellers::revenue.desc())
        .limit(BEST)
        .load(conn)?;
    let seller = |(product, ko, en, units, revenue)| Seller {
        product,
        name: Names { ko, en },
        units,
        revenue: Money::krw(revenue),
    };
    Ok(rows.into_iter().map(seller).collect())
}

/// The member has left: the law keeps the orders, nobody's name is on them. Also on those that are heard of later.
pub fn forget_member(conn: &mut Conn, member: &str) -> Result<(), DbError> {
    diesel::update(orders::table.filter(orders::member.eq(member)))
        .set(orders::member.eq(None::<String>))
        .execute(conn)?;
    let row = withdrawn::member.eq(member);
    on_both!(conn, |c| diesel::insert_into(withdrawn::table)
        .values(row)
        .on_conflict_do_nothing()
        .execute(c))?;
    Ok(())
}

pub fn has_left(conn: &mut Conn, member: &str) -> Result<bool, DbError> {
    let found: Option<String> = withdrawn::table
        .find(member)
        .select(withdrawn::member)
        .first(conn)
        .optional()?;
    Ok(found.is_some())
}

/// Whether the member's list shows this order by now.
pub fn shows(conn: &mut Conn, member: MemberId, order: OrderId) -> Result<bool, DbError> {
    let found: Option<String> = orders::table
        .find(order.to_string())
        .filter(orders::member.eq(member.to_string()))
        .select(orders::id)
        .first(conn)
        .optional()?;
    Ok(found.is_some())
}
