//! What the router looks at in a request, and does to it, before it decides.

use actix_web::HttpMessage as _;
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

/// Gives the path its one spelling, for whoever answers, and counts the hops so far.
pub(super) fn prepare(request: &mut ServiceRequest, options: &Options) -> Result<u32, Refusal> {
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
    let respelled = match normalise(request.path())? {
        std::borrow::Cow::Borrowed(_) => None,
        std::borrow::Cow::Owned(path) => Some(path),
    };
    if let Some(path) = respelled {
        respell(request, path).ok_or(Refusal::BadRequest("this is no path"))?;
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
pub(super) fn is_safe(request: &mut ServiceRequest) -> bool {
    let has_body = {
        let payload = request.take_payload();
        let has_body = !matches!(payload, Payload::None);
        request.set_payload(payload);
        has_body
    };
    request.method().is_safe() && !has_body
}
