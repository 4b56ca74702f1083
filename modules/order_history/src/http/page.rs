//! The list as people see it.

use actix_web::HttpResponse;
use actix_web::web::{Data, Query};
use askama::Template;
use kernel::OrderId;
use platform::identity::SignedIn;
use platform::page::{self, Area, Page, Paging};
use platform::problem::Problem;
use serde::Deserialize;

use super::{Asked, STATUSES};
use crate::api::OrderSummary;
use crate::service::History;

/// Things of an order that a card has room for.
const SHOWN: usize = 3;
/// The page looks for a new order so often, once a second.
const LOOKS: u32 = 20;

/// The order that somebody has just placed.
#[derive(Debug, Default, Deserialize)]
pub struct Placed {
    #[serde(default)]
    placed: String,
    /// How often the page has looked for it.
    #[serde(default)]
    look: String,
}

/// What is told of an order that was placed and is not in the list yet.
pub enum Awaited {
    /// Look again at this address.
    Soon(String),
    /// It takes longer than it should.
    Late(OrderId),
}

#[derive(Template)]
#[template(path = "order_history/list.html")]
pub struct ListPage {
    pub page: Page,
    pub asked: Asked,
    pub statuses: [&'static str; 5],
    pub orders: Vec<OrderSummary>,
    pub awaited: Option<Awaited>,
    pub first: String,
    pub next: String,
}

impl ListPage {
    fn is_filtered(&self) -> bool {
        !self.asked.q.is_empty() || !self.asked.status.is_empty()
    }

    fn status_key(status: &str) -> String {
        format!("order-history-status-{status}")
    }

    fn rest(order: &OrderSummary) -> usize {
        order.items.len().saturating_sub(SHOWN)
    }
}

pub async fn list(
    member: SignedIn,
    page: Page,
    paging: Paging,
    query: (Query<Asked>, Query<Placed>),
    history: Data<History>,
) -> Result<HttpResponse, Problem> {
    let (asked, placed) = (query.0.into_inner(), query.1.into_inner());
    let awaited = match placed.placed.parse() {
        Ok(order) if !history.shows(member.0, order).await? => {
            Some(Awaited::of(order, &placed.look))
        }
        _ => None,
    };
    let filter = asked.filter(&paging)?;
    let first = if filter.before.is_some() {
        asked.link("")
    } else {
        String::new()
    };
    let shown = paging.answer(history.list(member.0, filter).await?, |order| order.id);
    page::render(&ListPage {
        page: page.in_area(Area::My, "orders"),
        next: shown
            .next
            .map(|cursor| asked.link(&cursor))
            .unwrap_or_default(),
        orders: shown.items,
        statuses: STATUSES,
        asked,
        awaited,
        first,
    })
}

impl Awaited {
    fn of(order: OrderId, look: &str) -> Self {
        let look = look.parse().unwrap_or(0_u32);
        if look < LOOKS {
            Self::Soon(format!("/orders?placed={order}&look={}", look + 1))
        } else {
            Self::Late(order)
        }
    }
}
