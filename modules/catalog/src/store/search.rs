//! The full-text index: FTS5 on SQLite, tsvector with GIN on PostgreSQL. Both are given words that we have cut
//! ourselves ([`words`]), so that they find the same; what differs between them is only how a query is written.

use std::fmt::Write as _;

use diesel::dsl::{exists, not};
use diesel::prelude::*;
use diesel::sql_types::{Array, BigInt, Text};
use platform::db::{Conn, DbError};
use platform::on_both;

use super::hits::Hits;
use crate::domain::words::{self, Term};
use crate::domain::{Bilingual, Product};
use crate::schema::{product_search, products};

/// Where the words of a query must be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Within {
    Anywhere,
    Name,
    /// Found, but not by the name alone.
    Elsewhere,
}

/// How a list uses what a search finds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Way {
    /// Looks up every hit, then sorts.
    Gather,
    /// Keeps the list's order and looks for each product among the hits.
    Walk,
}

/// A query in the database's own language.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Match {
    words: String,
    is_postgres: bool,
}

impl Match {
    pub fn new(conn: &Conn, terms: &[Term], within: Within) -> Self {
        let is_postgres = conn.is_postgres();
        let words = if is_postgres {
            tsquery(terms, within)
        } else {
            fts5(terms, within)
        };
        Self { words, is_postgres }
    }

    /// The condition on `products`, written so that neither planner can choose another way.
    pub fn products(&self, way: Way) -> Hits {
        let (before, behind) = match (way, self.is_postgres) {
            (Way::Gather, false) => (
                "products.id IN (SELECT rowid FROM product_search WHERE product_search MATCH ",
                ")",
            ),
            (Way::Gather, true) => (
                "products.id = ANY (ARRAY(SELECT rowid FROM product_search WHERE search @@ ",
                "::tsquery))",
            ),
            (Way::Walk, false) => (
                "(products.id IN (SELECT rowid FROM product_search WHERE product_search MATCH ",
                ")) IS TRUE",
            ),
            (Way::Walk, true) => (
                "(products.id IN (SELECT rowid FROM product_search WHERE search @@ ",
                "::tsquery)) IS TRUE",
            ),
        };
        Hits {
            before,
            words: self.words.clone(),
            behind,
        }
    }

    /// How many there are; `None`: more than `most`.
    pub fn count(&self, conn: &mut Conn, most: i64) -> Result<Option<i64>, DbError> {
        let (before, behind) = if self.is_postgres {
            ("search @@ ", "::tsquery")
        } else {
            ("product_search MATCH ", "")
        };
        let found = Hits {
            before,
            words: self.words.clone(),
            behind,
        };
        let some = product_search::table
            .filter(found)
            .select(product_search::rowid)
            .limit(most + 1);
        let ids: Vec<i64> = on_both!(conn, |c| some.load(c))?;
        let count = i64::try_from(ids.len()).unwrap_or(i64::MAX);
        Ok((count <= most).then_some(count))
    }
}

/// Words hold letters and digits only: nothing in them has to be escaped.
fn fts5(terms: &[Term], within: Within) -> String {
    let quoted: Vec<String> = terms
        .iter()
        .map(|term| format!("\"{}\"{}", term.text, if term.prefix { "*" } else { "" }))
        .collect();
    let all = quoted.join(" AND ");
    match within {
        Within::Anywhere => all,
        Within::Name => format!("name : ({all})"),
        Within::Elsewhere => format!("({all}) NOT (name : ({all}))"),
    }
}

fn tsquery(terms: &[Term], within: Within) -> String {
    let all = |weight: &str| {
        let quoted = terms.iter().map(|term| {
            let marks = format!("{}{weight}", if term.prefix { "*" } else { "" });
            format!(
                "'{}'{}{marks}",
                term.text,
                if marks.is_empty() { "" } else { ":" }
            )
        });
        quoted.collect::<Vec<_>>().join(" & ")
    };
    match within {
        Within::Anywhere => all(""),
        Within::Name => all("A"),
        Within::Elsewhere => format!("({}) & !({})", all(""), all("A")),
    }
}

pub fn forget_all(conn: &mut Conn) -> Result<(), DbError> {
    let sql = match conn {
        Conn::Sqlite(_) => "INSERT INTO product_search (product_search) VALUES ('delete-all')",
        Conn::Postgres(_) => "DELETE FROM product_search",
    };
    diesel::sql_query(sql).execute(conn)?;
    Ok(())
}

pub fn forget(conn: &mut Conn, ids: &[i64]) -> Result<(), DbError> {
    match conn {
        // one by one: an FTS5 table is asked by rowid, not by a list
        Conn::Sqlite(c) => {
            for id in ids {
                diesel::delete(product_search::table.filter(product_search::rowid.eq(id)))
                    .execute(c)?;
            }
        }
        Conn::Postgres(c) => {
            diesel::delete(product_search::table.filter(product_search::rowid.eq_any(ids)))
                .execute(c)?;
        }
    }
    Ok(())
}

/// Products that are not in the index yet.
pub fn learn(conn: &mut Conn, products: &[(i64, &Product)]) -> Result<(), DbError> {
    match conn {
        Conn::Sqlite(c) => {
            for (id, product) in products {
                let [name, body] = cut(product).map(|words| words.join(" "));
                let row = (
                    product_search::rowid.eq(*id),
                    product_search::name.eq(name),
                    product_search::body.eq(body),
                );
                diesel::insert_into(product_search::table)
                    .values(row)
                    .execute(c)?;
            }
        }
        Conn::Postgres(c) => {
            let ids: Vec<i64> = products.iter().map(|(id, _)| *id).collect();
            let vectors: Vec<String> = products
                .iter()
                .map(|(_, product)| tsvector(&cut(product)))
                .collect();
            diesel::sql_query(
                "INSERT INTO product_search (rowid, search) SELECT id, words::tsvector FROM unnest($1, $2) AS t (id, words)",
            )
            .bind::<Array<BigInt>, _>(ids)
            .bind::<Array<Text>, _>(vectors)
            .execute(c)?;
        }
    }
    Ok(())
}

/// In the order of their ids, whether the index has them or not.
pub fn all_after(conn: &mut Conn, id: i64, limit: i64) -> Result<Vec<i64>, DbError> {
    Ok(products::table
        .filter(products::id.gt(id))
        .order(products::id)
        .limit(limit)
        .select(products::id)
        .load(conn)?)
}

/// Products that the index lacks.
pub fn missing(conn: &mut Conn, limit: i64) -> Result<Vec<i64>, DbError> {
    let indexed = product_search::table
        .filter(product_search::rowid.eq(products::id))
        .select(product_search::rowid);
    Ok(on_both!(conn, |c| products::table
        .filter(not(exists(indexed)))
        .order(products::id)
        .limit(limit)
        .select(products::id)
        .load(c))?)
}

/// The words of the name, and all others.
fn cut(product: &Product) -> [Vec<String>; 2] {
    fn both(text: &Bilingual) -> [&str; 2] {
        [&text.ko, &text.en]
    }
    let mut body: Vec<&str> = vec![product.code.as_str()];
    body.extend(both(&product.description));
    for variant in &product.variants {
        body.push(variant.sku.as_str());
        body.extend(
            [&variant.values.color, &variant.values.size]
                .into_iter()
                .flatten()
                .flat_map(both),
        );
    }
    let name = words::index(both(&product.name));
    let body = words::index(body).difference(&name).cloned().collect();
    [name.into_iter().collect(), body]
}

/// `'유기':1A '그릇':1`: a weight needs a position, and we need only the weight.
fn tsvector([name, body]: &[Vec<String>; 2]) -> String {
    let mut text = String::new();
    for (words, weight) in [(name, "A"), (body, "")] {
        for word in words {
            let _ = write!(text, "'{word}':1{weight} ");
        }
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_databases_are_asked_the_same() {
        let terms = words::query("유기 mugs");
        for (within, sqlite, postgres) in [
            (Within::Anywhere, r#""mug"* AND "유기""#, "'mug':* & '유기'"),
            (
                Within::Name,
                r#"name : ("mug"* AND "유기")"#,
                "'mug':*A & '유기':A",
            ),
            (
                Within::Elsewhere,
                r#"("mug"* AND "유기") NOT (name : ("mug"* AND "유기"))"#,
                "('mug':* & '유기') & !('mug':*A & '유기':A)",
            ),
        ] {
            assert_eq!(
                (
                    fts5(&terms, within).as_str(),
                    tsquery(&terms, within).as_str()
                ),
                (sqlite, postgres)
            );
        }
    }
}
