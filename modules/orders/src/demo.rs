//! Orders of a made-up past, in bulk: the events that the saga would have written, one after the other by the domain's
//! own rules, but told to nobody. For `banyan demo`, on this machine; not offered to other processes.

use std::sync::Arc;
use std::time::Duration;

use kernel::{MemberId, Money, OrderId, Sku, Timestamp};

use crate::domain::{Address, Event, Line, Names, Number, Order, Placed, Reason};
use crate::store::{self, Past};
use crate::{Host, OrdersError};

/// An order that has ended.
#[derive(Clone, Debug)]
pub struct DemoOrder {
    pub order: OrderId,
    pub member: MemberId,
    /// Becomes the six letters or digits of its number: two of one day must differ in their last 30 bits.
    pub random: u32,
    pub lines: Vec<DemoLine>,
    pub address: DemoAddress,
    pub placed_at: Timestamp,
    pub shipped_at: Timestamp,
    pub ended_at: Timestamp,
    pub course: Course,
}

#[derive(Clone, Debug)]
pub struct DemoLine {
    pub sku: Sku,
    pub product: Sku,
    pub ko: String,
    pub en: String,
    pub quantity: u32,
    /// In won.
    pub price: i64,
}

#[derive(Clone, Debug)]
pub struct DemoAddress {
    pub recipient: String,
    pub phone: String,
    pub postcode: String,
    pub line1: String,
    pub line2: String,
}

/// What became of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Course {
    Delivered,
    /// Called off by the shopper before it left.
    CalledOff,
    Declined,
    SoldOut,
    /// It left and came back.
    Undeliverable,
}

/// How an order stands, as other contexts would have heard.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Ended {
    pub order: OrderId,
    pub number: String,
    pub status: &'static str,
    pub payment: &'static str,
    pub total: Money,
}

impl Host {
    /// Writes those that are not there yet, and answers how each of them stands; one whose number another order has
    /// already is left out of both.
    pub async fn put_demo_orders(&self, orders: Vec<DemoOrder>) -> Result<Vec<Ended>, OrdersError> {
        let pasts = orders
            .into_iter()
            .map(past)
            .collect::<Result<Vec<Past>, _>>()?;
        let mut ended: Vec<Ended> = pasts.iter().map(|past| Ended::of(&past.order)).collect();
        let left_out = self
            .db
            .write(move |conn| store::put_past(conn, &pasts))
            .await?;
        ended.retain(|ended| !left_out.contains(&ended.order));
        Ok(ended)
    }
}

impl Ended {
    fn of(order: &Order) -> Self {
        Self {
            order: order.id,
            number: order.placed.number.to_string(),
            status: order.status.as_str(),
            payment: order.payment.as_str(),
            total: order.placed.total,
        }
    }
}

fn past(demo: DemoOrder) -> Result<Past, OrdersError> {
    let line = |line: DemoLine| Line {
        sku: line.sku,
        product: line.product,
        name: Names {
            ko: line.ko,
            en: line.en,
        },
        quantity: line.quantity,
        price: Money::krw(line.price),
    };
    let lines: Vec<Line> = demo.lines.into_iter().map(line).collect();
    let total = Line::total(&lines).map_err(|_| OrdersError::TooMuch)?;
    let number = Number::new(demo.placed_at, demo.random);
    let placed = Arc::new(Placed {
        number,
        member: demo.member,
        lines,
        total,
    });
    let mut order = Order::place(demo.order, demo.placed_at, placed.clone());
    let mut events = vec![(demo.placed_at, Event::Placed(placed))];
    for (at, event) in rest(
        demo.course,
        (demo.placed_at, demo.shipped_at, demo.ended_at),
    ) {
        order.apply(at, &event)?;
        events.push((at, event));
    }
    let DemoAddress {
        recipient,
        phone,
        postcode,
        line1,
        line2,
    } = demo.address;
    Ok(Past {
        order,
        events,
        address: Address {
            recipient,
            phone,
            postcode,
            line1,
            line2,
        },
    })
}

/// What follows on `placed`, when.
fn rest(
    course: Course,
    (placed, shipped, ended): (Timestamp, Timestamp, Timestamp),
) -> Vec<(Timestamp, Event)> {
    let soon = |millis| placed.after(Duration::from_millis(millis));
    let reserved = (soon(200), Event::Reserved);
    let paid = [
        reserved.clone(),
        (soon(700), Event::Authorised),
        (soon(900), Event::Confirmed),
        (soon(1_400), Event::Captured),
    ];
    let back = |reason| {
        [
            Event::Cancelling(reason),
            Event::Refunded,
            Event::Released,
            Event::Cancelled,
        ]
    };
    let end = |events: [Event; 4]| events.map(|event| (ended, event));
    match course {
        Course::Delivered => {
            let rest = [(shipped, Event::Shipped), (ended, Event::Delivered)];
            paid.into_iter().chain(rest).collect()
        }
        Course::CalledOff => paid.into_iter().chain(end(back(Reason::Shopper))).collect(),
        Course::Undeliverable => {
            let left = [(shipped, Event::Shipped)];
            paid.into_iter()
                .chain(left)
                .chain(end(back(Reason::Undeliverable)))
                .collect()
        }
        Course::Declined => {
            let events = [
                Event::Declined,
                Event::Cancelling(Reason::Declined),
                Event::Released,
                Event::Cancelled,
            ];
            std::iter::once(reserved)
                .chain(events.map(|event| (soon(800), event)))
                .collect()
        }
        Course::SoldOut => [Event::Cancelling(Reason::SoldOut), Event::Cancelled]
            .map(|event| (soon(300), event))
            .into(),
    }
}

#[cfg(test)]
mod tests {
    use platform::testing;

    use super::*;

    const AT: Timestamp = Timestamp::from_micros(1_790_000_000_000_000);

    fn demo(n: u8, course: Course) -> DemoOrder {
        let line = DemoLine {
            sku: "MUG-01".parse().unwrap(),
            product: "MUG-01".parse().unwrap(),
            ko: "머그".to_owned(),
            en: "Mug".to_owned(),
            quantity: 2,
            price: 12_900,
        };
        DemoOrder {
            order: OrderId::new(AT, [n; 10]),
            member: MemberId::new(AT, [7; 10]),
            random: u32::from(n),
            lines: vec![line],
            address: DemoAddress {
                recipient: "김서연".to_owned(),
                phone: "010-0000-0000".to_owned(),
                postcode: "04071".to_owned(),
                line1: "느티나무길 12".to_owned(),
                line2: String::new(),
            },
            placed_at: AT,
            shipped_at: AT.after(Duration::from_mins(1)),
            ended_at: AT.after(Duration::from_mins(10)),
            course,
        }
    }

    #[tokio::test]
    async fn a_made_up_past_folds_into_orders_that_have_ended() {
        let (_folder, db) = testing::sqlite(crate::NAME, crate::migrations());
        let host = Host { db: db.clone() };
        for (n, course, status, payment) in [
            (1, Course::Delivered, "delivered", "captured"),
            (2, Course::CalledOff, "cancelled", "refunded"),
            (3, Course::Declined, "cancelled", "declined"),
            (4, Course::SoldOut, "cancelled", "none"),
            (5, Course::Undeliverable, "cancelled", "refunded"),
        ] {
            for _ in 0..2 {
                let ended = host.put_demo_orders(vec![demo(n, course)]).await.unwrap();
                assert_eq!(
                    (ended[0].status, ended[0].payment),
                    (status, payment),
                    "{course:?}"
                );
                assert_eq!(ended[0].total, Money::krw(25_800));
            }
            let id = OrderId::new(AT, [n; 10]);
            let order = db
                .read(move |conn| store::load(conn, id))
                .await
                .unwrap()
                .unwrap();
            assert!(
                order.is_ended() && order.is_settled() || course == Course::Delivered,
                "{course:?}"
            );
            assert_eq!(
                (order.status.as_str(), order.payment.as_str()),
                (status, payment)
            );
        }
        let same_number = DemoOrder {
            order: OrderId::new(AT, [99; 10]),
            ..demo(1, Course::Delivered)
        };
        let ended = host.put_demo_orders(vec![same_number]).await.unwrap();
        assert_eq!(ended, vec![], "its number belongs to another order");
        let waiting = db.read(store::under_way).await.unwrap();
        assert_eq!(waiting, 0, "the saga has nothing to do with them");
    }
}
