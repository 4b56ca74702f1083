//! Members' own lists and the shopkeeper's figures. Single orders belong to the context orders.

mod api;
mod page;
mod sales;
#[cfg(test)]
mod tests;

use std::fmt::Write as _;

use actix_web::web::{self, ServiceConfig};
use kernel::OrderId;
use platform::page::Paging;
use platform::problem::{FieldError, Problem};
use serde::Deserialize;

use crate::search;
use crate::store::Filter;

pub use api::Docs;

const STATUSES: [&str; 5] = ["pending", "confirmed", "shipped", "delivered", "cancelled"];
const LONGEST_QUERY: usize = 100;

pub fn routes(cfg: &mut ServiceConfig) {
    cfg.route("/api/orders", web::get().to(api::list))
        .route("/orders", web::get().to(page::list))
        .route("/admin/sales", web::get().to(sales::show));
}

/// Which orders somebody wants to see.
#[derive(Clone, Debug, Default, Deserialize)]
pub struct Asked {
    #[serde(default)]
    q: String,
    #[serde(default)]
    status: String,
}

impl Asked {
    fn filter(&self, paging: &Paging) -> Result<Filter, Problem> {
        let mut wrong = Vec::new();
        if self.q.chars().count() > LONGEST_QUERY {
            wrong.push(FieldError::new("q", "order-history-query-long").arg("most", LONGEST_QUERY));
        }
        if !self.status.is_empty() && !STATUSES.contains(&self.status.as_str()) {
            wrong.push(FieldError::new("status", "order-history-status-unknown"));
        }
        if !wrong.is_empty() {
            return Err(Problem::invalid(wrong));
        }
        Ok(Filter {
            words: search::normalised(&self.q),
            status: Some(self.status.clone()).filter(|status| !status.is_empty()),
            before: paging.after::<OrderId>()?.map(|id| id.to_string()),
            limit: paging.fetch(),
        })
    }

    /// The address of the list, further on when there is a cursor.
    fn link(&self, cursor: &str) -> String {
        let parts = [
            ("q", self.q.as_str()),
            ("status", &self.status),
            ("cursor", cursor),
        ];
        let mut link = "/orders".to_owned();
        for (name, value) in parts.into_iter().filter(|(_, value)| !value.is_empty()) {
            let mark = if link.contains('?') { '&' } else { '?' };
            // writing to a string cannot fail
            let _ = write!(link, "{mark}{name}=");
            encode(&mut link, value);
        }
        link
    }
}

/// Percent-encodes everything but RFC 3986's unreserved characters.
fn encode(out: &mut String, text: &str) {
    for byte in text.bytes() {
        if byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_' | b'.' | b'~') {
            out.push(char::from(byte));
        } else {
            let _ = write!(out, "%{byte:02X}");
        }
    }
}
