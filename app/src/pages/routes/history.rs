//! Who sent which route where, and why, and whether that is still what was written.

use actix_web::HttpResponse;
use actix_web::web::Data;
use askama::Template;
use kernel::Timestamp;
use platform::identity::Admin;
use platform::page::{self, Area, ListAnswer, Page, Paging};
use platform::problem::Problem;
use strangler::{BY_HAND, Break, Entry, History};

use super::{HERE, HISTORY, change, view};
use crate::commands::WHO;
use crate::pages::OwnPages;

/// A line of the history.
#[derive(Clone, Debug)]
pub struct Line {
    pub entry: Entry,
    /// Who answered before, who answers since; `None`: the route is gone.
    pub old: String,
    pub new: Option<String>,
    pub who: String,
}

impl Line {
    pub fn of(page: &Page, entry: Entry) -> Self {
        Self {
            old: view::in_words(page, &entry.old),
            new: entry.new.as_ref().map(|new| view::in_words(page, new)),
            who: match entry.who.as_str() {
                BY_HAND => page.t("app-route-by-hand").into_owned(),
                WHO => page.t("app-route-by-command").into_owned(),
                other => other.to_owned(),
            },
            entry,
        }
    }

    pub fn at(&self) -> Timestamp {
        Timestamp::from_micros(self.entry.at.as_microsecond())
    }
}

#[derive(Template)]
#[template(path = "console/route_history.html")]
pub struct HistoryPage {
    pub page: Page,
    pub lines: Vec<Line>,
    /// How many there are in all.
    pub all: usize,
    pub breaks: Vec<Break>,
    pub first: &'static str,
    pub next: String,
}

pub async fn show(
    _: Admin,
    page: Page,
    own: Data<OwnPages>,
    paging: Paging,
) -> Result<HttpResponse, Problem> {
    let history = change::history(&own).await?;
    let (all, breaks) = (history.entries.len(), history.breaks.clone());
    let is_first = paging.after::<usize>()?.is_none();
    let shown = newest_first(history, &paging)?;
    let lines = shown.items.into_iter();
    let lines = lines.map(|entry| Line::of(&page, entry)).collect();
    page::render(&HistoryPage {
        page: page.in_area(Area::Console, "routes"),
        lines,
        all,
        breaks,
        first: if is_first { "" } else { HISTORY },
        next: shown
            .next
            .map_or_else(String::new, |next| format!("{HISTORY}?cursor={next}")),
    })
}

/// A page of it. Lines are only ever added, so the place of a line is where the page after it begins.
pub fn newest_first(history: History, paging: &Paging) -> Result<ListAnswer<Entry>, Problem> {
    let before = paging.after::<usize>()?.unwrap_or(usize::MAX);
    let older = history.entries.into_iter().enumerate().rev();
    let older = older.filter(|(place, _)| *place < before);
    let fetched = older.take(paging.limit + 1).collect();
    Ok(paging
        .answer(fetched, |(place, _)| *place)
        .map(|(_, entry)| entry))
}
