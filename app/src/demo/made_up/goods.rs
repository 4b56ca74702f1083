use catalog::api::{Amount, Both, OptionDraft, PictureDraft, ProductDraft, ValuesDraft};
use kernel::Sku;
use stock::api::OnHand;

use super::dice::{Dice, Kind};
use super::words::{
    Axes, COLORS_OF, MATERIALS, PLACES, SERIES, SIZES_OF, THINGS, Thing, Word, materials, sentences,
};
use crate::demo::hand_made;

const NAMES: u64 = (THINGS.len() * MATERIALS * PLACES.len() * SERIES.len()) as u64;
/// Has no divisor in common with [`NAMES`]: so many steps apart, neighbours are unlike, and no name comes twice before
/// all have come.
const STRIDE: u64 = 48_271;

/// The `n`th product of a seed: a pure function of both.
pub struct Good {
    thing: &'static Thing,
    code: String,
    name: Both,
    material: Word,
    place: Word,
    variants: Vec<Variant>,
    sentences: [usize; 2],
}

struct Variant {
    sku: String,
    color: Option<Word>,
    size: Option<Word>,
    price: i64,
    on_hand: i64,
}

/// Something that can be bought, as an order needs it.
#[derive(Clone, Debug)]
pub struct Bought {
    pub sku: Sku,
    pub product: Sku,
    pub name: Both,
    pub price: i64,
}

impl Good {
    pub fn of(seed: u64, n: u32) -> Self {
        let mut dice = Dice::of(seed, Kind::Product, n);
        let name = (u64::from(n) * STRIDE + seed % NAMES) % NAMES;
        let (name, series) = split(name, &SERIES);
        let (name, place) = split(name, &PLACES);
        let (name, thing) = split(name, &THINGS);
        let material = materials(thing.sort)[usize::try_from(name).unwrap_or(0) % MATERIALS];
        let code = format!("{}-{seed:X}-{n:06}", thing.picture.trim_end_matches("-01"));
        let price = (thing.price * (70 + i64::try_from(dice.below(90)).unwrap_or(0)) / 100 + 50)
            / 100
            * 100;
        let variants = variants(thing, &code, price, &mut dice);
        let first = dice.index(4);
        Self {
            name: Both {
                ko: format!("{} {} {} ‘{}’", place.0, material.0, thing.name.0, series.0),
                en: format!(
                    "{} {} ‘{}’ from {}",
                    material.1, thing.name.1, series.1, place.1
                ),
            },
            thing,
            code,
            material,
            place: *place,
            variants,
            sentences: in_order([first, (first + 1 + dice.index(3)) % 4]),
        }
    }

    /// With the picture of a thing of its kind.
    pub fn draft(&self) -> ProductDraft {
        let has_options = self.thing.axes != Axes::None;
        let picture = hand_made::picture(&format!("pictures/{}.svg", self.thing.picture));
        let picture = picture.map(|data| PictureDraft::New {
            media_type: "image/svg+xml".to_owned(),
            data,
        });
        ProductDraft {
            sku: self.code.clone(),
            name: self.name.clone(),
            description: self.description(),
            price: Amount(self.variants.first().map_or(0, |variant| variant.price)),
            category: self.thing.category.to_owned(),
            options: if has_options {
                self.variants.iter().map(Variant::draft).collect()
            } else {
                Vec::new()
            },
            pictures: picture.into_iter().collect(),
            on_hand: None,
        }
    }

    pub fn on_hand(&self) -> impl Iterator<Item = OnHand> {
        self.variants.iter().filter_map(|v| {
            Some(OnHand {
                sku: v.sku.parse().ok()?,
                on_hand: v.on_hand,
            })
        })
    }

    /// One of its variants.
    pub fn buy(&self, dice: &mut Dice) -> Option<Bought> {
        let variant = self.variants.get(dice.index(self.variants.len()))?;
        let name = match variant.size.or(variant.color) {
            None => self.name.clone(),
            Some((ko, en)) => Both {
                ko: format!("{} ({ko})", self.name.ko),
                en: format!("{} ({en})", self.name.en),
            },
        };
        let (sku, product) = (variant.sku.parse().ok()?, self.code.parse().ok()?);
        Some(Bought {
            sku,
            product,
            name,
            price: variant.price,
        })
    }

    fn description(&self) -> Both {
        let all = sentences(self.thing.sort);
        let [one, two] = self.sentences.map(|at| all[at]);
        Both {
            ko: format!(
                "만든 곳은 {}, 종류는 {}입니다. {} {}",
                self.place.0, self.material.0, one.0, two.0
            ),
            en: format!(
                "{}, made in {}. {} {}",
                self.material.1, self.place.1, one.1, two.1
            ),
        }
    }
}

impl Variant {
    fn draft(&self) -> OptionDraft {
        OptionDraft {
            sku: self.sku.clone(),
            values: ValuesDraft {
                color: self.color.map(both),
                size: self.size.map(both),
            },
            price: Some(Amount(self.price)),
            on_hand: None,
        }
    }
}

fn variants(thing: &Thing, code: &str, price: i64, dice: &mut Dice) -> Vec<Variant> {
    let mut on_hand = || {
        if dice.chance(4) {
            0
        } else {
            3 + i64::try_from(dice.below(180)).unwrap_or(0)
        }
    };
    let mut variant = |suffix: &str, color, size| Variant {
        sku: format!("{code}{suffix}"),
        color,
        size,
        price,
        on_hand: on_hand(),
    };
    match thing.axes {
        Axes::None => vec![variant("", None, None)],
        Axes::Sizes => SIZES_OF
            .iter()
            .map(|(suffix, word)| variant(&format!("-{suffix}"), None, Some(*word)))
            .collect(),
        Axes::Colors => {
            // by the price, so that the dice stay with the stock
            let first = usize::try_from(price / 100).unwrap_or(0);
            let colors = (0..3).map(|at| &COLORS_OF[(first + 2 * at) % COLORS_OF.len()]);
            colors
                .map(|(suffix, word)| variant(&format!("-{suffix}"), Some(*word), None))
                .collect()
        }
    }
}

fn both((ko, en): Word) -> Both {
    Both {
        ko: ko.to_owned(),
        en: en.to_owned(),
    }
}

/// What to mind is said last.
fn in_order(mut sentences: [usize; 2]) -> [usize; 2] {
    sentences.sort_unstable();
    sentences
}

/// Takes a number apart into what it stands for and the rest.
fn split<T>(number: u64, words: &[T]) -> (u64, &T) {
    let length = words.len() as u64;
    (
        number / length,
        &words[usize::try_from(number % length).unwrap_or(0)],
    )
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::*;

    #[test]
    fn no_two_names_are_the_same_as_long_as_there_are_words() {
        let mut ko = HashSet::new();
        let mut en = HashSet::new();
        for n in 0..u32::try_from(NAMES).unwrap() {
            let good = Good::of(7, n);
            assert!(
                ko.insert(good.name.ko.clone()) && en.insert(good.name.en.clone()),
                "{n}: {}",
                good.name.ko
            );
        }
        assert!(ko.len() > 100_000);
    }

    #[test]
    fn the_same_seed_makes_the_same_product() {
        assert_eq!(Good::of(3, 41).draft(), Good::of(3, 41).draft());
        assert_ne!(Good::of(3, 41).draft().sku, Good::of(4, 41).draft().sku);
    }

    #[test]
    fn every_thing_has_a_picture_and_a_category() {
        let categories = hand_made::categories().unwrap();
        for thing in &THINGS {
            assert!(
                hand_made::picture(&format!("pictures/{}.svg", thing.picture)).is_some(),
                "{}",
                thing.picture
            );
            assert!(
                categories
                    .iter()
                    .any(|category| category.slug == thing.category),
                "{}",
                thing.category
            );
        }
    }

    #[test]
    fn what_is_bought_is_a_variant_with_its_name() {
        let shirt = (0..200)
            .map(|n| Good::of(1, n))
            .find(|good| good.thing.axes == Axes::Sizes)
            .unwrap();
        let bought = shirt.buy(&mut Dice::of(1, Kind::Order, 1)).unwrap();
        assert!(
            bought.name.en.ends_with(')') && bought.sku != bought.product,
            "{}",
            bought.name.en
        );
    }
}
