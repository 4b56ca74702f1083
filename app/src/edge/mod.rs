//! What every request meets before the shop: who may ask at all, and who is asking.

mod authenticator;

use std::sync::Arc;
use std::time::Duration;

use actix_web::body::{BoxBody, MessageBody};
use actix_web::dev::{ServiceRequest, ServiceResponse};
use actix_web::http::header::{AUTHORIZATION, HeaderMap, HeaderName, HeaderValue, SET_COOKIE};
use actix_web::middleware::Next;
use actix_web::web::Data;
use actix_web::{Error, HttpMessage, ResponseError as _};
use kernel::GuestId;
use platform::identity::cookies::Jar;
use platform::identity::{self, Client, Identity, csrf, token};
use platform::problem::{LeaveAlone, Problem, Routed};
use platform::shell::Shell;
use platform::telemetry::RouteLabel;
use strangler::Forwarded;

pub use authenticator::Authenticator;

/// On every answer: the route's name, and which side of it answered.
pub const ROUTE: &str = "x-banyan-route";
pub const BACKEND: &str = "x-banyan-backend";

const GUEST_LIFETIME: Duration = Duration::from_hours(365 * 24);

/// Where identity comes from in this process.
pub enum Edge {
    /// Browsers and API clients come here first: the router's hook finds out who they are.
    Front(Arc<Authenticator>),
    /// An extracted service: the router has asked already, and signs what it found for one of these.
    Behind { audiences: Vec<String> },
}

/// In the extensions of a request that brought no guest id: the one it gets.
pub struct NewGuest(pub GuestId);

/// Paths that are the same for everyone.
pub fn is_plain(path: &str) -> bool {
    ["/static/", "/pictures/", "/internal/"]
        .iter()
        .any(|root| path.starts_with(root))
        || ["/livez", "/readyz"].contains(&path)
}

/// Where only neighbours may ask.
pub fn is_internal(path: &str) -> bool {
    path.strip_prefix("/internal")
        .is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
}

/// Strangers are not told that there is anything for neighbours, whatever the routes say. And every answer of a process
/// that routes says who gave it, those too that no route was asked for.
pub async fn guard_internal(
    edge: Data<Edge>,
    request: ServiceRequest,
    next: Next<impl MessageBody + 'static>,
) -> Result<ServiceResponse<BoxBody>, Error> {
    let path = strangler::normalise(request.path());
    let is_closed = path.is_ok_and(|path| is_internal(&path)) && !is_neighbour(&request);
    let mut response = if is_closed {
        let refused = Problem::not_found().error_response();
        request.into_response(refused)
    } else {
        next.call(request).await?.map_into_boxed_body()
    };
    if matches!(&**edge, Edge::Front(_)) {
        let headers = response.headers_mut();
        for name in [ROUTE, BACKEND].map(HeaderName::from_static) {
            if !headers.contains_key(&name) {
                headers.insert(name, HeaderValue::from_static("none"));
            }
        }
    }
    Ok(response)
}

fn is_neighbour(request: &ServiceRequest) -> bool {
    let shell = request.app_data::<Data<Shell>>();
    let given = request.headers().get(AUTHORIZATION);
    shell
        .zip(given)
        .is_some_and(|(shell, given)| shell.key.is_bearer(HeaderValue::as_bytes(given)))
}

/// In an extracted service: believes what the router signed.
pub async fn identify(
    edge: Data<Edge>,
    request: ServiceRequest,
    next: Next<impl MessageBody + 'static>,
) -> Result<ServiceResponse<BoxBody>, Error> {
    if let (Edge::Behind { audiences }, false) = (&**edge, is_plain(request.path())) {
        behind(audiences, &request);
    }
    Ok(next.call(request).await?.map_into_boxed_body())
}

fn behind(audiences: &[String], request: &ServiceRequest) {
    let Some(shell) = request.app_data::<Data<Shell>>() else {
        return;
    };
    let token = request
        .headers()
        .get(identity::HEADER)
        .and_then(|value| value.to_str().ok());
    let now = shell.now();
    let known = |token: &str| {
        audiences
            .iter()
            .find_map(|to| token::verify(&shell.key, token, to, now).ok())
    };
    let Some(found) = token.and_then(known) else {
        return;
    };
    if let Some(peer) = request.peer_addr() {
        let client = Client::forwarded(peer.ip(), request.headers());
        request.extensions_mut().insert(client);
    }
    let mut extensions = request.extensions_mut();
    extensions.insert(found);
    extensions.insert(Routed);
}

/// Where the request came in first. Behind a router that signed who asks, the router has looked already.
pub async fn guard_csrf(
    request: ServiceRequest,
    next: Next<impl MessageBody + 'static>,
) -> Result<ServiceResponse<BoxBody>, Error> {
    if request.extensions().contains::<Identity>() {
        return Ok(next.call(request).await?.map_into_boxed_body());
    }
    csrf::guard(request, next).await
}

/// What is left to do when an answer has been found: here or by a service.
pub async fn remember(
    edge: Data<Edge>,
    request: ServiceRequest,
    next: Next<impl MessageBody + 'static>,
) -> Result<ServiceResponse<BoxBody>, Error> {
    let mut response = next.call(request).await?.map_into_boxed_body();
    let request = response.request().clone();
    if let Edge::Front(authenticator) = &**edge
        && !response.status().is_client_error()
    {
        let extensions = request.extensions();
        authenticator.forget_after(request.method(), request.path(), extensions.get());
    }
    let forwarded = request.extensions().get::<Forwarded>().cloned();
    if let Some(forwarded) = forwarded {
        if forwarded.context != members::NAME {
            keep_identity(response.headers_mut());
        }
        let route = RouteLabel(forwarded.route);
        request.extensions_mut().insert(route);
        response.response_mut().extensions_mut().insert(LeaveAlone);
    }
    let new_guest = request.extensions().get::<NewGuest>().map(|new| new.0);
    if let Some(guest) = new_guest {
        let https = Client::of(&request).https;
        let cookie = Jar::Guest.build(https, guest.to_string(), Some(GUEST_LIFETIME));
        // a cookie that cannot be a header does not exist: it is a UUID
        let _ = response.response_mut().add_cookie(&cookie);
    }
    Ok(response)
}

/// Who somebody is, is set by the members alone: no other service may put on a session or take it off.
fn keep_identity(headers: &mut HeaderMap) {
    let names = [Jar::Session, Jar::Guest].map(|jar| [true, false].map(|https| jar.name(https)));
    let is_its_own = |value: &HeaderValue| {
        let name = value.as_bytes().split(|byte| *byte == b'=').next();
        let name = name.unwrap_or_default().trim_ascii();
        !names
            .as_flattened()
            .iter()
            .any(|ours| ours.as_bytes() == name)
    };
    let cookies: Vec<HeaderValue> = headers.get_all(SET_COOKIE).cloned().collect();
    if cookies.iter().all(is_its_own) {
        return;
    }
    headers.remove(SET_COOKIE);
    for cookie in cookies.into_iter().filter(is_its_own) {
        headers.append(SET_COOKIE, cookie);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_service_sets_cookies_of_its_own_only() {
        let mut headers = HeaderMap::new();
        let cookies = [
            "seen=1; Path=/",
            "banyan=stolen",
            " __Host-banyan-guest=x",
            "banyan-side=s",
        ];
        for cookie in cookies {
            headers.append(SET_COOKIE, HeaderValue::from_static(cookie));
        }
        keep_identity(&mut headers);
        let kept: Vec<_> = headers.get_all(SET_COOKIE).collect();
        assert_eq!(kept, ["seen=1; Path=/", "banyan-side=s"]);
    }
}
