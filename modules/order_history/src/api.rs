//! What others may ask of the order history.

use kernel::{Locale, MemberId, Money, OrderId, Sku, Timestamp};
use platform::ports::Call;
use serde::{Deserialize, Serialize};

/// A member's newest orders.
#[derive(Debug, Serialize, Deserialize)]
pub struct RecentOrders {
    pub member: MemberId,
    pub limit: i64,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct OrderSummary {
    pub id: OrderId,
    pub number: String,
    pub status: String,
    pub payment: String,
    pub total: Money,
    pub placed_at: Timestamp,
    pub items: Vec<Item>,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Item {
    pub sku: Sku,
    pub product: Sku,
    pub name: Names,
    pub quantity: u32,
    pub price: i64,
    pub subtotal: i64,
}

#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Names {
    pub ko: String,
    pub en: String,
}

impl Names {
    pub fn of(&self, locale: Locale) -> &str {
        match locale {
            Locale::Ko => &self.ko,
            Locale::En => &self.en,
        }
    }
}

impl Item {
    pub fn price(&self) -> Money {
        Money::krw(self.price)
    }

    pub fn subtotal(&self) -> Money {
        Money::krw(self.subtotal)
    }
}

impl OrderSummary {
    /// The key of the status in people's words.
    pub fn status_key(&self) -> String {
        format!("order-history-status-{}", self.status)
    }

    /// The key of what became of the money, in people's words.
    pub fn payment_key(&self) -> String {
        format!("order-history-payment-{}", self.payment)
    }

    /// The first so many things; a list has no room for all.
    pub fn first_items(&self, count: usize) -> &[Item] {
        self.items.get(..count).unwrap_or(&self.items)
    }

    /// The first thing, and how many others: `머그 +2`.
    pub fn summary(&self, locale: Locale) -> String {
        let first = self.items.first().map_or("", |item| item.name.of(locale));
        match self.items.len() {
            0 | 1 => first.to_owned(),
            all => format!("{first} +{}", all - 1),
        }
    }
}

/// The shop's sales of the last `days` days, in Korean time, today included.
#[derive(Debug, Serialize, Deserialize)]
pub struct SalesFigures {
    pub days: i64,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Figures {
    pub today: Day,
    /// The oldest first; days without an order are there, with zeros.
    pub days: Vec<Day>,
    /// Of all time, by revenue.
    pub best_sellers: Vec<Seller>,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Day {
    /// `2026-11-21`
    pub date: String,
    pub orders: i64,
    pub cancelled: i64,
    pub revenue: Money,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Seller {
    pub product: String,
    pub name: Names,
    pub units: i64,
    pub revenue: Money,
}

impl Call for RecentOrders {
    type Answer = Vec<OrderSummary>;
    const NAME: &'static str = "recent-orders";
    const SAFE: bool = true;
}
impl Call for SalesFigures {
    type Answer = Figures;
    const NAME: &'static str = "sales-figures";
    const SAFE: bool = true;
}
