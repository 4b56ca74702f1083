//! What others may ask of the catalogue.

mod draft;

use kernel::{Locale, Money, Sku};
use platform::ports::Call;
use serde::{Deserialize, Serialize};

pub(crate) use draft::Parsed;
pub use draft::{Amount, OptionDraft, PictureDraft, ProductDraft, ValuesDraft};

use crate::domain::Bilingual;

/// A text in both languages.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(default)]
pub struct Both {
    pub ko: String,
    pub en: String,
}

impl Both {
    pub fn of(&self, locale: Locale) -> &str {
        match locale {
            Locale::Ko => &self.ko,
            Locale::En => &self.en,
        }
    }
}

impl From<Bilingual> for Both {
    fn from(Bilingual { ko, en }: Bilingual) -> Self {
        Self { ko, en }
    }
}

impl From<Both> for Bilingual {
    fn from(Both { ko, en }: Both) -> Self {
        Self { ko, en }
    }
}

/// What these SKUs are and cost now. What cannot be bought, or was never heard of, is absent.
#[derive(Debug, Serialize, Deserialize)]
pub struct ProductsBySku {
    pub skus: Vec<Sku>,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Offer {
    pub sku: Sku,
    /// The product's own code: the same for all its variants, for good.
    pub product: Sku,
    /// With the chosen options: `면 티셔츠 (M, 남색)`.
    pub name: Both,
    pub price: Money,
    /// A path of this shop.
    pub picture: Option<String>,
}

/// What a front page shows.
#[derive(Debug, Serialize, Deserialize)]
pub struct Showcase {
    pub limit: i64,
}

#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Display {
    pub newest: Vec<Card>,
    pub popular: Vec<Card>,
    /// In the shop's order.
    pub categories: Vec<CategoryCard>,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Card {
    /// The first variant's: where the product is listed.
    pub sku: Sku,
    /// Every variant's.
    pub skus: Vec<Sku>,
    pub product: Sku,
    pub name: Both,
    pub price: Money,
    pub category: String,
    pub picture: Option<String>,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct CategoryCard {
    pub slug: String,
    pub name: Both,
    pub products: i64,
    /// Of one of its products.
    pub picture: Option<String>,
}

/// Replaces up to 1,000 products, each wholly, or makes them: all in one commit, or none when one of them is wrong.
#[derive(Debug, Serialize, Deserialize)]
pub struct PutProducts {
    pub products: Vec<ProductDraft>,
    /// For the audit row: `member:<id>`, `command line`, `system`.
    pub who: String,
    /// Only looks whether it would go well.
    #[serde(default)]
    pub dry_run: bool,
}

pub const MOST_PER_PUT: usize = 1000;

/// With complaints nothing was written.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct PutReport {
    pub created: usize,
    pub updated: usize,
    pub complaints: Vec<Complaint>,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Complaint {
    /// Which product of the batch, from 0.
    pub index: usize,
    pub sku: String,
    /// As in JSON: `options.2.sku`; empty when it lies in no single field.
    pub field: String,
    /// In English, to follow the field's name: `must be …`.
    pub what: String,
    /// The text for people, and what it mentions.
    pub key: String,
    pub args: Vec<(String, String)>,
}

/// Products in the order of their codes, with everything that makes them again.
#[derive(Debug, Serialize, Deserialize)]
pub struct ExportProducts {
    pub after: Option<Sku>,
    pub limit: i64,
}

/// The shop's categories, in its order. Those that are not named stay; none is taken away.
#[derive(Debug, Serialize, Deserialize)]
pub struct PutCategories {
    pub categories: Vec<CategoryDraft>,
    pub who: String,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct CategoryDraft {
    pub slug: String,
    pub name: Both,
}

/// All categories, in the shop's order.
#[derive(Debug, Serialize, Deserialize)]
pub struct Categories {}

/// How many products there are.
#[derive(Debug, Serialize, Deserialize)]
pub struct ProductCount {}

impl Call for ProductsBySku {
    type Answer = Vec<Offer>;
    const NAME: &'static str = "products-by-sku";
    const SAFE: bool = true;
}
impl Call for Showcase {
    type Answer = Display;
    const NAME: &'static str = "showcase";
    const SAFE: bool = true;
}
impl Call for PutProducts {
    type Answer = PutReport;
    const NAME: &'static str = "put-products";
    const SAFE: bool = false;
}
impl Call for ExportProducts {
    type Answer = Vec<ProductDraft>;
    const NAME: &'static str = "export-products";
    const SAFE: bool = true;
}
impl Call for PutCategories {
    type Answer = PutReport;
    const NAME: &'static str = "put-categories";
    const SAFE: bool = false;
}
impl Call for Categories {
    type Answer = Vec<CategoryCard>;
    const NAME: &'static str = "categories";
    const SAFE: bool = true;
}
impl Call for ProductCount {
    type Answer = i64;
    const NAME: &'static str = "product-count";
    const SAFE: bool = true;
}
