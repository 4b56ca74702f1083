//! How often one caller may do what costs us or hurts others. Generous to people, tight for machines that guess.

use std::hash::{BuildHasher, RandomState};
use std::num::NonZeroU32;
use std::time::Duration;

use governor::clock::{Clock, DefaultClock};
use governor::{DefaultKeyedRateLimiter, Quota, RateLimiter};

use crate::problem::Problem;

/// Callers are told apart by so many places at most, whatever they send: the memory is bounded.
const PLACES: u64 = 1 << 16;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// Logins from one address.
    LoginAddress,
    /// Logins to one account.
    LoginAccount,
    SignUp,
    Search,
    /// Mails to one account.
    Reset,
}

impl Kind {
    const ALL: [Self; 5] = [
        Self::LoginAddress,
        Self::LoginAccount,
        Self::SignUp,
        Self::Search,
        Self::Reset,
    ];

    /// At once, and how long until one more is allowed.
    const fn quota(self) -> (u32, Duration) {
        match self {
            Self::LoginAddress => (300, Duration::from_millis(200)),
            Self::LoginAccount => (20, Duration::from_secs(6)),
            Self::SignUp => (300, Duration::from_secs(1)),
            Self::Search => (1000, Duration::from_millis(10)),
            Self::Reset => (5, Duration::from_mins(5)),
        }
    }
}

pub struct Limits {
    /// `None`: switched off.
    limiters: Option<[DefaultKeyedRateLimiter<u64>; 5]>,
    places: RandomState,
    clock: DefaultClock,
}

impl Limits {
    pub fn new(on: bool) -> Self {
        let limiter = |kind: Kind| {
            let (burst, period) = kind.quota();
            let quota = Quota::with_period(period).unwrap_or(Quota::per_second(NonZeroU32::MIN));
            RateLimiter::dashmap(quota.allow_burst(NonZeroU32::MIN.saturating_add(burst - 1)))
        };
        Self {
            limiters: on.then(|| Kind::ALL.map(limiter)),
            places: RandomState::new(),
            clock: DefaultClock::default(),
        }
    }

    /// Counts one more by `key` (an address, an e-mail address); 429 with the time to wait when it is too often.
    pub fn check(&self, kind: Kind, key: impl AsRef<str>) -> Result<(), Problem> {
        let Some(limiters) = &self.limiters else {
            return Ok(());
        };
        let place = self.places.hash_one(key.as_ref().to_lowercase()) % PLACES;
        limiters[kind as usize]
            .check_key(&place)
            .map_err(|wait| Problem::too_many(wait.wait_time_from(self.clock.now())))
    }

    /// Forgets who has not been seen for long; to be called now and then.
    pub fn tidy(&self) {
        self.limiters
            .iter()
            .flatten()
            .for_each(RateLimiter::retain_recent);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn guessing_is_stopped_and_others_are_not() {
        let limits = Limits::new(true);
        let allowed = (0..100)
            .take_while(|_| limits.check(Kind::LoginAccount, "kim@example.com").is_ok())
            .count();
        assert_eq!(allowed, 20);
        assert_eq!(
            limits
                .check(Kind::LoginAccount, "KIM@example.com")
                .unwrap_err()
                .status()
                .as_u16(),
            429
        );
        assert!(limits.check(Kind::LoginAccount, "lee@example.com").is_ok());
        assert!(limits.check(Kind::LoginAddress, "kim@example.com").is_ok());
        limits.tidy();
        assert!(limits.check(Kind::LoginAccount, "kim@example.com").is_err());
    }

    #[test]
    fn switched_off_nothing_is_counted() {
        let limits = Limits::new(false);
        assert!((0..1000).all(|_| limits.check(Kind::Reset, "kim@example.com").is_ok()));
    }
}
