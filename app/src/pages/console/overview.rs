use actix_web::HttpResponse;
use actix_web::web::{self, Data, ServiceConfig};
use askama::Template;
use futures_util::future::join_all;
use kernel::Timestamp;
use orders::api::{SagaFigures, Sagas};
use platform::identity::Admin;
use platform::ops::{Figures, Ops};
use platform::page::{self, Area, Page, Section};
use platform::problem::Problem;
use strangler::{Route, RouteTable};

use crate::house::CONTEXTS;
use crate::pages::OwnPages;
use crate::pages::routes::{in_words, is_home_of_context};

pub fn routes(cfg: &mut ServiceConfig) {
    cfg.route("/console", web::get().to(overview))
        .route("/console/events", web::get().to(events))
        .route("/console/sagas", web::get().to(sagas));
}

/// One context as the operator sees it; no figures when it does not answer.
struct ContextState {
    /// The key of its name in people's words.
    label: String,
    /// Who answers for it, by the table in effect.
    answers: String,
    figures: Section<Figures>,
}

impl ContextState {
    fn waiting(&self) -> i64 {
        self.figures.here().map_or(0, |figures| {
            figures.lags.iter().map(|lag| lag.waiting).sum()
        })
    }

    /// The oldest event that somebody has not passed, in seconds.
    fn oldest(&self, now: Timestamp) -> u64 {
        let lags = self
            .figures
            .here()
            .map(|figures| figures.lags.as_slice())
            .unwrap_or_default();
        lags.iter()
            .filter(|lag| lag.waiting > 0)
            .filter_map(|lag| lag.oldest)
            .min()
            .map_or(0, |at| now.since(at).as_secs())
    }

    fn dead_letters(&self) -> i64 {
        self.figures
            .here()
            .map_or(0, |figures| figures.dead_letters)
    }
}

#[derive(Template)]
#[template(path = "console/overview.html")]
struct OverviewPage {
    page: Page,
    contexts: Vec<ContextState>,
    sagas: Section<SagaFigures>,
}

impl OverviewPage {
    fn down(&self) -> usize {
        self.contexts
            .iter()
            .filter(|context| context.figures.is_missing())
            .count()
    }

    fn waiting(&self) -> i64 {
        self.contexts.iter().map(ContextState::waiting).sum()
    }

    fn dead_letters(&self) -> i64 {
        self.contexts.iter().map(ContextState::dead_letters).sum()
    }

    /// Who does the background work, in the reader's language.
    fn worker(&self, figures: &Figures) -> String {
        match figures.worker.as_deref() {
            None => "–".to_owned(),
            Some(holder) => match holder.strip_prefix("process ") {
                Some(pid) => self.page.tn("app-process", "pid", pid),
                None => holder.to_owned(),
            },
        }
    }
}

#[derive(Template)]
#[template(path = "console/events.html")]
struct EventsPage {
    page: Page,
    contexts: Vec<ContextState>,
    now: Timestamp,
}

impl EventsPage {
    /// A consumer is a context, mostly.
    fn consumer(&self, name: &str) -> String {
        let is_context = CONTEXTS.iter().any(|(context, _)| *context == name);
        if is_context {
            self.page.t(&format!("app-context-{name}")).into_owned()
        } else {
            name.to_owned()
        }
    }
}

#[derive(Template)]
#[template(path = "console/sagas.html")]
struct SagasPage {
    page: Page,
    sagas: Section<SagaFigures>,
}

async fn states(own: &OwnPages, page: &Page) -> Vec<ContextState> {
    let table = own.routing.watch.live().current().table.clone();
    let table = &table;
    let ask = own.operators.iter().map(|(name, port)| async move {
        let figures = port.call(Ops {}, &super::ctx()).await;
        ContextState {
            label: format!("app-context-{name}"),
            answers: answers(page, table, name),
            figures: figures.map_or(Section::Missing, Section::Here),
        }
    });
    join_all(ask).await
}

fn answers(page: &Page, table: &RouteTable, context: &str) -> String {
    let home = |route: &&Route| route.context == context && is_home_of_context(route);
    let route = table.routes.iter().find(home);
    route.map_or_else(String::new, |route| in_words(page, &route.backend))
}

async fn ask_sagas(own: &OwnPages) -> Section<SagaFigures> {
    own.ports
        .orders
        .call(Sagas {}, &super::ctx())
        .await
        .map_or(Section::Missing, Section::Here)
}

async fn overview(_: Admin, page: Page, own: Data<OwnPages>) -> Result<HttpResponse, Problem> {
    let (contexts, sagas) = tokio::join!(states(&own, &page), ask_sagas(&own));
    let page = page.in_area(Area::Console, "overview");
    page::render(&OverviewPage {
        page,
        contexts,
        sagas,
    })
}

async fn events(_: Admin, page: Page, own: Data<OwnPages>) -> Result<HttpResponse, Problem> {
    let contexts = states(&own, &page).await;
    page::render(&EventsPage {
        page: page.in_area(Area::Console, "events"),
        contexts,
        now: own.shell.now(),
    })
}

async fn sagas(_: Admin, page: Page, own: Data<OwnPages>) -> Result<HttpResponse, Problem> {
    let sagas = ask_sagas(&own).await;
    page::render(&SagasPage {
        page: page.in_area(Area::Console, "sagas"),
        sagas,
    })
}
