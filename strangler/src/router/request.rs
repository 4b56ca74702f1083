//! What the router looks at in a request, and does to it, before it decides.

use std::borrow::Cow;

use actix_web::dev::{Payload, ServiceRequest};
use actix_web::http::uri::{PathAndQuery, Uri};

use super::{Options, Refusal};
use crate::path::normalise;
use crate::table::RouteTable;

/// What is for neighbours, calls and events alike, is decided by the context's own route alone: no route that matches
/// everything learns of it.
pub(super) fn route_of(table: &RouteTable, request: &ServiceRequest) -> Option<usize> {
    let path = request.path();
    let Some(rest) = path.strip_prefix("/internal/") else {
        return table.index.find(request.method().as_str(), path);
    };
    let mut segments = rest.split('/');
    let context = match segments.next()? {
        "events" => segments.next()?,
        context => context,
    };
    table.index.find_context(context)
}

/// Gives the path its one spelling, for whoever answers.
pub(super) fn normalise_path(request: &mut ServiceRequest) -> Result<(), Refusal> {
    let respelled = match normalise(request.path())? {
        Cow::Borrowed(_) => return Ok(()),
        Cow::Owned(path) => path,
    };
    respell(request, respelled).ok_or(Refusal::BadRequest("this is no path"))
}

/// Through how many routers it went, before it goes to a service.
pub(super) fn hops(request: &ServiceRequest, options: &Options) -> Result<u32, Refusal> {
    let hops = match request.headers().get(&options.hops_header) {
        None => 0,
        Some(value) => {
            let hops = value.to_str().ok().and_then(|text| text.parse().ok());
            hops.ok_or(Refusal::BadRequest("the count of hops is no number"))?
        }
    };
    if hops > options.max_hops {
        return Err(Refusal::Loop);
    }
    Ok(hops)
}

fn respell(request: &mut ServiceRequest, path: String) -> Option<()> {
    let mut parts = request.uri().clone().into_parts();
    let query = request.uri().query();
    let text = query.map_or(path.clone(), |query| format!("{path}?{query}"));
    parts.path_and_query = Some(PathAndQuery::try_from(text).ok()?);
    let uri = Uri::from_parts(parts).ok()?;
    request.match_info_mut().get_mut().update(&uri);
    request.head_mut().uri = uri;
    Some(())
}

/// May be answered twice: changes nothing and brings nothing along.
pub(super) fn is_safe(request: &ServiceRequest) -> bool {
    let (head, payload) = request.parts();
    head.method().is_safe() && matches!(payload, Payload::None)
}
