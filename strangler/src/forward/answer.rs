use std::rc::Rc;

use actix_web::HttpResponse;
use actix_web::body::{BodySize, BoxBody};
use actix_web::http::{Method, StatusCode};

use super::request_body::Progress;
use super::response_body::{Nothing, ResponseBody};
use super::{Arrived, Journey, headers};
use crate::router::Refusal;

/// A service's answer in the words of this side.
pub(super) async fn answer(
    journey: &Journey<'_>,
    method: &Method,
    arrived: Arrived,
    request: Rc<Progress>,
) -> Result<HttpResponse<BoxBody>, Refusal> {
    let Arrived {
        response,
        connection,
    } = arrived;
    let (head, incoming) = response.into_parts();
    let status = StatusCode::from_u16(head.status.as_u16()).unwrap_or(StatusCode::BAD_GATEWAY);
    let length = headers::length(&head.headers);
    let is_empty = method == Method::HEAD
        || matches!(status, StatusCode::NO_CONTENT | StatusCode::NOT_MODIFIED);
    let mut body = ResponseBody::new(journey, incoming, connection, request);
    let body = if is_empty {
        body.end();
        let size = if method == Method::HEAD {
            length.map(BodySize::Sized)
        } else {
            None
        };
        BoxBody::new(Nothing(size.unwrap_or(BodySize::None)))
    } else {
        body.look_ahead()
            .await
            .map_err(|error| journey.broken(&error))?;
        BoxBody::new(body)
    };
    let mut response = HttpResponse::with_body(status, body);
    // a 304 tells the length of what it does not bring
    headers::copy_back(
        &head.headers,
        response.headers_mut(),
        status == StatusCode::NOT_MODIFIED,
    );
    Ok(response)
}
