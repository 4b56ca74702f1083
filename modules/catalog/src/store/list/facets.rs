use diesel::dsl::count_star;
use diesel::prelude::*;
use platform::db::{Conn, DbError};
use platform::on_both;

use super::Filter;
use crate::schema::products;
use crate::store::search::{Way, Within};

/// A page counts no further than this.
const COUNTABLE: i64 = 2000;

/// How many hits each category has.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Facets {
    pub counts: Vec<(String, i64)>,
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
    let countable = match &search {
        Some(search) => search.count(conn, COUNTABLE)?,
        None => in_price_range(conn, &all, COUNTABLE)?,
    };
    if countable.is_none() {
        return Ok(None);
    }
    let counts = on_both!(conn, |c| {
        let mut query = products::table
            .group_by(products::category)
            .select((products::category, count_star()))
            .into_boxed();
        if let Some(found) = search {
            query = query.filter(found.products(Way::Gather));
        }
        if let Some((min, max)) = filter.prices() {
            query = query.filter(products::price.between(min, max));
        }
        query.load(c)
    })?;
    Ok(Some(Facets { counts }))
}

/// `None`: more than `most`.
pub(super) fn in_price_range(
    conn: &mut Conn,
    filter: &Filter,
    most: i64,
) -> Result<Option<i64>, DbError> {
    let (min, max) = filter.prices().unwrap_or((0, i64::MAX));
    let ids: Vec<i64> = on_both!(conn, |c| {
        let mut query = products::table
            .filter(products::price.between(min, max))
            .select(products::id)
            .into_boxed();
        if let Some(category) = &filter.category {
            query = query.filter(products::category.eq(category));
        }
        query.limit(most + 1).load(c)
    })?;
    let n = i64::try_from(ids.len()).unwrap_or(i64::MAX);
    Ok((n <= most).then_some(n))
}
