//! Products as rows to insert.

use diesel::prelude::*;
use platform::db::DbError;

use super::product::{json, options_json};
use crate::domain::Product;
use crate::schema::{details, product_pictures, products, skus};

#[derive(Insertable)]
#[diesel(table_name = products, treat_none_as_default_value = false)]
pub struct ProductRow<'a> {
    code: &'a str,
    version: i64,
    category: &'a str,
    name_ko: &'a str,
    name_en: &'a str,
    price: i64,
    skus: String,
    picture: Option<String>,
    sold: i64,
    created_at: i64,
    changed_at: i64,
}

#[derive(Insertable)]
#[diesel(table_name = details, treat_none_as_default_value = false)]
pub struct DetailRow<'a> {
    product: i64,
    description_ko: &'a str,
    description_en: &'a str,
    base_price: i64,
    options: String,
    pictures: String,
}

#[derive(Insertable)]
#[diesel(table_name = skus, treat_none_as_default_value = false)]
pub struct SkuRow<'a> {
    sku: &'a str,
    product: i64,
    position: i64,
    price: i64,
    label_ko: String,
    label_en: String,
}

#[derive(Insertable)]
#[diesel(table_name = product_pictures, treat_none_as_default_value = false)]
pub struct PictureRow<'a> {
    product: i64,
    position: i64,
    pub name: &'a str,
}

pub fn product(product: &Product, now: i64) -> ProductRow<'_> {
    let names: Vec<&str> = product
        .variants
        .iter()
        .map(|variant| variant.sku.as_str())
        .collect();
    ProductRow {
        code: product.code.as_str(),
        version: 1,
        category: &product.category,
        name_ko: &product.name.ko,
        name_en: &product.name.en,
        price: product
            .variants
            .first()
            .map_or(product.base_price, |variant| variant.price)
            .amount,
        skus: names.join(" "),
        picture: product.pictures.first().cloned(),
        sold: 0,
        created_at: now,
        changed_at: now,
    }
}

pub fn detail(id: i64, product: &Product) -> Result<DetailRow<'_>, DbError> {
    Ok(DetailRow {
        product: id,
        description_ko: &product.description.ko,
        description_en: &product.description.en,
        base_price: product.base_price.amount,
        options: options_json(product)?,
        pictures: json(&product.pictures)?,
    })
}

pub fn skus(id: i64, product: &Product) -> Vec<SkuRow<'_>> {
    let mut rows: Vec<SkuRow<'_>> = (0..)
        .zip(&product.variants)
        .map(|(position, variant)| {
            let label = variant.values.label();
            let (sku, price) = (variant.sku.as_str(), variant.price.amount);
            SkuRow {
                sku,
                product: id,
                position,
                price,
                label_ko: label.ko,
                label_en: label.en,
            }
        })
        .collect();
    if product
        .variants
        .iter()
        .all(|variant| variant.sku != product.code)
    {
        let (sku, price) = (product.code.as_str(), product.base_price.amount);
        rows.push(SkuRow {
            sku,
            product: id,
            position: -1,
            price,
            label_ko: String::new(),
            label_en: String::new(),
        });
    }
    rows
}

pub fn pictures(id: i64, product: &Product) -> Vec<PictureRow<'_>> {
    let names = (0..).zip(&product.pictures);
    names
        .map(|(position, name)| PictureRow {
            product: id,
            position,
            name,
        })
        .collect()
}
