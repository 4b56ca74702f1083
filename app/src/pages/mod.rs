//! The app's own pages and API: what belongs to no context.

mod admin;
mod api;
mod console;
mod home;
mod language;
mod my;
mod routes;

use std::sync::Arc;

use actix_web::web::{Data, ServiceConfig};
use actix_web::{HttpRequest, HttpResponse};
use kernel::Locale;
use platform::ops::Operator;
use platform::ports::Port;
use platform::problem::Problem;
use platform::shell::Shell;
use strangler::Router;

use crate::hosts::Ports;
use crate::routing::{Routing, moves, registry};

pub use api::openapi;

/// What they need: a way to every context.
pub struct OwnPages {
    pub shell: Arc<Shell>,
    pub ports: Ports,
    /// The same questions to every context, in the order of the console.
    pub operators: Vec<(&'static str, Port<Operator>)>,
    pub routing: Arc<Routing>,
}

pub fn texts() -> [(Locale, &'static str); 2] {
    [
        (Locale::Ko, include_str!("../../locales/ko.ftl")),
        (Locale::En, include_str!("../../locales/en.ftl")),
    ]
}

/// What only a process with a router has.
pub fn routes(cfg: &mut ServiceConfig, own: Arc<OwnPages>, router: &Router) {
    cfg.app_data(Data::from(own.routing.clone()))
        .app_data(Data::from(own))
        .app_data(Data::new(router.live().clone()))
        .app_data(Data::new(router.registry().clone()))
        .configure(registry::routes)
        .configure(moves::routes)
        .configure(home::routes)
        .configure(language::routes)
        .configure(my::routes)
        .configure(admin::routes)
        .configure(console::routes)
        .configure(routes::routes)
        .configure(api::routes);
}

pub async fn not_found(_: HttpRequest) -> Result<HttpResponse, Problem> {
    Err(Problem::not_found())
}
