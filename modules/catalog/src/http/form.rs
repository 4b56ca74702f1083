//! The shopkeeper's form for one product. Its fields have the names that a product's JSON has, so that whatever is
//! wrong with a product is shown where it was typed.

use actix_multipart::Multipart;
use actix_web::http::StatusCode;
use futures_util::StreamExt as _;
use platform::problem::{FieldError, Problem};

use crate::api::{Amount, Both, OptionDraft, PictureDraft, ProductDraft, ValuesDraft};
use crate::domain::picture::LARGEST_KIB;
use crate::domain::{MOST_OPTIONS, MOST_PICTURES};
use crate::store::product::{Found, picture_path};

const LONGEST_TEXT: usize = 64 << 10;
const MOST_FIELDS: usize = 1000;
/// Rows for options that are not there yet.
const BLANK_ROWS: usize = 3;

/// As typed.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ProductForm {
    pub sku: String,
    pub name: Both,
    pub description: Both,
    pub price: String,
    pub category: String,
    pub options: Vec<OptionForm>,
    pub pictures: Vec<PictureForm>,
    pub version: Option<i64>,
    /// The button for more rows was pressed.
    pub wants_rows: bool,
    pub(in crate::http) uploads: Vec<Vec<u8>>,
}

#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct OptionForm {
    pub sku: String,
    pub size: Both,
    pub color: Both,
    pub price: String,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PictureForm {
    pub path: String,
    /// 1 is shown first.
    pub place: String,
    pub drop: bool,
}

impl From<Found> for ProductForm {
    fn from(
        Found {
            product, version, ..
        }: Found,
    ) -> Self {
        let has_options = product.has_options();
        let both =
            |value: Option<crate::domain::Bilingual>| value.map(Both::from).unwrap_or_default();
        let option = |variant: crate::domain::Variant| OptionForm {
            sku: variant.sku.to_string(),
            size: both(variant.values.size),
            color: both(variant.values.color),
            price: variant.price.amount.to_string(),
        };
        let picture = |(at, name): (usize, &String)| PictureForm {
            path: picture_path(name),
            place: (at + 1).to_string(),
            drop: false,
        };
        Self {
            sku: product.code.to_string(),
            name: product.name.into(),
            description: product.description.into(),
            price: product.base_price.amount.to_string(),
            category: product.category,
            pictures: product.pictures.iter().enumerate().map(picture).collect(),
            options: if has_options {
                product.variants.into_iter().map(option).collect()
            } else {
                Vec::new()
            },
            version: Some(version),
            ..Self::default()
        }
    }
}

impl ProductForm {
    /// Whatever it cannot take (too much of anything) is refused as a whole.
    pub async fn read(mut body: Multipart) -> Result<Self, Problem> {
        let mut form = Self::default();
        let mut fields = 0;
        while let Some(field) = body.next().await {
            let mut field = field.map_err(|e| Problem::of(StatusCode::BAD_REQUEST).because(e))?;
            let name = field.name().unwrap_or_default().to_owned();
            let is_file = name == "upload";
            let most = if is_file {
                (LARGEST_KIB << 10) + 1
            } else {
                LONGEST_TEXT
            };
            let mut bytes = Vec::new();
            while let Some(chunk) = field.next().await {
                let chunk = chunk.map_err(|e| Problem::of(StatusCode::BAD_REQUEST).because(e))?;
                // of a picture that is too large one byte more than allowed is kept, to say so beside the field
                let room = most - bytes.len();
                if chunk.len() > room && !is_file {
                    return Err(Problem::of(StatusCode::PAYLOAD_TOO_LARGE));
                }
                bytes.extend_from_slice(&chunk[..chunk.len().min(room)]);
            }
            fields += 1;
            if fields > MOST_FIELDS || form.uploads.len() > MOST_PICTURES {
                return Err(Problem::of(StatusCode::PAYLOAD_TOO_LARGE));
            }
            if is_file {
                // a browser sends an empty part when nothing was chosen
                form.uploads.extend((!bytes.is_empty()).then_some(bytes));
            } else {
                let value = String::from_utf8(bytes)
                    .map_err(|_| Problem::bad_request("catalog-bad-encoding"))?;
                form.take(&name, value);
            }
        }
        form.options
            .retain(|option| *option != OptionForm::default());
        Ok(form)
    }

    /// Unknown names are passed over.
    fn take(&mut self, name: &str, value: String) {
        let parts: Vec<&str> = name.split('.').collect();
        match parts.as_slice() {
            ["sku"] => self.sku = value,
            ["name", lang] => take_both(&mut self.name, lang, value),
            ["description", lang] => take_both(&mut self.description, lang, value),
            ["price"] => self.price = value,
            ["category"] => self.category = value,
            ["version"] => self.version = value.parse().ok(),
            ["action"] => self.wants_rows = value == "rows",
            ["options", at, rest @ ..] => self.take_option(at, rest, value),
            ["pictures", at, rest] => self.take_picture(at, rest, value),
            _ => {}
        }
    }

    fn take_option(&mut self, at: &str, rest: &[&str], value: String) {
        let Some(at) = at
            .parse::<usize>()
            .ok()
            .filter(|at| *at < MOST_OPTIONS + 10)
        else {
            return;
        };
        if self.options.len() <= at {
            self.options.resize_with(at + 1, OptionForm::default);
        }
        let option = &mut self.options[at];
        match rest {
            ["sku"] => option.sku = value,
            ["price"] => option.price = value,
            ["values", "size", lang] => take_both(&mut option.size, lang, value),
            ["values", "color", lang] => take_both(&mut option.color, lang, value),
            _ => {}
        }
    }

    fn take_picture(&mut self, at: &str, rest: &str, value: String) {
        let Some(at) = at.parse::<usize>().ok().filter(|at| *at < MOST_PICTURES) else {
            return;
        };
        while self.pictures.len() <= at {
            self.pictures.push(PictureForm {
                path: String::new(),
                place: String::new(),
                drop: false,
            });
        }
        match rest {
            "path" => self.pictures[at].path = value,
            "place" => self.pictures[at].place = value,
            "drop" => self.pictures[at].drop = true,
            _ => {}
        }
    }

    /// The product that was typed, and the numbers that are none.
    pub fn draft(&self) -> (ProductDraft, Vec<FieldError>) {
        let mut errors = Vec::new();
        let mut price = |field: String, typed: &str| {
            let digits: String = typed
                .chars()
                .filter(|c| !c.is_whitespace() && !matches!(c, ',' | '₩' | '원'))
                .collect();
            Amount(digits.parse().unwrap_or_else(|_| {
                errors.push(FieldError::new(field, "catalog-bad-price"));
                // so that nothing else is said of it
                1
            }))
        };
        let base = price("price".to_owned(), &self.price);
        let option = |(at, option): (usize, &OptionForm)| OptionDraft {
            sku: option.sku.clone(),
            values: ValuesDraft {
                color: typed(&option.color),
                size: typed(&option.size),
            },
            price: (!option.price.trim().is_empty())
                .then(|| price(format!("options.{at}.price"), &option.price)),
            on_hand: None,
        };
        let draft = ProductDraft {
            sku: self.sku.trim().to_owned(),
            name: self.name.clone(),
            description: self.description.clone(),
            price: base,
            category: self.category.clone(),
            options: self.options.iter().enumerate().map(option).collect(),
            pictures: self.picture_drafts(),
            on_hand: None,
        };
        (draft, errors)
    }

    /// Kept ones in their places, new ones behind them.
    fn picture_drafts(&self) -> Vec<PictureDraft> {
        let mut kept: Vec<&PictureForm> = self
            .pictures
            .iter()
            .filter(|picture| !picture.drop)
            .collect();
        kept.sort_by_key(|picture| picture.place.trim().parse().unwrap_or(u32::MAX));
        let kept = kept
            .into_iter()
            .map(|picture| PictureDraft::Known(picture.path.clone()));
        let new = self.uploads.iter().map(|data| PictureDraft::New {
            media_type: String::new(),
            data: data.clone(),
        });
        kept.chain(new).collect()
    }

    /// With blank rows at the end, as the page shows them.
    pub fn rows(&self) -> Vec<OptionForm> {
        let blank = if self.wants_rows {
            BLANK_ROWS + 5
        } else {
            BLANK_ROWS
        };
        let all = (self.options.len() + blank).min(MOST_OPTIONS);
        let mut rows = self.options.clone();
        rows.resize_with(all.max(self.options.len()), OptionForm::default);
        rows
    }

    pub fn had_uploads(&self) -> bool {
        !self.uploads.is_empty()
    }
}

fn take_both(both: &mut Both, lang: &str, value: String) {
    match lang {
        "ko" => both.ko = value,
        "en" => both.en = value,
        _ => {}
    }
}

/// Nothing typed in either language: the product does not differ in this.
fn typed(both: &Both) -> Option<Both> {
    let is_blank = both.ko.trim().is_empty() && both.en.trim().is_empty();
    (!is_blank).then(|| both.clone())
}
