//! The overview, and the pieces of it that come anew every second.

use actix_web::HttpResponse;
use actix_web::web::Data;
use askama::Template;
use platform::identity::Admin;
use platform::page::{self, Area, Page};
use platform::problem::Problem;

use super::view::{self, MoveView, RouteView, ServiceView, StateView};
use super::{EVENTS, HISTORY};
use crate::pages::OwnPages;
use crate::routing::moves::Standing;

#[derive(Template)]
#[template(path = "console/routes.html")]
pub struct RoutesPage {
    pub page: Page,
    pub state: StateView,
    pub routes: Vec<RouteView>,
    pub services: Vec<ServiceView>,
    pub moves: Vec<MoveView>,
}

/// Which table is in effect, and whether the file says something else.
#[derive(Template)]
#[template(path = "console/routes_state.html")]
pub struct State<'a> {
    pub page: &'a Page,
    pub state: &'a StateView,
}

/// Who answers one route.
#[derive(Template)]
#[template(path = "console/routes_sides.html")]
pub struct Sides<'a> {
    pub page: &'a Page,
    pub route: &'a RouteView,
}

/// Who is there to answer.
#[derive(Template)]
#[template(path = "console/routes_services.html")]
pub struct Services<'a> {
    pub page: &'a Page,
    pub services: &'a [ServiceView],
}

/// Whose data is on its way.
#[derive(Template)]
#[template(path = "console/routes_moves.html")]
pub struct Moves<'a> {
    pub page: &'a Page,
    pub moves: &'a [MoveView],
}

impl RoutesPage {
    pub fn of(page: Page, own: &OwnPages) -> Self {
        let routing = &own.routing;
        let current = routing.watch.live().current();
        Self {
            page: page.in_area(Area::Console, "routes"),
            state: StateView::of(routing, &current),
            routes: RouteView::all(routing, &current.table),
            services: ServiceView::all(routing, &current.table),
            moves: MoveView::all(routing),
        }
    }

    fn state_piece(&self) -> State<'_> {
        State {
            page: &self.page,
            state: &self.state,
        }
    }

    fn sides<'a>(&'a self, route: &'a RouteView) -> Sides<'a> {
        Sides {
            page: &self.page,
            route,
        }
    }

    fn services_piece(&self) -> Services<'_> {
        Services {
            page: &self.page,
            services: &self.services,
        }
    }

    fn moves_piece(&self) -> Moves<'_> {
        Moves {
            page: &self.page,
            moves: &self.moves,
        }
    }

    /// Every piece under the name of its event.
    pub fn pieces(&self) -> askama::Result<Vec<(String, String)>> {
        let mut pieces = vec![
            ("state".to_owned(), self.state_piece().render()?),
            ("services".to_owned(), self.services_piece().render()?),
            ("moves".to_owned(), self.moves_piece().render()?),
        ];
        for route in &self.routes {
            pieces.push((format!("route-{}", route.name), self.sides(route).render()?));
        }
        Ok(pieces)
    }
}

impl State<'_> {
    fn age(&self) -> String {
        view::age(self.page, self.state.age)
    }
}

impl Moves<'_> {
    fn age(&self, age: &std::time::Duration) -> String {
        view::age(self.page, *age)
    }

    /// The mover's word for it, in the reader's language.
    fn step(&self, moving: &MoveView) -> String {
        let key = format!("app-move-{}", moving.step.replace(' ', "-"));
        self.page.t(&key).into_owned()
    }
}

impl Services<'_> {
    fn age(&self, age: &std::time::Duration) -> String {
        view::age(self.page, *age)
    }

    /// Those that are there, and those that ought to be.
    fn shown(&self) -> impl Iterator<Item = &ServiceView> {
        let is_shown = |service: &&ServiceView| service.is_used || !service.instances.is_empty();
        self.services.iter().filter(is_shown)
    }

    fn is_empty(&self) -> bool {
        self.shown().next().is_none()
    }

    fn others(&self) -> String {
        let others = self
            .services
            .iter()
            .filter(|service| !service.is_used && service.instances.is_empty());
        let names: Vec<&str> = others.map(|service| service.name.as_str()).collect();
        names.join(", ")
    }
}

pub async fn show(_: Admin, page: Page, own: Data<OwnPages>) -> Result<HttpResponse, Problem> {
    page::render(&RoutesPage::of(page, &own))
}
