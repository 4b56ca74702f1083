use diesel::prelude::*;
use diesel::sql_types::Text;
use kernel::Sku;
use platform::db::{Conn, DbError};
use platform::on_both;

use crate::api::Rating;
use crate::schema::ratings;

/// So many at most are looked up one by one: SQLite prepares an `IN (…)` anew every time.
const FEW: usize = 6;

/// Adds up the stars of a product's visible reviews anew, in the transaction that changed one of them.
pub fn recount(conn: &mut Conn, product: &Sku) -> Result<(), DbError> {
    let query = "INSERT INTO ratings (product, total, count) \
        SELECT $1, CAST(COALESCE(SUM(stars), 0) AS BIGINT), COUNT(*) FROM posts \
        WHERE product = $1 AND board = 'reviews' AND hidden_reason IS NULL \
        ON CONFLICT (product) DO UPDATE SET total = excluded.total, count = excluded.count";
    diesel::sql_query(query)
        .bind::<Text, _>(product.as_str())
        .execute(conn)?;
    Ok(())
}

/// Products without a review are absent.
pub fn of(conn: &mut Conn, products: &[Sku]) -> Result<Vec<Rating>, DbError> {
    let mut rows: Vec<(String, i64, i64)> = Vec::with_capacity(products.len());
    let reviewed = ratings::table.filter(ratings::count.gt(0));
    if products.len() > FEW {
        let codes: Vec<&str> = products.iter().map(Sku::as_str).collect();
        let wanted = reviewed.filter(ratings::product.eq_any(&codes));
        on_both!(conn, |c| rows.extend(wanted.load(c)?));
    } else {
        for product in products {
            let wanted = reviewed.filter(ratings::product.eq(product.as_str()));
            on_both!(conn, |c| rows.extend(wanted.load(c)?));
        }
    }
    Ok(rows.into_iter().filter_map(rating).collect())
}

#[expect(
    clippy::cast_precision_loss,
    reason = "a product has fewer than 2^53 stars"
)]
fn rating((product, total, count): (String, i64, i64)) -> Option<Rating> {
    let average = (total as f64 / count as f64 * 10.0).round() / 10.0;
    Some(Rating {
        product: product.parse().ok()?,
        average,
        count,
    })
}
