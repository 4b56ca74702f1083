//! The shopkeeper's dashboard: one look at every context that has something to say today.

use std::time::Duration;

use actix_web::web::{self, Data, ServiceConfig};
use actix_web::{HttpRequest, HttpResponse};
use askama::Template;
use board::api::{Question, Unanswered};
use members::api::MemberCount;
use order_history::api::{Day, Figures, SalesFigures};
use platform::identity::Admin;
use platform::page::{self, Area, Page, Section};
use platform::ports::Ctx;
use platform::problem::Problem;
use stock::api::{Available, LowStock};

use super::OwnPages;

const PATIENCE: Duration = Duration::from_secs(3);
const SHOWN: i64 = 6;
const LOW: i64 = 5;
const DAYS: i64 = 14;

pub fn routes(cfg: &mut ServiceConfig) {
    cfg.route("/admin", web::get().to(dashboard));
}

#[derive(Template)]
#[template(path = "admin.html")]
struct DashboardPage {
    page: Page,
    sales: Section<Figures>,
    members: Section<i64>,
    low: Section<Vec<Available>>,
    unanswered: Section<Vec<Question>>,
}

impl DashboardPage {
    /// A day's revenue in per cent of the best day's.
    fn share(&self, day: &Day) -> i64 {
        let days = self
            .sales
            .here()
            .map(|sales| sales.days.as_slice())
            .unwrap_or_default();
        let best = days
            .iter()
            .map(|day| day.revenue.amount)
            .max()
            .unwrap_or(0)
            .max(1);
        day.revenue.amount.saturating_mul(100) / best
    }
}

async fn dashboard(
    _: Admin,
    request: HttpRequest,
    page: Page,
    own: Data<OwnPages>,
) -> Result<HttpResponse, Problem> {
    let ctx = Ctx::of(&request, PATIENCE);
    let ports = &own.ports;
    let (sales, members, low, unanswered) = tokio::join!(
        ports.order_history.call(SalesFigures { days: DAYS }, &ctx),
        ports.members.call(MemberCount {}, &ctx),
        ports.stock.call(
            LowStock {
                below: LOW,
                limit: SHOWN
            },
            &ctx
        ),
        ports.board.call(Unanswered { limit: SHOWN }, &ctx),
    );
    page::render(&DashboardPage {
        page: page.in_area(Area::Admin, "dashboard"),
        sales: sales.map_or(Section::Missing, Section::Here),
        members: members.map_or(Section::Missing, Section::Here),
        low: low.map_or(Section::Missing, Section::Here),
        unanswered: unanswered.map_or(Section::Missing, Section::Here),
    })
}
