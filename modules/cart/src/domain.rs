//! Whose cart it is, what may stand in it and what a change makes of it.

use std::time::Duration;

use kernel::{GuestId, Locale, MemberId, Money, Sku};
use platform::db::{DbError, WriteError};
use platform::identity::Identity;
use platform::ports::Unavailable;

/// Of one product, by one change.
pub const MOST_OF_ONE: i64 = 9_999;
/// Different products, put in by hand; a merge may go beyond.
pub const MOST_LINES: usize = 100;
/// A guest's cart that nobody touched for so long is deleted.
pub const KEPT: Duration = Duration::from_hours(90 * 24);

/// Whose cart.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Owner {
    Member(MemberId),
    Guest(GuestId),
}

impl Owner {
    /// As it stands in the database.
    pub fn key(self) -> String {
        match self {
            Self::Member(id) => format!("m:{id}"),
            Self::Guest(id) => format!("g:{id}"),
        }
    }

    pub const fn is_guest(self) -> bool {
        matches!(self, Self::Guest(_))
    }
}

/// Who asks: a member, a guest, or a member who was a guest a moment ago.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Visitor {
    pub member: Option<MemberId>,
    pub guest: Option<GuestId>,
}

impl Visitor {
    pub fn of(identity: &Identity) -> Self {
        Self {
            member: identity.member,
            guest: identity.guest,
        }
    }

    pub fn owner(self) -> Option<Owner> {
        self.member
            .map(Owner::Member)
            .or(self.guest.map(Owner::Guest))
    }

    /// The cart that is to become part of the owner's.
    pub fn left_behind(self) -> Option<Owner> {
        self.member.and(self.guest).map(Owner::Guest)
    }
}

#[derive(Clone, Debug, Default, PartialEq, Eq)]
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

/// Something that somebody wants.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Line {
    pub sku: Sku,
    pub quantity: u32,
    /// What it was called and cost when it was put in.
    pub name: Names,
    pub price: Money,
}

/// How many of one product, 0 to [`MOST_OF_ONE`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Quantity(u32);

impl Quantity {
    pub fn parse(number: i64) -> Result<Self, CartError> {
        let fits = (0..=MOST_OF_ONE).contains(&number);
        u32::try_from(number)
            .ok()
            .filter(|_| fits)
            .map(Self)
            .ok_or(CartError::Quantity)
    }

    pub const fn is_none(self) -> bool {
        self.0 == 0
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Change {
    /// So many it is to be.
    Set(Quantity),
    /// So many more, or as many as there are.
    Add(Quantity),
}

impl Change {
    /// How many there are afterwards. `now` of it are in the cart, among `lines` different products; `available` is
    /// `None` while nobody knows how many are left.
    pub fn decide(self, now: u32, lines: usize, available: Option<i64>) -> Result<u32, CartError> {
        let left = available.map_or(u32::MAX, |left| {
            u32::try_from(left.max(0)).unwrap_or(u32::MAX)
        });
        let wanted = match self {
            Self::Set(Quantity(0)) => return Ok(0),
            Self::Add(Quantity(0)) => return Err(CartError::Quantity),
            Self::Set(Quantity(wanted)) if wanted > left => {
                return Err(CartError::TooMany { available: left });
            }
            Self::Set(Quantity(wanted)) => wanted,
            Self::Add(_) if left <= now => return Err(CartError::TooMany { available: left }),
            Self::Add(Quantity(more)) => now.saturating_add(more).min(left),
        };
        if i64::from(wanted) > MOST_OF_ONE {
            return Err(CartError::Quantity);
        }
        if now == 0 && lines >= MOST_LINES {
            Err(CartError::Full)
        } else {
            Ok(wanted)
        }
    }

    /// How many there would be, whatever is left.
    pub fn wants(self, now: u32) -> u32 {
        match self {
            Self::Set(Quantity(wanted)) => wanted,
            Self::Add(Quantity(more)) => now.saturating_add(more),
        }
    }
}

#[derive(Debug, thiserror::Error)]
pub enum CartError {
    #[error("no such product is sold")]
    Unknown,
    #[error("only {available} are left")]
    TooMany { available: u32 },
    #[error("a quantity is a number from 0 to {MOST_OF_ONE}")]
    Quantity,
    #[error("no more than {MOST_LINES} different products fit")]
    Full,
    /// Neither a member nor a guest.
    #[error("nobody's cart")]
    Nobody,
    #[error(transparent)]
    Unavailable(#[from] Unavailable),
    #[error(transparent)]
    Db(#[from] DbError),
}

impl From<diesel::result::Error> for CartError {
    fn from(error: diesel::result::Error) -> Self {
        Self::Db(error.into())
    }
}

impl WriteError for CartError {
    fn as_db(&self) -> Option<&DbError> {
        match self {
            Self::Db(e) => Some(e),
            _ => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn outcome(
        change: Change,
        now: u32,
        lines: usize,
        available: Option<i64>,
    ) -> Result<u32, String> {
        change
            .decide(now, lines, available)
            .map_err(|e| e.to_string())
    }

    #[test]
    fn quantities_are_small_numbers() {
        for (number, fits) in [
            (0, true),
            (9_999, true),
            (10_000, false),
            (-1, false),
            (i64::MAX, false),
        ] {
            assert_eq!(Quantity::parse(number).is_ok(), fits, "{number}");
        }
    }

    #[test]
    fn setting_is_refused_above_what_is_left_and_taken_while_that_is_unknown() {
        let set = |n| Change::Set(Quantity(n));
        for (change, now, available, expect) in [
            (set(3), 0, Some(3), Ok(3)),
            (set(4), 0, Some(3), Err("only 3 are left")),
            (set(1), 5, Some(-2), Err("only 0 are left")),
            (set(4), 0, None, Ok(4)),
            (set(0), 5, Some(0), Ok(0)),
        ] {
            assert_eq!(
                outcome(change, now, 1, available),
                expect.map_err(str::to_owned),
                "{change:?} {available:?}"
            );
        }
    }

    #[test]
    fn adding_takes_what_there_is() {
        let add = |n| Change::Add(Quantity(n));
        let bound = "a quantity is a number from 0 to 9999";
        for (change, now, available, expect) in [
            (add(2), 3, Some(9), Ok(5)),
            (add(9), 3, Some(5), Ok(5)),
            (add(1), 5, Some(5), Err("only 5 are left")),
            (add(1), 0, Some(0), Err("only 0 are left")),
            (add(1), 9_999, None, Err(bound)),
            (add(0), 3, None, Err(bound)),
            (add(2), 3, None, Ok(5)),
        ] {
            assert_eq!(
                outcome(change, now, 1, available),
                expect.map_err(str::to_owned),
                "{change:?} {available:?}"
            );
        }
    }

    #[test]
    fn a_full_cart_takes_more_only_of_what_is_in_it() {
        let full = "no more than 100 different products fit".to_owned();
        assert_eq!(
            outcome(Change::Add(Quantity(1)), 0, MOST_LINES, None),
            Err(full)
        );
        assert_eq!(
            outcome(Change::Add(Quantity(1)), 1, MOST_LINES, None),
            Ok(2)
        );
        assert_eq!(
            outcome(Change::Set(Quantity(0)), 0, MOST_LINES, None),
            Ok(0)
        );
    }
}
