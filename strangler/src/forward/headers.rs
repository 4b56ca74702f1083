//! Which headers go along, and which belong to one connection only (RFC 9110 §7.6.1).

use actix_web::dev::ServiceRequest;
use actix_web::http::header::{self, HeaderMap as Here};
use hyper::http::{HeaderMap, HeaderName, HeaderValue, Method, Request, Uri};

use super::Journey;
use crate::router::Refusal;
use crate::table::Endpoint;

/// How a request's end is told.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Framing {
    None,
    Length(u64),
    Chunked,
    /// By the end of the tunnel that it becomes.
    Upgrade,
}

impl Framing {
    pub fn length(self) -> Option<u64> {
        if let Self::Length(length) = self {
            Some(length)
        } else {
            None
        }
    }
}

/// Those of one connection, besides all that `Connection` names and `Proxy-*`.
const OF_ONE_HOP: [&str; 6] = [
    "connection",
    "keep-alive",
    "te",
    "trailer",
    "transfer-encoding",
    "upgrade",
];

/// Set by this side: `Expect` was met already, and the length is what was counted.
const OURS: [&str; 2] = ["content-length", "expect"];

pub(super) fn framing(request: &ServiceRequest, has_body: bool) -> Result<Framing, Refusal> {
    if request.method() == actix_web::http::Method::CONNECT {
        return Err(Refusal::BadRequest("this is no tunnel"));
    }
    let Some(length) = request.headers().get(header::CONTENT_LENGTH) else {
        return Ok(if has_body {
            Framing::Chunked
        } else {
            Framing::None
        });
    };
    let length = length
        .to_str()
        .ok()
        .and_then(|length| length.trim().parse().ok());
    length
        .map(Framing::Length)
        .ok_or(Refusal::BadRequest("this is no length"))
}

/// The head for a service.
pub(super) fn head(
    journey: &Journey<'_>,
    request: &ServiceRequest,
    endpoint: &Endpoint,
    framing: Framing,
) -> Result<Request<()>, Refusal> {
    let unreadable = || Refusal::BadRequest("this request cannot be passed on");
    let mut head = Request::new(());
    *head.method_mut() =
        Method::from_bytes(request.method().as_str().as_bytes()).map_err(|_| unreadable())?;
    let target = request
        .uri()
        .path_and_query()
        .map_or("/", |target| target.as_str());
    *head.uri_mut() = Uri::try_from(target).map_err(|_| unreadable())?;

    let peer = request.peer_addr().map(|peer| peer.ip());
    let is_trusted = peer.is_some_and(|peer| (journey.shared.trusts)(peer));
    let headers = head.headers_mut();
    headers.reserve(request.headers().len() + 8);
    copy_there(request.headers(), headers, is_trusted).ok_or_else(unreadable)?;
    of_this_hop(request.headers(), headers, framing);
    if !headers.contains_key(hyper::header::HOST) {
        headers.insert(
            hyper::header::HOST,
            value(&endpoint.to_string()).ok_or_else(unreadable)?,
        );
    }
    forwarded(request, headers, peer).ok_or_else(unreadable)?;
    for (name, vouched) in
        journey
            .shared
            .authenticate
            .vouch(request, journey.route, &journey.service.name)
    {
        let name = there(&name).ok_or_else(unreadable)?;
        match vouched {
            Some(vouched) => {
                headers.insert(
                    name,
                    HeaderValue::from_bytes(vouched.as_bytes()).map_err(|_| unreadable())?,
                );
            }
            None => drop(headers.remove(name)),
        }
    }
    let hops = there(&journey.shared.options.hops_header).ok_or_else(unreadable)?;
    headers.insert(hops, HeaderValue::from(journey.hops.saturating_add(1)));
    Ok(head)
}

/// What the sender said, without what was for this hop, and without what strangers say of where they come from.
fn copy_there(from: &Here, to: &mut HeaderMap, is_trusted: bool) -> Option<()> {
    let named: Vec<String> = named(from).collect();
    for (name, value) in from {
        let text = name.as_str();
        let is_claim =
            text.starts_with("x-forwarded-") || matches!(text, "forwarded" | "x-real-ip");
        let stays =
            is_of_one_hop(text, &named) || OURS.contains(&text) || (is_claim && !is_trusted);
        if !stays {
            to.append(
                there(name)?,
                HeaderValue::from_bytes(value.as_bytes()).ok()?,
            );
        }
    }
    Some(())
}

fn of_this_hop(from: &Here, to: &mut HeaderMap, framing: Framing) {
    match framing {
        Framing::Length(length) => {
            drop(to.insert(hyper::header::CONTENT_LENGTH, HeaderValue::from(length)));
        }
        Framing::Upgrade => {
            to.insert(
                hyper::header::CONNECTION,
                HeaderValue::from_static("upgrade"),
            );
            to.insert(
                hyper::header::UPGRADE,
                HeaderValue::from_static("websocket"),
            );
        }
        Framing::None | Framing::Chunked => {}
    }
    let mut wanted = tokens(from.get_all(header::TE).map(header::HeaderValue::as_bytes));
    if wanted.any(|token| token == "trailers") {
        to.insert(hyper::header::TE, HeaderValue::from_static("trailers"));
        to.append(hyper::header::CONNECTION, HeaderValue::from_static("te"));
    }
}

/// Where the request comes from: what a trusted proxy said stays, and grows by that proxy.
fn forwarded(
    request: &ServiceRequest,
    to: &mut HeaderMap,
    peer: Option<std::net::IpAddr>,
) -> Option<()> {
    let (by, proto, host) = ("x-forwarded-for", "x-forwarded-proto", "x-forwarded-host");
    if let Some(peer) = peer {
        let before = to
            .get_all(by)
            .iter()
            .filter_map(|value| value.to_str().ok());
        let chain: Vec<String> = before
            .map(str::to_owned)
            .chain([peer.to_string()])
            .collect();
        to.insert(by, value(&chain.join(", "))?);
    }
    if !to.contains_key(proto) {
        let scheme = if request.app_config().secure() {
            "https"
        } else {
            "http"
        };
        to.insert(proto, HeaderValue::from_static(scheme));
    }
    if !to.contains_key(host)
        && let Some(name) = request.headers().get(header::HOST)
    {
        to.insert(host, HeaderValue::from_bytes(name.as_bytes()).ok()?);
    }
    Some(())
}

/// The length that an answer says it has.
pub(super) fn length(headers: &HeaderMap) -> Option<u64> {
    headers
        .get(hyper::header::CONTENT_LENGTH)?
        .to_str()
        .ok()?
        .trim()
        .parse()
        .ok()
}

/// An answer's headers; its length is told by its body, if it has one.
pub(super) fn copy_back(from: &HeaderMap, to: &mut Here, with_length: bool) {
    let connection = from
        .get_all(hyper::header::CONNECTION)
        .iter()
        .map(HeaderValue::as_bytes);
    let named: Vec<String> = tokens(connection).collect();
    for (name, value) in from {
        let text = name.as_str();
        if is_of_one_hop(text, &named) || (text == "content-length" && !with_length) {
            continue;
        }
        let name = header::HeaderName::from_bytes(text.as_bytes());
        let value = header::HeaderValue::from_bytes(value.as_bytes());
        if let (Ok(name), Ok(value)) = (name, value) {
            to.append(name, value);
        }
    }
}

fn named(headers: &Here) -> impl Iterator<Item = String> {
    tokens(
        headers
            .get_all(header::CONNECTION)
            .map(header::HeaderValue::as_bytes),
    )
}

/// The words of a header that is a list of words, in small letters.
pub(super) fn tokens<'v>(values: impl Iterator<Item = &'v [u8]>) -> impl Iterator<Item = String> {
    let words = values.flat_map(|value| value.split(|byte| *byte == b','));
    let plain = words.map(|word| {
        word.split(|byte| *byte == b';')
            .next()
            .unwrap_or_default()
            .trim_ascii()
    });
    plain
        .filter(|word| !word.is_empty())
        .map(|word| String::from_utf8_lossy(word).to_ascii_lowercase())
}

/// `Host` is never: a request without one would be for someone else.
fn is_of_one_hop(name: &str, named: &[String]) -> bool {
    OF_ONE_HOP.contains(&name)
        || name.starts_with("proxy-")
        || (name != "host" && named.iter().any(|named| named == name))
}

fn there(name: &header::HeaderName) -> Option<HeaderName> {
    HeaderName::from_bytes(name.as_str().as_bytes()).ok()
}

fn value(text: &str) -> Option<HeaderValue> {
    HeaderValue::from_str(text).ok()
}
