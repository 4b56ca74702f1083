//! One route: how it is, sending it elsewhere, what became of it so far.

use actix_web::HttpResponse;
use actix_web::http::StatusCode;
use actix_web::web::{Data, Form, Path};
use askama::Template;
use platform::identity::Admin;
use platform::page::{self, Area, Page};
use platform::problem::{FieldError, Problem};
use strangler::{Entry, HOME, Route, RouteTable, SetError};

use super::form::FlipForm;
use super::history::Line;
use super::list::Sides;
use super::preview::{PreviewPage, Told};
use super::view::{self, RouteView};
use super::{EVENTS, HERE, HISTORY, change};
use crate::pages::OwnPages;

/// The newest changes of the route.
const SHOWN: usize = 20;

#[derive(Template)]
#[template(path = "console/route.html")]
pub struct RoutePage {
    pub page: Page,
    pub view: RouteView,
    pub route: Route,
    /// Services by name, and how many instances of each are there.
    pub services: Vec<(String, usize)>,
    pub form: FlipForm,
    pub errors: Vec<FieldError>,
    /// Why nothing was written.
    pub refused: Option<String>,
    pub lines: Vec<Line>,
    /// The change that can be undone: the newest.
    pub undo: Option<Undo>,
}

pub struct Undo {
    pub seq: u64,
    pub backend: String,
    pub why: String,
}

impl RoutePage {
    /// The frame answers in this process, always.
    fn may_leave(&self) -> bool {
        self.route.context != HOME
    }

    fn sides(&self) -> Sides<'_> {
        Sides {
            page: &self.page,
            route: &self.view,
        }
    }

    /// Until somebody chooses, the service that is named after the context.
    fn is_chosen(&self, service: &str) -> bool {
        let chosen = match self.form.service.as_str() {
            "" => &self.route.context,
            chosen => chosen,
        };
        chosen == service
    }

    fn can_undo(&self, line: &Line) -> bool {
        self.undo
            .as_ref()
            .is_some_and(|undo| undo.seq == line.entry.seq)
    }
}

/// What happened to a form that was sent.
#[derive(Default)]
struct Sent {
    form: Option<FlipForm>,
    errors: Vec<FieldError>,
    refused: Option<String>,
}

pub async fn show(
    _: Admin,
    page: Page,
    own: Data<OwnPages>,
    name: Path<String>,
) -> Result<HttpResponse, Problem> {
    page::render(&route_page(page, &own, &name, Sent::default()).await?)
}

async fn route_page(
    page: Page,
    own: &OwnPages,
    name: &str,
    sent: Sent,
) -> Result<RoutePage, Problem> {
    let routing = &own.routing;
    let table = routing.watch.live().table();
    let route = table.route(name).ok_or_else(Problem::not_found)?;
    let history = change::history(own).await?;
    let entries = history.entries.into_iter().rev();
    let entries: Vec<Entry> = entries
        .filter(|entry| entry.route == name)
        .take(SHOWN)
        .collect();
    let services = table.services.iter();
    let services = services.map(|s| (s.name.clone(), view::live_instances(routing, s)));
    let form = sent.form.map_or_else(
        || FlipForm::of(&route.backend, &table.version),
        // whoever sends it again has seen what the page says now
        |form| FlipForm {
            version: table.version.clone(),
            ..form
        },
    );
    Ok(RoutePage {
        view: RouteView::of(routing, &table, route),
        route: route.clone(),
        services: services.collect(),
        form,
        errors: sent.errors,
        refused: sent.refused,
        undo: entries
            .first()
            .and_then(|newest| undo(&page, newest, route)),
        lines: entries
            .into_iter()
            .map(|entry| Line::of(&page, entry))
            .collect(),
        page: page.in_area(Area::Console, "routes"),
    })
}

/// Only of what still holds.
fn undo(page: &Page, newest: &Entry, route: &Route) -> Option<Undo> {
    let holds = newest.new.as_ref() == Some(&route.backend) && newest.old != route.backend;
    holds.then(|| Undo {
        seq: newest.seq,
        backend: newest.old.to_string(),
        why: page.tn("app-route-undo-why", "seq", newest.seq),
    })
}

/// Says what the flip would do; nothing is written.
pub async fn preview(
    Admin(admin): Admin,
    page: Page,
    own: Data<OwnPages>,
    name: Path<String>,
    sent: Form<FlipForm>,
) -> Result<HttpResponse, Problem> {
    let (name, form) = (name.into_inner(), sent.into_inner());
    let table = own.routing.watch.live().table();
    let before = table.route(&name).ok_or_else(Problem::not_found)?;
    let wish = match form.wish(&name, &table) {
        Ok(wish) => wish,
        Err(errors) => return again(page, &own, &name, (form, errors)).await,
    };
    match change::preview(&own, admin, wish.clone()).await? {
        Ok(after) => {
            let after = after.route(&name).ok_or_else(Problem::not_found)?;
            page::render(&PreviewPage {
                told: Told::of(&page, &own.routing, &table, (before, after)),
                old: view::in_words(&page, &before.backend),
                new: view::in_words(&page, &after.backend),
                version: form.version,
                page: page.in_area(Area::Console, "routes"),
                wish,
            })
        }
        Err(error) => refuse(page, &own, &name, (form, error)).await,
    }
}

pub async fn flip(
    Admin(admin): Admin,
    page: Page,
    own: Data<OwnPages>,
    name: Path<String>,
    sent: Form<FlipForm>,
) -> Result<HttpResponse, Problem> {
    let (name, form) = (name.into_inner(), sent.into_inner());
    let table: std::sync::Arc<RouteTable> = own.routing.watch.live().table();
    if table.route(&name).is_none() {
        return Err(Problem::not_found());
    }
    let wish = match form.wish(&name, &table) {
        Ok(wish) => wish,
        Err(errors) => return again(page, &own, &name, (form, errors)).await,
    };
    match change::set(&own, admin, wish).await? {
        Ok(after) if after.version == table.version => {
            Ok(page.redirect_saying(&address(&name), "app-route-unchanged"))
        }
        Ok(_) => Ok(page.redirect_saying(&address(&name), "app-route-flipped")),
        Err(error) => refuse(page, &own, &name, (form, error)).await,
    }
}

fn address(name: &str) -> String {
    format!("{HERE}/{name}")
}

async fn again(
    page: Page,
    own: &OwnPages,
    name: &str,
    (form, errors): (FlipForm, Vec<FieldError>),
) -> Result<HttpResponse, Problem> {
    let sent = Sent {
        form: Some(form),
        errors,
        refused: None,
    };
    let shown = route_page(page, own, name, sent).await?;
    page::render_status(StatusCode::UNPROCESSABLE_ENTITY, &shown)
}

async fn refuse(
    page: Page,
    own: &OwnPages,
    name: &str,
    (form, error): (FlipForm, SetError),
) -> Result<HttpResponse, Problem> {
    let (status, key, why) = change::refusal(&error);
    if status.is_server_error() {
        return Err(change::problem(&error));
    }
    let sent = Sent {
        form: Some(form),
        errors: Vec::new(),
        refused: Some(page.tn(key, "why", why)),
    };
    page::render_status(status, &route_page(page, own, name, sent).await?)
}
