//! Requests that another site made a browser send. There are no token fields: what browsers say about themselves decides.

use actix_web::body::{BoxBody, MessageBody};
use actix_web::dev::{ServiceRequest, ServiceResponse};
use actix_web::http::Method;
use actix_web::http::header::{self, HeaderMap};
use actix_web::http::uri::Authority;
use actix_web::middleware::Next;
use actix_web::web::Data;
use actix_web::{Error, ResponseError};

use super::Client;
use crate::problem::Problem;
use crate::shell::Shell;

/// An unsafe request with a cookie is allowed when `Sec-Fetch-Site` is `same-origin` or `none`, or `Origin` is ours; with
/// neither header only as `application/json` or without a body. Bearers of an API key are exempt.
pub fn is_allowed(method: &Method, headers: &HeaderMap, is_ours: impl Fn(&str) -> bool) -> bool {
    let text =
        |name: header::HeaderName| headers.get(name).map(|value| value.to_str().unwrap_or("?"));
    let is_bearer = text(header::AUTHORIZATION).is_some_and(|value| {
        value
            .get(..7)
            .is_some_and(|start| start.eq_ignore_ascii_case("bearer "))
    });
    if method.is_safe() || !headers.contains_key(header::COOKIE) || is_bearer {
        return true;
    }
    match (
        text(header::HeaderName::from_static("sec-fetch-site")),
        text(header::ORIGIN),
    ) {
        (None, None) => is_json(text(header::CONTENT_TYPE)) || has_no_body(headers),
        (site, origin) => {
            matches!(site, Some("same-origin" | "none")) || origin.is_some_and(is_ours)
        }
    }
}

/// The middleware of [`is_allowed`]: 403 to the others.
pub async fn guard(
    request: ServiceRequest,
    next: Next<impl MessageBody + 'static>,
) -> Result<ServiceResponse<BoxBody>, Error> {
    if is_allowed(request.method(), request.headers(), |origin| {
        is_our_origin(&request, origin)
    }) {
        return next
            .call(request)
            .await
            .map(ServiceResponse::map_into_boxed_body);
    }
    let refused = Problem::forbidden().key("problem-csrf").error_response();
    Ok(request.into_response(refused))
}

/// The request's own scheme and host, or the public address.
fn is_our_origin(request: &ServiceRequest, origin: &str) -> bool {
    let host = request
        .headers()
        .get(header::HOST)
        .and_then(|host| host.to_str().ok())
        .or_else(|| request.uri().authority().map(Authority::as_str));
    let scheme = if Client::of(request.request()).https {
        "https"
    } else {
        "http"
    };
    if host.is_some_and(|host| {
        origin
            .split_once("://")
            .is_some_and(|(of, rest)| of == scheme && rest.eq_ignore_ascii_case(host))
    }) {
        return true;
    }
    let public = request
        .app_data::<Data<Shell>>()
        .and_then(|shell| shell.public_url.as_deref());
    public.is_some_and(|url| {
        url == origin
            || url
                .strip_prefix(origin)
                .is_some_and(|rest| rest.starts_with('/'))
    })
}

fn is_json(content_type: Option<&str>) -> bool {
    let essence = content_type
        .unwrap_or_default()
        .split(';')
        .next()
        .unwrap_or_default();
    essence.trim().eq_ignore_ascii_case("application/json")
}

fn has_no_body(headers: &HeaderMap) -> bool {
    !headers.contains_key(header::TRANSFER_ENCODING)
        && headers
            .get(header::CONTENT_LENGTH)
            .is_none_or(|length| length == "0")
}

#[cfg(test)]
mod tests {
    use actix_web::http::header::{HeaderName, HeaderValue};

    use super::*;

    fn allowed(method: &Method, headers: &[(&'static str, &'static str)]) -> bool {
        let mut map = HeaderMap::new();
        for (name, value) in headers {
            map.insert(
                HeaderName::from_static(name),
                HeaderValue::from_static(value),
            );
        }
        is_allowed(method, &map, |origin| origin == "https://shop.example")
    }

    #[test]
    fn the_rule_to_the_letter() {
        const C: (&str, &str) = ("cookie", "banyan=x");
        const BODY: (&str, &str) = ("content-length", "5");
        const FORM: (&str, &str) = ("content-type", "application/x-www-form-urlencoded");
        for (headers, expect) in [
            (&[][..], true),
            (&[BODY, FORM], true),
            (&[C], true),
            (&[C, BODY, FORM], false),
            (&[C, ("transfer-encoding", "chunked")], false),
            (
                &[C, BODY, ("content-type", "Application/JSON; charset=utf-8")],
                true,
            ),
            (&[C, BODY, ("content-type", "text/plain")], false),
            (&[C, BODY, FORM, ("sec-fetch-site", "same-origin")], true),
            (&[C, BODY, FORM, ("sec-fetch-site", "none")], true),
            (&[C, BODY, FORM, ("sec-fetch-site", "same-site")], false),
            (&[C, ("sec-fetch-site", "cross-site")], false),
            (
                &[
                    C,
                    BODY,
                    ("content-type", "application/json"),
                    ("sec-fetch-site", "cross-site"),
                ],
                false,
            ),
            (&[C, BODY, FORM, ("origin", "https://shop.example")], true),
            (&[C, BODY, FORM, ("origin", "null")], false),
            (&[C, ("origin", "https://shop.example.evil")], false),
            (
                &[
                    C,
                    BODY,
                    FORM,
                    ("authorization", "Bearer abc"),
                    ("sec-fetch-site", "cross-site"),
                ],
                true,
            ),
            (&[C, BODY, FORM, ("authorization", "Basic abc")], false),
        ] {
            assert_eq!(allowed(&Method::POST, headers), expect, "{headers:?}");
            assert!(allowed(&Method::GET, headers), "{headers:?}");
        }
    }
}
