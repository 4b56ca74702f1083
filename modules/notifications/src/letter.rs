//! What a mail tells, as it lies in the database.

use kernel::{Money, OrderId};
use serde::{Deserialize, Serialize};

use crate::domain::{LINK, PATIENCE};

#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Letter {
    Welcome,
    /// The link goes once the mail is sent.
    PasswordReset {
        link: Option<String>,
    },
    OrderConfirmed(Parcel),
    OrderShipped(Parcel),
    OrderDelivered(Parcel),
    OrderCancelled {
        parcel: Parcel,
        reason: String,
        payment: String,
    },
}

/// The order that a mail is about.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Parcel {
    pub order: OrderId,
    pub number: String,
    /// Absent when the placing of the order was not heard.
    pub contents: Option<Contents>,
}

#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Contents {
    pub lines: Vec<Line>,
    pub total: Money,
}

#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Line {
    pub name: Names,
    pub quantity: i64,
    pub subtotal: Money,
}

#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Names {
    pub ko: String,
    pub en: String,
}

impl Letter {
    pub const fn kind(&self) -> &'static str {
        match self {
            Self::Welcome => "welcome",
            Self::PasswordReset { .. } => "password_reset",
            Self::OrderConfirmed(_) => "order_confirmed",
            Self::OrderShipped(_) => "order_shipped",
            Self::OrderDelivered(_) => "order_delivered",
            Self::OrderCancelled { .. } => "order_cancelled",
        }
    }

    /// How long it is worth sending.
    pub const fn patience(&self) -> std::time::Duration {
        match self {
            Self::PasswordReset { .. } => LINK,
            _ => PATIENCE,
        }
    }

    /// The same without what nobody may read later; `None` when there is nothing of that kind in it.
    pub fn without_secret(&self) -> Option<Self> {
        match self {
            Self::PasswordReset { link: Some(_) } => Some(Self::PasswordReset { link: None }),
            _ => None,
        }
    }
}

impl Names {
    pub fn of(&self, locale: kernel::Locale) -> &str {
        match locale {
            kernel::Locale::Ko => &self.ko,
            kernel::Locale::En => &self.en,
        }
    }
}
