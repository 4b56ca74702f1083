//! Which headers go along, and which belong to one connection only (RFC 9110 §7.6.1).

use std::io::Write;
use std::net::IpAddr;

use actix_web::dev::ServiceRequest;
use actix_web::http::Method;
use actix_web::http::header::{self, HeaderMap, HeaderName, HeaderValue};
use bytes::{BufMut, BytesMut};

use super::Journey;
use super::framing::Framing;
use crate::router::{Refusal, Vouched};
use crate::table::Endpoint;

pub(super) fn framing(request: &ServiceRequest, has_body: bool) -> Result<Framing, Refusal> {
    if request.method() == Method::CONNECT {
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

/// What a service is told besides what the sender said.
struct Ours<'o> {
    /// By the application, in place of what the sender said.
    vouched: Vec<Vouched>,
    hops: &'o HeaderName,
    peer: Option<IpAddr>,
    /// What the peer says of where the request comes from is believed.
    is_trusted: bool,
}

/// What the sender told already, as far as it is believed.
#[derive(Default)]
struct Told<'r> {
    host: bool,
    by: Vec<&'r [u8]>,
    forwarded_proto: bool,
    forwarded_host: bool,
}

/// The head for a service.
pub(super) fn write_head(
    journey: &Journey<'_>,
    request: &ServiceRequest,
    (endpoint, framing): (&Endpoint, Framing),
    to: &mut BytesMut,
) {
    let (shared, peer) = (journey.shared, request.peer_addr().map(|peer| peer.ip()));
    let service = &journey.service.name;
    let ours = Ours {
        vouched: shared.authenticate.vouch(request, journey.route, service),
        hops: &shared.options.hops_header,
        peer,
        is_trusted: peer.is_some_and(|peer| (shared.trusts)(peer)),
    };
    let target = request.uri().path_and_query();
    to.reserve(1024);
    put(
        to,
        &[
            request.method().as_str().as_bytes(),
            b" ",
            target.map_or("/", |target| target.as_str()).as_bytes(),
            b" HTTP/1.1\r\n",
        ],
    );
    let told = pass_on(request.headers(), &ours, to);
    if !told.host && !ours.are_about("host") {
        let _ = write!(to.writer(), "host: {endpoint}\r\n");
    }
    of_this_hop(request.headers(), framing, to);
    forwarded(request, &ours, &told, to);
    for (name, value) in &ours.vouched {
        if let Some(value) = value.as_ref().filter(|_| name != ours.hops) {
            put_header(to, name.as_str(), value.as_bytes());
        }
    }
    put(to, &[ours.hops.as_str().as_bytes(), b": "]);
    put_number(to, journey.hops.saturating_add(1).into());
    put(to, &[b"\r\n\r\n"]);
}

impl Ours<'_> {
    fn are_about(&self, name: &str) -> bool {
        let mut vouched = self.vouched.iter();
        self.hops.as_str() == name || vouched.any(|(vouched, _)| vouched.as_str() == name)
    }
}

/// What the sender said, without what was for this hop, and without what strangers say of where they come from.
fn pass_on<'r>(from: &'r HeaderMap, ours: &Ours<'_>, to: &mut BytesMut) -> Told<'r> {
    let named: Vec<&[u8]> =
        tokens(from.get_all(header::CONNECTION).map(HeaderValue::as_bytes)).collect();
    let mut told = Told::default();
    for (name, value) in from {
        let text = name.as_str();
        // `Expect` was met already, and the length is what was counted
        let stays = matches!(text, "content-length" | "expect")
            || is_of_one_hop(text, &named)
            || (is_claim(text) && !ours.is_trusted)
            || ours.are_about(text);
        if stays {
            continue;
        }
        match text {
            "x-forwarded-for" => {
                told.by.push(value.as_bytes());
                continue;
            }
            "x-forwarded-proto" => told.forwarded_proto = true,
            "x-forwarded-host" => told.forwarded_host = true,
            "host" => told.host = true,
            _ => {}
        }
        put_header(to, text, value.as_bytes());
    }
    told
}

fn is_claim(name: &str) -> bool {
    name.starts_with("x-forwarded-") || matches!(name, "forwarded" | "x-real-ip")
}

fn of_this_hop(from: &HeaderMap, framing: Framing, to: &mut BytesMut) {
    match framing {
        Framing::Length(length) => {
            put(to, &[b"content-length: "]);
            put_number(to, length);
            put(to, &[b"\r\n"]);
        }
        Framing::Chunked => put(to, &[b"transfer-encoding: chunked\r\n"]),
        Framing::Upgrade => put(to, &[b"connection: upgrade\r\nupgrade: websocket\r\n"]),
        Framing::None => {}
    }
    let mut wanted = tokens(from.get_all(header::TE).map(HeaderValue::as_bytes));
    if wanted.any(|token| token.eq_ignore_ascii_case(b"trailers")) {
        put(to, &[b"te: trailers\r\nconnection: te\r\n"]);
    }
}

/// Where the request comes from: what a trusted proxy said stays, and grows by that proxy.
fn forwarded(request: &ServiceRequest, ours: &Ours<'_>, told: &Told<'_>, to: &mut BytesMut) {
    let anyone = ours.peer.is_some() || !told.by.is_empty();
    if anyone && !ours.are_about("x-forwarded-for") {
        put(to, &[b"x-forwarded-for: "]);
        for (n, before) in told.by.iter().enumerate() {
            put(to, &[if n > 0 { b", " } else { b"" }, before]);
        }
        if let Some(peer) = ours.peer {
            put(to, &[if told.by.is_empty() { b"" } else { b", " }]);
            put_address(to, peer);
        }
        put(to, &[b"\r\n"]);
    }
    if !told.forwarded_proto && !ours.are_about("x-forwarded-proto") {
        let scheme = if request.app_config().secure() {
            "https"
        } else {
            "http"
        };
        put_header(to, "x-forwarded-proto", scheme.as_bytes());
    }
    if !told.forwarded_host
        && !ours.are_about("x-forwarded-host")
        && let Some(name) = request.headers().get(header::HOST)
    {
        put_header(to, "x-forwarded-host", name.as_bytes());
    }
}

/// The words of a header that is a list of words, without their parameters.
pub(super) fn tokens<'v>(values: impl Iterator<Item = &'v [u8]>) -> impl Iterator<Item = &'v [u8]> {
    let words = values.flat_map(|value| value.split(|byte| *byte == b','));
    let plain = words.map(|word| {
        let mut parts = word.split(|byte| *byte == b';');
        parts.next().unwrap_or_default().trim_ascii()
    });
    plain.filter(|word| !word.is_empty())
}

/// One of one connection, or `named` by it. `Host` is never: a request without one would be for someone else.
pub(super) fn is_of_one_hop(name: &str, named: &[&[u8]]) -> bool {
    matches!(
        name,
        "connection" | "keep-alive" | "te" | "trailer" | "transfer-encoding" | "upgrade"
    ) || name.starts_with("proxy-")
        || (name != "host"
            && named
                .iter()
                .any(|word| word.eq_ignore_ascii_case(name.as_bytes())))
}

fn put(to: &mut BytesMut, parts: &[&[u8]]) {
    for part in parts {
        to.extend_from_slice(part);
    }
}

fn put_header(to: &mut BytesMut, name: &str, value: &[u8]) {
    put(to, &[name.as_bytes(), b": ", value, b"\r\n"]);
}

/// By hand for the many: formatting an address costs as much as writing ten headers.
fn put_address(to: &mut BytesMut, address: IpAddr) {
    match address {
        IpAddr::V4(address) => {
            for (n, octet) in address.octets().into_iter().enumerate() {
                put(to, &[if n > 0 { b"." } else { b"" }]);
                put_number(to, octet.into());
            }
        }
        IpAddr::V6(address) => drop(write!(to.writer(), "{address}")),
    }
}

fn put_number(to: &mut BytesMut, number: u64) {
    if number >= 10 {
        put_number(to, number / 10);
    }
    to.put_u8(b"0123456789"[usize::try_from(number % 10).unwrap_or(0)]);
}
