//! What a product page shows of the boards. Read more often than anything else here, so these statements never change:
//! they stay prepared.

use diesel::prelude::*;
use kernel::{Sku, Timestamp};
use platform::db::{Conn, DbError};
use platform::on_both;

use crate::api::{Question, Review};
use crate::domain::Board;
use crate::schema::posts;

/// The visible posts of one board about a product, the newest first.
#[diesel::dsl::auto_type]
fn newest<'p>(product: &'p str, board: &'p str, limit: i64) -> _ {
    posts::table
        .filter(posts::product.eq(product))
        .filter(posts::board.eq(board))
        .filter(posts::hidden_reason.is_null())
        .order((posts::at.desc(), posts::id.desc()))
        .limit(limit)
}

pub fn reviews(conn: &mut Conn, product: &Sku, limit: i64) -> Result<Vec<Review>, DbError> {
    type Row = (String, String, String, Option<i64>, Option<String>, i64);
    if limit == 0 {
        return Ok(Vec::new());
    }
    let newest = newest(product.as_str(), Board::Reviews.as_str(), limit).select((
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

pub fn questions(conn: &mut Conn, product: &Sku, limit: i64) -> Result<Vec<Question>, DbError> {
    type Row = (String, String, Option<String>, i64, bool);
    if limit == 0 {
        return Ok(Vec::new());
    }
    let newest = newest(product.as_str(), Board::Qna.as_str(), limit).select((
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
