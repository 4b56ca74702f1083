use actix_web::http::header::LOCATION;
use actix_web::web::{Bytes, Data, Json, Path};
use actix_web::{HttpRequest, HttpResponse};
use kernel::OrderId;
use platform::identity::{Identity, SignedIn};
use platform::problem::{Problem, ProblemDoc};

use super::wire::OrderDoc;
use super::{body, ctx, live};
use crate::service::{By, Claimed, Orders};

/// Order what is in the cart
///
/// The answer is 201 whatever becomes of the order; follow it, or ask to wait with `Prefer: wait=N`.
#[utoipa::path(
    post, path = "/api/orders", tag = "orders",
    params(
        ("Idempotency-Key" = String, Header, description = "A repeat with the same key and body shows the same order"),
        ("Prefer" = Option<String>, Header, description = "`wait=N`: answer when the order is no longer pending, after N seconds (25 at most) at the latest")
    ),
    request_body = body::PlaceBody,
    responses(
        (status = 201, body = OrderDoc), (status = 400, body = ProblemDoc), (status = 401, body = ProblemDoc),
        (status = 409, body = ProblemDoc), (status = 422, body = ProblemDoc), (status = 503, body = ProblemDoc)
    )
)]
pub async fn place(
    SignedIn(member): SignedIn,
    orders: Data<Orders>,
    request: HttpRequest,
    sent: Bytes,
) -> Result<HttpResponse, Problem> {
    let key = body::idempotency_key(&request)?;
    let identity = Identity::of(&request);
    let mut shown = match orders.claim(member, key, body::fingerprint(&sent)).await? {
        Claimed::Known(order) => orders.show_to(member, order).await?,
        Claimed::Ours(claim) => {
            let checkout = body::read(&request, &sent)?;
            orders
                .place(claim, checkout, identity.guest, &ctx(&request))
                .await?
        }
    };
    let mut response = HttpResponse::Created();
    if let Some(patience) = body::wait(&request) {
        response.insert_header(("preference-applied", format!("wait={}", patience.as_secs())));
        shown = live::decided(&orders, shown.order.id, patience)
            .await
            .unwrap_or(shown);
    }
    response.insert_header((LOCATION, format!("/api/orders/{}", shown.order.id)));
    Ok(response.json(OrderDoc::new(&shown, identity.locale)))
}

/// One of your orders, as it is now
#[utoipa::path(
    get, path = "/api/orders/{id}", tag = "orders",
    responses((status = 200, body = OrderDoc), (status = 401, body = ProblemDoc), (status = 404, body = ProblemDoc))
)]
pub async fn show(
    SignedIn(member): SignedIn,
    identity: Identity,
    orders: Data<Orders>,
    id: Path<OrderId>,
) -> Result<Json<OrderDoc>, Problem> {
    let shown = orders.show_to(member, id.into_inner()).await?;
    Ok(Json(OrderDoc::new(&shown, identity.locale)))
}

/// Cancel an order that has not been shipped
#[utoipa::path(
    post, path = "/api/orders/{id}/cancel", tag = "orders",
    responses(
        (status = 202, body = OrderDoc), (status = 401, body = ProblemDoc), (status = 404, body = ProblemDoc),
        (status = 409, description = "It has been shipped", body = ProblemDoc)
    )
)]
pub async fn cancel(
    SignedIn(member): SignedIn,
    orders: Data<Orders>,
    id: Path<OrderId>,
    request: HttpRequest,
) -> Result<HttpResponse, Problem> {
    let ctx = ctx(&request);
    let shown = orders
        .cancel(By::Shopper(member), id.into_inner(), &ctx)
        .await?;
    Ok(HttpResponse::Accepted().json(OrderDoc::new(&shown, ctx.identity.locale)))
}

/// Follow an order
///
/// Server-sent events: each one's data is the order as it is then. The stream ends with the order.
#[utoipa::path(
    get, path = "/api/orders/{id}/events", tag = "orders",
    responses(
        (status = 200, content_type = "text/event-stream", body = String),
        (status = 204, description = "Nothing more will happen"), (status = 404, body = ProblemDoc)
    )
)]
pub async fn events(
    SignedIn(member): SignedIn,
    identity: Identity,
    orders: Data<Orders>,
    id: Path<OrderId>,
    request: HttpRequest,
) -> Result<HttpResponse, Problem> {
    let shown = orders.show_to(member, id.into_inner()).await?;
    Ok(live::answer(
        &request,
        orders,
        live::Follow {
            shown,
            farewell: "",
        },
        move |shown| {
            live::data(
                &serde_json::to_string(&OrderDoc::new(shown, identity.locale)).unwrap_or_default(),
            )
        },
    ))
}
