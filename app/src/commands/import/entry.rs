use catalog::api::{Amount, Both, OptionDraft, PictureDraft, ProductDraft, ValuesDraft};
use kernel::Sku;
use serde::{Deserialize, Serialize};

/// A product as import files say it and exports write it. A field that does not exist is refused: it is a slip of the pen.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Entry {
    pub sku: String,
    pub name: Both,
    pub description: Both,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub price: Option<Amount>,
    /// Its slug.
    pub category: String,
    /// Makes the category, if the shop has none of that slug.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub category_name: Option<Both>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub options: Vec<OptionEntry>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub pictures: Vec<PictureEntry>,
    /// Of products without options.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub on_hand: Option<i64>,
}

#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct OptionEntry {
    pub sku: String,
    pub values: ValuesEntry,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub price: Option<Amount>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub on_hand: Option<i64>,
}

#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct ValuesEntry {
    #[serde(skip_serializing_if = "Option::is_none")]
    pub color: Option<Both>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub size: Option<Both>,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(
    untagged,
    expecting = "must be the path of a picture file, or {\"media_type\": …, \"data\": base64}"
)]
pub enum PictureEntry {
    /// Below the file's own folder.
    File(String),
    Inline(PictureDraft),
}

impl PictureEntry {
    pub fn file(&self) -> Option<&str> {
        match self {
            Self::File(path) => Some(path),
            Self::Inline(_) => None,
        }
    }
}

/// Something is wrong with `field`, which is named as in JSON: `options.2.sku`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Complaint {
    pub index: usize,
    pub field: String,
    pub what: String,
}

impl Complaint {
    pub fn new(index: usize, field: impl Into<String>, what: impl Into<String>) -> Self {
        Self {
            index,
            field: field.into(),
            what: what.into(),
        }
    }
}

/// A picture file's bytes, or why there are none.
pub type Read<'a> = &'a mut dyn FnMut(&str) -> Result<Vec<u8>, String>;

impl Entry {
    /// What the catalogue is given; `Err`: field by field, which pictures cannot be read.
    pub fn draft(&self, read: Read<'_>) -> Result<ProductDraft, Vec<(String, String)>> {
        let (mut pictures, mut bad) = (Vec::with_capacity(self.pictures.len()), Vec::new());
        for (at, picture) in self.pictures.iter().enumerate() {
            match picture {
                PictureEntry::Inline(draft) => pictures.push(draft.clone()),
                PictureEntry::File(path) => match read(path) {
                    Ok(data) => pictures.push(PictureDraft::New {
                        media_type: String::new(),
                        data,
                    }),
                    Err(why) => bad.push((format!("pictures.{at}"), why)),
                },
            }
        }
        if !bad.is_empty() {
            return Err(bad);
        }
        Ok(ProductDraft {
            pictures,
            ..self.draft_without_pictures()
        })
    }

    pub fn draft_without_pictures(&self) -> ProductDraft {
        let first_price = self.options.first().and_then(|option| option.price);
        ProductDraft {
            sku: self.sku.clone(),
            name: self.name.clone(),
            description: self.description.clone(),
            price: self.price.or(first_price).unwrap_or_default(),
            category: self.category.clone(),
            options: self.options.iter().map(OptionEntry::draft).collect(),
            ..ProductDraft::default()
        }
    }

    /// What is on hand of each SKU that says so, with the field.
    pub fn on_hand(&self) -> impl Iterator<Item = (&str, i64, String)> {
        let own = self
            .on_hand
            .map(|count| (self.sku.as_str(), count, "on_hand".to_owned()));
        let options = self.options.iter().enumerate().filter_map(|(at, option)| {
            Some((
                option.sku.as_str(),
                option.on_hand?,
                format!("options.{at}.on_hand"),
            ))
        });
        own.into_iter().chain(options)
    }

    /// Every SKU of it, with the field.
    pub fn skus(&self) -> impl Iterator<Item = (&str, String)> {
        let options = self
            .options
            .iter()
            .enumerate()
            .filter(|(_, option)| option.sku != self.sku);
        let options =
            options.map(|(at, option)| (option.sku.as_str(), format!("options.{at}.sku")));
        std::iter::once((self.sku.as_str(), "sku".to_owned())).chain(options)
    }

    /// Of an exported product: what is on hand is put in by `on_hand`, its pictures by the caller.
    pub fn exported(
        draft: ProductDraft,
        on_hand: impl Fn(&str) -> Option<i64>,
        category_name: Option<Both>,
    ) -> Self {
        let options: Vec<OptionEntry> = draft
            .options
            .into_iter()
            .map(|option| OptionEntry::exported(option, &on_hand))
            .collect();
        Self {
            on_hand: if options.is_empty() {
                on_hand(&draft.sku)
            } else {
                None
            },
            sku: draft.sku,
            name: draft.name,
            description: draft.description,
            price: Some(draft.price),
            category: draft.category,
            category_name,
            options,
            pictures: draft
                .pictures
                .into_iter()
                .map(PictureEntry::Inline)
                .collect(),
        }
    }
}

impl OptionEntry {
    fn draft(&self) -> OptionDraft {
        OptionDraft {
            sku: self.sku.clone(),
            values: ValuesDraft {
                color: self.values.color.clone(),
                size: self.values.size.clone(),
            },
            price: self.price,
            on_hand: None,
        }
    }

    fn exported(draft: OptionDraft, on_hand: &impl Fn(&str) -> Option<i64>) -> Self {
        Self {
            on_hand: on_hand(&draft.sku),
            values: ValuesEntry {
                color: draft.values.color,
                size: draft.values.size,
            },
            price: draft.price,
            sku: draft.sku,
        }
    }
}

/// SKUs that keep their rule; others are complained about elsewhere.
pub fn sku(text: &str) -> Option<Sku> {
    text.trim().parse().ok()
}
