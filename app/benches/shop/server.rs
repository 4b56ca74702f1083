//! The processes that are measured.

use std::net::TcpListener;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use crate::client::Client;

pub enum Database {
    Sqlite,
    /// The server of this run (`BANYAN_TEST_POSTGRES`); the bench makes a database of its own in it.
    Postgres,
}

impl Database {
    pub fn name(&self) -> &'static str {
        match self {
            Self::Sqlite => "sqlite",
            Self::Postgres => "postgres",
        }
    }
}

/// A shop in a process of its own, filled with made-up products.
pub struct Shop {
    child: Child,
    pub host: String,
    management: String,
    key: String,
    _data: tempfile::TempDir,
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
        let mut settings = vec![
            "--listen".to_owned(),
            host.clone(),
            "--management".to_owned(),
            management.clone(),
            "--data".to_owned(),
            data.path().display().to_string(),
            "--rate-limits".to_owned(),
            "off".to_owned(),
            // delivery stays out of the figures
            "--sandbox-speed".to_owned(),
            "0.001".to_owned(),
        ];
        if let Database::Postgres = database {
            settings.extend(["--database".to_owned(), platform::testing::postgres_url()]);
        }
        run(
            &settings,
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
        let child = banyan(&settings, &["serve", "--empty"]).spawn().unwrap();
        until_listening(&host);
        let key = std::fs::read_to_string(data.path().join("service.key"))
            .unwrap()
            .trim()
            .to_owned();
        Self {
            child,
            host,
            management,
            key,
            _data: data,
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
            cpu_ms: cpu_ms(&self.child),
            queries: sum("db_queries_total"),
            commits: sum("db_commits_total"),
        }
    }

    /// What the writer itself says about its durability.
    pub async fn durability(&self) -> String {
        let bearer = format!("Bearer {}", self.key);
        let mut client = self.client().await;
        let headers = [("authorization", bearer.as_str())];
        let answer = client
            .ask(
                hyper::Method::POST,
                "/internal/orders/ops",
                &headers,
                "{}".into(),
            )
            .await
            .expect(200);
        answer.json()["durability"].as_str().unwrap().to_owned()
    }

    pub fn rss_mib(&self) -> f64 {
        let status = std::fs::read_to_string(format!("/proc/{}/status", self.child.id())).unwrap();
        let line = status
            .lines()
            .find(|line| line.starts_with("VmRSS:"))
            .unwrap();
        line.split_whitespace()
            .nth(1)
            .unwrap()
            .parse::<f64>()
            .unwrap()
            / 1024.0
    }
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
            cpu_ms: cpu_ms(&self.child),
            ..Counters::default()
        }
    }
}

impl Drop for Shop {
    fn drop(&mut self) {
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

/// User and system time of a process, from the clock ticks (100 per second) in its stat line.
fn cpu_ms(child: &Child) -> f64 {
    let stat = std::fs::read_to_string(format!("/proc/{}/stat", child.id())).unwrap();
    let after_name = stat.rsplit(')').next().unwrap();
    let fields: Vec<&str> = after_name.split_whitespace().collect();
    let ticks: f64 = fields[11].parse::<f64>().unwrap() + fields[12].parse::<f64>().unwrap();
    ticks * 10.0
}
