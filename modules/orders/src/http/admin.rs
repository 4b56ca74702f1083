use actix_web::web::{Data, Json, Path, Query};
use actix_web::{HttpRequest, HttpResponse};
use askama::Template;
use kernel::{MemberId, OrderId};
use platform::identity::Admin;
use platform::page::{self, Area, ListAnswer, Page, Paging};
use platform::problem::{FieldError, Problem, ProblemDoc};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::ctx;
use super::pages::ShowPage;
use super::wire::{ListedDoc, OrderDoc};
use super::words::Word as _;
use crate::OrdersError;
use crate::domain::{Payment, Status};
use crate::service::{By, Orders};

#[derive(Template)]
#[template(path = "orders/admin_list.html")]
pub(super) struct ListPage {
    pub page: Page,
    pub rows: Vec<ListedDoc>,
    pub filter: Filter,
    pub statuses: &'static [Status],
    pub first: String,
    pub next: String,
}

#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub struct Filter {
    pub number: String,
    /// Empty: any.
    pub status: String,
    cursor: String,
}

/// The keys of the texts.
impl ListedDoc {
    fn status_text(&self) -> &'static str {
        Status::parse(&self.status)
            .unwrap_or(Status::Pending)
            .text()
    }

    fn payment_text(&self) -> &'static str {
        Payment::parse(&self.payment)
            .unwrap_or(Payment::None)
            .text()
    }
}

pub async fn list(
    _: Admin,
    page: Page,
    orders: Data<Orders>,
    paging: Paging,
    filter: Query<Filter>,
) -> Result<HttpResponse, Problem> {
    let filter = filter.into_inner();
    let answer = listed(&orders, &paging, &filter).await?;
    let link = |cursor: &str| format!("/admin/orders?status={}{cursor}", filter.status);
    let next = answer
        .next
        .map_or_else(String::new, |cursor| link(&format!("&cursor={cursor}")));
    let first = if filter.cursor.is_empty() {
        String::new()
    } else {
        link("")
    };
    let page = page.in_area(Area::Admin, "orders");
    page::render(&ListPage {
        page,
        rows: answer.items,
        filter,
        statuses: &Status::ALL,
        first,
        next,
    })
}

async fn listed(
    orders: &Orders,
    paging: &Paging,
    filter: &Filter,
) -> Result<ListAnswer<ListedDoc>, Problem> {
    let number = filter.number.trim().to_uppercase();
    if !number.is_empty() {
        let found = orders.by_number(number).await?;
        return Ok(ListAnswer {
            items: found.into_iter().map(ListedDoc::from).collect(),
            next: None,
        });
    }
    let status = match filter.status.as_str() {
        "" => None,
        word => Some(Status::parse(word).ok_or_else(|| {
            Problem::invalid(vec![FieldError::new("status", "orders-field-status")])
        })?),
    };
    let rows = orders.list(status, paging.after()?, paging.fetch()).await?;
    Ok(paging
        .answer(rows, |row| row.order_id.clone())
        .map(ListedDoc::from))
}

pub async fn show(
    _: Admin,
    page: Page,
    orders: Data<Orders>,
    id: Path<OrderId>,
) -> Result<HttpResponse, Problem> {
    page::render(&ShowPage::for_staff(
        page,
        orders.show(id.into_inner()).await?,
    ))
}

pub async fn cancel(
    Admin(staff): Admin,
    page: Page,
    orders: Data<Orders>,
    id: Path<OrderId>,
    request: HttpRequest,
) -> Result<HttpResponse, Problem> {
    let id = id.into_inner();
    let said = match orders.cancel(By::Staff(staff), id, &ctx(&request)).await {
        Ok(_) => "orders-cancel-accepted",
        Err(OrdersError::TooLate) => "orders-too-late",
        Err(e) => return Err(e.into()),
    };
    Ok(page.redirect_saying(&format!("/admin/orders/{id}"), said))
}

/// An order with who placed it.
#[derive(Serialize, ToSchema)]
pub struct StaffDoc {
    #[schema(value_type = String)]
    member: MemberId,
    #[serde(flatten)]
    order: OrderDoc,
}

/// All orders, the newest first
#[utoipa::path(
    get, path = "/api/admin/orders", tag = "admin",
    params(
        ("status" = Option<String>, Query), ("number" = Option<String>, Query, description = "Exactly this one"),
        ("limit" = Option<u32>, Query), ("cursor" = Option<String>, Query)
    ),
    responses((status = 200, body = ListAnswer<ListedDoc>), (status = 403, body = ProblemDoc))
)]
pub async fn api_list(
    _: Admin,
    orders: Data<Orders>,
    paging: Paging,
    filter: Query<Filter>,
) -> Result<Json<ListAnswer<ListedDoc>>, Problem> {
    Ok(Json(listed(&orders, &paging, &filter).await?))
}

/// Any order
#[utoipa::path(
    get, path = "/api/admin/orders/{id}", tag = "admin",
    responses((status = 200, body = StaffDoc), (status = 404, body = ProblemDoc))
)]
pub async fn api_show(
    _: Admin,
    orders: Data<Orders>,
    id: Path<OrderId>,
    request: HttpRequest,
) -> Result<Json<StaffDoc>, Problem> {
    let shown = orders.show(id.into_inner()).await?;
    let order = OrderDoc::new(&shown, ctx(&request).identity.locale);
    Ok(Json(StaffDoc {
        member: shown.order.placed.member,
        order,
    }))
}

/// Cancel any order that has not been shipped
#[utoipa::path(
    post, path = "/api/admin/orders/{id}/cancel", tag = "admin",
    responses((status = 202, body = StaffDoc), (status = 404, body = ProblemDoc), (status = 409, body = ProblemDoc))
)]
pub async fn api_cancel(
    Admin(staff): Admin,
    orders: Data<Orders>,
    id: Path<OrderId>,
    request: HttpRequest,
) -> Result<HttpResponse, Problem> {
    let ctx = ctx(&request);
    let shown = orders
        .cancel(By::Staff(staff), id.into_inner(), &ctx)
        .await?;
    let order = OrderDoc::new(&shown, ctx.identity.locale);
    Ok(HttpResponse::Accepted().json(StaffDoc {
        member: shown.order.placed.member,
        order,
    }))
}
