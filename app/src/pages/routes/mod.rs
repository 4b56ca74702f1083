//! Who answers what, and sending a route elsewhere: `/console/routes` for people, `/api/routes` for programs.

mod api;
mod change;
mod flip;
mod form;
mod history;
mod list;
mod live;
mod preview;
mod tags;
#[cfg(test)]
mod tests;
mod view;

use actix_web::web::{self, ServiceConfig};

pub use api::Docs;
pub use preview::is_home_of_context;
pub use view::in_words;

const HERE: &str = "/console/routes";
const EVENTS: &str = "/console/routes/events";
const HISTORY: &str = "/console/routes/history";

pub fn routes(cfg: &mut ServiceConfig) {
    cfg.configure(api::routes)
        .route(HERE, web::get().to(list::show))
        .route(EVENTS, web::get().to(live::follow))
        .route(HISTORY, web::get().to(history::show))
        .route("/console/routes/{name}", web::get().to(flip::show))
        .route("/console/routes/{name}", web::post().to(flip::flip))
        .route(
            "/console/routes/{name}/preview",
            web::post().to(flip::preview),
        );
}
