//! Made-up products, members and orders, as many as one likes: every one of them a pure function of seed and number,
//! so that the same seed makes the same shop, and more of it makes the same and more.

mod dice;
mod goods;
mod people;
mod sales;
mod words;

use std::collections::BTreeMap;
use std::sync::Arc;

use catalog::api::ProductsBySku;
use indicatif::ProgressBar;
use kernel::{Sku, Timestamp};
use members::api::{Contacts, DemoMember};
use orders::demo::DemoOrder;
use platform::ports::Answers as _;

use super::hand_made::{self, HandMade};
use super::{Rooms, ctx};
use crate::cli::Demo;
use crate::commands::import::bar;
use crate::failure::Failure;
use crate::hosts::Hosts;

pub use goods::Bought;

use goods::Good;
use sales::{Buyers, Goods, Sales};

/// Things per commit.
const AT_ONCE: u32 = 1_000;

/// The contexts that made-up orders leave traces in.
pub struct Books {
    orders: Arc<orders::Host>,
    payments: Arc<payments::Host>,
    order_history: Arc<order_history::Host>,
}

/// Fills an empty shop by hand first. `now`: orders are of the year before this day.
pub async fn fill(rooms: &Rooms, books: &Books, demo: Demo, now: Timestamp) -> Result<(), Failure> {
    let hand_made = HandMade::read()?;
    if rooms.are_empty().await? {
        rooms.fill(&hand_made, now).await?;
    }
    put_products(rooms, demo).await?;
    put_members(rooms, demo).await?;
    if demo.orders > 0 {
        let goods = match demo.products {
            0 => Goods::Known(known_goods(rooms, &hand_made).await?),
            count => Goods::MadeUp(count),
        };
        let buyers = match demo.members {
            0 => Buyers::Known(known_members(rooms, &hand_made, now).await?),
            count => Buyers::MadeUp(count),
        };
        let sales = Sales {
            seed: demo.seed,
            goods,
            buyers,
            until: midnight(now),
        };
        put_orders(rooms, books, &sales, demo.orders).await?;
    }
    Ok(())
}

async fn put_products(rooms: &Rooms, demo: Demo) -> Result<(), Failure> {
    if demo.products > 0 {
        rooms.put_categories(hand_made::categories()?).await?;
    }
    let bar = bar("products", demo.products as usize);
    for batch in batches(demo.products) {
        let goods: Vec<Good> = batch.clone().map(|n| Good::of(demo.seed, n)).collect();
        rooms
            .put_stock(goods.iter().flat_map(Good::on_hand).collect())
            .await?;
        rooms
            .put_products(goods.iter().map(Good::draft).collect())
            .await?;
        step(&bar, &batch);
    }
    bar.finish_and_clear();
    Ok(())
}

async fn put_members(rooms: &Rooms, demo: Demo) -> Result<(), Failure> {
    let bar = bar("members", demo.members as usize);
    for batch in batches(demo.members) {
        rooms
            .put_members(
                batch
                    .clone()
                    .map(|n| people::member(demo.seed, n))
                    .collect(),
            )
            .await?;
        step(&bar, &batch);
    }
    bar.finish_and_clear();
    Ok(())
}

async fn put_orders(
    rooms: &Rooms,
    books: &Books,
    sales: &Sales,
    count: u32,
) -> Result<(), Failure> {
    let bar = bar("orders", count as usize);
    let mut sold = BTreeMap::new();
    for batch in sales.schedule(count).chunks(AT_ONCE as usize) {
        let orders: Vec<DemoOrder> = batch
            .iter()
            .filter_map(|(at, n)| sales.order(*n, *at))
            .collect();
        for order in &orders {
            sales::count(&mut sold, order);
        }
        books.put(orders).await?;
        bar.inc(batch.len() as u64);
    }
    bar.finish_and_clear();
    let sold: Vec<(Sku, i64)> = sold.into_iter().collect();
    for batch in sold.chunks(AT_ONCE as usize) {
        rooms
            .catalog
            .put_demo_sales(batch.to_vec())
            .await
            .map_err(Failure::other)?;
    }
    Ok(())
}

impl Books {
    pub fn of(hosts: &Hosts) -> Option<Self> {
        let (orders, payments) = (hosts.orders.clone()?, hosts.payments.clone()?);
        Some(Self {
            orders,
            payments,
            order_history: hosts.order_history.clone()?,
        })
    }

    /// The orders first: what they came to is told to the others.
    async fn put(&self, orders: Vec<DemoOrder>) -> Result<(), Failure> {
        let ended = self
            .orders
            .put_demo_orders(orders.clone())
            .await
            .map_err(Failure::other)?;
        let ended: BTreeMap<_, _> = ended
            .into_iter()
            .map(|ended| (ended.order, ended))
            .collect();
        let both = || {
            orders
                .iter()
                .filter_map(|order| Some((order, ended.get(&order.order)?)))
        };
        let payments = both()
            .filter_map(|(order, ended)| sales::payment(order, ended))
            .collect();
        self.payments
            .put_demo_payments(payments)
            .await
            .map_err(Failure::other)?;
        let past = both()
            .map(|(order, ended)| sales::past(order, ended))
            .collect();
        self.order_history
            .put_demo_orders(past)
            .await
            .map_err(Failure::other)
    }
}

/// What the hand-made demo sells, as far as this shop has it.
async fn known_goods(rooms: &Rooms, hand_made: &HandMade) -> Result<Vec<Bought>, Failure> {
    let mut goods = hand_made.goods();
    let skus = goods.iter().map(|good| good.sku.clone()).collect();
    let there = rooms.catalog.answer(ProductsBySku { skus }, &ctx()).await?;
    goods.retain(|good| there.iter().any(|offer| offer.sku == good.sku));
    if goods.is_empty() {
        return Err(Failure::usage(
            "--orders: this shop has nothing of the demo to order; give --products as well",
        ));
    }
    Ok(goods)
}

async fn known_members(
    rooms: &Rooms,
    hand_made: &HandMade,
    now: Timestamp,
) -> Result<Vec<DemoMember>, Failure> {
    let mut members = hand_made.members(now)?;
    let ids = members.iter().map(|member| member.member).collect();
    let there = rooms
        .members
        .answer(Contacts { members: ids }, &ctx())
        .await?;
    members.retain(|member| there.iter().any(|contact| contact.member == member.member));
    if members.is_empty() {
        return Err(Failure::usage(
            "--orders: this shop has nobody of the demo to order; give --members as well",
        ));
    }
    Ok(members)
}

/// The last one in Korea.
fn midnight(now: Timestamp) -> Timestamp {
    Timestamp::parse(&format!("{}T00:00:00+09:00", now.korean_date())).unwrap_or(now)
}

fn batches(count: u32) -> impl Iterator<Item = std::ops::Range<u32>> {
    (0..count)
        .step_by(AT_ONCE as usize)
        .map(move |from| from..count.min(from + AT_ONCE))
}

fn step(bar: &ProgressBar, batch: &std::ops::Range<u32>) {
    bar.inc(u64::from(batch.end - batch.start));
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    #[test]
    fn batches_leave_nothing_out() {
        let all: Vec<_> = batches(2_500).collect();
        assert_eq!(all, [0..1_000, 1_000..2_000, 2_000..2_500]);
        assert_eq!(batches(0).count(), 0);
    }

    #[test]
    fn days_begin_at_midnight_in_korea() {
        let now = Timestamp::parse("2026-11-21T16:00:00Z").unwrap();
        assert_eq!(midnight(now).to_string(), "2026-11-21T15:00:00.000000Z");
        assert!(now.since(midnight(now)) < Duration::from_hours(24));
    }
}
