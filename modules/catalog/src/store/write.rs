use std::collections::{BTreeMap, HashMap};

use diesel::prelude::*;
use diesel::upsert::excluded;
use kernel::Timestamp;
use platform::audit::{self, Entry};
use platform::db::{Conn, DbError};
use platform::on_both;
use serde_json::json;

use super::check::{How, Scene, check};
use super::{categories, pictures, rows, search};
use crate::api::Parsed;
use crate::error::CatalogError;
use crate::schema::{details, product_pictures, products, skus};

/// Rows per statement: within the number of values that either database takes.
const CHUNK: usize = 500;

/// Who changes products, and when.
#[derive(Clone, Debug)]
pub struct Editor {
    pub who: String,
    pub at: Timestamp,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Counts {
    pub created: usize,
    pub updated: usize,
}

/// Makes or wholly replaces every product of the batch, or refuses all of them. `None` as editor: only looks.
pub fn put(
    conn: &mut Conn,
    batch: &[Parsed],
    how: How,
    editor: Option<&Editor>,
) -> Result<Counts, CatalogError> {
    let scene = check(conn, batch, how)?;
    let counts = Counts {
        created: batch.len() - scene.before.len(),
        updated: scene.before.len(),
    };
    let Some(editor) = editor.filter(|_| !batch.is_empty()) else {
        return Ok(counts);
    };
    write_products(conn, batch, editor)?;
    let ids = ids(conn, batch)?;
    let with_ids: Vec<(i64, &Parsed)> = batch
        .iter()
        .filter_map(|parsed| Some((*ids.get(parsed.product.code.as_str())?, parsed)))
        .collect();
    write_details(conn, &with_ids)?;
    write_skus(conn, &with_ids)?;
    write_pictures(conn, &with_ids, &scene)?;
    let old: Vec<i64> = scene.before.values().map(|before| before.id).collect();
    search::forget(conn, &old)?;
    search::learn(
        conn,
        &with_ids
            .iter()
            .map(|(id, parsed)| (*id, &parsed.product))
            .collect::<Vec<_>>(),
    )?;
    count_categories(conn, batch, &scene)?;
    record(conn, batch, &scene, (counts, editor))?;
    Ok(counts)
}

/// `version`: only if it is still this one.
pub fn delete(
    conn: &mut Conn,
    code: &str,
    version: Option<i64>,
    editor: &Editor,
) -> Result<(), CatalogError> {
    let found: Option<(i64, i64, String)> = products::table
        .filter(products::code.eq(code))
        .select((products::id, products::version, products::category))
        .first(conn)
        .optional()?;
    let (id, now, category) = found.ok_or(CatalogError::Unknown)?;
    if version.is_some_and(|version| version != now) {
        return Err(CatalogError::Stale);
    }
    let shown = pictures::of_products(conn, &[id])?;
    search::forget(conn, &[id])?;
    diesel::delete(products::table.filter(products::id.eq(id))).execute(conn)?;
    pictures::sweep(conn, shown.iter())?;
    categories::count(conn, &category, -1)?;
    let entry = entry(
        editor,
        "product.deleted",
        code,
        json!({ "category": category }),
    );
    Ok(audit::record(conn, &entry)?)
}

fn write_products(conn: &mut Conn, batch: &[Parsed], editor: &Editor) -> Result<(), DbError> {
    let now = editor.at.as_micros();
    for chunk in batch.chunks(CHUNK) {
        let rows: Vec<_> = chunk
            .iter()
            .map(|parsed| rows::product(&parsed.product, now))
            .collect();
        on_both!(conn, |c| diesel::insert_into(products::table)
            .values(&rows)
            .on_conflict(products::code)
            .do_update()
            .set((
                products::version.eq(products::version + 1),
                products::category.eq(excluded(products::category)),
                products::name_ko.eq(excluded(products::name_ko)),
                products::name_en.eq(excluded(products::name_en)),
                products::price.eq(excluded(products::price)),
                products::skus.eq(excluded(products::skus)),
                products::picture.eq(excluded(products::picture)),
                products::changed_at.eq(excluded(products::changed_at)),
            ))
            .execute(c))?;
    }
    Ok(())
}

fn ids(conn: &mut Conn, batch: &[Parsed]) -> Result<HashMap<String, i64>, DbError> {
    let rows: Vec<(String, i64)> = products::table
        .filter(products::code.eq_any(batch.iter().map(|parsed| parsed.product.code.as_str())))
        .select((products::code, products::id))
        .load(conn)?;
    Ok(rows.into_iter().collect())
}

fn write_details(conn: &mut Conn, batch: &[(i64, &Parsed)]) -> Result<(), DbError> {
    for chunk in batch.chunks(CHUNK) {
        let rows = chunk
            .iter()
            .map(|(id, parsed)| rows::detail(*id, &parsed.product));
        let rows = rows.collect::<Result<Vec<_>, _>>()?;
        on_both!(conn, |c| diesel::insert_into(details::table)
            .values(&rows)
            .on_conflict(details::product)
            .do_update()
            .set((
                details::description_ko.eq(excluded(details::description_ko)),
                details::description_en.eq(excluded(details::description_en)),
                details::base_price.eq(excluded(details::base_price)),
                details::options.eq(excluded(details::options)),
                details::pictures.eq(excluded(details::pictures)),
            ))
            .execute(c))?;
    }
    Ok(())
}

fn write_skus(conn: &mut Conn, batch: &[(i64, &Parsed)]) -> Result<(), DbError> {
    diesel::delete(skus::table.filter(skus::product.eq_any(batch.iter().map(|(id, _)| *id))))
        .execute(conn)?;
    let rows: Vec<_> = batch
        .iter()
        .flat_map(|(id, parsed)| rows::skus(*id, &parsed.product))
        .collect();
    for chunk in rows.chunks(CHUNK) {
        on_both!(conn, |c| diesel::insert_into(skus::table)
            .values(chunk)
            .execute(c))?;
    }
    Ok(())
}

fn write_pictures(conn: &mut Conn, batch: &[(i64, &Parsed)], scene: &Scene) -> Result<(), DbError> {
    let ids: Vec<i64> = batch.iter().map(|(id, _)| *id).collect();
    let shown_before = pictures::of_products(conn, &ids)?;
    pictures::add(
        conn,
        batch.iter().flat_map(|(_, parsed)| &parsed.new_pictures),
        &scene.known_pictures,
    )?;
    diesel::delete(product_pictures::table.filter(product_pictures::product.eq_any(&ids)))
        .execute(conn)?;
    let rows: Vec<_> = batch
        .iter()
        .flat_map(|(id, parsed)| rows::pictures(*id, &parsed.product))
        .collect();
    for chunk in rows.chunks(CHUNK) {
        on_both!(conn, |c| diesel::insert_into(product_pictures::table)
            .values(chunk)
            .execute(c))?;
    }
    pictures::sweep(
        conn,
        shown_before
            .iter()
            .filter(|name| !rows.iter().any(|row| row.name == name.as_str())),
    )
}

fn count_categories(conn: &mut Conn, batch: &[Parsed], scene: &Scene) -> Result<(), DbError> {
    let mut changes: BTreeMap<&str, i64> = BTreeMap::new();
    for before in scene.before.values() {
        *changes.entry(&before.category).or_default() -= 1;
    }
    for parsed in batch {
        *changes.entry(&parsed.product.category).or_default() += 1;
    }
    for (slug, change) in changes.into_iter().filter(|(_, change)| *change != 0) {
        categories::count(conn, slug, change)?;
    }
    Ok(())
}

/// One row for one product; one for all of a batch, as an import is one deed.
fn record(
    conn: &mut Conn,
    batch: &[Parsed],
    scene: &Scene,
    (counts, editor): (Counts, &Editor),
) -> Result<(), DbError> {
    let entry = match batch {
        [Parsed { product, .. }] => {
            let what = if scene.before.is_empty() {
                "product.created"
            } else {
                "product.changed"
            };
            let prices: Vec<i64> = product
                .variants
                .iter()
                .map(|variant| variant.price.amount)
                .collect();
            let detail = json!({ "category": product.category, "prices": prices, "pictures": product.pictures });
            entry(editor, what, product.code.as_str(), detail)
        }
        [first, .., last] => {
            let (first, last) = (first.product.code.as_str(), last.product.code.as_str());
            let detail = json!({ "created": counts.created, "updated": counts.updated, "first": first, "last": last });
            entry(editor, "products.put", first, detail)
        }
        [] => return Ok(()),
    };
    audit::record(conn, &entry)
}

fn entry(editor: &Editor, what: &'static str, subject: &str, detail: serde_json::Value) -> Entry {
    Entry {
        at: editor.at,
        who: editor.who.clone(),
        what,
        subject: subject.to_owned(),
        detail,
    }
}
