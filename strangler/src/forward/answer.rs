use std::rc::Rc;

use actix_web::HttpResponse;
use actix_web::body::{BodySize, BoxBody};
use actix_web::http::{Method, StatusCode};

use super::request_body::Progress;
use super::response_body::{Nothing, ResponseBody};
use super::{Arrived, Journey};
use crate::router::Refusal;

/// A service's answer on its way back.
pub(super) async fn answer(
    journey: &Journey<'_>,
    method: &Method,
    arrived: Arrived,
    request: Rc<Progress>,
) -> Result<HttpResponse<BoxBody>, Refusal> {
    let Arrived { head, connection } = arrived;
    let mut body = ResponseBody::new(journey, &head, connection, request);
    let status = head.response.status();
    let is_empty = method == Method::HEAD
        || matches!(status, StatusCode::NO_CONTENT | StatusCode::NOT_MODIFIED);
    let body = if is_empty {
        body.end();
        let length = head.length.filter(|_| method == Method::HEAD);
        BoxBody::new(Nothing(length.map_or(BodySize::None, BodySize::Sized)))
    } else {
        body.look_ahead()
            .await
            .map_err(|error| journey.broken(&error))?;
        BoxBody::new(body)
    };
    Ok(head.response.set_body(body))
}
