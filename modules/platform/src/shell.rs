//! What every handler shares. One per process, registered as `web::Data<Shell>`.

use std::sync::Arc;

use kernel::{Clock, FixedClock, Id, Timestamp};

use crate::identity::{ServiceKey, TrustedProxies};
use crate::limits::Limits;
use crate::locale::Texts;
use crate::page::Assets;

pub struct Shell {
    pub texts: Arc<Texts>,
    pub clock: Arc<dyn Clock>,
    pub random: Arc<dyn Random>,
    pub key: ServiceKey,
    pub proxies: TrustedProxies,
    pub limits: Limits,
    /// Where people reach this shop, `https://shop.example`; for links in mails and as an origin that is ours.
    pub public_url: Option<String>,
    pub assets: Assets,
}

impl Shell {
    /// With the system's clock and randomness, no trusted proxy and rate limits on; the fields are there to be changed.
    pub fn new(texts: Texts, key: ServiceKey) -> Self {
        Self {
            texts: Arc::new(texts),
            clock: Arc::new(SystemClock),
            random: Arc::new(SystemRandom),
            key,
            proxies: TrustedProxies::default(),
            limits: Limits::new(true),
            public_url: None,
            assets: Assets::embedded(),
        }
    }

    /// For tests and samples: time stands still, ids count up.
    pub fn sample(texts: Texts) -> Self {
        Self {
            clock: Arc::new(FixedClock::at(Timestamp::from_micros(
                1_795_000_000_000_000,
            ))),
            random: Arc::new(Counting::default()),
            limits: Limits::new(false),
            ..Self::new(texts, ServiceKey::sample())
        }
    }

    pub fn now(&self) -> Timestamp {
        self.clock.now()
    }

    pub fn new_id<T>(&self) -> Id<T> {
        Id::new(self.now(), self.random_bytes())
    }

    pub fn random_bytes<const N: usize>(&self) -> [u8; N] {
        let mut bytes = [0; N];
        self.random.fill(&mut bytes);
        bytes
    }
}

/// Where randomness comes from: a parameter, like time.
pub trait Random: Send + Sync {
    fn fill(&self, bytes: &mut [u8]);
}

pub struct SystemRandom;

impl Random for SystemRandom {
    fn fill(&self, bytes: &mut [u8]) {
        rand::fill(bytes);
    }
}

/// Random only in name: 1, 2, 3 …, so that tests and seeded demos repeat themselves.
#[derive(Default)]
pub struct Counting(std::sync::atomic::AtomicU64);

impl Random for Counting {
    fn fill(&self, bytes: &mut [u8]) {
        let next = self.0.fetch_add(1, std::sync::atomic::Ordering::Relaxed) + 1;
        for (byte, value) in bytes
            .iter_mut()
            .rev()
            .zip(next.to_le_bytes().into_iter().chain(std::iter::repeat(0)))
        {
            *byte = value;
        }
    }
}

pub struct SystemClock;

impl Clock for SystemClock {
    #[expect(
        clippy::disallowed_methods,
        reason = "the one place that reads the system's time"
    )]
    fn now(&self) -> Timestamp {
        let since_1970 = std::time::SystemTime::now()
            .duration_since(std::time::UNIX_EPOCH)
            .unwrap_or_default();
        Timestamp::from_micros(i64::try_from(since_1970.as_micros()).unwrap_or(i64::MAX))
    }
}

#[cfg(test)]
mod tests {
    use kernel::Order;

    use super::*;

    #[test]
    fn ids_of_a_real_shell_differ_and_those_of_a_sample_count_up() {
        let real = Shell::new(Texts::new(&[]).unwrap(), ServiceKey::sample());
        assert_ne!(real.new_id::<Order>(), real.new_id::<Order>());
        let sample = Shell::sample(Texts::new(&[]).unwrap());
        assert!(sample.new_id::<Order>() < sample.new_id::<Order>());
    }
}
