//! "My page": the way to everything that is a member's own.

use std::time::Duration;

use actix_web::web::{self, Data, ServiceConfig};
use actix_web::{HttpRequest, HttpResponse};
use askama::Template;
use order_history::api::{OrderSummary, RecentOrders};
use platform::identity::SignedIn;
use platform::page::{self, Area, Page, Section};
use platform::ports::Ctx;
use platform::problem::Problem;

use super::OwnPages;

const PATIENCE: Duration = Duration::from_secs(3);
const SHOWN: i64 = 5;

pub fn routes(cfg: &mut ServiceConfig) {
    cfg.route("/my", web::get().to(my));
}

#[derive(Template)]
#[template(path = "my.html")]
struct MyPage {
    page: Page,
    orders: Section<Vec<OrderSummary>>,
}

async fn my(
    member: SignedIn,
    request: HttpRequest,
    page: Page,
    own: Data<OwnPages>,
) -> Result<HttpResponse, Problem> {
    let ask = RecentOrders {
        member: member.0,
        limit: SHOWN,
    };
    let orders = own
        .ports
        .order_history
        .call(ask, &Ctx::of(&request, PATIENCE))
        .await;
    let orders = orders.map_or(Section::Missing, Section::Here);
    page::render(&MyPage {
        page: page.in_area(Area::My, "my"),
        orders,
    })
}
