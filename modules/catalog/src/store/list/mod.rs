//! Lists: sorted, filtered, searched, a page at a time from where the last one ended.
//!
//! Every order has an index, so a list without a search reads only what it shows. A search, or a price range in
//! another order, can be answered in two ways: *gather* what fits and sort it, good for few hits, or *walk* the order
//! and look at each, good for many. Counting up to [`FEW`] tells which.

use diesel::dsl::sql;
use diesel::prelude::*;
use diesel::sql_types::{BigInt, Bool, Text};
use platform::db::{Conn, DbError};
use platform::on_both;
use serde::{Deserialize, Serialize};

use super::product::Listed;
use super::search::{Match, Within};
use crate::domain::words::Term;
use crate::schema::products;

/// So many hits are gathered and sorted in about the time that walking takes when there are more.
pub const FEW: i64 = 3000;

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub enum Sort {
    #[default]
    Newest,
    Popular,
    Price,
    PriceDown,
    /// Of a search: names before descriptions, each by popularity.
    Relevance,
}

/// What to list.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Filter {
    /// All of them must be found; `None`: no search. A search for nothing finds nothing.
    pub terms: Option<Vec<Term>>,
    pub category: Option<String>,
    pub min_price: Option<i64>,
    pub max_price: Option<i64>,
}

/// Where the page before ended: what it was sorted by, and its last product.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct After {
    pub sort: Sort,
    /// By relevance: whether the names are through.
    pub elsewhere: bool,
    pub key: i64,
    pub id: i64,
}

/// A product of a list, and the place in it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Row {
    pub listed: Listed,
    pub after: After,
}

/// How many hits each category has.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Facets {
    pub counts: Vec<(String, i64)>,
}

impl Filter {
    /// Whether the categories' own counters do not say how many fit.
    pub fn is_narrowed(&self) -> bool {
        self.terms.is_some() || self.has_price()
    }

    fn has_price(&self) -> bool {
        self.min_price.is_some() || self.max_price.is_some()
    }

    fn finds_nothing(&self) -> bool {
        self.terms.as_ref().is_some_and(Vec::is_empty)
    }

    fn search(&self, conn: &Conn, within: Within) -> Option<Match> {
        self.terms
            .as_ref()
            .map(|terms| Match::new(conn, terms, within))
    }
}

/// Up to `limit` products behind `after`.
pub fn page(
    conn: &mut Conn,
    filter: &Filter,
    sort: Sort,
    (after, limit): (Option<After>, i64),
) -> Result<Vec<Row>, DbError> {
    if filter.finds_nothing() {
        return Ok(Vec::new());
    }
    if sort != Sort::Relevance || filter.terms.is_none() {
        return part(conn, filter, (sort, Within::Anywhere), (after, limit));
    }
    let mut rows = match after {
        Some(After {
            elsewhere: true, ..
        }) => Vec::new(),
        within_names => part(conn, filter, (sort, Within::Name), (within_names, limit))?,
    };
    let left = limit - i64::try_from(rows.len()).unwrap_or(limit);
    if left > 0 {
        let after = after.filter(|after| after.elsewhere);
        rows.extend(part(
            conn,
            filter,
            (sort, Within::Elsewhere),
            (after, left),
        )?);
    }
    Ok(rows)
}

fn part(
    conn: &mut Conn,
    filter: &Filter,
    (sort, within): (Sort, Within),
    (after, limit): (Option<After>, i64),
) -> Result<Vec<Row>, DbError> {
    let way = Way::choose(conn, filter, sort, within)?;
    let search = filter.search(conn, within);
    let listed: Vec<Listed> = on_both!(conn, |c| {
        let mut query = products::table
            .select(Listed::as_select())
            .limit(limit)
            .into_boxed();
        if let Some(Match {
            condition,
            words,
            tail,
        }) = search
        {
            query = match way {
                Way::Gather => query.filter(
                    sql::<Bool>("products.id IN (SELECT rowid FROM product_search WHERE ")
                        .sql(condition)
                        .bind::<Text, _>(words)
                        .sql(tail)
                        .sql(")"),
                ),
                Way::Walk => query.filter(
                    sql::<Bool>("EXISTS (SELECT 1 FROM product_search WHERE ")
                        .sql(condition)
                        .bind::<Text, _>(words)
                        .sql(tail)
                        .sql(" AND product_search.rowid = products.id)"),
                ),
            };
        }
        if let Some(category) = &filter.category {
            query = query.filter(products::category.eq(category));
        }
        // a sum cannot be looked up in an index: the walk stays on the order's
        let walks_past_prices = way == Way::Walk && !matches!(sort, Sort::Price | Sort::PriceDown);
        if walks_past_prices {
            if let Some(min) = filter.min_price {
                query = query.filter((products::price + 0).ge(min));
            }
            if let Some(max) = filter.max_price {
                query = query.filter((products::price + 0).le(max));
            }
        } else {
            if let Some(min) = filter.min_price {
                query = query.filter(products::price.ge(min));
            }
            if let Some(max) = filter.max_price {
                query = query.filter(products::price.le(max));
            }
        }
        query = match sort {
            Sort::Newest => query.order(products::id.desc()),
            Sort::Popular | Sort::Relevance => {
                query.order((products::sold.desc(), products::id.desc()))
            }
            Sort::Price => query.order((products::price.asc(), products::id.asc())),
            Sort::PriceDown => query.order((products::price.desc(), products::id.desc())),
        };
        if let Some(After { key, id, .. }) = after {
            query = match sort {
                Sort::Newest => query.filter(products::id.lt(id)),
                Sort::Popular | Sort::Relevance => query.filter(
                    products::sold
                        .le(key)
                        .and(products::sold.lt(key).or(products::id.lt(id))),
                ),
                Sort::Price => query.filter(
                    products::price
                        .ge(key)
                        .and(products::price.gt(key).or(products::id.gt(id))),
                ),
                Sort::PriceDown => query.filter(
                    products::price
                        .le(key)
                        .and(products::price.lt(key).or(products::id.lt(id))),
                ),
            };
        }
        query.load(c)
    })?;
    let elsewhere = within == Within::Elsewhere;
    Ok(listed
        .into_iter()
        .map(|listed| Row {
            after: place(&listed, sort, elsewhere),
            listed,
        })
        .collect())
}

fn place(listed: &Listed, sort: Sort, elsewhere: bool) -> After {
    let key = match sort {
        Sort::Newest => 0,
        Sort::Popular | Sort::Relevance => listed.sold,
        Sort::Price | Sort::PriceDown => listed.price,
    };
    After {
        sort,
        elsewhere,
        key,
        id: listed.id,
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Way {
    Gather,
    Walk,
}

impl Way {
    fn choose(
        conn: &mut Conn,
        filter: &Filter,
        sort: Sort,
        within: Within,
    ) -> Result<Self, DbError> {
        if let Some(search) = filter.search(conn, within) {
            // where several things must fit at once, a walk could go on for long
            if filter.category.is_some() || filter.has_price() {
                return Ok(Self::Gather);
            }
            return Ok(if hits(conn, &search)? > FEW {
                Self::Walk
            } else {
                Self::Gather
            });
        }
        if !filter.has_price() || matches!(sort, Sort::Price | Sort::PriceDown) {
            return Ok(Self::Walk);
        }
        Ok(if in_price_range(conn, filter)? > FEW {
            Self::Walk
        } else {
            Self::Gather
        })
    }
}

#[derive(QueryableByName)]
struct Count {
    #[diesel(sql_type = BigInt)]
    n: i64,
}

/// Counts to just above [`FEW`].
fn hits(
    conn: &mut Conn,
    Match {
        condition,
        words,
        tail,
    }: &Match,
) -> Result<i64, DbError> {
    let text = format!(
        "SELECT count(*) AS n FROM (SELECT 1 FROM product_search WHERE {condition}$1{tail} LIMIT {}) AS found",
        FEW + 1
    );
    let count: Count = on_both!(conn, |c| diesel::sql_query(&text)
        .bind::<Text, _>(words)
        .get_result(c))?;
    Ok(count.n)
}

fn in_price_range(conn: &mut Conn, filter: &Filter) -> Result<i64, DbError> {
    let category = if filter.category.is_some() {
        "AND category = $3"
    } else {
        "AND $3 = ''"
    };
    let text = format!(
        "SELECT count(*) AS n FROM (SELECT 1 FROM products WHERE price BETWEEN $1 AND $2 {category} LIMIT {}) AS found",
        FEW + 1
    );
    let (min, max) = (
        filter.min_price.unwrap_or(0),
        filter.max_price.unwrap_or(i64::MAX),
    );
    let category = filter.category.clone().unwrap_or_default();
    let count: Count = on_both!(conn, |c| diesel::sql_query(&text)
        .bind::<BigInt, _>(min)
        .bind::<BigInt, _>(max)
        .bind::<Text, _>(&category)
        .get_result(c))?;
    Ok(count.n)
}

/// Hits per category, whichever category is chosen; `None` when they are too many to count for a page.
/// Without search and price range the categories' own counters say it.
pub fn facets(conn: &mut Conn, filter: &Filter) -> Result<Option<Facets>, DbError> {
    if filter.finds_nothing() {
        return Ok(Some(Facets { counts: Vec::new() }));
    }
    let search = filter.search(conn, Within::Anywhere);
    let all = Filter {
        category: None,
        ..filter.clone()
    };
    let many = match &search {
        Some(search) => hits(conn, search)? > FEW,
        None => in_price_range(conn, &all)? > FEW,
    };
    if many {
        return Ok(None);
    }
    let counts = on_both!(conn, |c| {
        let mut query = products::table
            .group_by(products::category)
            .select((products::category, diesel::dsl::count_star()))
            .into_boxed();
        if let Some(Match {
            condition,
            words,
            tail,
        }) = search
        {
            query = query.filter(
                sql::<Bool>("products.id IN (SELECT rowid FROM product_search WHERE ")
                    .sql(condition)
                    .bind::<Text, _>(words)
                    .sql(tail)
                    .sql(")"),
            );
        }
        if let Some(min) = filter.min_price {
            query = query.filter(products::price.ge(min));
        }
        if let Some(max) = filter.max_price {
            query = query.filter(products::price.le(max));
        }
        query.load(c)
    })?;
    Ok(Some(Facets { counts }))
}
