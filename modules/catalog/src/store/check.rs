//! Rules that only the database can tell: who has which SKU, which categories and pictures there are.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use diesel::prelude::*;
use platform::db::{Conn, DbError};

use super::{categories, pictures};
use crate::api::Parsed;
use crate::domain::{Flaw, Rule};
use crate::error::CatalogError;
use crate::schema::{products, skus};

/// As many names as one query may list.
const CHUNK: usize = 5000;

/// What is expected of a product that is put.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum How {
    /// Made or replaced, whichever fits.
    Either,
    /// There must be none of that code yet.
    New,
    /// There must be one, in this version if it is given.
    Existing(Option<i64>),
}

/// A product that is there already.
#[derive(Clone, Debug)]
pub(super) struct Before {
    pub id: i64,
    pub category: String,
    version: i64,
}

/// What a batch meets in the database.
pub(super) struct Scene {
    /// By code.
    pub before: HashMap<String, Before>,
    pub known_pictures: BTreeSet<String>,
}

/// Everything that is wrong with the batch, or what it meets.
pub(super) fn check(conn: &mut Conn, batch: &[Parsed], how: How) -> Result<Scene, CatalogError> {
    let before = before(conn, batch)?;
    expect(batch, &before, how)?;
    let names: BTreeSet<&str> = batch
        .iter()
        .flat_map(|p| &p.product.pictures)
        .map(String::as_str)
        .collect();
    let scene = Scene {
        before,
        known_pictures: pictures::known(conn, &names)?,
    };
    let mut flaws = Vec::new();
    flaws.extend(unknown_categories(conn, batch)?);
    flaws.extend(unknown_pictures(batch, &scene));
    flaws.extend(taken_skus(conn, batch, &scene, how)?);
    if flaws.is_empty() {
        return Ok(scene);
    }
    flaws.sort_by_key(|(index, _)| *index);
    Err(CatalogError::Refused(flaws))
}

fn before(conn: &mut Conn, batch: &[Parsed]) -> Result<HashMap<String, Before>, DbError> {
    let rows: Vec<(String, i64, String, i64)> = products::table
        .filter(products::code.eq_any(batch.iter().map(|p| p.product.code.as_str())))
        .select((
            products::code,
            products::id,
            products::category,
            products::version,
        ))
        .load(conn)?;
    Ok(rows
        .into_iter()
        .map(|(code, id, category, version)| {
            (
                code,
                Before {
                    id,
                    category,
                    version,
                },
            )
        })
        .collect())
}

fn expect(
    batch: &[Parsed],
    before: &HashMap<String, Before>,
    how: How,
) -> Result<(), CatalogError> {
    let How::Existing(version) = how else {
        return Ok(());
    };
    for parsed in batch {
        let found = before
            .get(parsed.product.code.as_str())
            .ok_or(CatalogError::Unknown)?;
        if version.is_some_and(|version| version != found.version) {
            return Err(CatalogError::Stale);
        }
    }
    Ok(())
}

fn unknown_categories(conn: &mut Conn, batch: &[Parsed]) -> Result<Vec<(usize, Flaw)>, DbError> {
    let slugs = categories::slugs(conn)?;
    let unknown = |(index, parsed): (usize, &Parsed)| {
        let category = &parsed.product.category;
        (!slugs.contains(category)).then(|| {
            (
                index,
                Flaw::new("category", Rule::Category(category.clone())),
            )
        })
    };
    Ok(batch.iter().enumerate().filter_map(unknown).collect())
}

/// Pictures that are named must be in the shop or come with this very product.
fn unknown_pictures(batch: &[Parsed], scene: &Scene) -> Vec<(usize, Flaw)> {
    let mut flaws = Vec::new();
    for (index, parsed) in batch.iter().enumerate() {
        for (at, name) in parsed.product.pictures.iter().enumerate() {
            if !scene.known_pictures.contains(name)
                && !parsed.new_pictures.iter().any(|new| new.name == *name)
            {
                flaws.push((
                    index,
                    Flaw::new(format!("pictures.{at}"), Rule::NoPicture(name.clone())),
                ));
            }
        }
    }
    flaws
}

/// A SKU leads to one product only, whether as its code or as one of its variants.
fn taken_skus(
    conn: &mut Conn,
    batch: &[Parsed],
    scene: &Scene,
    how: How,
) -> Result<Vec<(usize, Flaw)>, DbError> {
    let mut names: BTreeMap<&str, Vec<(usize, String)>> = BTreeMap::new();
    for (index, parsed) in batch.iter().enumerate() {
        for (sku, field) in fields(parsed) {
            names.entry(sku).or_default().push((index, field));
        }
    }
    let owners = owners(conn, names.keys().copied())?;
    let mut flaws = Vec::new();
    for (sku, places) in &names {
        let owner = owners.get(*sku);
        for (at, (index, field)) in places.iter().enumerate() {
            let own = scene
                .before
                .get(batch[*index].product.code.as_str())
                .map(|before| before.id);
            let rule = match owner {
                _ if places[..at].iter().any(|(other, _)| other != index) => {
                    Rule::Twice((*sku).to_owned())
                }
                Some((_, code)) if how == How::New => Rule::Taken(code.clone()),
                Some((id, code)) if Some(*id) != own => Rule::Taken(code.clone()),
                _ => continue,
            };
            flaws.push((*index, Flaw::new(field.clone(), rule)));
        }
    }
    Ok(flaws)
}

/// Every name that leads to the product, and the field that says so.
fn fields(parsed: &Parsed) -> Vec<(&str, String)> {
    let product = &parsed.product;
    let mut fields = vec![(product.code.as_str(), "sku".to_owned())];
    for (at, variant) in product
        .variants
        .iter()
        .enumerate()
        .filter(|(_, variant)| variant.sku != product.code)
    {
        fields.push((variant.sku.as_str(), format!("options.{at}.sku")));
    }
    fields
}

/// Whose each SKU is now: the product's id and code.
fn owners<'a>(
    conn: &mut Conn,
    names: impl Iterator<Item = &'a str>,
) -> Result<HashMap<String, (i64, String)>, DbError> {
    let names: Vec<&str> = names.collect();
    let mut owners = HashMap::new();
    for chunk in names.chunks(CHUNK) {
        let rows: Vec<(String, i64, String)> = skus::table
            .inner_join(products::table)
            .filter(skus::sku.eq_any(chunk.iter().copied()))
            .select((skus::sku, products::id, products::code))
            .load(conn)?;
        owners.extend(rows.into_iter().map(|(sku, id, code)| (sku, (id, code))));
    }
    Ok(owners)
}
