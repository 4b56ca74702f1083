use diesel::prelude::*;
use diesel::upsert::excluded;
use platform::audit::{self, Entry};
use platform::db::{Conn, DbError};
use platform::on_both;

use super::Editor;
use crate::api::{Both, CategoryCard};
use crate::domain::{Category, Flaw, Rule};
use crate::error::CatalogError;
use crate::schema::{categories, products};

/// In the shop's order.
pub fn list(conn: &mut Conn) -> Result<Vec<CategoryCard>, DbError> {
    let rows: Vec<(String, String, String, i64)> = on_both!(conn, |c| categories::table
        .order((categories::position, categories::slug))
        .select((
            categories::slug,
            categories::name_ko,
            categories::name_en,
            categories::products
        ))
        .load(c))?;
    let card = |(slug, ko, en, products)| CategoryCard {
        slug,
        name: Both { ko, en },
        products,
        picture: None,
    };
    Ok(rows.into_iter().map(card).collect())
}

pub fn find(conn: &mut Conn, slug: &str) -> Result<Option<CategoryCard>, DbError> {
    let row: Option<(String, String, i64)> = on_both!(conn, |c| categories::table
        .filter(categories::slug.eq(slug))
        .select((
            categories::name_ko,
            categories::name_en,
            categories::products
        ))
        .first(c)
        .optional())?;
    let slug = slug.to_owned();
    Ok(row.map(|(ko, en, products)| CategoryCard {
        slug,
        name: Both { ko, en },
        products,
        picture: None,
    }))
}

/// As [`list`], each with the picture of its most popular product.
pub fn with_pictures(conn: &mut Conn) -> Result<Vec<CategoryCard>, DbError> {
    let picture = products::table
        .filter(
            products::category
                .eq(categories::slug)
                .and(products::picture.is_not_null()),
        )
        .order((products::sold.desc(), products::id))
        .limit(1)
        .select(products::picture)
        .single_value();
    let rows: Vec<(String, String, String, i64, Option<String>)> =
        on_both!(conn, |c| categories::table
            .order((categories::position, categories::slug))
            .select((
                categories::slug,
                categories::name_ko,
                categories::name_en,
                categories::products,
                picture
            ))
            .load(c))?;
    let card = |(slug, ko, en, products, picture): (_, _, _, _, Option<String>)| CategoryCard {
        slug,
        name: Both { ko, en },
        products,
        picture: picture.as_deref().map(super::product::picture_path),
    };
    Ok(rows.into_iter().map(card).collect())
}

/// Their order becomes the shop's.
pub fn put(conn: &mut Conn, all: &[Category], editor: &Editor) -> Result<(), CatalogError> {
    for (position, category) in (0_i64..).zip(all) {
        let row = (
            categories::slug.eq(&category.slug),
            categories::name_ko.eq(&category.name.ko),
            categories::name_en.eq(&category.name.en),
            categories::position.eq(position),
            categories::products.eq(0),
        );
        on_both!(conn, |c| diesel::insert_into(categories::table)
            .values(row)
            .on_conflict(categories::slug)
            .do_update()
            .set((
                categories::name_ko.eq(excluded(categories::name_ko)),
                categories::name_en.eq(excluded(categories::name_en)),
                categories::position.eq(excluded(categories::position)),
            ))
            .execute(c))?;
    }
    let slugs: Vec<&str> = all.iter().map(|category| category.slug.as_str()).collect();
    let (at, who) = (editor.at, editor.who.clone());
    let detail = serde_json::json!({ "categories": slugs });
    Ok(audit::record(
        conn,
        &Entry {
            at,
            who,
            what: "categories.put",
            subject: "categories".to_owned(),
            detail,
        },
    )?)
}

/// All of them, or none: one that a product is in is refused by its number.
pub fn remove(conn: &mut Conn, slugs: &[String], editor: &Editor) -> Result<(), CatalogError> {
    for (n, slug) in slugs.iter().enumerate() {
        remove_one(conn, (n, slug), editor)?;
    }
    Ok(())
}

fn remove_one(
    conn: &mut Conn,
    (n, slug): (usize, &str),
    editor: &Editor,
) -> Result<(), CatalogError> {
    let empty = categories::table
        .filter(categories::slug.eq(slug))
        .filter(categories::products.eq(0));
    let removed = on_both!(conn, |c| diesel::delete(empty).execute(c))?;
    if removed == 0 {
        let flaw = Flaw::new("drop", Rule::NotEmpty(slug.to_owned()));
        return Err(CatalogError::Refused(vec![(n, flaw)]));
    }
    let (at, who) = (editor.at, editor.who.clone());
    Ok(audit::record(
        conn,
        &Entry {
            at,
            who,
            what: "category.deleted",
            subject: slug.to_owned(),
            detail: serde_json::json!({}),
        },
    )?)
}

pub(super) fn slugs(conn: &mut Conn) -> Result<Vec<String>, DbError> {
    Ok(categories::table.select(categories::slug).load(conn)?)
}

pub(super) fn count(conn: &mut Conn, slug: &str, change: i64) -> Result<(), DbError> {
    diesel::update(categories::table.filter(categories::slug.eq(slug)))
        .set(categories::products.eq(categories::products + change))
        .execute(conn)?;
    Ok(())
}
