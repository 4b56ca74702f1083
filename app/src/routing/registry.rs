//! Where services say that they are there (`/api/registry`), and where the shop's own commands ask who is.

use std::collections::BTreeMap;
use std::future::{Ready, ready};
use std::time::Instant;

use actix_web::dev::Payload;
use actix_web::http::header::AUTHORIZATION;
use actix_web::web::{self, Data, Json, Path, ServiceConfig};
use actix_web::{FromRequest, HttpRequest, HttpResponse};
use platform::problem::Problem;
use platform::shell::Shell;
use serde::{Deserialize, Serialize};
use strangler::{Live, Registration, Registry, registry::http};

pub const LIST: &str = "/internal/registry";

/// Must come before the scope `/internal`.
pub fn routes(cfg: &mut ServiceConfig) {
    cfg.route(LIST, web::get().to(list)).service(
        web::resource("/api/registry/{service}/{instance}")
            .put(put)
            .delete(delete),
    );
}

/// One process that answers for a service.
#[derive(Debug, Serialize, Deserialize)]
pub struct Listed {
    pub service: String,
    pub id: String,
    /// `http://host:port`
    pub endpoint: String,
    pub is_ready: bool,
    pub about: BTreeMap<String, String>,
}

async fn list(_: Neighbour, registry: Data<Registry>, live: Data<Live>) -> Json<Vec<Listed>> {
    let now = Instant::now();
    let table = live.table();
    let all = table.services.iter().flat_map(|service| {
        let instances = registry.instances(service, now);
        instances.into_iter().map(|instance| Listed {
            service: service.name.clone(),
            id: instance.id,
            endpoint: format!("http://{}", instance.endpoint),
            is_ready: instance.is_ready,
            about: instance.about,
        })
    });
    Json(all.collect())
}

async fn put(
    _: Neighbour,
    path: Path<(String, String)>,
    said: Json<Registration>,
    registry: Data<Registry>,
    live: Data<Live>,
) -> HttpResponse {
    http::put(path, said, registry, live).await
}

async fn delete(
    _: Neighbour,
    path: Path<(String, String)>,
    registry: Data<Registry>,
) -> HttpResponse {
    http::delete(path, registry).await
}

/// Whoever has the shop's service key; 401 to everyone else.
pub struct Neighbour;

impl FromRequest for Neighbour {
    type Error = Problem;
    type Future = Ready<Result<Self, Problem>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        let shell = request.app_data::<Data<Shell>>();
        let given = request.headers().get(AUTHORIZATION);
        let is_one = shell
            .zip(given)
            .is_some_and(|(shell, given)| shell.key.is_bearer(given.as_bytes()));
        ready(if is_one {
            Ok(Self)
        } else {
            Err(Problem::not_accepted("problem-service-key"))
        })
    }
}
