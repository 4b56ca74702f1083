//! What the query of a list asks for.

use platform::page::Paging;
use platform::problem::{FieldError, Problem};
use serde::Deserialize;

use crate::domain::{slug, words};
use crate::service::Ask;
use crate::store::list::{After, Filter, Row, Sort};

const LONGEST_QUERY: usize = 200;

/// As typed; nothing of it is required.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(default)]
pub struct Typed {
    pub q: String,
    pub category: String,
    pub sort: String,
    pub min_price: String,
    pub max_price: String,
}

impl Typed {
    /// What is asked for, or everything that is wrong with it.
    pub fn parse(&self, paging: &Paging) -> Result<Ask, Problem> {
        let mut errors = Vec::new();
        let filter = self.filter(&mut errors);
        let sort = self.sort().unwrap_or_else(|| {
            errors.push(FieldError::new("sort", "catalog-bad-sort"));
            Sort::default()
        });
        if !errors.is_empty() {
            return Err(Problem::invalid(errors));
        }
        Ok(Ask {
            filter,
            sort,
            after: after(paging, sort)?,
            limit: paging.fetch(),
        })
    }

    /// For people: what is wrong is told and left aside, a cursor that does not fit begins at the top.
    pub fn forgiving(&self, paging: &Paging) -> (Ask, Vec<FieldError>) {
        let mut errors = Vec::new();
        let filter = self.filter(&mut errors);
        let sort = self
            .sort()
            .or_else(|| {
                Self {
                    sort: String::new(),
                    ..self.clone()
                }
                .sort()
            })
            .unwrap_or_default();
        (
            Ask {
                filter,
                sort,
                after: after(paging, sort).unwrap_or_default(),
                limit: paging.fetch(),
            },
            errors,
        )
    }

    /// `None`: there is no such order. Without a wish a search is sorted by relevance, a list by age.
    pub fn sort(&self) -> Option<Sort> {
        match self.sort.as_str() {
            "" if self.q.trim().is_empty() => Some(Sort::Newest),
            "" | "relevance" => Some(Sort::Relevance),
            "newest" => Some(Sort::Newest),
            "price" => Some(Sort::Price),
            "-price" => Some(Sort::PriceDown),
            "popular" => Some(Sort::Popular),
            _ => None,
        }
    }

    fn filter(&self, errors: &mut Vec<FieldError>) -> Filter {
        let q = self.q.trim();
        if q.chars().count() > LONGEST_QUERY {
            errors.push(FieldError::new("q", "catalog-bad-long").arg("most", LONGEST_QUERY));
        }
        let mut price = |name: &'static str, typed: &str| {
            let typed = typed.trim().replace(',', "");
            let parsed = typed.parse::<i64>().ok().filter(|price| *price >= 0);
            if parsed.is_none() && !typed.is_empty() {
                errors.push(FieldError::new(name, "catalog-bad-price"));
            }
            parsed
        };
        let (min_price, max_price) = (
            price("min_price", &self.min_price),
            price("max_price", &self.max_price),
        );
        let category = Some(self.category.trim()).filter(|category| !category.is_empty());
        Filter {
            terms: (!q.is_empty())
                .then(|| words::query(&q.chars().take(LONGEST_QUERY).collect::<String>())),
            // what cannot be a category has no products
            category: category.map(|category| slug(category).unwrap_or_else(|_| "-".to_owned())),
            min_price,
            max_price,
        }
    }
}

/// A cursor of another order leads nowhere.
fn after(paging: &Paging, sort: Sort) -> Result<Option<After>, Problem> {
    match paging.after::<After>()? {
        Some(after) if after.sort != sort => Err(Problem::invalid(vec![FieldError::new(
            "cursor",
            "problem-cursor",
        )])),
        after => Ok(after),
    }
}

pub fn cursor(row: &Row) -> After {
    row.after
}

#[cfg(test)]
mod tests {
    use super::*;

    fn typed(sort: &str, q: &str, min_price: &str) -> Typed {
        Typed {
            sort: sort.to_owned(),
            q: q.to_owned(),
            min_price: min_price.to_owned(),
            ..Typed::default()
        }
    }

    #[test]
    fn a_search_without_a_wish_is_sorted_by_relevance() {
        for (sort, q, expect) in [
            ("", "", Some(Sort::Newest)),
            ("", "머그", Some(Sort::Relevance)),
            ("-price", "머그", Some(Sort::PriceDown)),
            ("cheapest", "", None),
        ] {
            assert_eq!(typed(sort, q, "").sort(), expect, "{sort} {q}");
        }
    }

    #[test]
    fn programs_are_told_what_is_wrong_and_people_still_see_a_list() {
        let wrong = typed("cheapest", &"가".repeat(201), "-1");
        let refused = wrong.parse(&Paging::default()).unwrap_err();
        let fields: Vec<_> = refused
            .fields()
            .iter()
            .map(|error| error.field.to_string())
            .collect();
        assert_eq!(
            (refused.status().as_u16(), fields),
            (
                422,
                vec!["q".to_owned(), "min_price".to_owned(), "sort".to_owned()]
            )
        );
        let (ask, errors) = wrong.forgiving(&Paging::default());
        assert_eq!(
            (ask.sort, ask.filter.min_price, errors.len()),
            (Sort::Relevance, None, 2)
        );
    }

    #[test]
    fn prices_may_be_grouped() {
        let ask = typed("", "", " 12,900 ").parse(&Paging::default()).unwrap();
        assert_eq!(ask.filter.min_price, Some(12_900));
    }
}
