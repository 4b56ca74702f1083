//! Orders as programs see them.

use kernel::{Locale, Money, OrderId, Sku, Timestamp};
use serde::Serialize;
use utoipa::ToSchema;

use crate::domain::{Address, Line, Moment, Order};
use crate::service::Shown;
use crate::store::Listed;

#[derive(Serialize, ToSchema)]
pub struct OrderDoc {
    #[schema(value_type = String)]
    pub id: OrderId,
    /// What people call it.
    #[schema(example = "20261121-7K3M9Q")]
    pub number: String,
    /// `pending`, `confirmed`, `shipped`, `delivered` or `cancelled`
    pub status: &'static str,
    /// `none`, `authorised`, `captured`, `voided`, `refunded` or `declined`
    pub payment: &'static str,
    pub items: Vec<ItemDoc>,
    #[schema(value_type = MoneyDoc)]
    pub total: Money,
    /// `null` once it is erased, after the member has left.
    pub address: Option<AddressDoc>,
    #[schema(value_type = String, format = DateTime)]
    pub placed_at: Timestamp,
    pub timeline: Vec<MomentDoc>,
}

#[derive(Serialize, ToSchema)]
pub struct ItemDoc {
    #[schema(value_type = String)]
    pub sku: Sku,
    /// As it was called when it was ordered, in the caller's language.
    pub name: String,
    pub quantity: u32,
    #[schema(value_type = MoneyDoc)]
    pub price: Money,
    #[schema(value_type = MoneyDoc)]
    pub subtotal: Money,
}

#[derive(Serialize, ToSchema)]
pub struct AddressDoc {
    pub recipient: String,
    pub phone: String,
    pub postcode: String,
    pub line1: String,
    pub line2: String,
}

#[derive(Serialize, ToSchema)]
pub struct MomentDoc {
    #[schema(value_type = String, format = DateTime)]
    pub at: Timestamp,
    /// `placed`, `reserved`, `authorised`, `confirmed`, `shipped`, `delivered`, `cancelling`, `released`, `voided`,
    /// `refunded`, `written_off` or `cancelled`
    pub what: &'static str,
}

#[derive(ToSchema)]
#[expect(dead_code, reason = "describes how kernel's Money looks")]
pub struct MoneyDoc {
    amount: i64,
    #[schema(example = "KRW")]
    currency: String,
}

/// An order in a list for the staff.
#[derive(Serialize, ToSchema)]
pub struct ListedDoc {
    pub id: String,
    pub number: String,
    pub member: String,
    pub status: String,
    pub payment: String,
    #[schema(value_type = MoneyDoc)]
    pub total: Money,
    #[schema(value_type = String, format = DateTime)]
    pub placed_at: Timestamp,
}

impl OrderDoc {
    pub fn new(shown: &Shown, locale: Locale) -> Self {
        Self::of(&shown.order, shown.address.as_ref(), locale)
    }

    fn of(order: &Order, address: Option<&Address>, locale: Locale) -> Self {
        Self {
            id: order.id,
            number: order.placed.number.to_string(),
            status: order.status.as_str(),
            payment: order.payment.as_str(),
            items: order
                .placed
                .lines
                .iter()
                .map(|line| ItemDoc::of(line, locale))
                .collect(),
            total: order.placed.total,
            address: address.map(AddressDoc::of),
            placed_at: order.placed_at(),
            timeline: order.timeline.iter().map(MomentDoc::of).collect(),
        }
    }
}

impl ItemDoc {
    fn of(line: &Line, locale: Locale) -> Self {
        Self {
            sku: line.sku.clone(),
            name: line.name.in_language(locale).to_owned(),
            quantity: line.quantity,
            price: line.price,
            // it was added up without overflow when it was placed
            subtotal: line.subtotal().unwrap_or(Money::ZERO),
        }
    }
}

impl AddressDoc {
    fn of(address: &Address) -> Self {
        let Address {
            recipient,
            phone,
            postcode,
            line1,
            line2,
        } = address.clone();
        Self {
            recipient,
            phone,
            postcode,
            line1,
            line2,
        }
    }
}

impl MomentDoc {
    fn of(moment: &Moment) -> Self {
        Self {
            at: moment.at,
            what: moment.what.as_str(),
        }
    }
}

impl From<Listed> for ListedDoc {
    fn from(row: Listed) -> Self {
        Self {
            id: row.order_id,
            number: row.number,
            member: row.member,
            status: row.status,
            payment: row.payment,
            total: Money::krw(row.total),
            placed_at: Timestamp::from_micros(row.placed_at),
        }
    }
}
