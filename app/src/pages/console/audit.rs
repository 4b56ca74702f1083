use actix_web::HttpResponse;
use actix_web::web::{self, Data, Query, ServiceConfig};
use askama::Template;
use futures_util::future::join_all;
use kernel::Timestamp;
use platform::audit;
use platform::identity::Admin;
use platform::ops::AuditRows;
use platform::page::{self, Area, Page};
use platform::problem::Problem;
use serde::Deserialize;

use crate::commands::WHO;
use crate::pages::OwnPages;

const SHOWN: usize = 100;

pub fn routes(cfg: &mut ServiceConfig) {
    cfg.route("/console/audit", web::get().to(list));
}

/// A row of one context's log.
pub struct Entry {
    pub context: &'static str,
    place: usize,
    pub row: audit::Row,
}

impl Entry {
    pub fn at(&self) -> Timestamp {
        Timestamp::from_micros(self.row.at)
    }

    /// Whoever is no member, in the reader's language.
    fn who(&self, page: &Page) -> String {
        match self.row.who.as_str() {
            WHO => page.t("app-route-by-command").into_owned(),
            "system" => page.t("app-audit-system").into_owned(),
            other => other.to_owned(),
        }
    }

    pub fn cursor(&self) -> Cursor {
        (self.row.at, self.place, self.row.id)
    }
}

/// The merged log, the newest first, and who could not be asked.
pub struct Log {
    pub entries: Vec<Entry>,
    pub missing: Vec<&'static str>,
}

#[derive(Template)]
#[template(path = "console/audit.html")]
struct AuditPage {
    page: Page,
    log: Log,
    filter: Filter,
}

#[derive(Deserialize, Default)]
struct Filter {
    #[serde(default)]
    context: String,
}

async fn list(
    _: Admin,
    page: Page,
    own: Data<OwnPages>,
    filter: Query<Filter>,
) -> Result<HttpResponse, Problem> {
    let filter = filter.into_inner();
    let log = merged(&own, &filter.context, None, SHOWN).await;
    page::render(&AuditPage {
        page: page.in_area(Area::Console, "audit"),
        log,
        filter,
    })
}

/// Where a page of the merged log ended: time, the context's place in the order of the console, id.
pub type Cursor = (i64, usize, i64);

/// Up to `limit` rows older than `before`, of all contexts or of the one that is named, the newest first.
pub async fn merged(own: &OwnPages, only: &str, before: Option<Cursor>, limit: usize) -> Log {
    let asked = own
        .operators
        .iter()
        .enumerate()
        .filter(|(_, (name, _))| only.is_empty() || only == *name);
    let ask = asked.map(|(place, (name, port))| async move {
        // of rows with the cursor's very time, those of contexts before its own were all shown
        let before = before.map(|(at, of, id)| match place.cmp(&of) {
            std::cmp::Ordering::Less => (at, 0),
            std::cmp::Ordering::Equal => (at, id),
            std::cmp::Ordering::Greater => (at, i64::MAX),
        });
        let rows = AuditRows {
            before,
            limit: i64::try_from(limit).unwrap_or(i64::MAX),
        };
        (*name, place, port.call(rows, &super::ctx()).await)
    });
    let mut log = Log {
        entries: Vec::new(),
        missing: Vec::new(),
    };
    for (context, place, answer) in join_all(ask).await {
        match answer {
            Ok(rows) => log.entries.extend(rows.into_iter().map(|row| Entry {
                context,
                place,
                row,
            })),
            Err(_) => log.missing.push(context),
        }
    }
    log.entries
        .sort_by_key(|entry| (-entry.row.at, entry.place, -entry.row.id));
    log.entries.truncate(limit);
    log
}
