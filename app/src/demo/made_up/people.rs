use kernel::{Locale, MemberId, Timestamp};
use members::api::{Address, DemoMember};

use super::dice::{Dice, Kind};
use super::words::{FAMILY, FOREIGN, GIVEN, ROADS};

/// Ids and dates of joining count from here, so that they are the same whenever they are made: noon, 1 March 2023.
const FIRST: i64 = 1_677_639_600_000_000;
/// Over two years, so that all have joined when the first made-up order is placed.
const LAST_MINUTES: u64 = 2 * 365 * 24 * 60;

/// The `n`th member of a seed: a pure function of both. Without a password: nobody can log in.
pub fn member(seed: u64, n: u32) -> DemoMember {
    let mut dice = Dice::of(seed, Kind::Member, n);
    let joined_at = Timestamp::from_micros(FIRST)
        .after(std::time::Duration::from_mins(dice.below(LAST_MINUTES)));
    let (name, mailbox, locale) = if dice.chance(85) {
        let (family, given) = (dice.pick(&FAMILY), dice.pick(&GIVEN));
        (
            format!("{}{}", family.0, given.0),
            format!("{}.{}", given.1, family.1),
            Locale::Ko,
        )
    } else {
        let name = *dice.pick(&FOREIGN);
        (
            name.to_owned(),
            name.to_lowercase().replace(' ', "."),
            Locale::En,
        )
    };
    DemoMember {
        member: MemberId::new(joined_at, dice.bytes()),
        email: format!("{mailbox}.{n}.{seed}@example.com"),
        address: Some(address(&name, &mut dice)),
        name,
        locale,
        password_hash: None,
        joined_at,
    }
}

fn address(name: &str, dice: &mut Dice) -> Address {
    let (postcode, road) = dice.pick(&ROADS);
    Address {
        recipient: name.to_owned(),
        phone: format!("010-0000-{:04}", dice.below(10_000)),
        postcode: (*postcode).to_owned(),
        line1: format!("{road} {}", 1 + dice.below(240)),
        line2: if dice.chance(70) {
            format!(
                "{}동 {}호",
                101 + dice.below(12),
                100 * (1 + dice.below(20)) + 1 + dice.below(6)
            )
        } else {
            String::new()
        },
    }
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::*;

    #[test]
    fn every_member_is_somebody_else_and_the_same_again() {
        let emails: HashSet<String> = (0..2_000).map(|n| member(1, n).email).collect();
        let ids: HashSet<MemberId> = (0..2_000).map(|n| member(1, n).member).collect();
        assert_eq!((emails.len(), ids.len()), (2_000, 2_000));
        assert_eq!(member(1, 5).member, member(1, 5).member);
        assert_ne!(member(1, 5).member, member(2, 5).member);
        assert!((0..2_000).all(|n| member(1, n).password_hash.is_none()));
    }
}
