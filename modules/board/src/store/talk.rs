//! What a product page shows of the boards. Read more often than anything else here, so these statements never change:
//! they stay prepared.

use diesel::prelude::*;
use kernel::{Sku, Timestamp};
use platform::db::{Conn, DbError};
use platform::on_both;

use crate::api::{Question, Review};
use crate::domain::Board;
use crate::schema::posts;

/// The newest visible ones.
pub fn reviews(conn: &mut Conn, product: &Sku, limit: i64) -> Result<Vec<Review>, DbError> {
    type Row = (String, String, String, Option<i64>, Option<String>, i64);
    if limit == 0 {
        return Ok(Vec::new());
    }
    let newest = posts::table
        .filter(posts::product.eq(product.as_str()))
        .filter(posts::board.eq(Board::Reviews.as_str()))
        .filter(posts::hidden_reason.is_null())
        .order((posts::at.desc(), posts::id.desc()))
        .limit(limit)
        .select((
            posts::id,
            posts::title,
            posts::body,
            posts::stars,
            posts::author_name,
            posts::at,
        ));
    let rows: Vec<Row> = on_both!(conn, |c| newest.load(c))?;
    let review = |(id, title, body, stars, author, at): Row| Review {
        id,
        title,
        body,
        stars: stars.unwrap_or(0),
        author,
        at: Timestamp::from_micros(at),
    };
    Ok(rows.into_iter().map(review).collect())
}

/// The newest visible ones.
pub fn questions(conn: &mut Conn, product: &Sku, limit: i64) -> Result<Vec<Question>, DbError> {
    type Row = (String, String, Option<String>, i64, bool);
    if limit == 0 {
        return Ok(Vec::new());
    }
    let newest = posts::table
        .filter(posts::product.eq(product.as_str()))
        .filter(posts::board.eq(Board::Qna.as_str()))
        .filter(posts::hidden_reason.is_null())
        .order((posts::at.desc(), posts::id.desc()))
        .limit(limit)
        .select((
            posts::id,
            posts::title,
            posts::author_name,
            posts::at,
            posts::answered,
        ));
    let rows: Vec<Row> = on_both!(conn, |c| newest.load(c))?;
    let question = |(id, title, author, at, answered): Row| Question {
        id,
        title,
        author,
        at: Timestamp::from_micros(at),
        answered,
    };
    Ok(rows.into_iter().map(question).collect())
}
