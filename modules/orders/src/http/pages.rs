use actix_web::web::{Data, Path};
use actix_web::{HttpRequest, HttpResponse};
use askama::Template;
use kernel::{MemberId, OrderId};
use platform::identity::SignedIn;
use platform::page::{self, Area, Page};
use platform::problem::Problem;

use super::words::Word as _;
use super::{ctx, live};
use crate::OrdersError;
use crate::domain::{Order, What};
use crate::service::{By, Orders, Shown};

#[derive(Template)]
#[template(path = "orders/show.html")]
pub(super) struct ShowPage {
    pub page: Page,
    pub shown: Shown,
    /// The buyer, on the staff's page.
    pub staff_sees: Option<MemberId>,
}

/// What moves: how the order stands, its timeline, its button.
#[derive(Template)]
#[template(path = "orders/progress.html")]
pub(super) struct Progress<'a> {
    pub page: &'a Page,
    pub order: &'a Order,
    /// The list that the order is in.
    pub list: &'static str,
    /// Whether it moves by itself: what comes by the stream does.
    pub is_live: bool,
}

impl ShowPage {
    pub(super) fn new(page: Page, shown: Shown) -> Self {
        Self {
            page: page.in_area(Area::My, "orders"),
            shown,
            staff_sees: None,
        }
    }

    pub(super) fn for_staff(page: Page, shown: Shown) -> Self {
        let member = shown.order.placed.member;
        Self {
            page: page.in_area(Area::Admin, "orders"),
            shown,
            staff_sees: Some(member),
        }
    }

    fn progress(&self) -> Progress<'_> {
        Progress {
            page: &self.page,
            order: &self.shown.order,
            list: self.back(),
            is_live: false,
        }
    }

    /// The list that the order is in.
    fn back(&self) -> &'static str {
        if self.staff_sees.is_some() {
            "/admin/orders"
        } else {
            "/orders"
        }
    }

    fn back_text(&self) -> &'static str {
        if self.staff_sees.is_some() {
            "orders-admin-title"
        } else {
            "frame-orders"
        }
    }
}

impl Progress<'_> {
    fn own_url(&self) -> String {
        format!("{}/{}", self.list, self.order.id)
    }

    /// What is still to come, if all goes well.
    fn ahead(&self) -> Vec<What> {
        const WAY: [What; 5] = [
            What::Reserved,
            What::Authorised,
            What::Confirmed,
            What::Shipped,
            What::Delivered,
        ];
        if self.order.is_ended() || self.order.leaving.is_some() {
            return Vec::new();
        }
        let done = |what: &What| {
            self.order
                .timeline
                .iter()
                .any(|moment| moment.what == *what)
        };
        WAY.into_iter().filter(|what| !done(what)).collect()
    }

    fn is_going_back(&self) -> bool {
        self.order.leaving.is_some() && !self.order.is_ended()
    }
}

pub async fn show(
    SignedIn(member): SignedIn,
    page: Page,
    orders: Data<Orders>,
    id: Path<OrderId>,
) -> Result<HttpResponse, Problem> {
    let shown = orders.show_to(member, id.into_inner()).await?;
    page::render(&ShowPage::new(page, shown))
}

pub async fn cancel(
    SignedIn(member): SignedIn,
    page: Page,
    orders: Data<Orders>,
    id: Path<OrderId>,
    request: HttpRequest,
) -> Result<HttpResponse, Problem> {
    let id = id.into_inner();
    let said = match orders.cancel(By::Shopper(member), id, &ctx(&request)).await {
        Ok(_) => "orders-cancel-accepted",
        Err(OrdersError::TooLate) => "orders-too-late",
        Err(e) => return Err(e.into()),
    };
    Ok(page.redirect_saying(&format!("/orders/{id}"), said))
}

pub async fn events(
    SignedIn(member): SignedIn,
    page: Page,
    orders: Data<Orders>,
    id: Path<OrderId>,
    request: HttpRequest,
) -> Result<HttpResponse, Problem> {
    let shown = orders.show_to(member, id.into_inner()).await?;
    let follow = live::Follow {
        shown,
        farewell: "event: ended\ndata: ended\n\n",
    };
    Ok(live::answer(&request, orders, follow, move |shown| {
        let progress = Progress {
            page: &page,
            order: &shown.order,
            list: "/orders",
            is_live: !shown.order.is_ended(),
        };
        let html = progress.render().unwrap_or_default();
        format!("event: timeline\n{}", live::data(&html))
    }))
}
