//! A cart as it is shown: its lines, with what catalog and stock say about them now.

use std::collections::HashMap;

use kernel::{Money, Sku};

use crate::domain::{Line, MOST_OF_ONE, Names};
use crate::needs::Offer;

/// Who is asked, by the names that `missing` uses.
pub const SHELF: &str = "catalog";
const STOCK: &str = "stock";

/// What the neighbours said; `None`: one of them could not be asked.
#[derive(Clone, Debug, Default)]
pub struct Answers {
    pub offers: Option<HashMap<Sku, Offer>>,
    pub left: Option<HashMap<Sku, i64>>,
}

impl Answers {
    /// `None` when nobody knows, 0 for what stock has never heard of.
    pub fn left(&self, sku: &Sku) -> Option<i64> {
        self.left
            .as_ref()
            .map(|left| left.get(sku).copied().unwrap_or(0).max(0))
    }
}

#[derive(Clone, Debug, Default)]
pub struct Shown {
    pub items: Vec<Item>,
    /// Of everything that can be bought; `None` while prices cannot be asked.
    pub total: Option<Money>,
    pub missing: Vec<&'static str>,
}

#[derive(Clone, Debug)]
pub struct Item {
    pub sku: Sku,
    pub state: State,
    /// As it was called when it was put in, where catalog does not say what it is called now.
    pub name: Names,
    pub picture: Option<String>,
    pub price: Option<Money>,
    /// What it cost when it was put in, if that was another price.
    pub was: Option<Money>,
    /// What was asked for, or what is left if that is less.
    pub quantity: u32,
    pub wanted: u32,
    pub subtotal: Option<Money>,
    /// `None` while stock cannot be asked.
    pub available: Option<i64>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum State {
    /// Can be bought, as far as anybody knows.
    Here,
    SoldOut,
    /// The shop does not sell it any more.
    Gone,
    /// Nobody can be asked whether it is sold.
    Unknown,
}

impl Shown {
    pub fn of(lines: Vec<Line>, answers: &Answers) -> Self {
        let missing = if lines.is_empty() {
            Vec::new()
        } else {
            missing(answers)
        };
        let items: Vec<Item> = lines
            .into_iter()
            .map(|line| Item::of(line, answers))
            .collect();
        let total = Money::sum(items.iter().filter_map(|item| item.subtotal)).ok();
        Self {
            total: total.filter(|_| !missing.contains(&SHELF)),
            items,
            missing,
        }
    }

    pub fn is_empty(&self) -> bool {
        self.items.is_empty()
    }

    pub fn is_stock_missing(&self) -> bool {
        self.missing.contains(&STOCK)
    }

    pub fn is_shelf_missing(&self) -> bool {
        self.missing.contains(&SHELF)
    }

    /// An order of a cart with something sold out in it would be cancelled at once.
    pub fn can_be_ordered(&self) -> bool {
        self.items.iter().all(|item| item.state != State::SoldOut)
            && self.items.iter().any(|item| item.state == State::Here)
    }

    /// Pieces, not kinds.
    pub fn pieces(&self) -> u64 {
        self.items.iter().map(|item| u64::from(item.quantity)).sum()
    }
}

fn missing(answers: &Answers) -> Vec<&'static str> {
    let asked = [
        (SHELF, answers.offers.is_none()),
        (STOCK, answers.left.is_none()),
    ];
    asked
        .into_iter()
        .filter_map(|(name, is_missing)| is_missing.then_some(name))
        .collect()
}

impl Item {
    fn of(line: Line, answers: &Answers) -> Self {
        let offer = answers.offers.as_ref().map(|offers| offers.get(&line.sku));
        let available = if offer == Some(None) {
            Some(0)
        } else {
            answers.left(&line.sku)
        };
        let state = match (&offer, available) {
            (None, _) => State::Unknown,
            (Some(None), _) => State::Gone,
            (Some(Some(_)), Some(0)) => State::SoldOut,
            (Some(Some(_)), _) => State::Here,
        };
        let quantity = available.map_or(line.quantity, |left| {
            line.quantity.min(u32::try_from(left).unwrap_or(u32::MAX))
        });
        let offer = offer.flatten();
        let price = offer.map(|offer| offer.price);
        Self {
            state,
            name: offer.map_or(line.name, |offer| offer.name.clone()),
            picture: offer.and_then(|offer| offer.picture.clone()),
            price,
            was: price
                .filter(|price| *price != line.price)
                .map(|_| line.price),
            quantity,
            wanted: line.quantity,
            // a sum that does not fit is of no cart that can be ordered
            subtotal: price.and_then(|price| price.times(quantity).ok()),
            available,
            sku: line.sku,
        }
    }

    pub fn is_here(&self) -> bool {
        self.state == State::Here
    }

    pub fn is_sold_out(&self) -> bool {
        self.state == State::SoldOut
    }

    pub fn is_gone(&self) -> bool {
        self.state == State::Gone
    }

    /// Fewer than were asked for.
    pub fn is_capped(&self) -> bool {
        self.is_here() && self.quantity < self.wanted
    }

    /// The most that the quantity can be set to.
    pub fn most(&self) -> i64 {
        self.available
            .map_or(MOST_OF_ONE, |left| left.min(MOST_OF_ONE))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn line(sku: &str, quantity: u32, price: i64) -> Line {
        let name = Names {
            ko: "머그".to_owned(),
            en: "Mug".to_owned(),
        };
        Line {
            sku: sku.parse().unwrap(),
            quantity,
            name,
            price: Money::krw(price),
        }
    }

    fn answers(offers: &[(&str, i64)], left: &[(&str, i64)]) -> Answers {
        let offer = |(sku, price): &(&str, i64)| {
            let sku: Sku = sku.parse().unwrap();
            let name = Names {
                ko: "새 머그".to_owned(),
                en: "New mug".to_owned(),
            };
            (
                sku.clone(),
                Offer {
                    sku,
                    name,
                    price: Money::krw(*price),
                    picture: None,
                },
            )
        };
        Answers {
            offers: Some(offers.iter().map(offer).collect()),
            left: Some(
                left.iter()
                    .map(|(sku, left)| (sku.parse().unwrap(), *left))
                    .collect(),
            ),
        }
    }

    #[test]
    fn a_cart_is_capped_by_stock_and_shows_what_prices_were() {
        let lines = vec![
            line("A", 5, 1000),
            line("B", 2, 900),
            line("C", 1, 500),
            line("D", 1, 50),
        ];
        let shown = Shown::of(
            lines,
            &answers(
                &[("A", 1000), ("B", 1000), ("C", 500)],
                &[("A", 3), ("B", 9)],
            ),
        );
        let facts: Vec<_> = shown
            .items
            .iter()
            .map(|i| {
                (
                    i.state,
                    i.quantity,
                    i.subtotal.map(|m| m.amount),
                    i.was.map(|m| m.amount),
                )
            })
            .collect();
        assert_eq!(
            facts,
            [
                (State::Here, 3, Some(3000), None),
                (State::Here, 2, Some(2000), Some(900)),
                (State::SoldOut, 0, Some(0), None),
                (State::Gone, 0, None, None),
            ]
        );
        assert!(shown.items[0].is_capped() && !shown.items[1].is_capped());
        assert_eq!(
            (shown.total, shown.items[3].name.en.as_str()),
            (Some(Money::krw(5000)), "Mug")
        );
        assert!(!shown.can_be_ordered(), "something is sold out");
    }

    #[test]
    fn without_stock_nothing_is_capped_and_without_the_catalogue_nothing_is_priced() {
        let no_stock = Answers {
            left: None,
            ..answers(&[("A", 1000)], &[])
        };
        let shown = Shown::of(vec![line("A", 5, 1000)], &no_stock);
        assert_eq!(
            (shown.total, shown.missing.as_slice()),
            (Some(Money::krw(5000)), &["stock"][..])
        );
        assert_eq!(
            (shown.items[0].quantity, shown.items[0].available),
            (5, None)
        );
        let nothing = Shown::of(vec![line("A", 5, 1000)], &Answers::default());
        assert_eq!((nothing.total, nothing.missing.len()), (None, 2));
        assert_eq!(
            (nothing.items[0].price, nothing.items[0].state),
            (None, State::Unknown)
        );
    }

    #[test]
    fn an_empty_cart_costs_nothing_whoever_is_down() {
        let shown = Shown::of(Vec::new(), &Answers::default());
        assert_eq!((shown.total, shown.missing.len()), (Some(Money::ZERO), 0));
    }

    #[test]
    fn a_sum_that_does_not_fit_is_no_total() {
        let shown = Shown::of(
            vec![line("A", 2, 1), line("B", 2, 1)],
            &answers(
                &[("A", i64::MAX / 2), ("B", i64::MAX / 2)],
                &[("A", 9), ("B", 9)],
            ),
        );
        assert_eq!(shown.total, None);
    }
}
