/// Numbers that look random and are the same for the same seed, whatever was made before: every made-up thing has its
/// own dice. SplitMix64 (Steele, Lea, Flood 2014).
pub struct Dice(u64);

/// What the dice are for: things of one kind do not tell of those of another.
#[derive(Clone, Copy, Debug)]
pub enum Kind {
    Product = 1,
    Member = 2,
    Order = 3,
    OrderTime = 4,
}

impl Dice {
    pub fn of(seed: u64, kind: Kind, n: u32) -> Self {
        let mut dice = Self(seed);
        dice.0 = dice.next() ^ ((kind as u64) << 32) ^ u64::from(n);
        dice.next();
        dice
    }

    pub fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }

    /// From 0, below `bound`; 0 when there is nothing below.
    pub fn below(&mut self, bound: u64) -> u64 {
        // the bias is far below what anybody sees
        u64::try_from((u128::from(self.next()) * u128::from(bound)) >> 64).unwrap_or(0)
    }

    pub fn index(&mut self, length: usize) -> usize {
        usize::try_from(self.below(length as u64)).unwrap_or(0)
    }

    pub fn pick<'a, T>(&mut self, from: &'a [T]) -> &'a T {
        &from[self.index(from.len())]
    }

    /// Out of a hundred.
    pub fn chance(&mut self, percent: u64) -> bool {
        self.below(100) < percent
    }

    /// Of `length`, the first far more often than the last: as products sell.
    pub fn skewed(&mut self, length: usize) -> usize {
        let best = self.index(length).min(self.index(length));
        self.index(best + 1)
    }

    pub fn bytes(&mut self) -> [u8; 10] {
        let mut bytes = [0; 10];
        bytes[..8].copy_from_slice(&self.next().to_le_bytes());
        bytes[8..].copy_from_slice(&self.next().to_le_bytes()[..2]);
        bytes
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_same_seed_throws_the_same_and_another_another() {
        let throws = |seed, kind, n| {
            let mut dice = Dice::of(seed, kind, n);
            [dice.next(), dice.next()]
        };
        assert_eq!(throws(1, Kind::Order, 7), throws(1, Kind::Order, 7));
        for other in [
            throws(2, Kind::Order, 7),
            throws(1, Kind::Member, 7),
            throws(1, Kind::Order, 8),
        ] {
            assert_ne!(throws(1, Kind::Order, 7), other);
        }
    }

    #[test]
    fn numbers_stay_below_their_bound_and_use_all_of_it() {
        let mut dice = Dice::of(1, Kind::Product, 0);
        let mut seen = [0_u32; 6];
        for _ in 0..600 {
            seen[dice.index(6)] += 1;
        }
        assert!(
            seen.iter().all(|count| (50..150).contains(count)),
            "{seen:?}"
        );
        assert_eq!(dice.below(0), 0);
        let firsts = (0..1000).filter(|_| dice.skewed(100) < 20).count();
        assert!(firsts > 400, "{firsts}");
    }
}
