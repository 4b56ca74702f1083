//! What is served by a process of our own: the router before a service, and a small application with and without it.
//! The bench starts itself once more for each, so that all are built alike.

use std::fmt::Write as _;
use std::net::SocketAddr;
use std::time::Duration;

use actix_web::{App, HttpResponse, HttpServer, Responder, web};
use serde::Serialize;
use strangler::{Figures, Live, Router};

use crate::cores::Cores;
use crate::process::{Process, free};
use crate::proxies;
use crate::rounds::{Contestants, Request};

/// Then: the address, and what to serve there.
pub const ARGUMENT: &str = "--serve";

/// Between its turns nobody's connections are closed.
const KEPT: Duration = Duration::from_mins(10);

const BEFORE: &str = "router-before";
const PLAIN: &str = "application";
const ROUTED: &str = "application-with-routes";

pub fn router_before(cores: &Cores, service: SocketAddr) -> Process {
    start(cores, "strangler", &[BEFORE, &service.to_string()])
}

/// The application without the router first, and once more: how far two figures of the same thing lie apart.
pub fn start_all(cores: &Cores) -> Contestants {
    Contestants {
        all: vec![
            start(cores, "without", &[PLAIN]),
            start(cores, "without, again", &[PLAIN]),
            start(cores, "with 10 routes", &[ROUTED, "10"]),
            start(cores, "with 1,000 routes", &[ROUTED, "1000"]),
        ],
        versions: Vec::new(),
        _folder: None,
    }
}

pub fn request() -> Request {
    Request {
        name: "answer a GET in process, 1 KiB",
        bytes: proxies::request("GET", "/c5/products/42?page=2", 0),
    }
}

fn start(cores: &Cores, name: &'static str, what: &[&str]) -> Process {
    let address = free();
    let mut command = cores.command(std::env::current_exe().unwrap().to_str().unwrap());
    command.arg(ARGUMENT).arg(address.to_string()).args(what);
    Process::start(name, address, command)
}

pub fn serve(arguments: &[String]) -> std::io::Result<()> {
    let words: Vec<&str> = arguments.iter().map(String::as_str).collect();
    let [address, what, rest @ ..] = &words[..] else {
        panic!("what is to be served where?");
    };
    match (*what, rest) {
        (BEFORE, [service]) => serve_router(address, &before(service)),
        (PLAIN, []) => serve_plain(address),
        (ROUTED, [routes]) => serve_router(address, &routes_to_module(routes.parse().unwrap())),
        _ => panic!("{words:?} cannot be served"),
    }
}

fn serve_router(address: &str, table: &str) -> std::io::Result<()> {
    let live = Live::fixed(strangler::parse(table).expect("a table"));
    let router = Router::builder(live).observe(Figures::default()).build();
    actix_web::rt::System::new().block_on(async move {
        HttpServer::new(move || App::new().configure(shop).wrap(router.clone()))
            .workers(1)
            .keep_alive(KEPT)
            .h1_allow_half_closed(false)
            .bind(address)?
            .run()
            .await
    })
}

fn serve_plain(address: &str) -> std::io::Result<()> {
    actix_web::rt::System::new().block_on(async move {
        HttpServer::new(|| App::new().configure(shop))
            .workers(1)
            .keep_alive(KEPT)
            .h1_allow_half_closed(false)
            .bind(address)?
            .run()
            .await
    })
}

fn shop(config: &mut web::ServiceConfig) {
    config.route("/c5/products/{sku}", web::get().to(products));
}

#[derive(Serialize)]
struct Product {
    sku: usize,
    name: String,
    price: usize,
    available: usize,
}

/// A page of made-up products, of about 1 KiB: an application that does next to nothing.
async fn products(sku: web::Path<usize>) -> impl Responder {
    let product = |n| Product {
        sku: *sku + n,
        name: format!("the product {n}"),
        price: 1000 * n,
        available: n,
    };
    let products: Vec<Product> = (0..16).map(product).collect();
    HttpResponse::Ok().json(products)
}

fn before(service: &str) -> String {
    format!(
        r#"
        [services.s]
        endpoints = ["http://{service}"]
        [[routes]]
        name = "s"
        context = "s"
        matches = [{{ path = {{ type = "PathPrefix", value = "/s" }} }}, {{ path = {{ type = "PathPrefix", value = "/internal/s" }} }}]
        backend = "s"
        "#
    )
}

/// All of them with three matches.
fn routes_to_module(count: usize) -> String {
    let mut table = String::new();
    for n in 0..count {
        write!(
            table,
            r#"
            [[routes]]
            name = "c{n}"
            context = "c{n}"
            matches = [
                {{ path = {{ type = "PathPrefix", value = "/c{n}" }} }},
                {{ path = {{ type = "Exact", value = "/c{n}/admin" }}, method = "GET" }},
                {{ path = {{ type = "PathPrefix", value = "/internal/c{n}" }} }},
            ]
            "#
        )
        .unwrap();
    }
    table
}
