use actix_web::http::header::{self, HeaderValue};
use actix_web::web::{Data, Path};
use actix_web::{HttpRequest, HttpResponse};
use platform::problem::Problem;

use crate::domain::picture::is_name;
use crate::service::Service;

/// A picture opened by itself runs nothing and loads nothing, whatever is in it.
const POLICY: HeaderValue = HeaderValue::from_static(
    "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'none'; sandbox",
);
/// Its name changes with its bytes.
const FOREVER: HeaderValue = HeaderValue::from_static("public, max-age=31536000, immutable");

pub async fn show(
    service: Data<Service>,
    name: Path<String>,
    request: HttpRequest,
) -> Result<HttpResponse, Problem> {
    let name = name.into_inner();
    if !is_name(&name) {
        return Err(Problem::not_found());
    }
    let tag = format!("\"{name}\"");
    let known = request
        .headers()
        .get(header::IF_NONE_MATCH)
        .and_then(|value| value.to_str().ok());
    let is_known = known.is_some_and(|tags| {
        tags.split(',')
            .any(|known| known.trim().trim_start_matches("W/") == tag)
    });
    let mut response = if is_known {
        HttpResponse::NotModified()
    } else {
        HttpResponse::Ok()
    };
    response
        .insert_header((header::CACHE_CONTROL, FOREVER))
        .insert_header((header::CONTENT_SECURITY_POLICY, POLICY))
        .insert_header((header::ETAG, tag));
    if is_known {
        return Ok(response.finish());
    }
    let (media_type, bytes) = service
        .picture(name)
        .await?
        .ok_or_else(Problem::not_found)?;
    Ok(response.content_type(media_type).body(bytes))
}
