use std::fmt;
use std::sync::atomic::{AtomicI64, Ordering};
use std::time::Duration;

use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// A moment in UTC, in microseconds since 1970; RFC 3339 on the wire.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Timestamp(i64);

impl Timestamp {
    pub const fn from_micros(micros: i64) -> Self {
        Self(micros)
    }

    pub const fn as_micros(self) -> i64 {
        self.0
    }

    /// Saturates at the end of time instead of wrapping.
    pub fn after(self, duration: Duration) -> Self {
        Self(self.0.saturating_add(micros(duration)))
    }

    pub fn before(self, duration: Duration) -> Self {
        Self(self.0.saturating_sub(micros(duration)))
    }

    /// Zero when `earlier` is in fact later.
    pub fn since(self, earlier: Self) -> Duration {
        Duration::from_micros(u64::try_from(self.0.saturating_sub(earlier.0)).unwrap_or(0))
    }

    /// The calendar date in Korea (UTC+9, no summer time), `2026-11-21`.
    pub fn korean_date(self) -> String {
        self.in_korea("%Y-%m-%d")
    }

    /// Date and minute in Korea, `2026-11-21 14:05`.
    pub fn korean_minute(self) -> String {
        self.in_korea("%Y-%m-%d %H:%M")
    }

    pub fn parse(rfc3339: &str) -> Option<Self> {
        let parsed: jiff::Timestamp = rfc3339.parse().ok()?;
        Some(Self(parsed.as_microsecond()))
    }

    fn in_korea(self, format: &str) -> String {
        let zone = jiff::tz::TimeZone::fixed(jiff::tz::offset(9));
        self.to_jiff().to_zoned(zone).strftime(format).to_string()
    }

    fn to_jiff(self) -> jiff::Timestamp {
        jiff::Timestamp::from_microsecond(self.0).unwrap_or(jiff::Timestamp::MAX)
    }
}

fn micros(duration: Duration) -> i64 {
    i64::try_from(duration.as_micros()).unwrap_or(i64::MAX)
}

impl fmt::Display for Timestamp {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:.6}", self.to_jiff())
    }
}

impl Serialize for Timestamp {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Timestamp {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = std::borrow::Cow::<'de, str>::deserialize(deserializer)?;
        Self::parse(&text).ok_or_else(|| serde::de::Error::custom("not an RFC 3339 time"))
    }
}

/// Where "now" comes from: time is a parameter, so that tests can turn it.
pub trait Clock: Send + Sync {
    fn now(&self) -> Timestamp;
}

/// A clock that stands still until it is turned.
#[derive(Debug)]
pub struct FixedClock(AtomicI64);

impl FixedClock {
    pub fn at(now: Timestamp) -> Self {
        Self(AtomicI64::new(now.0))
    }

    pub fn turn(&self, by: Duration) {
        self.0.fetch_add(micros(by), Ordering::SeqCst);
    }
}

impl Clock for FixedClock {
    fn now(&self) -> Timestamp {
        Timestamp(self.0.load(Ordering::SeqCst))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_timestamp_survives_the_wire() {
        let at = Timestamp::parse("2026-11-21T09:44:02.000123Z").unwrap();
        assert_eq!(at.to_string(), "2026-11-21T09:44:02.000123Z");
        assert_eq!(at.korean_minute(), "2026-11-21 18:44");
        assert_eq!(Timestamp::parse("yesterday"), None);
    }

    #[test]
    fn the_distance_to_the_future_is_zero() {
        let (early, late) = (Timestamp::from_micros(1), Timestamp::from_micros(5));
        assert_eq!(early.since(late), Duration::ZERO);
        assert_eq!(late.since(early), Duration::from_micros(4));
    }
}
