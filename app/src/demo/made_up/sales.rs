use std::collections::BTreeMap;
use std::time::Duration;

use kernel::{MemberId, OrderId, Sku, Timestamp};
use members::api::{Address, DemoMember};
use order_history::api::{Item, Names};
use order_history::demo::DemoOrder as PastOrder;
use orders::demo::{Course, DemoAddress, DemoLine, DemoOrder, Ended};
use payments::demo::{DemoPayment, End};

use super::dice::{Dice, Kind};
use super::goods::{Bought, Good};
use super::people;

const DAY: Duration = Duration::from_hours(24);
const DAYS: u64 = 365;
/// When people order: some at lunch, most in the evening.
const HOURS: [u64; 16] = [0, 7, 9, 10, 12, 12, 13, 15, 18, 19, 20, 20, 21, 21, 22, 23];

/// A prime, so that what sells best is not what was made first.
const SHUFFLE: usize = 7_919;

/// What orders are made up from.
pub struct Sales {
    pub seed: u64,
    pub goods: Goods,
    pub buyers: Buyers,
    /// Midnight in Korea: orders are of the year before.
    pub until: Timestamp,
}

pub enum Goods {
    MadeUp(u32),
    /// Those of the hand-made shop.
    Known(Vec<Bought>),
}

pub enum Buyers {
    MadeUp(u32),
    Known(Vec<DemoMember>),
}

impl Sales {
    /// When each of `count` orders is placed, and its number, the earliest first: ids then grow, and are written in
    /// their order.
    pub fn schedule(&self, count: u32) -> Vec<(Timestamp, u32)> {
        let mut times: Vec<(Timestamp, u32)> = (0..count).map(|n| (self.time(n), n)).collect();
        times.sort_unstable();
        times
    }

    fn time(&self, n: u32) -> Timestamp {
        let mut dice = Dice::of(self.seed, Kind::OrderTime, n);
        // the shop grows
        let days_ago = if dice.chance(30) {
            dice.below(DAYS / 3)
        } else {
            dice.below(DAYS)
        } + 1;
        let seconds = dice.pick(&HOURS) * 3600 + dice.below(3600);
        let day = self
            .until
            .before(DAY * u32::try_from(days_ago).unwrap_or(1));
        day.after(Duration::from_micros(
            seconds * 1_000_000 + dice.below(1_000_000),
        ))
    }

    /// The `n`th order. `None`: there is nobody or nothing.
    pub fn order(&self, n: u32, placed_at: Timestamp) -> Option<DemoOrder> {
        let mut dice = Dice::of(self.seed, Kind::Order, n);
        let (member, address) = self.buyer(&mut dice)?;
        let lines = self.lines(&mut dice);
        let room = self.until.since(placed_at);
        let on_its_way = Duration::from_mins(300 + dice.below(900)).min(room / 3);
        let arrived = on_its_way + Duration::from_mins(1_200 + dice.below(1_800)).min(room / 3);
        let course = match dice.below(100) {
            0..91 => Course::Delivered,
            91..96 => Course::CalledOff,
            96..98 => Course::Declined,
            98 => Course::SoldOut,
            _ => Course::Undeliverable,
        };
        let (shipped_at, ended_at) = match course {
            // before it would have left
            Course::CalledOff => (placed_at, placed_at.after(on_its_way)),
            _ => (placed_at.after(on_its_way), placed_at.after(arrived)),
        };
        // odd times anything is one to one modulo a power of two
        let random = n
            .wrapping_mul(0x2545_f491)
            .wrapping_add(number_of(self.seed));
        (!lines.is_empty()).then_some(DemoOrder {
            order: OrderId::new(placed_at, dice.bytes()),
            member,
            random,
            lines,
            address,
            placed_at,
            shipped_at,
            ended_at,
            course,
        })
    }

    fn buyer(&self, dice: &mut Dice) -> Option<(MemberId, DemoAddress)> {
        let member = match &self.buyers {
            Buyers::MadeUp(0) => return None,
            Buyers::MadeUp(count) => {
                people::member(self.seed, number(dice.skewed(*count as usize)))
            }
            Buyers::Known(known) => known.get(dice.index(known.len()))?.clone(),
        };
        let Address {
            recipient,
            phone,
            postcode,
            line1,
            line2,
        } = member.address?;
        Some((
            member.member,
            DemoAddress {
                recipient,
                phone,
                postcode,
                line1,
                line2,
            },
        ))
    }

    fn lines(&self, dice: &mut Dice) -> Vec<DemoLine> {
        let wanted = *dice.pick(&[1, 1, 1, 2, 2, 3, 4]);
        let mut lines: Vec<DemoLine> = Vec::with_capacity(wanted);
        for _ in 0..wanted {
            let Some(Bought {
                sku,
                product,
                name,
                price,
            }) = self.goods.pick(self.seed, dice)
            else {
                continue;
            };
            if lines.iter().all(|line| line.sku != sku) {
                let quantity = *dice.pick(&[1, 1, 1, 1, 2, 2, 3]);
                lines.push(DemoLine {
                    sku,
                    product,
                    ko: name.ko,
                    en: name.en,
                    quantity,
                    price,
                });
            }
        }
        lines
    }
}

impl Goods {
    fn pick(&self, seed: u64, dice: &mut Dice) -> Option<Bought> {
        match self {
            Self::MadeUp(0) => None,
            Self::MadeUp(count) => {
                let rank = dice.skewed(*count as usize);
                Good::of(seed, number(rank * SHUFFLE % *count as usize)).buy(dice)
            }
            Self::Known(known) => known.get(dice.skewed(known.len())).cloned(),
        }
    }
}

/// Where the numbers of a seed begin.
fn number_of(seed: u64) -> u32 {
    let next = Dice::of(seed, Kind::Order, u32::MAX).next();
    u32::try_from(next >> 32).unwrap_or(0)
}

fn number(n: usize) -> u32 {
    u32::try_from(n).unwrap_or(u32::MAX)
}

/// What payments knows of it; `None`: no card was ever asked.
pub fn payment(order: &DemoOrder, ended: &Ended) -> Option<DemoPayment> {
    let end = match ended.payment {
        "captured" => End::Captured,
        "refunded" => End::Refunded,
        "declined" => End::Declined,
        _ => return None,
    };
    let paid_at = order.placed_at.after(Duration::from_secs(1));
    Some(DemoPayment {
        order: order.order,
        amount: ended.total,
        end,
        paid_at,
        refunded_at: order.ended_at,
    })
}

/// What the order history has heard of it.
pub fn past(order: &DemoOrder, ended: &Ended) -> PastOrder {
    let item = |line: &DemoLine| Item {
        sku: line.sku.clone(),
        product: line.product.clone(),
        name: Names {
            ko: line.ko.clone(),
            en: line.en.clone(),
        },
        quantity: line.quantity,
        price: line.price,
        subtotal: line.price * i64::from(line.quantity),
    };
    PastOrder {
        order: order.order,
        number: ended.number.clone(),
        member: order.member,
        status: ended.status,
        payment: ended.payment,
        total: ended.total.amount,
        items: order.lines.iter().map(item).collect(),
        placed_at: order.placed_at,
        ended_at: order.ended_at,
    }
}

/// Counts what was confirmed, as the catalogue does for its popular products.
pub fn count(sold: &mut BTreeMap<Sku, i64>, order: &DemoOrder) {
    if matches!(order.course, Course::Declined | Course::SoldOut) {
        return;
    }
    for line in &order.lines {
        *sold.entry(line.product.clone()).or_default() += i64::from(line.quantity);
    }
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::*;

    const UNTIL: Timestamp = Timestamp::from_micros(1_795_230_000_000_000);

    fn sales() -> Sales {
        Sales {
            seed: 1,
            goods: Goods::MadeUp(500),
            buyers: Buyers::MadeUp(50),
            until: UNTIL,
        }
    }

    #[test]
    fn orders_are_of_the_last_year_and_have_ended() {
        let sales = sales();
        let schedule = sales.schedule(5_000);
        assert!(schedule.is_sorted());
        let year = UNTIL.before(DAY * 366);
        let mut delivered = 0;
        for (at, n) in schedule {
            let order = sales.order(n, at).unwrap();
            assert!(
                year < at
                    && at <= order.shipped_at
                    && order.shipped_at <= order.ended_at
                    && order.ended_at <= UNTIL
            );
            assert!(!order.lines.is_empty());
            delivered += usize::from(order.course == Course::Delivered);
        }
        assert!((4_400..4_700).contains(&delivered), "{delivered}");
    }

    #[test]
    fn more_orders_of_a_seed_are_the_same_orders_and_more() {
        let sales = sales();
        let ids = |count: u32| -> HashSet<OrderId> {
            sales
                .schedule(count)
                .into_iter()
                .map(|(at, n)| sales.order(n, at).unwrap().order)
                .collect()
        };
        let (few, many) = (ids(200), ids(400));
        assert_eq!((few.len(), many.len()), (200, 400));
        assert!(few.is_subset(&many));
    }

    #[test]
    fn numbers_of_one_seed_never_meet() {
        let sales = sales();
        let numbers: HashSet<u32> = (0..20_000)
            .map(|n| sales.order(n, UNTIL.before(DAY)).unwrap().random & 0x3fff_ffff)
            .collect();
        assert_eq!(numbers.len(), 20_000);
    }
}
