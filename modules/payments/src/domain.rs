use kernel::Money;
use platform::db::{DbError, WriteError};

/// Where a payment stands, as far as we know.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum State {
    /// The provider was asked, or is about to be; what it said is not known.
    Asking,
    Declined,
    Authorised,
    Captured,
    Voided,
    Refunded,
    /// Reversed before it was ever authorised, and so it never will be.
    Barred,
}

/// One step of the money: one transaction in the ledger, one line in the provider's log.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Movement {
    Authorise,
    Capture,
    Void,
    Refund,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Account {
    /// Held on customers' cards for us.
    Receivable,
    /// What of it is not ours yet.
    Unearned,
    /// What the provider has taken for us and owes us.
    Clearing,
    Revenue,
    Refunds,
}

/// The entries of one transaction: they add up to zero, or there is no such value.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Posting(Vec<(Account, i64)>);

#[derive(Debug, thiserror::Error)]
pub enum PaymentError {
    /// A transaction whose entries do not add up to zero: a mistake in this program, nothing was written.
    #[error("the ledger refuses entries that add up to {0}")]
    Unbalanced(i128),
    #[error(transparent)]
    Db(#[from] DbError),
}

impl State {
    const ALL: [Self; 7] = [
        Self::Asking,
        Self::Declined,
        Self::Authorised,
        Self::Captured,
        Self::Voided,
        Self::Refunded,
        Self::Barred,
    ];

    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Asking => "asking",
            Self::Declined => "declined",
            Self::Authorised => "authorised",
            Self::Captured => "captured",
            Self::Voided => "voided",
            Self::Refunded => "refunded",
            Self::Barred => "barred",
        }
    }

    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|state| state.as_str() == text)
    }

    /// No step can follow.
    pub const fn is_over(self) -> bool {
        matches!(
            self,
            Self::Declined | Self::Voided | Self::Refunded | Self::Barred
        )
    }

    /// All steps that lead from nothing to here.
    const fn path(self) -> &'static [Movement] {
        match self {
            Self::Asking | Self::Declined | Self::Barred => &[],
            Self::Authorised => &[Movement::Authorise],
            Self::Captured => &[Movement::Authorise, Movement::Capture],
            Self::Voided => &[Movement::Authorise, Movement::Void],
            Self::Refunded => &[Movement::Authorise, Movement::Capture, Movement::Refund],
        }
    }

    /// The steps from here to `seen`. `None` when `seen` is not ahead of us: old news.
    pub fn steps_to(self, seen: Self) -> Option<&'static [Movement]> {
        if self == seen || seen == Self::Asking {
            return None;
        }
        if self == Self::Asking {
            return Some(seen.path());
        }
        let steps = seen.path().strip_prefix(self.path())?;
        (!self.is_over() && !steps.is_empty()).then_some(steps)
    }
}

impl Movement {
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Authorise => "authorise",
            Self::Capture => "capture",
            Self::Void => "void",
            Self::Refund => "refund",
        }
    }

    /// What it does to the accounts; debit is positive.
    pub fn posting(self, amount: Money) -> Result<Posting, PaymentError> {
        use Account::{Clearing, Receivable, Refunds, Revenue, Unearned};
        let (plus, minus) = (amount.amount, amount.amount.saturating_neg());
        Posting::balanced(match self {
            Self::Authorise => vec![(Receivable, plus), (Unearned, minus)],
            Self::Void => vec![(Receivable, minus), (Unearned, plus)],
            Self::Capture => {
                vec![
                    (Receivable, minus),
                    (Unearned, plus),
                    (Clearing, plus),
                    (Revenue, minus),
                ]
            }
            Self::Refund => vec![(Refunds, plus), (Clearing, minus)],
        })
    }
}

impl Account {
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Receivable => "receivable",
            Self::Unearned => "unearned",
            Self::Clearing => "clearing",
            Self::Revenue => "revenue",
            Self::Refunds => "refunds",
        }
    }
}

impl Posting {
    pub fn balanced(entries: Vec<(Account, i64)>) -> Result<Self, PaymentError> {
        match entries.iter().map(|(_, amount)| i128::from(*amount)).sum() {
            0 => Ok(Self(entries)),
            sum => Err(PaymentError::Unbalanced(sum)),
        }
    }

    pub fn entries(&self) -> &[(Account, i64)] {
        &self.0
    }
}

impl From<diesel::result::Error> for PaymentError {
    fn from(error: diesel::result::Error) -> Self {
        Self::Db(error.into())
    }
}

impl WriteError for PaymentError {
    fn as_db(&self) -> Option<&DbError> {
        match self {
            Self::Db(e) => Some(e),
            Self::Unbalanced(_) => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use proptest::prelude::*;

    use super::*;

    const MOVEMENTS: [Movement; 4] = [
        Movement::Authorise,
        Movement::Capture,
        Movement::Void,
        Movement::Refund,
    ];

    fn books(state: State, amount: i64) -> BTreeMap<&'static str, i64> {
        let mut books = BTreeMap::new();
        for step in state.path() {
            for (account, amount) in step.posting(Money::krw(amount)).unwrap().entries() {
                *books.entry(account.as_str()).or_default() += amount;
            }
        }
        books.retain(|_, balance| *balance != 0);
        books
    }

    proptest! {
        #[test]
        fn every_transaction_adds_up_to_zero(amount in 0..=i64::MAX, which in 0..4_usize) {
            let posting = MOVEMENTS[which].posting(Money::krw(amount)).unwrap();
            let sum: i128 = posting.entries().iter().map(|(_, amount)| i128::from(*amount)).sum();
            prop_assert_eq!(sum, 0);
        }

        #[test]
        fn entries_that_do_not_add_up_are_refused(a in any::<i64>(), b in any::<i64>()) {
            let posting = Posting::balanced(vec![(Account::Clearing, a), (Account::Revenue, b)]);
            prop_assert_eq!(posting.is_ok(), i128::from(a) + i128::from(b) == 0);
        }

        /// However the news arrives, late, twice or out of order, the ledger ends where the furthest of it says.
        #[test]
        fn the_ledger_follows_any_news(news in prop::collection::vec(0..4_usize, 0..12), amount in 1..1_000_000_i64) {
            // what a provider could say one after the other about a payment that is refunded in the end
            let line = [State::Asking, State::Authorised, State::Captured, State::Refunded];
            let (mut state, mut steps) = (State::Asking, Vec::new());
            for heard in &news {
                if let Some(more) = state.steps_to(line[*heard]) {
                    steps.extend_from_slice(more);
                    state = line[*heard];
                }
            }
            let furthest = line[news.iter().copied().max().unwrap_or(0)];
            prop_assert_eq!(state, furthest);
            prop_assert_eq!(steps.as_slice(), furthest.path());
            prop_assert_eq!(books(state, amount).values().sum::<i64>(), 0);
        }
    }

    #[test]
    fn accounts_show_where_the_money_is() {
        let check = |state, expect: &[(&'static str, i64)]| {
            assert_eq!(
                books(state, 100),
                expect.iter().copied().collect(),
                "{state:?}"
            );
        };
        check(State::Declined, &[]);
        check(
            State::Authorised,
            &[("receivable", 100), ("unearned", -100)],
        );
        check(State::Voided, &[]);
        check(State::Captured, &[("clearing", 100), ("revenue", -100)]);
        check(State::Refunded, &[("refunds", 100), ("revenue", -100)]);
    }

    #[test]
    fn what_is_over_stays_over() {
        for over in State::ALL.into_iter().filter(|state| state.is_over()) {
            for seen in State::ALL {
                assert_eq!(over.steps_to(seen), None, "{over:?} {seen:?}");
            }
        }
        assert_eq!(State::Authorised.steps_to(State::Declined), None);
        assert_eq!(State::Captured.steps_to(State::Voided), None);
    }

    #[test]
    fn states_are_written_and_read_alike() {
        for state in State::ALL {
            assert_eq!(State::parse(state.as_str()), Some(state));
        }
    }
}
