//! How the binary starts, refuses to start and stops: exit codes, one clear line each, nothing made by halves.
#![allow(clippy::unwrap_used, reason = "a test that cannot go on ends")]

mod support;

use std::path::Path;
use std::time::{Duration, Instant};

use support::{Banyan, Finished, Place, Plan, TestShop, free_port, run};
use tempfile::TempDir;

const USAGE: Option<i32> = Some(64);
const FAILURE: Option<i32> = Some(1);

fn folder() -> TempDir {
    tempfile::tempdir().unwrap()
}

/// `banyan` in a new, empty folder.
fn banyan(args: &[&str]) -> Finished {
    run(folder().path(), args, &[], "")
}

/// Refused with this code, in one line that has all these words.
#[track_caller]
fn refused(finished: &Finished, code: Option<i32>, words: &[&str]) {
    assert_eq!(finished.code, code, "{finished:?}");
    let said: Vec<&str> = finished
        .err
        .lines()
        .filter(|line| line.starts_with("banyan: "))
        .collect();
    assert_eq!(said.len(), 1, "one clear line: {finished:?}");
    for word in words {
        assert!(said[0].contains(word), "{word:?} is not in {:?}", said[0]);
    }
    assert!(!finished.err.contains("panicked"), "{}", finished.err);
}

fn files(folder: &Path) -> Vec<String> {
    let names = std::fs::read_dir(folder)
        .unwrap()
        .map(|entry| entry.unwrap().file_name().into_string().unwrap());
    let mut names: Vec<String> = names.collect();
    names.sort();
    names
}

#[test]
fn a_wrong_flag_or_command_is_exit_64() {
    for args in [
        &["--no-such-flag"][..],
        &["serve", "--no-such-flag"],
        &["no-such-command"],
        &["admin"],
        &["admin", "create"],
        &["import", "products"],
        &["--listen", "nowhere"],
        &["--listen", "127.0.0.1:99999"],
        &["--sandbox-speed", "fast"],
        &["--rate-limits", "perhaps"],
        &["--data"],
        &["--data", "a", "--data", "b"],
        &["demo", "--products", "-5"],
    ] {
        let finished = banyan(args);
        assert_eq!(finished.code, USAGE, "{args:?}: {finished:?}");
        assert!(
            !finished.err.is_empty() && finished.out.is_empty(),
            "{args:?}: {finished:?}"
        );
    }
    let typo = banyan(&["--lisen", "127.0.0.1:1"]);
    assert!(
        typo.err.contains("--listen"),
        "it tells what was meant: {}",
        typo.err
    );
}

#[test]
fn a_wrong_setting_is_exit_64_and_named() {
    for (args, word) in [
        (&["--sandbox-speed", "0"][..], "--sandbox-speed"),
        (&["--sandbox-speed", "NaN"], "--sandbox-speed"),
        (&["--public-url", "shop.example"], "--public-url"),
        (&["--database", "shop.db"], "--database"),
        (&["--database", "mysql://localhost/shop"], "--database"),
        (&["--trusted-proxy", "the-proxy"], "--trusted-proxy"),
        (&["--listen", "127.0.0.1:65000"], "--management"),
        (
            &[
                "--listen",
                "127.0.0.1:7000",
                "--management",
                "127.0.0.1:7000",
            ],
            "--management",
        ),
        (&["--smtp", "mail.example"], "--smtp"),
    ] {
        for command in [&["check"][..], &["serve"], &[]] {
            let args = [command, args].concat();
            refused(&banyan(&args), USAGE, &[word]);
        }
    }
}

#[test]
fn settings_come_from_flags_before_environment_before_file() {
    let folder = folder();
    std::fs::write(
        folder.path().join("banyan.toml"),
        "public-url = 'nonsense'\nsandbox-speed = 2.0\n",
    )
    .unwrap();
    let check = |args: &[&str], env: &[(&str, &str)]| {
        run(folder.path(), &[&["check"], args].concat(), env, "")
    };
    refused(&check(&[], &[]), USAGE, &["--public-url"]);
    let good = ("BANYAN_PUBLIC_URL", "https://shop.example");
    assert_eq!(check(&[], &[good]).code, Some(0));
    refused(
        &check(&["--public-url", "no"], &[good]),
        USAGE,
        &["--public-url"],
    );
    let bad = ("BANYAN_PUBLIC_URL", "no");
    assert_eq!(
        check(&["--public-url", "https://shop.example"], &[bad]).code,
        Some(0)
    );
    let finished = check(&[], &[good, ("BANYAN_SANDBOX_SPEED", "very")]);
    assert_eq!(finished.code, USAGE, "{finished:?}");
}

#[test]
fn a_wrong_settings_file_is_exit_64_and_says_where() {
    for (text, words) in [
        (
            "listen = '127.0.0.1:1'\nlisen = 'x'\n",
            &["banyan.toml", "line 2", "lisen"][..],
        ),
        ("listen = \n", &["banyan.toml", "line 1"]),
        ("\n\nsandbox-speed = 'fast'\n", &["banyan.toml", "line 3"]),
        ("listen = 'nowhere'\n", &["banyan.toml", "line 1"]),
        (
            "[serve]\nlisten = '127.0.0.1:1'\n",
            &["banyan.toml", "line 1"],
        ),
    ] {
        let folder = folder();
        std::fs::write(folder.path().join("banyan.toml"), text).unwrap();
        for command in ["check", "serve"] {
            let finished = run(folder.path(), &[command], &[], "");
            assert_eq!(finished.code, USAGE, "{text}: {finished:?}");
            for word in words {
                assert!(
                    finished.err.contains(word),
                    "{text}: {word:?} is not in {}",
                    finished.err
                );
            }
        }
        assert_eq!(files(folder.path()), ["banyan.toml"], "nothing was made");
    }
}

#[test]
fn a_wrong_routes_file_is_exit_64_and_says_where() {
    for (text, place) in [
        ("[[routes]]\nname = \n", ":2:"),
        (
            "[services.catalog]\ndiscovery = \"registry\"\n\n[[routes]]\nname = \"catalog\"\ncontxt = \"catalog\"\n",
            ":6:",
        ),
        (
            "[services.catalog]\ndiscovery = \"registry\"\nloadBalancer = \"SOMETIMES\"\n",
            ":3:",
        ),
    ] {
        let folder = folder();
        let file = folder.path().join("routes.toml");
        std::fs::write(&file, text).unwrap();
        let routes = file.to_str().unwrap();
        for command in ["check", "serve"] {
            let finished = run(folder.path(), &[command, "--routes", routes], &[], "");
            assert_eq!(finished.code, USAGE, "{text}: {finished:?}");
            assert!(
                finished.err.contains(&format!("routes.toml{place}")),
                "{text}: {}",
                finished.err
            );
        }
        assert_eq!(
            std::fs::read_to_string(&file).unwrap(),
            text,
            "it is left as it was"
        );
    }
}

#[test]
fn checking_creates_nothing() {
    let folder = folder();
    let finished = run(folder.path(), &["check"], &[], "");
    assert_eq!(finished.code, Some(0), "{finished:?}");
    assert_eq!(files(folder.path()), Vec::<String>::new());
    let finished = run(
        folder.path(),
        &["check", "--data", "elsewhere", "--routes", "r/routes.toml"],
        &[],
        "",
    );
    assert_eq!(finished.code, Some(0), "{finished:?}");
    assert_eq!(files(folder.path()), Vec::<String>::new());
}

#[test]
fn help_tells_every_command_and_flag() {
    let help = banyan(&["--help"]);
    assert_eq!((help.code, &*help.err), (Some(0), ""), "{help:?}");
    for word in [
        "serve",
        "admin",
        "import",
        "export",
        "demo",
        "move",
        "check",
        "openapi",
        "--listen",
        "--data",
        "--database",
        "--routes",
        "--management",
        "--service-key",
        "--public-url",
        "--trusted-proxy",
        "--smtp",
        "--rate-limits",
        "--sandbox-speed",
        "--only",
        "--register",
        "--router",
        "--empty",
        "BANYAN_LISTEN",
        "BANYAN_SANDBOX_SPEED",
    ] {
        assert!(
            help.out.contains(word),
            "{word} is not in the help:\n{}",
            help.out
        );
    }
    for args in [
        &["admin", "create", "--help"][..],
        &["import", "products", "--help"],
        &["demo", "--help"],
        &["move", "catalog", "switch", "--help"],
    ] {
        assert_eq!(banyan(args).code, Some(0), "{args:?}");
    }
    let version = banyan(&["--version"]);
    assert!(
        version.code == Some(0) && version.out.contains(env!("CARGO_PKG_VERSION")),
        "{version:?}"
    );
}

#[tokio::test]
async fn a_port_in_use_is_exit_1() {
    let taken = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let address = taken.local_addr().unwrap().to_string();
    let args = [
        "serve",
        "--empty",
        "--listen",
        &address,
        "--management",
        "127.0.0.1:0",
    ];
    refused(&banyan(&args), FAILURE, &["--listen", &address]);
    let listen = format!("127.0.0.1:{}", free_port());
    let args = [
        "serve",
        "--empty",
        "--listen",
        &listen,
        "--management",
        &address,
    ];
    refused(&banyan(&args), FAILURE, &["--management", &address]);
}

#[test]
fn a_data_folder_that_cannot_be_written_is_exit_1_and_named() {
    let folder = folder();
    // a file where the folder should be is refused to everyone, administrators too
    std::fs::write(folder.path().join("data"), "").unwrap();
    let port = format!("127.0.0.1:{}", free_port());
    let args = [
        "serve",
        "--empty",
        "--listen",
        &port,
        "--management",
        "127.0.0.1:0",
    ];
    let finished = run(folder.path(), &args, &[], "");
    refused(&finished, FAILURE, &["data"]);
    let args = [
        "serve",
        "--empty",
        "--data",
        "/proc/no/such",
        "--listen",
        &port,
        "--management",
        "127.0.0.1:0",
    ];
    refused(&run(folder.path(), &args, &[], ""), FAILURE, &["/proc/no"]);
}

#[tokio::test]
async fn a_database_that_another_process_holds_alone_is_refused() {
    let mut shop = TestShop::on(Place::Sqlite).await;
    shop.process().terminate();
    shop.is_gone().await;
    let path = shop.data().join("stock.db.lock");
    let lock = std::fs::OpenOptions::new()
        .read(true)
        .write(true)
        .open(path)
        .unwrap();
    lock.lock().unwrap();
    std::io::Write::write_all(&mut &lock, b"the other shop").unwrap();
    let finished = serve_once(&shop);
    refused(&finished, FAILURE, &["stock", "the other shop"]);
    let command = shop.command(
        &[
            "admin",
            "create",
            "--email",
            "a@example.com",
            "--password-stdin",
        ],
        support::PASSWORD,
    );
    assert_ne!(command.code, None);
    // a shop that only shares it is welcome
    lock.unlock().unwrap();
    lock.lock_shared().unwrap();
    shop.restart().await;
}

#[tokio::test]
async fn a_database_newer_than_the_binary_is_refused() {
    for place in places() {
        let mut shop = TestShop::on(place).await;
        shop.process().terminate();
        shop.is_gone().await;
        let insert = "INSERT INTO __diesel_schema_migrations (version, run_on) VALUES ('20991231000000', CURRENT_TIMESTAMP)";
        shop.books().run("payments", insert);
        refused(&serve_once(&shop), FAILURE, &["newer", "20991231000000"]);
    }
}

#[tokio::test]
async fn a_database_server_that_is_not_there_is_exit_1_and_tells_no_password() {
    let url = format!("postgres://shop:s3cret@127.0.0.1:{}/shop", free_port());
    let port = format!("127.0.0.1:{}", free_port());
    let args = [
        "serve",
        "--empty",
        "--database",
        &url,
        "--listen",
        &port,
        "--management",
        "127.0.0.1:0",
    ];
    let finished = banyan(&args);
    refused(&finished, FAILURE, &["127.0.0.1"]);
    assert!(
        !finished.err.contains("s3cret") && !finished.out.contains("s3cret"),
        "{finished:?}"
    );
}

#[test]
fn a_service_needs_the_shops_key() {
    let folder = folder();
    std::fs::write(folder.path().join("good.key"), "k".repeat(40)).unwrap();
    std::fs::write(folder.path().join("short.key"), "short").unwrap();
    let listen = format!("127.0.0.1:{}", free_port());
    let serve = |more: &[&str]| {
        let args = ["serve", "--listen", &listen, "--management", "127.0.0.1:0"];
        run(folder.path(), &[&args, more].concat(), &[], "")
    };
    refused(&serve(&["--only", "stock"]), USAGE, &["--service-key"]);
    refused(
        &serve(&["--only", "stock", "--data", "d"]),
        USAGE,
        &["--service-key"],
    );
    refused(
        &serve(&["--only", "stock", "--service-key", "good.key"]),
        USAGE,
        &["--data"],
    );
    refused(
        &serve(&[
            "--only",
            "stock",
            "--data",
            "d",
            "--service-key",
            "none.key",
        ]),
        USAGE,
        &["none.key"],
    );
    refused(
        &serve(&[
            "--only",
            "stock",
            "--data",
            "d",
            "--service-key",
            "short.key",
        ]),
        USAGE,
        &["short.key"],
    );
    refused(
        &serve(&[
            "--only",
            "shelf",
            "--data",
            "d",
            "--service-key",
            "good.key",
        ]),
        USAGE,
        &["shelf", "stock"],
    );
    assert!(
        !folder.path().join("none.key").exists(),
        "a service never makes a key"
    );
    assert!(!folder.path().join("d").join("service.key").exists());
    let finished = serve(&["--router", "http://127.0.0.1:1"]);
    assert_eq!(
        finished.code, USAGE,
        "--router is of services: {finished:?}"
    );
}

#[tokio::test]
async fn a_shop_under_load_stops_within_ten_seconds_and_loses_nothing() {
    let mut shop = Plan::on(Place::Sqlite).open().await;
    shop.sells("STOP-1", 1_000, 1_000).await;
    let buyers = shop.shoppers(8).await;
    let load: Vec<_> = buyers
        .iter()
        .cloned()
        .map(|buyer| tokio::spawn(buys_until_closed(buyer)))
        .collect();
    tokio::time::timeout(support::PATIENCE, async {
        while shop.books().number("orders", "SELECT COUNT(*) FROM orders") < 20 {
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    })
    .await
    .unwrap();
    let begun = Instant::now();
    shop.process().terminate();
    let status = shop.is_gone().await;
    assert_eq!(status.code(), Some(0), "{status}");
    assert!(
        begun.elapsed() < Duration::from_secs(10),
        "{:?}",
        begun.elapsed()
    );
    let mut acknowledged = Vec::new();
    for customer in load {
        acknowledged.extend(customer.await.unwrap());
    }
    shop.restart().await;
    let known = shop
        .books()
        .words("orders", "SELECT order_id AS t FROM orders");
    for order in acknowledged {
        assert!(known.contains(&order), "{order} is lost");
    }
}

async fn buys_until_closed(buyer: support::Shopper) -> Vec<String> {
    let mut acknowledged = Vec::new();
    loop {
        if buyer
            .puts("STOP-1", 1)
            .try_send()
            .await
            .is_none_or(|answer| answer.status != 200)
        {
            return acknowledged;
        }
        match buyer
            .checks_out(&support::unique(), "04524", "tok_ok")
            .try_send()
            .await
        {
            Some(answer) if answer.status == 201 => acknowledged.push(answer.order_id()),
            // an order before this one emptied the cart
            Some(answer) if answer.status == 422 => {}
            _ => return acknowledged,
        }
    }
}

#[tokio::test]
async fn figures_are_told_on_a_port_of_their_own() {
    let management = format!("127.0.0.1:{}", free_port());
    let shop = Plan::on(Place::Sqlite)
        .flag("--management", &management)
        .open()
        .await;
    shop.guest().get("/api/products").await.is(200);
    let figures = reqwest::get(format!("http://{management}/metrics"))
        .await
        .unwrap()
        .text()
        .await
        .unwrap();
    assert!(
        figures.lines().any(|line| line.starts_with("# TYPE ")),
        "{figures}"
    );
    assert!(figures.contains("http"), "{figures}");
    shop.guest().get("/metrics").await.is(404);
}

#[tokio::test]
async fn a_quiet_shop_stops_at_once() {
    let mut shop = TestShop::on(Place::Sqlite).await;
    let begun = Instant::now();
    shop.process().terminate();
    assert_eq!(shop.is_gone().await.code(), Some(0));
    assert!(
        begun.elapsed() < Duration::from_secs(3),
        "{:?}",
        begun.elapsed()
    );
}

#[tokio::test]
async fn a_shop_says_where_it_is_and_how_to_become_its_administrator() {
    let mut shop = TestShop::on(Place::Sqlite).await;
    let base = shop.base();
    shop.process().terminate();
    shop.is_gone().await;
    let said = shop.process().last_words();
    assert!(said.contains(&base), "{said}");
    assert!(said.contains(" admin create --email"), "{said}");
    assert!(said.lines().count() <= 10, "nothing noisy:\n{said}");
}

#[tokio::test]
async fn a_service_opens_no_database_but_its_own() {
    let folder = folder();
    let data = folder.path().join("data");
    std::fs::write(folder.path().join("shop.key"), "k".repeat(40)).unwrap();
    // the whole shop's databases lie in the same folder
    let port = free_port();
    let listen = format!("127.0.0.1:{port}");
    let (data_flag, key) = (data.to_str().unwrap(), "shop.key");
    let common = [
        "--listen",
        &listen,
        "--management",
        "127.0.0.1:0",
        "--data",
        data_flag,
        "--service-key",
        key,
    ];
    let whole = Banyan::start(
        folder.path(),
        &[&["serve", "--empty"][..], &common].concat(),
        &[],
    );
    answers(&whole, port).await;
    drop(whole);
    assert!(data.join("orders.db").exists());
    let service = Banyan::start(
        folder.path(),
        &[&["serve", "--only", "catalog"][..], &common].concat(),
        &[],
    );
    answers(&service, port).await;
    let open = std::fs::read_dir(format!("/proc/{}/fd", service.pid())).unwrap();
    let open: Vec<String> = open
        .filter_map(|fd| std::fs::read_link(fd.unwrap().path()).ok())
        .filter_map(|file| file.strip_prefix(&data).ok()?.to_str().map(str::to_owned))
        .filter(|name| name.contains(".db"))
        .collect();
    assert!(open.contains(&"catalog.db".to_owned()), "{open:?}");
    assert!(
        open.iter().all(|name| name.starts_with("catalog.db")),
        "{open:?}"
    );
}

async fn answers(process: &Banyan, port: u16) {
    let url = format!("http://127.0.0.1:{port}/readyz");
    support::eventually("the process is ready", || async {
        assert!(
            !process.written().contains("banyan: "),
            "{}",
            process.written()
        );
        reqwest::get(&url)
            .await
            .ok()
            .filter(|answer| answer.status() == 200)
    })
    .await;
}

/// `banyan serve` on the shop's data, which is to refuse.
fn serve_once(shop: &TestShop) -> Finished {
    let listen = format!("127.0.0.1:{}", free_port());
    shop.command(
        &[
            "serve",
            "--empty",
            "--listen",
            &listen,
            "--management",
            "127.0.0.1:0",
        ],
        "",
    )
}

fn places() -> Vec<Place> {
    if cfg!(feature = "postgres-tests") {
        vec![Place::Sqlite, Place::Postgres]
    } else {
        vec![Place::Sqlite]
    }
}
