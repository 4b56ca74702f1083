//! The processes that are measured.

use std::net::TcpListener;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use hyper::Method;
use serde_json::json;

use crate::client::Client;
use crate::disk::SlowDisk;

const MS_PER_TICK: f64 = 10.0;

pub enum Database {
    Sqlite,
    SqliteOnSlowDisk(SlowDisk),
    /// The server of this run (`BANYAN_TEST_POSTGRES`); the bench makes a database of its own in it.
    Postgres,
}

impl Database {
    pub fn name(&self) -> &'static str {
        match self {
            Self::Sqlite => "sqlite",
            Self::SqliteOnSlowDisk(_) => "slow-disk",
            Self::Postgres => "postgres",
        }
    }
}

/// A shop in a process of its own, filled with made-up products.
pub struct Shop {
    child: Child,
    /// Contexts that have left it.
    services: Vec<Child>,
    /// Those of all its processes.
    common: Vec<String>,
    pub host: String,
    management: String,
    key: String,
    /// The database server, if there is one.
    postgres: Option<u32>,
    data: tempfile::TempDir,
}

/// A process that answers `GET /` with nothing: what actix itself costs.
pub struct Empty {
    child: Child,
    pub host: String,
}

/// CPU time, queries and commits so far.
#[derive(Clone, Copy, Debug, Default)]
pub struct Counters {
    pub cpu_ms: f64,
    pub queries: f64,
    pub commits: f64,
}

impl Shop {
    pub fn start(database: &Database, products: u32) -> Self {
        let data = tempfile::tempdir().unwrap();
        let (host, management) = (free(), free());
        let mut common = vec![
            "--data".to_owned(),
            data.path().display().to_string(),
            "--rate-limits".to_owned(),
            "off".to_owned(),
            // delivery stays out of the figures
            "--sandbox-speed".to_owned(),
            "0.001".to_owned(),
        ];
        if let Database::Postgres = database {
            common.extend(["--database".to_owned(), platform::testing::postgres_url()]);
        }
        run(
            &common,
            &[
                "demo",
                "--products",
                &products.to_string(),
                "--members",
                "0",
                "--orders",
                "0",
                "--seed",
                "1",
            ],
        );
        let own = [
            "serve",
            "--empty",
            "--listen",
            &host,
            "--management",
            &management,
        ];
        let mut serve = banyan(&common, &own);
        if let Database::SqliteOnSlowDisk(disk) = database {
            disk.under(&mut serve);
        }
        let child = serve.spawn().unwrap();
        until_listening(&host);
        let key = std::fs::read_to_string(data.path().join("service.key"))
            .unwrap()
            .trim()
            .to_owned();
        Self {
            child,
            services: Vec::new(),
            common,
            host,
            management,
            key,
            postgres: match database {
                Database::Sqlite | Database::SqliteOnSlowDisk(_) => None,
                Database::Postgres => postgres_process(),
            },
            data,
        }
    }

    pub async fn client(&self) -> Client {
        Client::connect(&self.host).await
    }

    pub async fn counters(&self) -> Counters {
        let text = Client::connect(&self.management)
            .await
            .get("/metrics")
            .await
            .body;
        let text = String::from_utf8_lossy(&text).into_owned();
        let sum = |name: &str| {
            let lines = text.lines().filter(|line| line.starts_with(name));
            lines
                .filter_map(|line| line.rsplit(' ').next()?.parse::<f64>().ok())
                .sum()
        };
        Counters {
            cpu_ms: self.processes().map(cpu_ms).sum::<f64>()
                + self.postgres.map_or(0.0, family_cpu_ms),
            queries: sum("db_queries_total"),
            commits: sum("db_commits_total"),
        }
    }

    /// Each of these in a process of its own from now on; when all ten have left, only the front stays.
    pub async fn extract(&mut self, contexts: &[&str]) {
        let key = self.data.path().join("service.key").display().to_string();
        let shop = format!("http://{}", self.host);
        for context in contexts {
            let (listen, management) = (free(), free());
            let mut own = vec!["serve", "--only", context, "--service-key", &key];
            own.extend(["--listen", &listen, "--management", &management]);
            own.extend(["--register", &shop]);
            self.services
                .push(banyan(&self.common, &own).spawn().unwrap());
        }
        self.until_registered().await;
        for route in contexts.iter().copied().chain(["catalog_api"]) {
            let to = if route == "catalog_api" {
                "catalog"
            } else {
                route
            };
            if contexts.contains(&to) {
                run(&self.common, &["route", "set", route, to, "--why", "bench"]);
            }
        }
        if contexts.len() == 10 {
            end(&mut self.child);
            let own = [
                "front",
                "--listen",
                &self.host,
                "--management",
                &self.management,
            ];
            self.child = banyan(&self.common, &own).spawn().unwrap();
            until_listening(&self.host);
            self.until_registered().await;
        }
    }

    async fn until_registered(&self) {
        let bearer = format!("Bearer {}", self.key);
        let headers = [("authorization", bearer.as_str())];
        let deadline = Instant::now() + Duration::from_secs(20);
        loop {
            let mut client = self.client().await;
            let asked = client.ask(Method::GET, "/internal/registry", &headers, "".into());
            let known = asked.await.expect(200).json();
            let known = known.as_array().unwrap();
            if known
                .iter()
                .filter(|entry| entry["is_ready"] == true)
                .count()
                == self.services.len()
            {
                return;
            }
            assert!(
                Instant::now() < deadline,
                "not all services are registered: {known:?}"
            );
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
    }

    fn processes(&self) -> impl Iterator<Item = u32> {
        self.services.iter().chain([&self.child]).map(Child::id)
    }

    /// What the writer itself says about its durability.
    pub async fn durability(&self) -> String {
        let answer = self.internal("/internal/orders/ops", json!({})).await;
        answer["durability"].as_str().unwrap().to_owned()
    }

    /// So many of each that no run sells out.
    pub async fn stock_up(&self, skus: &[String]) {
        let row = |sku: &String| json!({ "sku": sku, "on_hand": 1_000_000 });
        let rows: Vec<_> = skus.iter().map(row).collect();
        let ask = json!({ "rows": rows, "reason": "bench", "who": "bench" });
        self.internal("/internal/stock/put-on-hand", ask).await;
    }

    async fn internal(&self, path: &str, ask: serde_json::Value) -> serde_json::Value {
        let bearer = format!("Bearer {}", self.key);
        let headers = [("authorization", bearer.as_str())];
        let mut client = self.client().await;
        let answer = client
            .ask(Method::POST, path, &headers, ask.to_string().into())
            .await;
        answer.expect(200).json()
    }

    /// Of all its processes together.
    pub fn rss_mib(&self) -> f64 {
        self.processes().map(rss_mib).sum()
    }
}

fn rss_mib(process: u32) -> f64 {
    let status = std::fs::read_to_string(format!("/proc/{process}/status")).unwrap();
    let mut lines = status.lines();
    let line = lines.find(|line| line.starts_with("VmRSS:")).unwrap();
    let kib: f64 = line.split_whitespace().nth(1).unwrap().parse().unwrap();
    kib / 1024.0
}

impl Empty {
    pub fn start() -> Self {
        let host = free();
        let child = Command::new(std::env::current_exe().unwrap())
            .args([crate::empty::ARGUMENT, &host])
            .spawn()
            .unwrap();
        until_listening(&host);
        Self { child, host }
    }

    pub fn counters(&self) -> Counters {
        Counters {
            cpu_ms: cpu_ms(self.child.id()),
            ..Counters::default()
        }
    }
}

impl Drop for Shop {
    fn drop(&mut self) {
        self.services.iter_mut().for_each(end);
        end(&mut self.child);
    }
}

impl Drop for Empty {
    fn drop(&mut self) {
        end(&mut self.child);
    }
}

fn end(child: &mut Child) {
    let _ = child.kill();
    let _ = child.wait();
}

fn banyan(settings: &[String], arguments: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_banyan"));
    command
        .args(arguments)
        .args(settings)
        .stdout(Stdio::null())
        .env("RUST_LOG", "error");
    command
}

fn run(settings: &[String], arguments: &[&str]) {
    let status = banyan(settings, arguments).status().unwrap();
    assert!(status.success(), "{arguments:?}: {status}");
}

fn free() -> String {
    TcpListener::bind("127.0.0.1:0")
        .unwrap()
        .local_addr()
        .unwrap()
        .to_string()
}

fn until_listening(host: &str) {
    let deadline = Instant::now() + Duration::from_mins(1);
    while std::net::TcpStream::connect(host).is_err() {
        assert!(Instant::now() < deadline, "{host} does not listen");
        std::thread::sleep(Duration::from_millis(20));
    }
}

/// As `cargo xtask bench` tells it.
fn postgres_process() -> Option<u32> {
    std::env::var("BANYAN_BENCH_POSTGRES_PROCESS")
        .ok()?
        .parse()
        .ok()
}

/// User and system time of a process.
fn cpu_ms(process: u32) -> f64 {
    let ticks = stat(process).unwrap();
    (ticks[11] + ticks[12]) * MS_PER_TICK
}

/// Of a process, of its children that have ended and of those that run: PostgreSQL's server has one per connection.
fn family_cpu_ms(parent: u32) -> f64 {
    let own: f64 = stat(parent).unwrap()[11..15].iter().sum();
    let processes = std::fs::read_dir("/proc").unwrap();
    let numbers = processes.filter_map(|entry| entry.ok()?.file_name().to_str()?.parse().ok());
    // one that ends while we look is counted by its parent the next time
    let children = numbers
        .filter_map(stat)
        .filter(|child| child[1].total_cmp(&f64::from(parent)).is_eq());
    let running: f64 = children.map(|child| child[11] + child[12]).sum();
    (own + running) * MS_PER_TICK
}

/// What follows the name in a process's stat line, its state as 0: [1] is the parent, [11..15] the clock ticks of its user
/// and system time and those of its ended children.
fn stat(process: u32) -> Option<Vec<f64>> {
    let line = std::fs::read_to_string(format!("/proc/{process}/stat")).ok()?;
    let after_name = line.rsplit(')').next()?;
    let number = |word: &str| word.parse().unwrap_or(0.0);
    Some(after_name.split_whitespace().map(number).collect())
}
