use std::collections::{BTreeSet, HashMap};

use diesel::prelude::*;
use platform::db::{Conn, DbError};
use platform::on_both;

use crate::domain::picture::Picture;
use crate::schema::{pictures, product_pictures};

/// Media type and bytes.
pub fn read(conn: &mut Conn, name: &str) -> Result<Option<(String, Vec<u8>)>, DbError> {
    Ok(on_both!(conn, |c| pictures::table
        .filter(pictures::name.eq(name))
        .select((pictures::media_type, pictures::bytes))
        .first(c)
        .optional())?)
}

pub fn read_all(
    conn: &mut Conn,
    names: &BTreeSet<&str>,
) -> Result<HashMap<String, (String, Vec<u8>)>, DbError> {
    let rows: Vec<(String, String, Vec<u8>)> = pictures::table
        .filter(pictures::name.eq_any(names.iter().copied()))
        .select((pictures::name, pictures::media_type, pictures::bytes))
        .load(conn)?;
    Ok(rows
        .into_iter()
        .map(|(name, media_type, bytes)| (name, (media_type, bytes)))
        .collect())
}

/// Which of `names` are there.
pub(super) fn known(conn: &mut Conn, names: &BTreeSet<&str>) -> Result<BTreeSet<String>, DbError> {
    if names.is_empty() {
        return Ok(BTreeSet::new());
    }
    let rows: Vec<String> = pictures::table
        .filter(pictures::name.eq_any(names.iter().copied()))
        .select(pictures::name)
        .load(conn)?;
    Ok(rows.into_iter().collect())
}

/// Those that are there already are not written again.
pub(super) fn add<'a>(
    conn: &mut Conn,
    new: impl Iterator<Item = &'a Picture>,
    known: &BTreeSet<String>,
) -> Result<(), DbError> {
    for picture in new.filter(|picture| !known.contains(&picture.name)) {
        let row = (
            pictures::name.eq(&picture.name),
            pictures::media_type.eq(picture.media_type),
            pictures::bytes.eq(&picture.bytes),
        );
        on_both!(conn, |c| diesel::insert_into(pictures::table)
            .values(row)
            .on_conflict_do_nothing()
            .execute(c))?;
    }
    Ok(())
}

/// The names that `products` show.
pub(super) fn of_products(conn: &mut Conn, products: &[i64]) -> Result<BTreeSet<String>, DbError> {
    let rows: Vec<String> = product_pictures::table
        .filter(product_pictures::product.eq_any(products))
        .select(product_pictures::name)
        .load(conn)?;
    Ok(rows.into_iter().collect())
}

/// Of `names`, those that no product shows any more.
pub(super) fn sweep<'a>(
    conn: &mut Conn,
    names: impl Iterator<Item = &'a String>,
) -> Result<(), DbError> {
    for name in names {
        let still: i64 = product_pictures::table
            .filter(product_pictures::name.eq(name))
            .count()
            .get_result(conn)?;
        if still == 0 {
            diesel::delete(pictures::table.filter(pictures::name.eq(name))).execute(conn)?;
        }
    }
    Ok(())
}
