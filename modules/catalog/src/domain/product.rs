use kernel::{Locale, Money, Sku};

use super::{Flaw, Rule};

pub const MOST_OPTIONS: usize = 100;
pub const MOST_PICTURES: usize = 10;

/// A text in both languages of the shop.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub struct Bilingual {
    pub ko: String,
    pub en: String,
}

/// A shelf of the shop; products name it by its slug.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Category {
    pub slug: String,
    pub name: Bilingual,
}

/// Something that is sold, in one variant or several. `code` names it for good, whatever becomes of its variants.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Product {
    pub code: Sku,
    pub name: Bilingual,
    pub description: Bilingual,
    pub category: String,
    /// Of options that name no price of their own.
    pub base_price: Money,
    /// Never empty. Without options the only one bears the product's code.
    pub variants: Vec<Variant>,
    /// File names.
    pub pictures: Vec<String>,
}

/// One buyable thing.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Variant {
    pub sku: Sku,
    pub values: Values,
    pub price: Money,
}

/// What tells a variant from its sisters. Both empty: the product has no options.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub struct Values {
    pub color: Option<Bilingual>,
    pub size: Option<Bilingual>,
}

impl Bilingual {
    pub fn new(ko: impl Into<String>, en: impl Into<String>) -> Self {
        Self {
            ko: ko.into(),
            en: en.into(),
        }
    }

    pub fn of(&self, locale: Locale) -> &str {
        match locale {
            Locale::Ko => &self.ko,
            Locale::En => &self.en,
        }
    }

    pub fn is_empty(&self) -> bool {
        self.ko.is_empty() && self.en.is_empty()
    }
}

impl Values {
    pub const fn axes(&self) -> (bool, bool) {
        (self.color.is_some(), self.size.is_some())
    }

    /// `M, 남색`
    pub fn label(&self) -> Bilingual {
        let words = |locale| {
            let words: Vec<&str> = [&self.size, &self.color]
                .into_iter()
                .flatten()
                .map(|value| value.of(locale))
                .collect();
            words.join(", ")
        };
        Bilingual::new(words(Locale::Ko), words(Locale::En))
    }
}

impl Product {
    pub fn has_options(&self) -> bool {
        self.variants
            .iter()
            .any(|variant| variant.values != Values::default())
    }

    /// Rules that lie between the parts of a product.
    pub fn check(&self, flaws: &mut Vec<Flaw>) {
        if self.pictures.len() > MOST_PICTURES {
            flaws.push(Flaw::new("pictures", Rule::TooMany(MOST_PICTURES)));
        }
        if self.variants.len() > MOST_OPTIONS {
            flaws.push(Flaw::new("options", Rule::TooMany(MOST_OPTIONS)));
        }
        let axes = self.variants.first().map(|variant| variant.values.axes());
        for (at, variant) in self.variants.iter().enumerate() {
            let before = &self.variants[..at];
            if before.iter().any(|other| other.sku == variant.sku) {
                flaws.push(Flaw::new(
                    format!("options.{at}.sku"),
                    Rule::Twice(variant.sku.to_string()),
                ));
            }
            if axes != Some(variant.values.axes()) {
                flaws.push(Flaw::new(format!("options.{at}.values"), Rule::Axes));
            } else if before.iter().any(|other| other.values == variant.values) {
                flaws.push(Flaw::new(format!("options.{at}.values"), Rule::SameValues));
            }
        }
    }
}

/// Trims; refuses what is empty (unless it may be), too long, or has control characters other than line breaks.
pub fn text(raw: &str, most: usize, may_be_empty: bool) -> Result<String, Rule> {
    let text = raw.trim().replace("\r\n", "\n");
    if text.is_empty() && !may_be_empty {
        Err(Rule::Required)
    } else if text.chars().count() > most {
        Err(Rule::TooLong(most))
    } else if text
        .chars()
        .any(|c| c.is_control() && !matches!(c, '\n' | '\t'))
    {
        Err(Rule::Control)
    } else {
        Ok(text)
    }
}

pub fn number(value: i64, least: i64, most: i64) -> Result<i64, Rule> {
    if (least..=most).contains(&value) {
        Ok(value)
    } else {
        Err(Rule::Range(least, most))
    }
}

pub fn slug(raw: &str) -> Result<String, Rule> {
    let fits = (1..=40).contains(&raw.len())
        && raw
            .bytes()
            .all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-');
    if fits {
        Ok(raw.to_owned())
    } else {
        Err(Rule::Slug)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn variant(sku: &str, size: Option<&str>, color: Option<&str>) -> Variant {
        let word = |word: &str| Bilingual::new(word, word);
        Variant {
            sku: sku.parse().unwrap(),
            values: Values {
                size: size.map(word),
                color: color.map(word),
            },
            price: Money::krw(1000),
        }
    }

    fn flaws(variants: Vec<Variant>) -> Vec<String> {
        let product = Product {
            code: "TEE".parse().unwrap(),
            name: Bilingual::new("티", "Tee"),
            description: Bilingual::default(),
            category: "clothing".to_owned(),
            base_price: Money::krw(1000),
            variants,
            pictures: Vec::new(),
        };
        let mut flaws = Vec::new();
        product.check(&mut flaws);
        flaws.into_iter().map(|flaw| flaw.field).collect()
    }

    #[test]
    fn options_differ_in_the_same_ways() {
        for (variants, expect) in [
            (
                vec![variant("A", Some("M"), None), variant("B", Some("L"), None)],
                vec![],
            ),
            (
                vec![
                    variant("A", Some("M"), Some("red")),
                    variant("B", Some("M"), Some("blue")),
                ],
                vec![],
            ),
            (
                vec![variant("A", Some("M"), None), variant("B", Some("M"), None)],
                vec!["options.1.values"],
            ),
            (
                vec![
                    variant("A", Some("M"), None),
                    variant("B", None, Some("red")),
                ],
                vec!["options.1.values"],
            ),
            (
                vec![variant("A", Some("M"), None), variant("A", Some("L"), None)],
                vec!["options.1.sku"],
            ),
            (vec![variant("TEE", None, None)], vec![]),
        ] {
            assert_eq!(flaws(variants.clone()), expect, "{variants:?}");
        }
    }

    #[test]
    fn a_label_names_what_was_chosen() {
        let values = Values {
            size: Some(Bilingual::new("중", "M")),
            color: Some(Bilingual::new("남색", "Navy")),
        };
        assert_eq!(values.label(), Bilingual::new("중, 남색", "M, Navy"));
        assert!(Values::default().label().is_empty());
    }

    #[test]
    fn texts_are_trimmed_and_measured_in_characters() {
        assert_eq!(text(" 머그\r\n컵 ", 4, false), Ok("머그\n컵".to_owned()));
        assert_eq!(text("가나다", 2, false), Err(Rule::TooLong(2)));
        assert_eq!(text("  ", 2, false), Err(Rule::Required));
        assert_eq!(text("", 2, true), Ok(String::new()));
        assert_eq!(text("a\0b", 9, false), Err(Rule::Control));
    }
}
