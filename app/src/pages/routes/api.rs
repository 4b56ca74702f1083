//! `/api/routes`: the same for programs.

use actix_web::http::StatusCode;
use actix_web::web::{self, Data, Json, Path, ServiceConfig};
use actix_web::{HttpRequest, HttpResponse};
use platform::identity::Admin;
use platform::page::Paging;
use platform::problem::{FieldError, Problem, ProblemDoc};
use serde::{Deserialize, Serialize};
use strangler::{Backend, Break, Entry, Fallback, Match, Route, SetError, Sticky, Timeouts};
use utoipa::ToSchema;

use super::change::{self, Wish};
use super::history::newest_first;
use super::tags::{Insists, etag, insists, is_known};
use crate::pages::OwnPages;

pub fn routes(cfg: &mut ServiceConfig) {
    cfg.route("/api/routes", web::get().to(list))
        .route("/api/routes/history", web::get().to(history))
        .route("/api/routes/{name}", web::put().to(put));
}

#[derive(utoipa::OpenApi)]
#[openapi(
    paths(list, put, history),
    components(schemas(RouteDoc, RouteList, Change, FlipDoc, FlipList))
)]
pub struct Docs;

/// A route, in the words of the routes file.
#[derive(Serialize, ToSchema)]
struct RouteDoc<'a> {
    name: &'a str,
    /// Who answers when the backend is "module".
    context: &'a str,
    /// Each `{"path": {"type": "PathPrefix", "value": "/products"}, "method": "GET"}`; the type may be "Exact" too, and
    /// no method means all.
    #[schema(value_type = Vec<Object>)]
    matches: &'a [Match],
    /// "module", a service's name, or shares in percent: `{"module": 90, "catalog": 10}`.
    #[schema(value_type = Object, example = json!({ "module": 90, "catalog": 10 }))]
    backend: &'a Backend,
    /// What keeps a shopper on one side while shares are divided: "member", "cookie" or "none".
    #[schema(value_type = String)]
    sticky: Sticky,
    /// Where a safe request goes that its service failed: "module" or "none".
    #[schema(value_type = String)]
    fallback: Fallback,
    /// Until the head of the answer: `{"request": "10s", "backendRequest": "5s"}`.
    #[schema(value_type = Object)]
    timeouts: Timeouts,
}

#[derive(Serialize, ToSchema)]
struct RouteList<'a> {
    items: Vec<RouteDoc<'a>>,
    /// Names this table; the `ETag` too.
    version: &'a str,
}

/// Sends a route elsewhere.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct Change {
    /// "module", a service's name, "catalog=10" (the rest stays with the module) or `{"module": 90, "catalog": 10}`.
    #[serde(default)]
    #[schema(value_type = Object, example = json!("catalog=10"))]
    backend: serde_json::Value,
    /// Up to 500 characters; it stays in the history.
    #[serde(default)]
    why: String,
}

/// One change of who answers a route.
#[derive(Serialize, ToSchema)]
struct FlipDoc {
    seq: u64,
    #[schema(format = DateTime)]
    at: String,
    /// "member:" and an id, "command line", or "file" for an edit by hand.
    who: String,
    route: String,
    #[schema(value_type = Object)]
    old: Backend,
    /// `null`: the route is no longer in the file.
    #[schema(value_type = Option<Object>)]
    new: Option<Backend>,
    why: String,
    /// SHA-256 over this change and the hash of the one before.
    hash: String,
}

/// A place where the chain of hashes does not hold.
#[derive(Serialize, ToSchema)]
struct BreakDoc {
    line: usize,
    what: &'static str,
}

#[derive(Serialize, ToSchema)]
struct FlipList {
    /// The newest first.
    items: Vec<FlipDoc>,
    next: Option<String>,
    /// Empty while the history is what was written.
    broken: Vec<BreakDoc>,
}

impl<'a> From<&'a Route> for RouteDoc<'a> {
    fn from(route: &'a Route) -> Self {
        Self {
            name: &route.name,
            context: &route.context,
            matches: &route.matches,
            backend: &route.backend,
            sticky: route.sticky,
            fallback: route.fallback,
            timeouts: route.timeouts,
        }
    }
}

impl From<Entry> for FlipDoc {
    fn from(entry: Entry) -> Self {
        Self {
            seq: entry.seq,
            at: entry.at.to_string(),
            who: entry.who,
            route: entry.route,
            old: entry.old,
            new: entry.new,
            why: entry.why,
            hash: entry.hash,
        }
    }
}

impl From<Break> for BreakDoc {
    fn from(found: Break) -> Self {
        Self {
            line: found.line,
            what: found.what,
        }
    }
}

/// The routes in effect
#[utoipa::path(
    get, path = "/api/routes", tag = "router",
    params(("If-None-Match" = Option<String>, Header, description = "An `ETag` from before: 304 if nothing has changed")),
    responses(
        (status = 200, body = RouteList, headers(("ETag" = String, description = "The table's version"))),
        (status = 304), (status = 401, body = ProblemDoc), (status = 403, body = ProblemDoc)
    )
)]
async fn list(_: Admin, own: Data<OwnPages>, request: HttpRequest) -> HttpResponse {
    let table = own.routing.watch.live().table();
    if is_known(&request, &table.version) {
        return HttpResponse::NotModified()
            .insert_header(etag(&table.version))
            .finish();
    }
    let list = RouteList {
        items: table.routes.iter().map(RouteDoc::from).collect(),
        version: &table.version,
    };
    HttpResponse::Ok()
        .insert_header(etag(&table.version))
        .json(list)
}

/// Send a route elsewhere
///
/// It is in effect when this answers; requests under way finish where they began.
#[utoipa::path(
    put, path = "/api/routes/{name}", tag = "router",
    params(("If-Match" = Option<String>, Header, description = "An `ETag` of the routes: 412 if they have changed since")),
    request_body = Change,
    responses(
        (status = 200, body = RouteDoc, headers(("ETag" = String, description = "The new table's version"))),
        (status = 401, body = ProblemDoc), (status = 403, body = ProblemDoc), (status = 404, body = ProblemDoc),
        (status = 409, body = ProblemDoc, description = "refused, or the routes file changed meanwhile"),
        (status = 412, body = ProblemDoc), (status = 422, body = ProblemDoc)
    )
)]
async fn put(
    Admin(admin): Admin,
    own: Data<OwnPages>,
    name: Path<String>,
    request: HttpRequest,
    sent: Json<Change>,
) -> Result<HttpResponse, Problem> {
    let table = own.routing.watch.live().table();
    let name = name.into_inner();
    if table.route(&name).is_none() {
        return Err(Problem::not_found());
    }
    let backend = valid(&sent, &table)?;
    let insisted = insists(&request, &table.version);
    if insisted == Insists::OnAnother {
        return Err(precondition_failed());
    }
    let wish = Wish {
        route: name.clone(),
        backend,
        why: sent.into_inner().why,
        seen: (insisted == Insists::OnThis).then(|| table.version.clone()),
    };
    let after = match change::set(&own, admin, wish).await? {
        Ok(after) => after,
        Err(SetError::Changed) if insisted == Insists::OnThis => return Err(precondition_failed()),
        Err(error) => return Err(change::problem(&error)),
    };
    let route = after.route(&name).ok_or_else(Problem::not_found)?;
    Ok(HttpResponse::Ok()
        .insert_header(etag(&after.version))
        .json(RouteDoc::from(route)))
}

fn valid(sent: &Change, table: &strangler::RouteTable) -> Result<Backend, Problem> {
    let mut wrong: Vec<FieldError> = Vec::new();
    let backend = if sent.backend.is_null() {
        wrong.push(FieldError::new("backend", "problem-field-missing"));
        None
    } else {
        change::backend(&sent.backend)
            .map_err(|error| wrong.push(change::bad_backend(&error)))
            .ok()
    };
    if let Some(backend) = &backend {
        wrong.extend(change::unknown_services(table, backend));
    }
    wrong.extend(change::bad_reason(&sent.why));
    backend
        .filter(|_| wrong.is_empty())
        .ok_or_else(|| Problem::invalid(wrong))
}

fn precondition_failed() -> Problem {
    Problem::of(StatusCode::PRECONDITION_FAILED).key("app-route-changed")
}

/// Who sent which route where, and why
///
/// Each change names the hash of the one before; `broken` tells where that does not hold.
#[utoipa::path(
    get, path = "/api/routes/history", tag = "router",
    params(
        ("limit" = Option<usize>, Query, description = "1 to 100, 24 if left out"),
        ("cursor" = Option<String>, Query, description = "`next` of the page before")
    ),
    responses(
        (status = 200, body = FlipList), (status = 401, body = ProblemDoc), (status = 403, body = ProblemDoc),
        (status = 422, body = ProblemDoc)
    )
)]
async fn history(_: Admin, own: Data<OwnPages>, paging: Paging) -> Result<Json<FlipList>, Problem> {
    let history = change::history(&own).await?;
    let broken = history.breaks.iter().cloned().map(BreakDoc::from).collect();
    let shown = newest_first(history, &paging)?;
    Ok(Json(FlipList {
        items: shown.items.into_iter().map(FlipDoc::from).collect(),
        next: shown.next,
        broken,
    }))
}
