use std::fmt;
use std::sync::Arc;

use kernel::{Locale, MemberId, Money, Overflow, Sku, Timestamp};

/// Something that has happened to an order. It is never taken back, only followed by another.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Event {
    Placed(Arc<Placed>),
    /// Stock holds the units for a while.
    Reserved,
    Authorised,
    /// The card was refused, at first or when the money was to be taken.
    Declined,
    /// The units are off the shelf for good, the cart is emptied.
    Confirmed,
    /// The money is taken, the parcel asked for.
    Captured,
    Shipped,
    Delivered,
    /// From here the order only goes back.
    Cancelling(Reason),
    Voided,
    Refunded,
    Released,
    WrittenOff,
    Cancelled,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Placed {
    pub number: Number,
    pub member: MemberId,
    pub lines: Vec<Line>,
    pub total: Money,
}

/// Why an order goes back.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Reason {
    Shopper,
    Staff,
    SoldOut,
    Declined,
    /// The parcel comes back.
    Undeliverable,
    /// The parcel does not.
    Lost,
}

impl Reason {
    pub const ALL: [Self; 6] = [
        Self::Shopper,
        Self::Staff,
        Self::SoldOut,
        Self::Declined,
        Self::Undeliverable,
        Self::Lost,
    ];

    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Shopper => "shopper",
            Self::Staff => "staff",
            Self::SoldOut => "sold_out",
            Self::Declined => "declined",
            Self::Undeliverable => "undeliverable",
            Self::Lost => "lost",
        }
    }

    pub fn parse(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|reason| reason.as_str() == word)
    }

    /// Somebody asked for it, as long as the parcel has not left.
    pub const fn is_asked_for(self) -> bool {
        matches!(self, Self::Shopper | Self::Staff)
    }

    /// The parcel had left: payments and stock settle this by the events that they hear, not by our calls.
    pub const fn is_the_couriers(self) -> bool {
        matches!(self, Self::Undeliverable | Self::Lost)
    }
}

/// One thing of an order, at the name and price of that day.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Line {
    pub sku: Sku,
    /// The product that the SKU is a variant of.
    pub product: Sku,
    pub name: Names,
    pub quantity: u32,
    pub price: Money,
}

impl Line {
    pub fn subtotal(&self) -> Result<Money, Overflow> {
        self.price.times(self.quantity)
    }

    pub fn total(lines: &[Self]) -> Result<Money, Overflow> {
        lines
            .iter()
            .try_fold(Money::ZERO, |sum, line| sum.plus(line.subtotal()?))
    }
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Names {
    pub ko: String,
    pub en: String,
}

impl Names {
    pub fn in_language(&self, locale: Locale) -> &str {
        match locale {
            Locale::Ko => &self.ko,
            Locale::En => &self.en,
        }
    }
}

/// What people call an order on the telephone: `20261121-7K3M9Q`, the day in Korea and six letters or digits.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Number(String);

/// Crockford's: no I, L, O or U, which are misread or make words.
const DIGITS: &[u8; 32] = b"0123456789ABCDEFGHJKMNPQRSTVWXYZ";

impl Number {
    pub fn new(day: Timestamp, random: u32) -> Self {
        let mut text = day.korean_date().replace('-', "");
        text.push('-');
        let digit = |place: u32| DIGITS[(random >> (5 * place) & 31) as usize];
        text.extend((0..6).rev().map(|place| char::from(digit(place))));
        Self(text)
    }

    /// As it was stored.
    pub fn stored(text: String) -> Self {
        Self(text)
    }

    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for Number {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}
