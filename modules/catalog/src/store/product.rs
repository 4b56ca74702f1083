use std::collections::HashMap;

use diesel::prelude::*;
use kernel::{Money, Sku};
use platform::db::{Conn, DbError};
use platform::on_both;
use serde::{Deserialize, Serialize};

use crate::api::{Both, Offer};
use crate::domain::{Bilingual, Product, Values, Variant};
use crate::schema::{details, products, skus};

/// What lists show of a product.
#[derive(Clone, Debug, PartialEq, Eq, Queryable, Selectable)]
#[diesel(table_name = products)]
pub struct Listed {
    pub id: i64,
    pub code: String,
    pub version: i64,
    pub category: String,
    pub name_ko: String,
    pub name_en: String,
    pub price: i64,
    /// Parted by spaces; see [`Listed::skus`].
    skus: String,
    pub picture: Option<String>,
    pub sold: i64,
}

#[derive(Clone, Debug, PartialEq, Eq, Queryable, Selectable)]
#[diesel(table_name = details)]
struct DetailRow {
    description_ko: String,
    description_en: String,
    base_price: i64,
    options: String,
    pictures: String,
}

/// A variant with options, as JSON in its product's row.
#[derive(Serialize, Deserialize)]
pub(super) struct OptionRow {
    sku: String,
    price: i64,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    color: Option<[String; 2]>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    size: Option<[String; 2]>,
}

/// A product as it is in the shop.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Found {
    pub product: Product,
    /// Grows with every change.
    pub version: i64,
    /// Which variant was asked for; `None`: the product itself.
    pub chosen: Option<usize>,
}

impl Listed {
    /// The buyable ones; never empty.
    pub fn skus(&self) -> impl Iterator<Item = Sku> {
        self.skus.split(' ').filter_map(|sku| sku.parse().ok())
    }

    pub fn sku(&self) -> &str {
        self.skus.split(' ').next().unwrap_or_default()
    }

    pub fn picture_path(&self) -> Option<String> {
        self.picture.as_deref().map(picture_path)
    }

    pub fn name(&self) -> Bilingual {
        Bilingual::new(self.name_ko.as_str(), self.name_en.as_str())
    }
}

pub fn picture_path(name: &str) -> String {
    format!("/pictures/{name}")
}

/// By code or by any variant's SKU, in one query: this is read more often than anything else.
pub fn find(conn: &mut Conn, sku: &str) -> Result<Option<Found>, DbError> {
    let row: Option<(i64, Listed, DetailRow)> = on_both!(conn, |c| skus::table
        .inner_join(products::table.inner_join(details::table))
        .filter(skus::sku.eq(sku))
        .select((skus::position, Listed::as_select(), DetailRow::as_select()))
        .first(c)
        .optional())?;
    row.map(|(position, listed, detail)| found(position, listed, detail))
        .transpose()
}

/// In the order of their codes.
pub fn all_after(conn: &mut Conn, code: &str, limit: i64) -> Result<Vec<Found>, DbError> {
    let rows: Vec<(Listed, DetailRow)> = products::table
        .inner_join(details::table)
        .filter(products::code.gt(code))
        .order(products::code)
        .limit(limit)
        .select((Listed::as_select(), DetailRow::as_select()))
        .load(conn)?;
    rows.into_iter()
        .map(|(listed, detail)| found(-1, listed, detail))
        .collect()
}

pub fn by_ids(conn: &mut Conn, ids: &[i64]) -> Result<HashMap<i64, Found>, DbError> {
    let rows: Vec<(Listed, DetailRow)> = products::table
        .inner_join(details::table)
        .filter(products::id.eq_any(ids))
        .select((Listed::as_select(), DetailRow::as_select()))
        .load(conn)?;
    rows.into_iter()
        .map(|(listed, detail)| Ok((listed.id, found(-1, listed, detail)?)))
        .collect()
}

/// In the order asked for; unknown ones are absent.
pub fn offers(conn: &mut Conn, asked: &[Sku]) -> Result<Vec<Offer>, DbError> {
    type Row = (
        String,
        i64,
        String,
        String,
        String,
        String,
        String,
        Option<String>,
    );
    let columns = (
        skus::sku,
        skus::price,
        skus::label_ko,
        skus::label_en,
        products::code,
        products::name_ko,
        products::name_en,
        products::picture,
    );
    let buyable = skus::table
        .inner_join(products::table)
        .filter(skus::position.ge(0))
        .select(columns);
    let mut rows: Vec<Row> = Vec::with_capacity(asked.len());
    if conn.is_postgres() {
        let all = buyable.filter(skus::sku.eq_any(asked.iter().map(Sku::as_str)));
        on_both!(conn, |c| rows.extend(all.load(c)?));
    } else {
        // a list of changing length is prepared anew each time, which costs more than asking a few times
        for sku in asked {
            on_both!(conn, |c| rows
                .extend(buyable.filter(skus::sku.eq(sku.as_str())).load(c)?));
        }
    }
    let mut offers: Vec<Offer> = rows
        .into_iter()
        .filter_map(
            |(sku, price, label_ko, label_en, code, name_ko, name_en, picture)| {
                Some(Offer {
                    sku: sku.parse().ok()?,
                    product: code.parse().ok()?,
                    name: Both {
                        ko: with_label(name_ko, &label_ko),
                        en: with_label(name_en, &label_en),
                    },
                    price: Money::krw(price),
                    picture: picture.as_deref().map(picture_path),
                })
            },
        )
        .collect();
    offers.sort_by_cached_key(|offer| asked.iter().position(|sku| *sku == offer.sku));
    Ok(offers)
}

fn with_label(name: String, label: &str) -> String {
    if label.is_empty() {
        name
    } else {
        format!("{name} ({label})")
    }
}

fn found(position: i64, listed: Listed, detail: DetailRow) -> Result<Found, DbError> {
    let options: Vec<OptionRow> = parse(&detail.options)?;
    let code = sku(&listed.code)?;
    let mut variants = Vec::with_capacity(options.len().max(1));
    for option in options {
        let both = |[ko, en]: [String; 2]| Bilingual { ko, en };
        let values = Values {
            color: option.color.map(both),
            size: option.size.map(both),
        };
        variants.push(Variant {
            sku: sku(&option.sku)?,
            values,
            price: Money::krw(option.price),
        });
    }
    if variants.is_empty() {
        variants.push(Variant {
            sku: code.clone(),
            values: Values::default(),
            price: Money::krw(listed.price),
        });
    }
    let product = Product {
        code,
        name: Bilingual {
            ko: listed.name_ko,
            en: listed.name_en,
        },
        description: Bilingual {
            ko: detail.description_ko,
            en: detail.description_en,
        },
        category: listed.category,
        base_price: Money::krw(detail.base_price),
        variants,
        pictures: parse(&detail.pictures)?,
    };
    Ok(Found {
        product,
        version: listed.version,
        chosen: usize::try_from(position).ok(),
    })
}

/// The JSON of the options column; empty without options.
pub(super) fn options_json(product: &Product) -> Result<String, DbError> {
    let pair = |value: &Option<Bilingual>| {
        value
            .as_ref()
            .map(|value| [value.ko.clone(), value.en.clone()])
    };
    let of = |variant: &Variant| OptionRow {
        sku: variant.sku.to_string(),
        price: variant.price.amount,
        color: pair(&variant.values.color),
        size: pair(&variant.values.size),
    };
    let rows: Vec<OptionRow> = if product.has_options() {
        product.variants.iter().map(of).collect()
    } else {
        Vec::new()
    };
    json(&rows)
}

pub(super) fn json<T: Serialize>(value: &T) -> Result<String, DbError> {
    serde_json::to_string(value)
        .map_err(|e| DbError::Query(diesel::result::Error::SerializationError(e.into())))
}

fn parse<T: serde::de::DeserializeOwned>(json: &str) -> Result<T, DbError> {
    serde_json::from_str(json)
        .map_err(|e| DbError::Query(diesel::result::Error::DeserializationError(e.into())))
}

fn sku(text: &str) -> Result<Sku, DbError> {
    text.parse().map_err(|e: kernel::InvalidSku| {
        DbError::Query(diesel::result::Error::DeserializationError(e.into()))
    })
}
