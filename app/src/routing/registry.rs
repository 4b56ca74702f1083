//! Where services say that they are there (`/api/registry`), and where the shop's own commands ask who is.

use std::collections::BTreeMap;
use std::future::{Ready, ready};
use std::time::{Duration, Instant};

use actix_web::body::MessageBody as _;
use actix_web::dev::Payload;
use actix_web::http::header::AUTHORIZATION;
use actix_web::web::{self, Data, Json, Path, ServiceConfig};
use actix_web::{FromRequest, HttpRequest, HttpResponse};
use platform::identity::ServiceKey;
use platform::problem::Problem;
use platform::shell::Shell;
use serde::{Deserialize, Serialize};
use strangler::registry::{LEASE, http};
use strangler::{Instance, Live, Registration, Registry};

use crate::commands::import::block_on;
use crate::failure::Failure;
use crate::settings::Settings;

pub const LIST: &str = "/internal/registry";
const PATIENCE: Duration = Duration::from_secs(2);

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
) -> Result<HttpResponse, Problem> {
    let answer = http::put(path, said, registry, live).await;
    if answer.status().is_success() {
        return Ok(answer);
    }
    let status = answer.status();
    let told = answer.into_body().try_into_bytes().unwrap_or_default();
    let told: serde_json::Value = serde_json::from_slice(&told).unwrap_or_default();
    let why = told["detail"].as_str().unwrap_or_default().to_owned();
    Err(Problem::of(status).key("problem-registry").arg("why", why))
}

async fn delete(
    _: Neighbour,
    path: Path<(String, String)>,
    registry: Data<Registry>,
) -> HttpResponse {
    http::delete(path, registry).await
}

/// For commands that ask the running shop.
pub fn client() -> reqwest::Result<reqwest::Client> {
    reqwest::Client::builder()
        .no_proxy()
        .redirect(reqwest::redirect::Policy::none())
        .timeout(PATIENCE)
        .build()
}

/// What the shop at `router` knows.
pub async fn listed(
    http: &reqwest::Client,
    router: &str,
    key: &ServiceKey,
) -> reqwest::Result<Vec<Listed>> {
    let get = http.get(format!("{router}{LIST}"));
    let answer = get
        .header(AUTHORIZATION.as_str(), key.bearer())
        .send()
        .await?;
    answer.error_for_status()?.json().await
}

/// What the running shop knows, for a command beside it; `None` when none runs at --listen, or with another key.
pub fn ask(settings: &Settings) -> Option<Registry> {
    let key = ServiceKey::load(&settings.service_key).ok()?;
    let asked = block_on(async {
        let http = client().map_err(Failure::other)?;
        let listed = listed(&http, &settings.own_url(), &key).await;
        listed.map_err(Failure::other)
    });
    let listed = asked.ok()?;
    let (registry, now) = (Registry::default(), Instant::now());
    for Listed {
        service,
        id,
        endpoint,
        is_ready,
        about,
    } in listed
    {
        let instance = Instance {
            id,
            endpoint: endpoint.parse().ok()?,
            about,
            since: now,
            until: Some(now + LEASE),
            is_ready,
            waits_since: None,
            is_out: false,
        };
        registry.put(&service, instance);
    }
    Some(registry)
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
