use std::fmt;

use serde::{Deserialize, Serialize};

/// An amount in the smallest unit of its currency (won have none smaller).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Money {
    pub amount: i64,
    #[serde(default)]
    pub currency: Currency,
}

#[derive(
    Clone, Copy, Debug, Default, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize,
)]
pub enum Currency {
    #[default]
    #[serde(rename = "KRW")]
    Krw,
}

/// The sum does not fit in 64 bits.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the amount is too large")]
pub struct Overflow;

impl Money {
    pub const ZERO: Self = Self::krw(0);

    pub const fn krw(amount: i64) -> Self {
        Self {
            amount,
            currency: Currency::Krw,
        }
    }

    pub fn plus(self, other: Self) -> Result<Self, Overflow> {
        self.amount
            .checked_add(other.amount)
            .map(Self::krw)
            .ok_or(Overflow)
    }

    pub fn times(self, quantity: u32) -> Result<Self, Overflow> {
        self.amount
            .checked_mul(i64::from(quantity))
            .map(Self::krw)
            .ok_or(Overflow)
    }

    pub fn sum(amounts: impl IntoIterator<Item = Self>) -> Result<Self, Overflow> {
        amounts.into_iter().try_fold(Self::ZERO, Self::plus)
    }
}

/// `₩12,900`: read alike in both languages.
impl fmt::Display for Money {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let digits = self.amount.unsigned_abs().to_string();
        f.write_str(if self.amount < 0 { "-₩" } else { "₩" })?;
        for (at, digit) in digits.chars().enumerate() {
            if at > 0 && (digits.len() - at).is_multiple_of(3) {
                f.write_str(",")?;
            }
            write!(f, "{digit}")?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn won_are_grouped_by_thousands() {
        for (amount, expect) in [
            (0, "₩0"),
            (999, "₩999"),
            (12_900, "₩12,900"),
            (-1_234_567, "-₩1,234,567"),
        ] {
            assert_eq!(Money::krw(amount).to_string(), expect);
        }
    }

    #[test]
    fn a_sum_that_does_not_fit_is_an_error() {
        assert_eq!(Money::krw(i64::MAX).plus(Money::krw(1)), Err(Overflow));
        assert_eq!(Money::krw(i64::MAX / 2).times(3), Err(Overflow));
        assert_eq!(
            Money::sum([Money::krw(1), Money::krw(2)]),
            Ok(Money::krw(3))
        );
    }
}
