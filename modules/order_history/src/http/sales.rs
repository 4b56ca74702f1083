//! What the shop sells, for the shopkeeper.

use actix_web::HttpResponse;
use actix_web::web::Data;
use askama::Template;
use kernel::Money;
use platform::identity::Admin;
use platform::page::{self, Area, Page};
use platform::problem::Problem;

use crate::api::{Day, Figures, Seller};
use crate::chart::{self, FOOT, Plot, WIDTH};
use crate::service::History;

const DAYS: i64 = 30;
/// How much of a name fits beside its figure on a phone: in Latin letters, of which a Korean one takes two.
const NAME: usize = 40;

#[derive(Template)]
#[template(path = "order_history/sales.html")]
pub struct SalesPage {
    pub page: Page,
    pub figures: Figures,
}

/// A best seller's bar.
struct Bar<'a> {
    seller: &'a Seller,
    name: String,
    y: usize,
    width: i64,
}

impl SalesPage {
    fn orders(&self) -> i64 {
        sum(&self.figures.days, |day| day.orders)
    }

    fn cancelled(&self) -> i64 {
        sum(&self.figures.days, |day| day.cancelled)
    }

    fn revenue(&self) -> Money {
        Money::krw(sum(&self.figures.days, |day| day.revenue.amount))
    }

    /// In per cent, with one decimal.
    fn cancelled_share(&self) -> String {
        per_cent(self.cancelled(), self.orders())
    }

    fn kept_share(&self) -> String {
        per_cent(self.orders() - self.cancelled(), self.orders())
    }

    fn kept_width(&self) -> i64 {
        chart::share(self.orders() - self.cancelled(), self.orders())
    }

    fn revenue_plot(&self) -> Plot {
        plot(&self.revenues())
    }

    fn revenues(&self) -> Vec<i64> {
        self.figures
            .days
            .iter()
            .map(|day| day.revenue.amount)
            .collect()
    }

    fn order_plot(&self) -> Plot {
        plot(&self.order_counts())
    }

    fn order_counts(&self) -> Vec<i64> {
        self.figures.days.iter().map(|day| day.orders).collect()
    }

    fn cancelled_counts(&self) -> Vec<i64> {
        self.figures.days.iter().map(|day| day.cancelled).collect()
    }

    fn day(&self, index: usize) -> Option<&Day> {
        self.figures.days.get(index)
    }

    /// Month and day.
    fn short(&self, index: usize) -> &str {
        self.day(index)
            .and_then(|day| day.date.get(5..))
            .unwrap_or_default()
    }

    fn bars(&self) -> Vec<Bar<'_>> {
        let best = self
            .figures
            .best_sellers
            .iter()
            .map(|seller| seller.revenue.amount)
            .max()
            .unwrap_or(0);
        let sellers = self.figures.best_sellers.iter().enumerate();
        sellers
            .map(|(index, seller)| Bar {
                seller,
                name: shortened(seller.name.of(self.page.locale())),
                y: index * 48,
                width: chart::share(seller.revenue.amount, best).max(2),
            })
            .collect()
    }
}

pub async fn show(_: Admin, page: Page, history: Data<History>) -> Result<HttpResponse, Problem> {
    let figures = history.figures(DAYS).await?;
    page::render(&SalesPage {
        page: page.in_area(Area::Admin, "sales"),
        figures,
    })
}

fn plot(values: &[i64]) -> Plot {
    Plot::new(values.len(), values.iter().copied().max().unwrap_or(0))
}

fn sum(days: &[Day], of: impl Fn(&Day) -> i64) -> i64 {
    days.iter().map(of).fold(0, i64::saturating_add)
}

fn per_cent(part: i64, whole: i64) -> String {
    let tenths = if whole > 0 {
        (i128::from(part) * 1000 + i128::from(whole) / 2) / i128::from(whole)
    } else {
        0
    };
    format!("{}.{}%", tenths / 10, tenths % 10)
}

fn shortened(name: &str) -> String {
    let mut room = NAME;
    for (at, letter) in name.char_indices() {
        let takes = if letter.is_ascii() { 1 } else { 2 };
        if takes > room {
            return format!("{}…", &name[..at]);
        }
        room -= takes;
    }
    name.to_owned()
}
