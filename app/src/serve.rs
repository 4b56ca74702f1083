//! `banyan serve`: the whole shop in one process, or some of its contexts as an extracted service.

use std::io::Write as _;
use std::net::SocketAddr;
use std::time::Duration;

use actix_web::body::MessageBody;
use actix_web::dev::{ServerHandle, ServiceRequest, ServiceResponse};
use actix_web::http::Method;
use actix_web::middleware::{Compress, Next, from_fn};
use actix_web::web::{self, Data};
use actix_web::{App, Error, HttpServer};
use platform::db::{Db, Standing};
use platform::shell::Shell;
use platform::telemetry::{self, Metrics};
use platform::{page, ports, problem};
use tokio_util::sync::CancellationToken;

use crate::cli::Serve;
use crate::failure::Failure;
use crate::house::House;
use crate::readiness::{self, Readiness};
use crate::registration::Registration;
use crate::role::Role;
use crate::settings::Settings;
use crate::{background, demo, edge, pages, routing};

/// SIGTERM to exit takes 10 s at most: so long for requests, the rest for the relay.
const REQUESTS_FINISH: u64 = 5;
const BACKGROUND_FINISHES: Duration = Duration::from_secs(4);
/// Nothing is refused for load before 256 requests wait; this many may be open per worker.
const CONNECTIONS: usize = 10_000;

pub fn serve(settings: Settings, flags: Serve) -> Result<(), Failure> {
    let role = Role::of(&settings, &flags)?;
    start(settings, role, !flags.empty)
}

/// `banyan front`: the router and the app's own pages alone.
pub fn front(settings: Settings) -> Result<(), Failure> {
    start(settings, Role::Front, false)
}

fn start(settings: Settings, role: Role, with_demo: bool) -> Result<(), Failure> {
    let filter = log_filter();
    telemetry::init(filter.as_deref()).map_err(Failure::usage)?;
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build()
        .map_err(Failure::other)?;
    let served = runtime.block_on(run(settings, role, with_demo));
    runtime.shutdown_timeout(Duration::from_secs(1));
    served
}

#[expect(
    clippy::disallowed_methods,
    reason = "the one variable that is not ours: the log filter of the ecosystem"
)]
fn log_filter() -> Option<String> {
    std::env::var("RUST_LOG")
        .ok()
        .filter(|filter| !filter.is_empty())
}

async fn run(settings: Settings, role: Role, with_demo: bool) -> Result<(), Failure> {
    let house = House::open(&settings, &role)?;
    let metrics = Metrics::install().map_err(Failure::other)?;
    let live = house.routing.as_ref().map(|routing| routing.watch.live());
    let readiness = Readiness::new(house.hosts.databases.clone(), live.cloned());
    let stop = CancellationToken::new();

    let server = listen(&house, &readiness, settings.listen)?;
    let address = server.address;
    let management = manage(&house, &settings, metrics)?;
    let handles = [server.handle.clone(), management.handle()];
    let servers = tokio::spawn(async move { tokio::try_join!(server.server, management) });

    let background = background::start(&house, &stop);
    if with_demo && role == Role::Whole {
        demo::fill_if_empty(&house).await?;
    }
    readiness.set(true);
    if house.own_pages.is_some() {
        welcome(address, &settings);
    }
    tell_who_waits(&house);
    let registration = Registration::start(&house, address);
    tracing::info!(target: "banyan", %address, contexts = ?house.names(), "ready");

    until_told().await?;
    if let Some(registration) = registration {
        registration.withdraw().await;
    }
    readiness.set(false);
    stop_all(&handles).await;
    background::drain(&house, BACKGROUND_FINISHES).await;
    stop.cancel();
    let _ = tokio::time::timeout(BACKGROUND_FINISHES, background).await;
    servers
        .await
        .map_err(Failure::other)?
        .map_err(Failure::other)?;
    Ok(())
}

/// A context that this process holds and may not serve: its data is elsewhere, or still to come.
fn tell_who_waits(house: &House) {
    for db in &house.hosts.databases {
        if let Standing::NotOwner { holder } = db.standing() {
            let (context, database) = (db.context(), db.location());
            tracing::warn!(
                context,
                database,
                owner = holder,
                "not served here: another database owns the context's data, or it waits for `banyan move`"
            );
        }
    }
}

struct Listening {
    server: actix_web::dev::Server,
    handle: ServerHandle,
    address: SocketAddr,
}

fn listen(house: &House, readiness: &Readiness, at: SocketAddr) -> Result<Listening, Failure> {
    let shell: Data<Shell> = Data::from(house.shell.clone());
    let edge = Data::from(house.edge.clone());
    let desk = Data::from(house.desk.clone());
    let (own, router) = (house.own_pages.clone(), house.router());
    let readiness = Data::new(readiness.clone());
    let contexts = house.routes();
    let server = HttpServer::new(move || {
        let (contexts, own, router) = (contexts.clone(), own.clone(), router.clone());
        App::new()
            .app_data(shell.clone())
            .app_data(edge.clone())
            .app_data(desk.clone())
            .app_data(readiness.clone())
            .configure(problem::extractors)
            // from the inside out: what shapes this process's own answers, the router, what all answers need
            .wrap(Compress::default())
            .wrap(from_fn(answer_head))
            .wrap(router.clone())
            .wrap(from_fn(edge::remember))
            .wrap(from_fn(edge::guard_csrf))
            .wrap(from_fn(edge::identify))
            .wrap(from_fn(edge::guard_internal))
            .wrap(from_fn(problem::render))
            .wrap(from_fn(page::finish))
            .wrap(from_fn(telemetry::observe))
            .configure(readiness::routes)
            .configure(page::routes)
            .configure(move |cfg| {
                if let Some(own) = own {
                    pages::routes(cfg, own, &router);
                }
                ports::internal::routes(cfg);
                for routes in &contexts {
                    routes(cfg);
                }
            })
            .default_service(web::to(pages::not_found))
    })
    // nobody works on for a caller who has gone, nor does a service
    .h1_allow_half_closed(false)
    .max_connections(CONNECTIONS)
    .client_request_timeout(Duration::from_secs(10))
    .keep_alive(Duration::from_secs(75))
    .shutdown_timeout(REQUESTS_FINISH)
    .disable_signals()
    .bind(at)
    .map_err(|e| Failure::other(format!("--listen {at}: {e}")))?;
    let address = server.addrs().first().copied().unwrap_or(at);
    let server = server.run();
    Ok(Listening {
        handle: server.handle(),
        server,
        address,
    })
}

/// HEAD is answered as GET; the connection leaves the body out.
async fn answer_head(
    mut request: ServiceRequest,
    next: Next<impl MessageBody>,
) -> Result<ServiceResponse<impl MessageBody>, Error> {
    if request.method() == Method::HEAD {
        request.head_mut().method = Method::GET;
    }
    next.call(request).await
}

fn manage(
    house: &House,
    settings: &Settings,
    metrics: Metrics,
) -> Result<actix_web::dev::Server, Failure> {
    let at = settings.management;
    let databases: Vec<Db> = house.duties().map(|duty| duty.db.clone()).collect();
    let own = house.own_pages.clone();
    let server = HttpServer::new(move || {
        let (metrics, databases, own) = (metrics.clone(), databases.clone(), own.clone());
        let render = move || {
            count_database_work(&databases);
            let of_routes = own.as_ref().map(|own| routing::metrics::text(&own.routing));
            std::future::ready(metrics.render() + &of_routes.unwrap_or_default())
        };
        App::new().route("/metrics", web::get().to(render))
    })
    .workers(1)
    .shutdown_timeout(1)
    .disable_signals()
    .bind(at)
    .map_err(|e| Failure::other(format!("--management {at}: {e}")))?;
    Ok(server.run())
}

/// Counted by the databases themselves, and told when somebody asks.
fn count_database_work(databases: &[Db]) {
    metrics::counter!("db_queries_total").absolute(platform::db::queries());
    for db in databases {
        let (writes, commits) = db.write_counts();
        metrics::counter!("db_writes_total", "context" => db.context()).absolute(writes);
        metrics::counter!("db_commits_total", "context" => db.context()).absolute(commits);
    }
}

async fn until_told() -> Result<(), Failure> {
    use tokio::signal::unix::{SignalKind, signal};
    let mut terminate = signal(SignalKind::terminate()).map_err(Failure::other)?;
    let mut interrupt = signal(SignalKind::interrupt()).map_err(Failure::other)?;
    tokio::select! {
        _ = terminate.recv() => {}
        _ = interrupt.recv() => {}
    }
    Ok(())
}

async fn stop_all(handles: &[ServerHandle]) {
    for handle in handles {
        handle.stop(true).await;
    }
}

/// What a person who starts the shop wants to know. Nobody has to listen: a closed pipe is no reason to close the shop.
fn welcome(address: SocketAddr, settings: &Settings) {
    let data = if settings.named.data {
        format!(" --data {}", settings.data.display())
    } else {
        String::new()
    };
    let database = if settings.database.is_some() {
        " --database URL"
    } else {
        ""
    };
    let mut out = std::io::stdout();
    let _ = writeln!(out, "Banyan is open: http://{address}");
    let _ = writeln!(
        out,
        "Make yourself its administrator: {} admin create --email you@example.com{data}{database}",
        called()
    );
}

/// As this program was called: what is printed can be pasted.
fn called() -> String {
    std::env::args()
        .next()
        .unwrap_or_else(|| "banyan".to_owned())
}
