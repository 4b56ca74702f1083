use std::future::{Ready, ready};

use actix_web::dev::Payload;
use actix_web::web::Query;
use actix_web::{FromRequest, HttpRequest};
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};

use crate::problem::{FieldError, Problem};

const DEFAULT: usize = 24;
const MOST: usize = 100;

/// `limit` and `cursor` of a query.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Paging {
    pub limit: usize,
    cursor: Option<String>,
}

/// One page of a list; `next` is the cursor of the one after it.
#[derive(Clone, Debug, Serialize, utoipa::ToSchema)]
pub struct ListAnswer<T> {
    pub items: Vec<T>,
    pub next: Option<String>,
}

#[derive(Deserialize)]
struct Raw {
    limit: Option<String>,
    cursor: Option<String>,
}

impl Default for Paging {
    fn default() -> Self {
        Self {
            limit: DEFAULT,
            cursor: None,
        }
    }
}

impl Paging {
    /// Other parts of the query are left to other extractors.
    pub fn parse(query: &str) -> Result<Self, Problem> {
        let Query(raw) =
            Query::<Raw>::from_query(query).map_err(|_| wrong("limit", "problem-limit"))?;
        let limit = raw.limit.map_or(Ok(DEFAULT), |text| {
            text.parse()
                .ok()
                .filter(|limit| (1..=MOST).contains(limit))
                .ok_or_else(|| wrong("limit", "problem-limit"))
        })?;
        Ok(Self {
            limit,
            cursor: raw.cursor.filter(|cursor| !cursor.is_empty()),
        })
    }

    /// How many rows to read: one more than asked for tells whether there is a next page.
    pub fn fetch(&self) -> i64 {
        i64::try_from(self.limit)
            .unwrap_or(i64::MAX)
            .saturating_add(1)
    }

    /// Where the page before this one ended. A cursor that is not one of ours is 422.
    pub fn after<K: DeserializeOwned>(&self) -> Result<Option<K>, Problem> {
        let Some(cursor) = &self.cursor else {
            return Ok(None);
        };
        let key = URL_SAFE_NO_PAD
            .decode(cursor)
            .ok()
            .and_then(|json| serde_json::from_slice(&json).ok());
        key.map(Some)
            .ok_or_else(|| wrong("cursor", "problem-cursor"))
    }

    /// Of up to [`fetch`](Self::fetch) rows the first `limit`; `key` is what [`after`](Self::after) will give back.
    pub fn answer<T, K: Serialize>(
        &self,
        mut rows: Vec<T>,
        key: impl FnOnce(&T) -> K,
    ) -> ListAnswer<T> {
        let more = rows.len() > self.limit;
        rows.truncate(self.limit);
        let last = rows.last().filter(|_| more);
        let next = last
            .and_then(|row| serde_json::to_vec(&key(row)).ok())
            .map(|json| URL_SAFE_NO_PAD.encode(json));
        ListAnswer { items: rows, next }
    }
}

impl<T> ListAnswer<T> {
    pub fn map<U>(self, f: impl FnMut(T) -> U) -> ListAnswer<U> {
        ListAnswer {
            items: self.items.into_iter().map(f).collect(),
            next: self.next,
        }
    }
}

fn wrong(field: &'static str, key: &'static str) -> Problem {
    Problem::invalid(vec![FieldError::new(field, key).arg("most", MOST)])
}

impl FromRequest for Paging {
    type Error = Problem;
    type Future = Ready<Result<Self, Problem>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        ready(Self::parse(request.query_string()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn limits_outside_of_one_to_a_hundred_are_refused() {
        for (query, expect) in [
            ("", Some(24)),
            ("q=x&limit=1", Some(1)),
            ("limit=100", Some(100)),
            ("limit=0", None),
            ("limit=101", None),
            ("limit=-1", None),
            ("limit=99999999999999999999999", None),
            ("limit=ten", None),
            ("limit=", None),
            ("limit=1&limit=2", None),
        ] {
            assert_eq!(
                Paging::parse(query).ok().map(|paging| paging.limit),
                expect,
                "{query}"
            );
        }
    }

    #[test]
    fn a_cursor_leads_to_where_the_page_ended() {
        let first = Paging::parse("limit=2").unwrap();
        let answer = first.answer(vec!["a", "b", "c"], |row| (row.len(), *row));
        assert_eq!(answer.items, ["a", "b"]);
        let cursor = answer.next.unwrap();
        let second = Paging::parse(&format!("limit=2&cursor={cursor}")).unwrap();
        assert_eq!(
            second.after::<(usize, String)>().unwrap(),
            Some((1, "b".to_owned()))
        );
        assert_eq!(second.answer(vec!["c"], |row| *row).next, None);
        for tampered in [
            format!("{cursor}x"),
            cursor[1..].to_owned(),
            "가".to_owned(),
            URL_SAFE_NO_PAD.encode("7"),
        ] {
            let paging = Paging {
                limit: 2,
                cursor: Some(tampered),
            };
            assert_eq!(
                paging
                    .after::<(usize, String)>()
                    .unwrap_err()
                    .status()
                    .as_u16(),
                422,
                "{paging:?}"
            );
        }
    }
}
