//! What comes with `POST /api/orders`, read only after the idempotency key is known to be good.

use std::time::Duration;

use actix_web::HttpRequest;
use actix_web::http::StatusCode;
use actix_web::http::header::{self, HeaderName};
use platform::problem::{FieldError, Problem};
use serde::Deserialize;
use sha2::{Digest as _, Sha256};
use utoipa::ToSchema;

use crate::domain::Address;
use crate::service::{Checkout, typed_address};

const IDEMPOTENCY_KEY: HeaderName = HeaderName::from_static("idempotency-key");
const PREFER: HeaderName = HeaderName::from_static("prefer");
const MOST_OF_A_KEY: usize = 255;
const MOST_OF_A_TOKEN: usize = 200;
const LONGEST_WAIT: u64 = 25;

#[derive(Deserialize, ToSchema)]
pub struct PlaceBody {
    #[serde(default)]
    pub address: AddressBody,
    #[serde(default)]
    pub payment: PaymentBody,
}

#[derive(Default, Deserialize, ToSchema)]
#[serde(default)]
pub struct AddressBody {
    pub recipient: String,
    #[schema(example = "010-1234-5678")]
    pub phone: String,
    #[schema(example = "04524")]
    pub postcode: String,
    pub line1: String,
    pub line2: Option<String>,
}

#[derive(Default, Deserialize, ToSchema)]
#[serde(default)]
pub struct PaymentBody {
    /// `card`
    pub method: String,
    #[schema(example = "tok_ok")]
    pub token: String,
}

/// 400 without one.
pub fn idempotency_key(request: &HttpRequest) -> Result<String, Problem> {
    let header = request
        .headers()
        .get(IDEMPOTENCY_KEY)
        .ok_or_else(|| Problem::bad_request("orders-key-missing"))?;
    let key = header.to_str().map(str::trim).unwrap_or_default();
    let fits = (1..=MOST_OF_A_KEY).contains(&key.len());
    if fits {
        Ok(key.to_owned())
    } else {
        Err(Problem::bad_request("orders-key-bad").arg("most", MOST_OF_A_KEY))
    }
}

/// Equal for bodies that say the same, however they are spaced and ordered.
pub fn fingerprint(body: &[u8]) -> String {
    match serde_json::from_slice::<serde_json::Value>(body) {
        Ok(value) => digest(value.to_string().as_bytes()),
        Err(_) => digest(body),
    }
}

pub fn digest(bytes: &[u8]) -> String {
    Sha256::digest(bytes)
        .iter()
        .fold(String::with_capacity(64), |mut hex, byte| {
            use std::fmt::Write as _;
            let _ = write!(hex, "{byte:02x}");
            hex
        })
}

/// `Prefer: wait=N` in seconds, 25 at most.
pub fn wait(request: &HttpRequest) -> Option<Duration> {
    let preferences = request
        .headers()
        .get_all(PREFER)
        .filter_map(|value| value.to_str().ok());
    let mut words = preferences.flat_map(|value| value.split([',', ';']));
    let seconds: u64 =
        words.find_map(|word| word.trim().strip_prefix("wait=")?.trim().parse().ok())?;
    (seconds > 0).then(|| Duration::from_secs(seconds.min(LONGEST_WAIT)))
}

pub fn read(request: &HttpRequest, body: &[u8]) -> Result<Checkout, Problem> {
    let kind = request
        .headers()
        .get(header::CONTENT_TYPE)
        .and_then(|value| value.to_str().ok())
        .unwrap_or_default();
    if !kind
        .split(';')
        .next()
        .is_some_and(|kind| kind.trim().eq_ignore_ascii_case("application/json"))
    {
        let problem = Problem::of(StatusCode::UNSUPPORTED_MEDIA_TYPE).key("problem-media-type");
        return Err(problem.arg("expected", "application/json"));
    }
    let body: PlaceBody = serde_json::from_slice(body).map_err(|error| {
        if error.is_data() {
            Problem::unprocessable("problem-data").arg("reason", error.to_string())
        } else {
            Problem::bad_request("problem-json-syntax")
                .arg("line", error.line())
                .arg("column", error.column())
        }
    })?;
    body.into_checkout().map_err(Problem::invalid)
}

impl PlaceBody {
    fn into_checkout(self) -> Result<Checkout, Vec<FieldError>> {
        let AddressBody {
            recipient,
            phone,
            postcode,
            line1,
            line2,
        } = self.address;
        let typed = Address {
            recipient,
            phone,
            postcode,
            line1,
            line2: line2.unwrap_or_default(),
        };
        let address = typed_address(typed, "address.");
        let mut wrong = address.as_ref().err().cloned().unwrap_or_default();
        if self.payment.method != "card" {
            wrong.push(FieldError::new("payment.method", "orders-field-method"));
        }
        let token = check_token(&self.payment.token, "payment.token");
        wrong.extend(token.as_ref().err().cloned());
        match (address, token) {
            (Ok(address), Ok(token)) if wrong.is_empty() => Ok(Checkout {
                address,
                token,
                seen: None,
            }),
            _ => Err(wrong),
        }
    }
}

/// A card's token is opaque to us; the provider knows whether there is such a card.
pub fn check_token(token: &str, field: &'static str) -> Result<String, FieldError> {
    let token = token.trim();
    if token.is_empty() {
        Err(FieldError::new(field, "orders-field-card"))
    } else if token.len() > MOST_OF_A_TOKEN || !token.bytes().all(|b| b.is_ascii_graphic()) {
        Err(FieldError::new(field, "orders-field-card-unknown"))
    } else {
        Ok(token.to_owned())
    }
}

#[cfg(test)]
mod tests {
    use actix_web::test::TestRequest;

    use super::*;

    #[test]
    fn bodies_that_say_the_same_have_the_same_fingerprint() {
        assert_eq!(
            fingerprint(br#"{"a":1,"b":[2]}"#),
            fingerprint(br#" { "b": [2], "a": 1 } "#)
        );
        assert_ne!(fingerprint(br#"{"a":1}"#), fingerprint(br#"{"a":2}"#));
        assert_ne!(fingerprint(b"{"), fingerprint(b"{ "));
    }

    #[test]
    fn a_wish_to_wait_is_understood_within_limits() {
        for (header, expect) in [
            ("wait=10", Some(10)),
            ("respond-async, wait=5", Some(5)),
            ("wait=100", Some(25)),
            ("wait=0", None),
            ("wait=-1", None),
            ("wait=soon", None),
            ("return=minimal", None),
        ] {
            let request = TestRequest::default()
                .insert_header(("prefer", header))
                .to_http_request();
            assert_eq!(wait(&request), expect.map(Duration::from_secs), "{header}");
        }
    }
}
