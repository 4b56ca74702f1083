use std::time::Duration;

use kernel::Sku;
use platform::db::{DbError, WriteError};

/// An order that is not confirmed by then gives its units back.
pub const RESERVATION: Duration = Duration::from_mins(15);

/// More of one SKU than any shop has.
pub const MOST_ON_HAND: i64 = 1_000_000_000;

pub const LONGEST_REASON: usize = 500;

/// What became of the units of an order.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum State {
    /// Promised for a while.
    Held,
    /// Sold: taken off what is on hand.
    Committed,
    /// Not confirmed in time; may be taken again.
    Expired,
    Released,
    /// Came back from a failed delivery.
    Restocked,
    /// Lost on the way.
    WrittenOff,
}

impl State {
    const ALL: [Self; 6] = [
        Self::Held,
        Self::Committed,
        Self::Expired,
        Self::Released,
        Self::Restocked,
        Self::WrittenOff,
    ];

    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Held => "held",
            Self::Committed => "committed",
            Self::Expired => "expired",
            Self::Released => "released",
            Self::Restocked => "restocked",
            Self::WrittenOff => "written_off",
        }
    }

    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|state| state.as_str() == text)
    }
}

#[derive(Debug, thiserror::Error)]
pub enum StockError {
    /// Too few of these are left; nothing was taken.
    #[error("sold out: {0:?}")]
    SoldOut(Vec<Sku>),
    #[error("no stock is kept of this SKU")]
    Unknown,
    #[error(transparent)]
    Db(#[from] DbError),
}

impl From<diesel::result::Error> for StockError {
    fn from(error: diesel::result::Error) -> Self {
        Self::Db(error.into())
    }
}

impl WriteError for StockError {
    fn as_db(&self) -> Option<&DbError> {
        match self {
            Self::Db(e) => Some(e),
            _ => None,
        }
    }
}
