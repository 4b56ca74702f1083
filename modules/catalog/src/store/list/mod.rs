//! Lists: sorted, filtered, searched, a page at a time from where the last one ended.
//!
//! Every order has an index, so a list without a search reads only what it shows. A search, or a price range in
//! another order, can be answered in two ways: *gather* what fits and sort it, or *walk* the order and pass over what
//! does not fit. Gathering is good for few hits, walking for many; counting a little tells which.

mod facets;

use diesel::dsl::sql;
use diesel::prelude::*;
use diesel::sql_types::BigInt;
use platform::db::{Conn, DbError};
use platform::on_both;
use serde::{Deserialize, Serialize};

use super::product::Listed;
use super::search::{Match, Way, Within};
use crate::domain::words::Term;
use crate::schema::products;

pub use facets::{Facets, facets};

/// Up to so many hits are gathered.
const FEW: i64 = 500;

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

impl Filter {
    /// Whether the categories' own counters do not say how many fit.
    pub fn is_narrowed(&self) -> bool {
        self.terms.is_some() || self.prices().is_some()
    }

    fn prices(&self) -> Option<(i64, i64)> {
        let is_asked = self.min_price.is_some() || self.max_price.is_some();
        is_asked.then(|| {
            (
                self.min_price.unwrap_or(0),
                self.max_price.unwrap_or(i64::MAX),
            )
        })
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
    let way = choose(conn, filter, sort, Within::Anywhere)?;
    if sort != Sort::Relevance || filter.terms.is_none() {
        return part(conn, filter, (sort, Within::Anywhere, way), (after, limit));
    }
    // few altogether are few in each part
    let way_of = |conn: &mut Conn, within| match way {
        Way::Gather => Ok(Way::Gather),
        Way::Walk => choose(conn, filter, sort, within),
    };
    let mut rows = Vec::new();
    if after.is_none_or(|after| !after.elsewhere) {
        let way = way_of(conn, Within::Name)?;
        rows = part(conn, filter, (sort, Within::Name, way), (after, limit))?;
    }
    let left = limit - i64::try_from(rows.len()).unwrap_or(limit);
    if left > 0 {
        let after = after.filter(|after| after.elsewhere);
        let way = way_of(conn, Within::Elsewhere)?;
        rows.extend(part(
            conn,
            filter,
            (sort, Within::Elsewhere, way),
            (after, left),
        )?);
    }
    Ok(rows)
}

fn part(
    conn: &mut Conn,
    filter: &Filter,
    (sort, within, way): (Sort, Within, Way),
    (after, limit): (Option<After>, i64),
) -> Result<Vec<Row>, DbError> {
    let search = filter.search(conn, within);
    let is_by_price = matches!(sort, Sort::Price | Sort::PriceDown);
    // the sign keeps SQLite from leaving the order's index for that of prices
    let price = if way == Way::Walk && !is_by_price && !conn.is_postgres() {
        "+products.price"
    } else {
        "products.price"
    };
    let listed: Vec<Listed> = on_both!(conn, |c| {
        let mut query = products::table
            .select(Listed::as_select())
            .limit(limit)
            .into_boxed();
        if let Some(found) = search {
            query = query.filter(found.products(way));
        }
        if let Some(category) = &filter.category {
            query = query.filter(products::category.eq(category));
        }
        if let Some((min, max)) = filter.prices() {
            query = query.filter(sql::<BigInt>(price).between(min, max));
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
            use products::{price, sold};
            let (older, newer) = (products::id.lt(id), products::id.gt(id));
            query = match sort {
                Sort::Newest => query.filter(older),
                Sort::Popular | Sort::Relevance => {
                    query.filter(sold.le(key).and(sold.lt(key).or(older)))
                }
                Sort::Price => query.filter(price.ge(key).and(price.gt(key).or(newer))),
                Sort::PriceDown => query.filter(price.le(key).and(price.lt(key).or(older))),
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

fn choose(conn: &mut Conn, filter: &Filter, sort: Sort, within: Within) -> Result<Way, DbError> {
    let hits = match filter.search(conn, within) {
        Some(search) => search.count(conn, FEW)?,
        None if filter.prices().is_none() || matches!(sort, Sort::Price | Sort::PriceDown) => {
            return Ok(Way::Walk);
        }
        None => facets::in_price_range(conn, filter, FEW)?,
    };
    Ok(if hits.is_some() {
        Way::Gather
    } else {
        Way::Walk
    })
}
