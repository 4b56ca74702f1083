use std::time::Duration;

use platform::db::{DbError, WriteError};

/// How long after a parcel's end it is still known where it went.
pub const REMEMBERED: Duration = Duration::from_hours(30 * 24);

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum State {
    /// Being made ready.
    Requested,
    /// Waits for the courier.
    Dispatched,
    Shipped,
    Delivered,
    /// It comes back.
    Undeliverable,
    Lost,
    Cancelled,
}

#[derive(Debug, thiserror::Error)]
pub enum ShippingError {
    #[error("no delivery was requested for this order")]
    Unknown,
    #[error(transparent)]
    Db(#[from] DbError),
}

impl State {
    const ALL: [Self; 7] = [
        Self::Requested,
        Self::Dispatched,
        Self::Shipped,
        Self::Delivered,
        Self::Undeliverable,
        Self::Lost,
        Self::Cancelled,
    ];

    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Requested => "requested",
            Self::Dispatched => "dispatched",
            Self::Shipped => "shipped",
            Self::Delivered => "delivered",
            Self::Undeliverable => "undeliverable",
            Self::Lost => "lost",
            Self::Cancelled => "cancelled",
        }
    }

    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|state| state.as_str() == text)
    }

    /// Nothing can follow.
    pub const fn is_over(self) -> bool {
        matches!(
            self,
            Self::Delivered | Self::Undeliverable | Self::Lost | Self::Cancelled
        )
    }

    /// What a parcel goes through from here until it is where the courier saw it, itself included. Empty when that
    /// is no news.
    pub fn steps_to(self, seen: Self) -> &'static [Self] {
        let path: &[Self] = match seen {
            Self::Shipped => &[Self::Shipped],
            Self::Delivered => &[Self::Shipped, Self::Delivered],
            Self::Undeliverable => &[Self::Shipped, Self::Undeliverable],
            Self::Lost => &[Self::Shipped, Self::Lost],
            Self::Requested | Self::Dispatched | Self::Cancelled => &[],
        };
        match self {
            Self::Dispatched => path,
            Self::Shipped => path.get(1..).unwrap_or_default(),
            _ => &[],
        }
    }
}

impl From<diesel::result::Error> for ShippingError {
    fn from(error: diesel::result::Error) -> Self {
        Self::Db(error.into())
    }
}

impl WriteError for ShippingError {
    fn as_db(&self) -> Option<&DbError> {
        match self {
            Self::Db(e) => Some(e),
            Self::Unknown => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::State::*;
    use super::*;

    #[test]
    fn a_parcel_skips_no_step_and_goes_none_back() {
        let check = |from: State, seen, expect: &[State]| {
            assert_eq!(from.steps_to(seen), expect, "{from:?} {seen:?}");
        };
        check(Dispatched, Dispatched, &[]);
        check(Dispatched, Shipped, &[Shipped]);
        check(Dispatched, Delivered, &[Shipped, Delivered]);
        check(Dispatched, Lost, &[Shipped, Lost]);
        check(Shipped, Dispatched, &[]);
        check(Shipped, Shipped, &[]);
        check(Shipped, Undeliverable, &[Undeliverable]);
        for over in State::ALL.into_iter().filter(|state| state.is_over()) {
            State::ALL
                .into_iter()
                .for_each(|seen| check(over, seen, &[]));
        }
    }

    #[test]
    fn states_are_written_and_read_alike() {
        for state in State::ALL {
            assert_eq!(State::parse(state.as_str()), Some(state));
        }
    }
}
