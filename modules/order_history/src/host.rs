use std::sync::Arc;
use std::time::Duration;

use kernel::{Money, Timestamp};
use platform::db::{Db, DbError};
use platform::ports::{Answers, Calls, Ctx, Unavailable};
use platform::shell::Shell;

use crate::NAME;
use crate::api::*;
use crate::store::{self, Filter, OrderRow};

const DAY: Duration = Duration::from_hours(24);
const MOST_DAYS: i64 = 366;
const MOST_LISTED: i64 = 100;

/// Answers what others ask of the order history. Asks nobody.
pub struct Host {
    pub db: Db,
    pub shell: Arc<Shell>,
}

impl Host {
    pub fn new(db: Db, shell: Arc<Shell>) -> Self {
        Self { db, shell }
    }

    pub fn calls(self: &Arc<Self>) -> Calls {
        Calls::default()
            .answer::<RecentOrders, _>(self)
            .answer::<SalesFigures, _>(self)
    }

    /// Of the last `days` days, today included.
    pub(crate) async fn figures(&self, days: i64) -> Result<Figures, DbError> {
        let dates = dates(self.shell.now(), days.clamp(1, MOST_DAYS));
        let first = dates.first().cloned().unwrap_or_default();
        let (found, best_sellers) = self
            .db
            .read(move |conn| {
                Ok::<_, DbError>((store::days_since(conn, &first)?, store::best_sellers(conn)?))
            })
            .await?;
        let day = |date: String| {
            let known = found.iter().find(|day| day.date == date).cloned();
            known.unwrap_or(Day {
                date,
                orders: 0,
                cancelled: 0,
                revenue: Money::ZERO,
            })
        };
        let days: Vec<Day> = dates.into_iter().map(day).collect();
        let today = days.last().cloned();
        let nothing = || Day {
            date: String::new(),
            orders: 0,
            cancelled: 0,
            revenue: Money::ZERO,
        };
        Ok(Figures {
            today: today.unwrap_or_else(nothing),
            days,
            best_sellers,
        })
    }
}

fn failed(error: DbError) -> Unavailable {
    error.of(NAME)
}

impl Answers<RecentOrders> for Host {
    async fn answer(&self, ask: RecentOrders, _: &Ctx) -> Result<Vec<OrderSummary>, Unavailable> {
        let filter = Filter {
            limit: ask.limit.clamp(0, MOST_LISTED),
            ..Filter::default()
        };
        let rows = self
            .db
            .read(move |conn| store::list(conn, ask.member, &filter))
            .await
            .map_err(failed)?;
        Ok(rows.into_iter().filter_map(OrderRow::summary).collect())
    }
}

impl Answers<SalesFigures> for Host {
    async fn answer(&self, ask: SalesFigures, _: &Ctx) -> Result<Figures, Unavailable> {
        self.figures(ask.days).await.map_err(failed)
    }
}

/// The last `count` dates in Korea, the oldest first.
fn dates(now: Timestamp, count: i64) -> Vec<String> {
    let back = |n: i64| {
        now.before(DAY * u32::try_from(n).unwrap_or(0))
            .korean_date()
    };
    (0..count).rev().map(back).collect()
}
