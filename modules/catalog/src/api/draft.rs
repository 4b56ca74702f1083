//! A product as it is written in imports, exports and the API, before anyone has looked whether it is right.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use kernel::Money;
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use utoipa::ToSchema;

use super::{Both, CategoryDraft};
use crate::domain::picture::{self, Picture};
use crate::domain::{
    Bilingual, Category, Flaw, Product, Rule, Values, Variant, number, slug, text,
};

const LONGEST_NAME: usize = 120;
const LONGEST_DESCRIPTION: usize = 10_000;
const LONGEST_VALUE: usize = 40;
const LONGEST_CATEGORY: usize = 40;
const DEAREST: i64 = 1_000_000_000;

/// One product. The same JSON is imported, exported, and sent to `/api/admin/products`.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(default)]
pub struct ProductDraft {
    /// The product's code; without options also what is bought.
    pub sku: String,
    pub name: Both,
    pub description: Both,
    /// In won; of options that name none.
    pub price: Amount,
    /// A category's slug.
    pub category: String,
    pub options: Vec<OptionDraft>,
    pub pictures: Vec<PictureDraft>,
    /// Of imports: how many there are. The catalogue passes over it; stock is told.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub on_hand: Option<i64>,
}

#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct OptionDraft {
    pub sku: String,
    #[serde(default)]
    pub values: ValuesDraft,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub price: Option<Amount>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub on_hand: Option<i64>,
}

#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct ValuesDraft {
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub color: Option<Both>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub size: Option<Both>,
}

/// Won, as a plain number or as `{"amount": 12900, "currency": "KRW"}`; written as a number.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, ToSchema)]
#[serde(transparent)]
pub struct Amount(pub i64);

/// A picture of this shop, by its path or file name; or a new one.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(untagged)]
pub enum PictureDraft {
    Known(String),
    New {
        /// What the sender thinks that it is; the bytes decide.
        #[serde(default)]
        media_type: String,
        /// Base64.
        #[serde(with = "in_base64")]
        #[schema(value_type = String)]
        data: Vec<u8>,
    },
}

/// A draft that keeps the rules that can be seen without a database.
#[derive(Clone, Debug)]
pub(crate) struct Parsed {
    pub product: Product,
    pub new_pictures: Vec<Picture>,
}

impl ProductDraft {
    pub(crate) fn parse(&self) -> Result<Parsed, Vec<Flaw>> {
        let mut flaws = Flaws::default();
        let code = flaws.sku("sku", &self.sku);
        let name = flaws.both("name", &self.name, LONGEST_NAME, false);
        let description = flaws.both("description", &self.description, LONGEST_DESCRIPTION, true);
        let base_price = flaws.price("price".to_owned(), self.price);
        let category = flaws.keep(
            "category".to_owned(),
            slug(&self.category).map_err(|_| category_rule(&self.category)),
        );
        let options: Vec<Option<Variant>> = self
            .options
            .iter()
            .enumerate()
            .map(|(at, option)| option.parse(at, self.price, &mut flaws))
            .collect();
        let (pictures, new_pictures) = self.parse_pictures(&mut flaws);
        let (Some(code), Some(name), Some(description), Some(base_price), Some(category)) =
            (code, name, description, base_price, category)
        else {
            return Err(flaws.0);
        };
        let mut variants: Vec<Variant> = options.into_iter().flatten().collect();
        if self.options.is_empty() {
            variants.push(Variant {
                sku: code.clone(),
                values: Values::default(),
                price: base_price,
            });
        }
        let product = Product {
            code,
            name,
            description,
            category,
            base_price,
            variants,
            pictures,
        };
        product.check(&mut flaws.0);
        if !self.options.is_empty() && !product.has_options() {
            flaws.add("options.0.values", Rule::Axes);
        }
        if flaws.0.is_empty() {
            Ok(Parsed {
                product,
                new_pictures,
            })
        } else {
            Err(flaws.0)
        }
    }

    fn parse_pictures(&self, flaws: &mut Flaws) -> (Vec<String>, Vec<Picture>) {
        let (mut names, mut new) = (Vec::new(), Vec::new());
        for (at, draft) in self.pictures.iter().enumerate() {
            let name = match draft.parse() {
                Ok(Ok(picture)) => {
                    let name = picture.name.clone();
                    new.push(picture);
                    name
                }
                Ok(Err(name)) => name,
                Err(rule) => {
                    flaws.add(format!("pictures.{at}"), rule);
                    continue;
                }
            };
            // the same picture twice is once enough
            if !names.contains(&name) {
                names.push(name);
            }
        }
        (names, new)
    }
}

impl CategoryDraft {
    pub(crate) fn parse(&self) -> Result<Category, Flaw> {
        let name = |lang: &str, typed: &str| {
            text(typed, LONGEST_CATEGORY, false)
                .map_err(|rule| Flaw::new(format!("name.{lang}"), rule))
        };
        let slug = slug(&self.slug).map_err(|rule| Flaw::new("slug", rule))?;
        let (ko, en) = (name("ko", &self.name.ko)?, name("en", &self.name.en)?);
        Ok(Category {
            slug,
            name: Bilingual { ko, en },
        })
    }
}

fn category_rule(given: &str) -> Rule {
    if given.trim().is_empty() {
        Rule::Required
    } else {
        Rule::Category(given.chars().take(40).collect())
    }
}

impl OptionDraft {
    fn parse(&self, at: usize, base_price: Amount, flaws: &mut Flaws) -> Option<Variant> {
        let field = |name: &str| format!("options.{at}.{name}");
        let sku = flaws.sku(field("sku"), &self.sku);
        let price = flaws.price(field("price"), self.price.unwrap_or(base_price));
        let mut value = |name: &str, value: &Option<Both>| match value {
            Some(value) => flaws
                .both(
                    &field(&format!("values.{name}")),
                    value,
                    LONGEST_VALUE,
                    false,
                )
                .map(Some),
            None => Some(None),
        };
        let (color, size) = (
            value("color", &self.values.color),
            value("size", &self.values.size),
        );
        Some(Variant {
            sku: sku?,
            values: Values {
                color: color?,
                size: size?,
            },
            price: price?,
        })
    }
}

impl PictureDraft {
    /// A new picture, or the name of a known one.
    fn parse(&self) -> Result<Result<Picture, String>, Rule> {
        match self {
            Self::New { data, .. } => Picture::parse(data.clone()).map(Ok).map_err(Rule::Picture),
            Self::Known(path) => {
                let name = path.strip_prefix("/pictures/").unwrap_or(path);
                let named = picture::is_name(name).then(|| Err(name.to_owned()));
                named.ok_or_else(|| Rule::NoPicture(path.chars().take(80).collect()))
            }
        }
    }
}

/// Collects what is wrong, field by field.
#[derive(Default)]
struct Flaws(Vec<Flaw>);

impl Flaws {
    fn add(&mut self, field: impl Into<String>, rule: Rule) {
        self.0.push(Flaw::new(field, rule));
    }

    fn keep<T>(&mut self, field: String, result: Result<T, Rule>) -> Option<T> {
        result.map_err(|rule| self.add(field, rule)).ok()
    }

    fn sku(&mut self, field: impl Into<String>, raw: &str) -> Option<kernel::Sku> {
        let missing = raw.trim().is_empty();
        self.keep(
            field.into(),
            raw.trim()
                .parse()
                .map_err(|_| if missing { Rule::Required } else { Rule::Sku }),
        )
    }

    fn price(&mut self, field: String, amount: Amount) -> Option<Money> {
        self.keep(field, number(amount.0, 1, DEAREST).map(Money::krw))
    }

    fn both(
        &mut self,
        field: &str,
        raw: &Both,
        most: usize,
        may_be_empty: bool,
    ) -> Option<Bilingual> {
        let ko = self.keep(format!("{field}.ko"), text(&raw.ko, most, may_be_empty));
        let en = self.keep(format!("{field}.en"), text(&raw.en, most, may_be_empty));
        Some(Bilingual { ko: ko?, en: en? })
    }
}

impl<'de> Deserialize<'de> for Amount {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        #[derive(Deserialize)]
        #[serde(untagged, expecting = "a whole number of won, or an amount of money")]
        enum Written {
            Plain(i64),
            Money(Money),
        }
        Written::deserialize(deserializer).map(|written| match written {
            Written::Plain(amount) | Written::Money(Money { amount, .. }) => Self(amount),
        })
    }
}

mod in_base64 {
    use super::*;

    pub fn serialize<S: Serializer>(bytes: &[u8], serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&STANDARD.encode(bytes))
    }

    pub fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Vec<u8>, D::Error> {
        let text = std::borrow::Cow::<'de, str>::deserialize(deserializer)?;
        STANDARD
            .decode(text.as_bytes())
            .map_err(serde::de::Error::custom)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn draft(json: serde_json::Value) -> ProductDraft {
        serde_json::from_value(json).unwrap()
    }

    #[test]
    fn the_demo_products_keep_the_rules() {
        let all: Vec<serde_json::Value> =
            serde_json::from_str(include_str!("../../../../app/demo/products.json")).unwrap();
        assert!(all.len() >= 60);
        for mut product in all {
            // files of the demo's folder, which the import reads
            product["pictures"] = serde_json::json!([]);
            let sku = product["sku"].clone();
            assert_eq!(draft(product).parse().map(|_| ()), Ok(()), "{sku}");
        }
    }

    #[test]
    fn every_field_says_what_is_wrong_with_it() {
        let product = draft(serde_json::json!({
            "sku": "한글", "name": {"ko": " ", "en": "x".repeat(200)}, "price": -1, "category": "Kitchen & Co",
            "options": [
                {"sku": "A", "values": {"size": {"ko": "중", "en": "M"}}, "price": {"amount": 2_000_000_000, "currency": "KRW"}},
                {"sku": "B C", "values": {"color": {"ko": "", "en": "Red"}}},
            ],
            "pictures": ["../secret.svg", {"data": "aGVsbG8="}],
        }));
        let fields: Vec<String> = product
            .parse()
            .unwrap_err()
            .into_iter()
            .map(|flaw| flaw.field)
            .collect();
        let expect = [
            "sku",
            "name.ko",
            "name.en",
            "price",
            "category",
            "options.0.price",
            "options.1.sku",
            "options.1.price",
            "options.1.values.color.ko",
            "pictures.0",
            "pictures.1",
        ];
        assert_eq!(fields, expect);
    }

    #[test]
    fn options_without_values_are_refused() {
        let product = draft(serde_json::json!({
            "sku": "A", "name": {"ko": "가", "en": "a"}, "price": 1000, "category": "food", "options": [{"sku": "A-1"}],
        }));
        assert_eq!(
            product.parse().unwrap_err(),
            vec![Flaw::new("options.0.values", Rule::Axes)]
        );
    }

    #[test]
    fn a_draft_survives_the_wire() {
        let json = serde_json::json!({
            "sku": "A", "name": {"ko": "가", "en": "a"}, "description": {"ko": "", "en": ""}, "price": 1000, "category": "food",
            "options": [{"sku": "A-1", "values": {"size": {"ko": "중", "en": "M"}}, "price": 1200}],
            "pictures": ["/pictures/0123456789abcdef0123456789abcdef.svg", {"media_type": "image/png", "data": "iVBORw=="}],
        });
        let read = draft(json.clone());
        assert_eq!(serde_json::to_value(&read).unwrap(), json);
        assert_eq!(read.options[0].price, Some(Amount(1200)));
    }
}
