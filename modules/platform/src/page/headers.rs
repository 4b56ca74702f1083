use std::sync::Arc;

use actix_web::body::{BoxBody, MessageBody};
use actix_web::dev::{ServiceRequest, ServiceResponse};
use actix_web::http::header::{self, HeaderMap, HeaderName, HeaderValue};
use actix_web::middleware::Next;
use actix_web::web::Data;
use actix_web::{Error, HttpMessage, HttpRequest};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;

use super::carries_flash;
use crate::identity::cookies::Jar;
use crate::identity::{Client, Identity};
use crate::problem::answered;
use crate::shell::Shell;

/// What every answer carries that does not say otherwise itself.
const ALWAYS: [(HeaderName, HeaderValue); 6] = [
    (
        header::X_CONTENT_TYPE_OPTIONS,
        HeaderValue::from_static("nosniff"),
    ),
    (header::X_FRAME_OPTIONS, HeaderValue::from_static("DENY")),
    // stricter ones make forms send `Origin: null`
    (
        header::REFERRER_POLICY,
        HeaderValue::from_static("same-origin"),
    ),
    (
        header::PERMISSIONS_POLICY,
        HeaderValue::from_static("camera=(), geolocation=(), microphone=(), payment=(), usb=()"),
    ),
    (
        header::CROSS_ORIGIN_OPENER_POLICY,
        HeaderValue::from_static("same-origin"),
    ),
    (
        header::CROSS_ORIGIN_RESOURCE_POLICY,
        HeaderValue::from_static("same-origin"),
    ),
];
const NOT_A_PAGE: HeaderValue =
    HeaderValue::from_static("default-src 'none'; frame-ancestors 'none'; base-uri 'none'");
const HSTS: HeaderValue = HeaderValue::from_static("max-age=31536000");
/// Shared machines and the back button: nothing of a member stays in a cache.
const OF_A_MEMBER: HeaderValue = HeaderValue::from_static("no-store");
const OF_ANYBODY: HeaderValue = HeaderValue::from_static("private, no-cache");
const VARY: HeaderValue = HeaderValue::from_static("Accept-Language, Cookie");

/// Names the scripts of one answer that may run: 16 random bytes.
#[derive(Clone, Debug)]
pub struct Nonce(Arc<str>);

impl Nonce {
    pub(super) fn from_bytes(bytes: [u8; 16]) -> Self {
        Self(STANDARD.encode(bytes).into())
    }

    /// One per request, made when first asked for.
    pub(super) fn of(request: &HttpRequest, shell: &Shell) -> Self {
        request
            .extensions_mut()
            .get_or_insert_with(|| Self::from_bytes(shell.random_bytes()))
            .clone()
    }

    pub fn as_str(&self) -> &str {
        &self.0
    }

    fn policy(&self) -> String {
        format!(
            "default-src 'none'; script-src 'self' 'nonce-{}'; style-src 'self'; img-src 'self' data:; font-src 'self'; \
             connect-src 'self'; form-action 'self'; frame-ancestors 'none'; base-uri 'none'",
            self.0
        )
    }
}

/// The outermost middleware but one: adds to every answer, errors too, the headers that are missing.
pub async fn finish(
    request: ServiceRequest,
    next: Next<impl MessageBody + 'static>,
) -> Result<ServiceResponse<BoxBody>, Error> {
    let https = Client::of(request.request()).https;
    let nonce = request
        .app_data::<Data<Shell>>()
        .map(|shell| Nonce::of(request.request(), shell));
    let mut reader = Reader {
        nonce,
        https,
        is_member: true,
        has_flash: carries_flash(request.request()),
    };
    match next.call(request).await {
        Ok(mut response) => {
            reader.is_member = response
                .request()
                .extensions()
                .get::<Identity>()
                .is_some_and(|of| of.member.is_some());
            reader.dress(response.headers_mut());
            Ok(response.map_into_boxed_body())
        }
        Err(error) => {
            let mut response = error.error_response();
            reader.dress(response.headers_mut());
            Err(answered(response))
        }
    }
}

struct Reader {
    nonce: Option<Nonce>,
    https: bool,
    is_member: bool,
    has_flash: bool,
}

impl Reader {
    fn dress(&self, headers: &mut HeaderMap) {
        let is_html = headers
            .get(header::CONTENT_TYPE)
            .is_some_and(|kind| kind.as_bytes().starts_with(b"text/html"));
        for (name, value) in ALWAYS {
            add(headers, name, value);
        }
        if self.https {
            add(headers, header::STRICT_TRANSPORT_SECURITY, HSTS);
        }
        if !headers.contains_key(header::CONTENT_SECURITY_POLICY) {
            let of_page = self
                .nonce
                .as_ref()
                .filter(|_| is_html)
                .and_then(|nonce| nonce.policy().try_into().ok());
            headers.insert(
                header::CONTENT_SECURITY_POLICY,
                of_page.unwrap_or(NOT_A_PAGE),
            );
        }
        if !headers.contains_key(header::CACHE_CONTROL) {
            headers.insert(
                header::CACHE_CONTROL,
                if self.is_member {
                    OF_A_MEMBER
                } else {
                    OF_ANYBODY
                },
            );
            if !headers.get_all(header::VARY).any(|value| *value == VARY) {
                headers.append(header::VARY, VARY);
            }
        }
        if is_html && self.has_flash {
            let shown = Jar::Flash.clear(self.https).to_string();
            if let Ok(cookie) = shown.try_into() {
                headers.append(header::SET_COOKIE, cookie);
            }
        }
    }
}

fn add(headers: &mut HeaderMap, name: HeaderName, value: HeaderValue) {
    if !headers.contains_key(&name) {
        headers.insert(name, value);
    }
}
