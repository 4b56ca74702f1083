//! `cargo xtask bench`: what the shop's main requests cost, on both databases, beside an empty handler and the disk.
//! With the argument `mix`: what it costs that contexts answer from processes of their own.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::print_stdout,
    clippy::disallowed_methods,
    clippy::cast_precision_loss,
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss
)]

mod checkout;
mod client;
mod disk;
mod empty;
mod measure;
mod mix;
mod report;
mod scenarios;
mod server;

use disk::SlowDisk;
use report::{Report, Run};
use server::{Database, Empty, Shop};

const CONNECTIONS: [usize; 2] = [1, 64];

fn main() {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let runtime = || tokio::runtime::Runtime::new().unwrap();
    match arguments.iter().map(String::as_str).collect::<Vec<_>>()[..] {
        [empty::ARGUMENT, address] => empty::serve(address).unwrap(),
        [disk::ARGUMENT, folder] => println!("{}", disk::fsyncs_per_second(folder.as_ref())),
        // cargo adds an argument of its own
        ["mix", ..] => runtime().block_on(mix::bench(products())),
        _ => runtime().block_on(bench(products())),
    }
}

fn products() -> u32 {
    let given = std::env::var("BANYAN_BENCH_PRODUCTS").ok();
    given.and_then(|n| n.parse().ok()).unwrap_or(10_000)
}

async fn bench(products: u32) {
    let folder = tempfile::tempdir().unwrap();
    let fsyncs = disk::fsyncs_per_second(folder.path());
    let slow_disk = SlowDisk::make(folder.path());
    let slow_fsyncs = slow_disk.fsyncs_per_second(folder.path());
    let mut report = Report {
        products,
        ..Report::default()
    };
    println!(
        "disk: {fsyncs:.0} fsyncs per second, slow disk: {slow_fsyncs:.0}; {products} products\n"
    );

    let empty = Empty::start();
    for connections in CONNECTIONS {
        report.add(scenarios::empty(&empty, connections).await);
    }
    drop(empty);

    let mut databases = vec![Database::Sqlite, Database::SqliteOnSlowDisk(slow_disk)];
    if std::env::var("BANYAN_TEST_POSTGRES").is_ok() {
        databases.push(Database::Postgres);
    }
    for database in databases {
        let shop = Shop::start(&database, products);
        let durability = shop.durability().await;
        println!("{}: {durability}", database.name());
        let fsyncs = match database {
            Database::SqliteOnSlowDisk(_) => slow_fsyncs,
            Database::Sqlite | Database::Postgres => fsyncs,
        };
        report
            .fsyncs_per_second
            .insert(database.name().to_owned(), fsyncs);
        report
            .durability
            .insert(database.name().to_owned(), durability);
        for run in run_all(&shop, &database).await {
            report.add(run);
        }
        report
            .rss_mib
            .insert(database.name().to_owned(), shop.rss_mib());
    }
    report.finish();
}

async fn run_all(shop: &Shop, database: &Database) -> Vec<Run> {
    let mut runs = Vec::new();
    for connections in CONNECTIONS {
        if let Database::SqliteOnSlowDisk(_) = database {
            runs.push(checkout::run(shop, database.name(), connections).await);
            continue;
        }
        runs.extend(scenarios::reads(shop, database.name(), connections).await);
        runs.push(scenarios::add_to_cart(shop, database.name(), connections).await);
        runs.push(checkout::run(shop, database.name(), connections).await);
    }
    runs
}
