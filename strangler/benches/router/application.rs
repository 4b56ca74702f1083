//! What is served by a process of our own: the router before a service, and a small application with and without it.
//! The bench starts itself once more for each, so that all are built alike.

use std::cell::Cell;
use std::fmt::Write as _;
use std::net::SocketAddr;
use std::time::Duration;

use actix_web::middleware::Condition;
use actix_web::{App, HttpResponse, HttpServer, Responder, web};
use serde::Serialize;
use strangler::{Figures, Live, Router};

use crate::cores::Cores;
use crate::process::{Process, free};
use crate::proxies;
use crate::rounds::{Contestants, Request};
use crate::service::DIFFERENCE;

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

/// An application that does next to nothing, and one that does a little: less than the shop for any of its answers.
pub fn requests() -> [Request; 2] {
    let get = |path| proxies::request("GET", path, 0);
    [
        Request {
            name: "answer a GET in process, 1 KiB",
            bytes: get("/c5/products/16?page=2"),
        },
        Request {
            name: "answer a GET in process, 10 KiB",
            bytes: get("/c5/products/160?page=2"),
        },
    ]
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
        (BEFORE, [service]) => serve_app(address, true, &before(service)),
        (PLAIN, []) => serve_app(address, false, &routes_to_module(10)),
        (ROUTED, [routes]) => serve_app(address, true, &routes_to_module(routes.parse().unwrap())),
        _ => panic!("{words:?} cannot be served"),
    }
}

/// With the router and without it the compiler makes the same code: two programs of which each has its own differ by a
/// few percent for how that code happens to lie in memory.
fn serve_app(address: &str, is_routed: bool, table: &str) -> std::io::Result<()> {
    let live = Live::fixed(strangler::parse(table).expect("a table"));
    let router = Router::builder(live).observe(Figures::default()).build();
    actix_web::rt::System::new().block_on(async move {
        HttpServer::new(move || {
            let router = Condition::new(is_routed, router.clone());
            App::new().configure(shop).wrap(router)
        })
        .workers(1)
        .keep_alive(KEPT)
        .h1_allow_half_closed(false)
        .bind(address)?
        .run()
        .await
    })
}

fn shop(config: &mut web::ServiceConfig) {
    config.route("/c5/products/{count}", web::get().to(products));
}

#[derive(Serialize)]
struct Product {
    sku: usize,
    name: String,
    price: usize,
    available: usize,
}

thread_local! {
    static ANSWERED: Cell<usize> = const { Cell::new(0) };
}

/// A page of made-up products, each of about 64 bytes.
async fn products(count: web::Path<usize>) -> impl Responder {
    let longer = ANSWERED.get() % DIFFERENCE;
    ANSWERED.set(ANSWERED.get() + 1);
    let product = |n| Product {
        sku: 42 + n,
        name: match n {
            0 => "x".repeat(longer),
            _ => format!("the product {n}"),
        },
        price: 1000 * n,
        available: n,
    };
    let products: Vec<Product> = (0..*count).map(product).collect();
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
