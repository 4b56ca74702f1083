//! Bodies, queries and paths that cannot be read, in the words of [`Problem`].

use actix_web::error::{JsonPayloadError, QueryPayloadError, UrlencodedError};
use actix_web::http::StatusCode;
use actix_web::web::{FormConfig, JsonConfig, PathConfig, QueryConfig, ServiceConfig};
use actix_web::{HttpRequest, ResponseError};

use super::{FieldError, Problem};

/// Bytes of a JSON body or form; pictures have a limit of their own.
pub const MAX_BODY: usize = 256 * 1024;

/// Registers what `web::Json`, `Form`, `Query` and `Path` answer when they fail.
pub fn extractors(config: &mut ServiceConfig) {
    config
        .app_data(
            JsonConfig::default()
                .limit(MAX_BODY)
                .error_handler(|error, _: &HttpRequest| json(&error).into()),
        )
        .app_data(
            FormConfig::default()
                .limit(MAX_BODY)
                .error_handler(|error, _| form(&error).into()),
        )
        .app_data(QueryConfig::default().error_handler(|error, _| query(&error).into()))
        .app_data(
            PathConfig::default()
                .error_handler(|error, _| Problem::not_found().because(error).into()),
        );
}

fn json(error: &JsonPayloadError) -> Problem {
    match error {
        JsonPayloadError::Deserialize(error) if error.is_data() => wrong_data(&error.to_string()),
        JsonPayloadError::Deserialize(error) => Problem::bad_request("problem-json-syntax")
            .arg("line", error.line())
            .arg("column", error.column()),
        JsonPayloadError::ContentType => media_type("application/json"),
        JsonPayloadError::OverflowKnownLength { .. } | JsonPayloadError::Overflow { .. } => {
            too_large()
        }
        other => Problem::of(other.status_code()).because(other),
    }
}

fn form(error: &UrlencodedError) -> Problem {
    match error {
        UrlencodedError::Parse(error) => wrong_data(&error.to_string()),
        UrlencodedError::ContentType => media_type("application/x-www-form-urlencoded"),
        UrlencodedError::Overflow { .. } => too_large(),
        other => Problem::of(other.status_code()).because(other),
    }
}

fn query(error: &QueryPayloadError) -> Problem {
    let QueryPayloadError::Deserialize(error) = error else {
        return Problem::of(StatusCode::BAD_REQUEST);
    };
    wrong_data(&error.to_string())
}

/// serde names the field in back quotes when one is missing or unknown; other messages are passed on as they are.
fn wrong_data(message: &str) -> Problem {
    for (start, key) in [
        ("missing field `", "problem-field-missing"),
        ("unknown field `", "problem-field-unknown"),
        ("duplicate field `", "problem-field-twice"),
    ] {
        if let Some((field, _)) = message
            .strip_prefix(start)
            .and_then(|rest| rest.split_once('`'))
        {
            return Problem::invalid(vec![FieldError::new(field.to_owned(), key)]);
        }
    }
    Problem::unprocessable("problem-data").arg("reason", message)
}

fn media_type(expected: &'static str) -> Problem {
    Problem::of(StatusCode::UNSUPPORTED_MEDIA_TYPE)
        .key("problem-media-type")
        .arg("expected", expected)
}

fn too_large() -> Problem {
    Problem::of(StatusCode::PAYLOAD_TOO_LARGE)
        .key("problem-body-too-large")
        .arg("kilobytes", MAX_BODY / 1024)
}
