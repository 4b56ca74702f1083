//! The words in which orders are told.

use super::Event;

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Status {
    Pending,
    Confirmed,
    Shipped,
    Delivered,
    Cancelled,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Payment {
    None,
    Authorised,
    Captured,
    Voided,
    Refunded,
    Declined,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Goods {
    Untouched,
    Held,
    Taken,
    Returned,
    Lost,
}

/// The words of a timeline.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum What {
    Placed,
    Reserved,
    Authorised,
    Confirmed,
    Shipped,
    Delivered,
    Cancelling,
    Released,
    Voided,
    Refunded,
    WrittenOff,
    Cancelled,
}

impl What {
    /// `None` for what happens between us and the card company only.
    pub(super) fn of(event: &Event) -> Option<Self> {
        Some(match event {
            Event::Placed(_) => Self::Placed,
            Event::Reserved => Self::Reserved,
            Event::Authorised => Self::Authorised,
            Event::Confirmed => Self::Confirmed,
            Event::Shipped => Self::Shipped,
            Event::Delivered => Self::Delivered,
            Event::Cancelling(_) => Self::Cancelling,
            Event::Voided => Self::Voided,
            Event::Refunded => Self::Refunded,
            Event::Released => Self::Released,
            Event::WrittenOff => Self::WrittenOff,
            Event::Cancelled => Self::Cancelled,
            Event::Declined | Event::Captured => return None,
        })
    }

    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Placed => "placed",
            Self::Reserved => "reserved",
            Self::Authorised => "authorised",
            Self::Confirmed => "confirmed",
            Self::Shipped => "shipped",
            Self::Delivered => "delivered",
            Self::Cancelling => "cancelling",
            Self::Released => "released",
            Self::Voided => "voided",
            Self::Refunded => "refunded",
            Self::WrittenOff => "written_off",
            Self::Cancelled => "cancelled",
        }
    }
}

impl Status {
    pub const ALL: [Self; 5] = [
        Self::Pending,
        Self::Confirmed,
        Self::Shipped,
        Self::Delivered,
        Self::Cancelled,
    ];

    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Pending => "pending",
            Self::Confirmed => "confirmed",
            Self::Shipped => "shipped",
            Self::Delivered => "delivered",
            Self::Cancelled => "cancelled",
        }
    }

    pub fn parse(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|status| status.as_str() == word)
    }
}

impl Payment {
    pub const ALL: [Self; 6] = [
        Self::None,
        Self::Authorised,
        Self::Captured,
        Self::Voided,
        Self::Refunded,
        Self::Declined,
    ];

    pub fn parse(word: &str) -> Option<Self> {
        Self::ALL
            .into_iter()
            .find(|payment| payment.as_str() == word)
    }

    pub const fn as_str(self) -> &'static str {
        match self {
            Self::None => "none",
            Self::Authorised => "authorised",
            Self::Captured => "captured",
            Self::Voided => "voided",
            Self::Refunded => "refunded",
            Self::Declined => "declined",
        }
    }
}
