//! `PUT` and `DELETE …/{service}/{instance}`, for the application to mount behind its own authorisation.
//! Both need [`Live`] and [`Registry`] as `web::Data`.

use std::time::Instant;

use actix_web::HttpResponse;
use actix_web::http::StatusCode;
use actix_web::http::header::CONTENT_TYPE;
use actix_web::web::{Data, Json, Path};
use serde_json::json;

use super::{HEARTBEAT, Instance, LEASE, Registration, Registry};
use crate::backend::is_name;
use crate::live::Live;
use crate::problem::did_you_mean;
use crate::table::{Discovery, Endpoint, RouteTable};

/// An instance says that it is there, and where. The answer says for how long that is believed, in seconds.
pub async fn put(
    path: Path<(String, String)>,
    said: Json<Registration>,
    registry: Data<Registry>,
    live: Data<Live>,
) -> HttpResponse {
    let (service, id) = path.into_inner();
    if let Err((status, what)) = check(&live.table(), &service, &id) {
        return problem(status, &what);
    }
    let Registration {
        endpoint,
        is_ready,
        about,
    } = said.into_inner();
    let endpoint: Endpoint = match endpoint.parse() {
        Ok(endpoint) => endpoint,
        Err(what) => return problem(StatusCode::UNPROCESSABLE_ENTITY, &what),
    };
    let now = Instant::now();
    registry.put(
        &service,
        Instance {
            id,
            endpoint,
            about,
            since: now,
            until: Some(now + LEASE),
            is_ready,
            waits_since: None,
            is_out: false,
        },
    );
    HttpResponse::Ok()
        .json(json!({ "lease_seconds": LEASE.as_secs(), "heartbeat_seconds": HEARTBEAT.as_secs() }))
}

/// An instance says that it will go: no further request is sent to it. Said twice it is as well.
pub async fn delete(path: Path<(String, String)>, registry: Data<Registry>) -> HttpResponse {
    let (service, id) = path.into_inner();
    registry.remove(&service, &id);
    HttpResponse::NoContent().finish()
}

fn check(table: &RouteTable, service: &str, id: &str) -> Result<(), (StatusCode, String)> {
    let Some(known) = table.service(service) else {
        let hint = did_you_mean(
            service,
            table.services.iter().map(|service| service.name.as_str()),
        );
        return Err((
            StatusCode::NOT_FOUND,
            format!("the routes file knows no service \"{service}\"{hint}"),
        ));
    };
    if known.discovery != Discovery::Registry {
        let what = format!(
            "the routes file says where the service \"{service}\" is; it does not register"
        );
        return Err((StatusCode::CONFLICT, what));
    }
    if !is_name(id) {
        let what = "an instance's name is 1 to 64 letters (a to z), digits, dashes or underscores"
            .to_owned();
        return Err((StatusCode::UNPROCESSABLE_ENTITY, what));
    }
    Ok(())
}

fn problem(status: StatusCode, detail: &str) -> HttpResponse {
    let title = status.canonical_reason().unwrap_or_default();
    HttpResponse::build(status)
        .insert_header((CONTENT_TYPE, "application/problem+json"))
        .body(json!({ "title": title, "status": status.as_u16(), "detail": detail }).to_string())
}
