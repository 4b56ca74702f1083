use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use serde_json::{Value, json};
use tempfile::TempDir;

use super::{
    Banyan, Books, Caller, Finished, Layout, PATIENCE, Place, Service, Shopper, free_port, run,
    unique,
};

pub const PASSWORD: &str = "느티나무 아래 의자 하나";

/// What a shop is opened with.
#[derive(Clone, Debug)]
pub struct Plan {
    place: Place,
    speed: u32,
    has_demo: bool,
    layout: Layout,
    more: Vec<String>,
}

/// A shop of the test's own: its data, its process, its administrator.
pub struct TestShop {
    pub place: Place,
    folder: TempDir,
    database: Option<String>,
    port: u16,
    plan: Plan,
    process: Banyan,
    services: Vec<Service>,
    http: reqwest::Client,
    admin: tokio::sync::OnceCell<Shopper>,
}

/// Another process of a shop.
pub struct Twin {
    base: String,
    /// Ends with it.
    _process: Banyan,
}

impl Twin {
    /// The same person, at this process.
    pub fn serves(&self, shopper: &Shopper) -> Shopper {
        Shopper {
            caller: shopper.caller.at(&self.base),
            ..shopper.clone()
        }
    }
}

impl Plan {
    /// An empty shop whose courier is twenty times as fast as the real sandbox.
    pub fn on(place: Place) -> Self {
        Self {
            place,
            speed: 20,
            has_demo: false,
            layout: Layout::of_environment(),
            more: Vec::new(),
        }
    }

    pub fn layout(self, layout: Layout) -> Self {
        Self { layout, ..self }
    }

    pub fn with_demo(self) -> Self {
        Self {
            has_demo: true,
            ..self
        }
    }

    pub fn speed(self, speed: u32) -> Self {
        Self { speed, ..self }
    }

    /// A flag that is given twice is an error: what a plan says replaces what is fixed.
    fn with_more(&self, mut args: Vec<String>) -> Vec<String> {
        for pair in self.more.chunks(2) {
            if let Some(at) = args.iter().position(|arg| *arg == pair[0]) {
                args.drain(at..at + 2);
            }
            args.extend(pair.to_vec());
        }
        args
    }

    pub fn flag(mut self, flag: &str, value: &str) -> Self {
        self.more.extend([flag.to_owned(), value.to_owned()]);
        self
    }

    pub async fn open(self) -> TestShop {
        self.open_with(&[]).await
    }

    /// `FAILPOINTS`, in the words of the `fail` crate.
    pub async fn open_with(self, env: &[(&str, &str)]) -> TestShop {
        let folder = tempfile::tempdir().unwrap();
        let database = self.place.new_url();
        let port = free_port();
        let process = start(&self, (&folder, database.as_deref(), port), env);
        let http = reqwest::Client::builder()
            .redirect(reqwest::redirect::Policy::none())
            .timeout(Duration::from_mins(1))
            .build()
            .unwrap();
        let admin = tokio::sync::OnceCell::new();
        let mut shop = TestShop {
            place: self.place,
            folder,
            database,
            port,
            plan: self,
            process,
            services: Vec::new(),
            http,
            admin,
        };
        shop.is_ready().await;
        let layout = shop.plan.layout.clone();
        shop.services = layout.arrange(&mut shop).await;
        shop
    }
}

impl TestShop {
    pub async fn on(place: Place) -> Self {
        Plan::on(place).open().await
    }

    pub fn base(&self) -> String {
        format!("http://127.0.0.1:{}", self.port)
    }

    /// Where it listens.
    pub fn address(&self) -> String {
        format!("127.0.0.1:{}", self.port)
    }

    pub fn folder(&self) -> &Path {
        self.folder.path()
    }

    pub fn speed(&self) -> u32 {
        self.plan.speed
    }

    pub fn data(&self) -> PathBuf {
        self.folder.path().join("data")
    }

    /// The shop's `--database`.
    pub fn database(&self) -> Option<&str> {
        self.database.as_deref()
    }

    pub fn service_key(&self) -> String {
        std::fs::read_to_string(self.data().join("service.key"))
            .unwrap()
            .trim()
            .to_owned()
    }

    /// Everything that its process wrote so far.
    pub fn written(&self) -> String {
        self.process.written()
    }

    pub fn process(&mut self) -> &mut Banyan {
        &mut self.process
    }

    /// Somebody whom the shop has never seen.
    pub fn guest(&self) -> Caller {
        Caller::new(self.http.clone(), self.base())
    }

    /// A neighbour of the shop's.
    pub fn neighbour(&self) -> Caller {
        self.guest().with_key(&self.service_key())
    }

    /// A new member, signed in.
    pub async fn shopper(&self) -> Shopper {
        let shopper = self.stranger();
        shopper.signs_up().await.is(201);
        shopper.signs_in().await.is(200);
        shopper
    }

    pub async fn shoppers(&self, count: usize) -> Vec<Shopper> {
        futures_util::future::join_all((0..count).map(|_| self.shopper())).await
    }

    /// Somebody with an e-mail address and a password, no member yet.
    pub fn stranger(&self) -> Shopper {
        Shopper::new(self.guest(), &format!("{}@example.com", unique()), PASSWORD)
    }

    /// The shop's administrator, made by the command and signed in.
    pub async fn admin(&self) -> &Shopper {
        let make = || async {
            let email = format!("{}@example.com", unique());
            let create = ["admin", "create", "--email", &email, "--password-stdin"];
            let made = self.command_for("members", &create, PASSWORD);
            assert_eq!(made.code, Some(0), "{made:?}");
            let admin = Shopper::new(self.guest(), &email, PASSWORD);
            admin.signs_in().await.is(200);
            admin
        };
        self.admin.get_or_init(make).await
    }

    /// `banyan` beside the running shop, on its data.
    pub fn command(&self, args: &[&str], input: &str) -> Finished {
        self.run(
            args,
            &settings(&self.folder, self.database.as_deref()),
            input,
        )
    }

    /// The same where the data of `context` is.
    pub fn command_for(&self, context: &str, args: &[&str], input: &str) -> Finished {
        let elsewhere = self.services.iter().find(|service| service.holds(context));
        let Some(service) = elsewhere else {
            return self.command(args, input);
        };
        let mut settings = service.place().to_vec();
        let key = self.data().join("service.key");
        settings.extend([
            "--service-key".to_owned(),
            key.to_string_lossy().into_owned(),
        ]);
        self.run(args, &settings, input)
    }

    fn run(&self, args: &[&str], settings: &[String], input: &str) -> Finished {
        let args: Vec<&str> = args
            .iter()
            .copied()
            .chain(settings.iter().map(String::as_str))
            .collect();
        run(self.folder.path(), &args, &[], input)
    }

    /// Puts a product on the shelf.
    pub async fn sells(&self, sku: &str, price: i64, on_hand: i64) {
        let product = json!({
            "sku": sku, "price": price, "category": "kitchen",
            "name": { "ko": format!("{sku} 나무 그릇"), "en": format!("{sku} wooden bowl") },
            "description": { "ko": "호두나무를 깎아 만들었습니다.", "en": "Carved from walnut." },
            "options": [], "pictures": [],
        });
        self.sells_product(&product).await;
        self.has_on_hand(sku, on_hand).await;
    }

    pub async fn sells_product(&self, product: &Value) {
        self.has_category("kitchen", "주방", "Kitchen").await;
        self.admin()
            .await
            .post("/api/admin/products", product)
            .await
            .is(201);
    }

    pub async fn has_category(&self, slug: &str, ko: &str, en: &str) {
        let category = json!({ "slug": slug, "name": { "ko": ko, "en": en } });
        let call = json!({ "categories": [category], "who": "test" });
        self.neighbour()
            .post("/internal/catalog/put-categories", &call)
            .await
            .is(200);
    }

    pub async fn has_on_hand(&self, sku: &str, on_hand: i64) {
        let body = json!({ "on_hand": on_hand, "reason": "입고" });
        self.admin()
            .await
            .put(&format!("/api/admin/stock/{sku}"), &body)
            .await
            .is(200);
    }

    /// What can be ordered now, as the product page tells.
    pub async fn available(&self, sku: &str) -> i64 {
        let product = self
            .guest()
            .get(&format!("/api/products/{sku}"))
            .await
            .is(200)
            .json();
        product["available"]
            .as_i64()
            .unwrap_or_else(|| panic!("{product}"))
    }

    pub fn books(&self) -> Books {
        let home = (self.data(), self.database.clone());
        let left: Vec<_> = self.services.iter().map(Service::books).collect();
        Books::at(move |context| {
            let there = left
                .iter()
                .find(|(only, _)| only.iter().any(|only| only == context));
            there.map_or_else(|| home.clone(), |(_, place)| place.clone())
        })
    }

    /// A second process of the same shop: on the same data, at another port.
    pub async fn twin(&self) -> Twin {
        let port = free_port();
        let process = start(
            &self.plan,
            (&self.folder, self.database.as_deref(), port),
            &[],
        );
        let base = format!("http://127.0.0.1:{port}");
        let ready = format!("{base}/readyz");
        super::eventually("the second process is ready", || async {
            self.http
                .get(&ready)
                .send()
                .await
                .ok()
                .filter(|answer| answer.status() == 200)
        })
        .await;
        Twin {
            base,
            _process: process,
        }
    }

    /// Its data, once it has ended.
    pub fn into_folder(self) -> TempDir {
        self.folder
    }

    /// `kill -9`.
    pub fn kill(&mut self) {
        self.process.kill();
    }

    /// Again, on the same data and port.
    pub async fn restart(&mut self) {
        self.process.kill();
        self.process = if self.plan.layout.has_front() {
            let args = self.front_args();
            let args: Vec<&str> = args.iter().map(String::as_str).collect();
            Banyan::start(self.folder.path(), &args, &[])
        } else {
            let place = (&self.folder, self.database.as_deref(), self.port);
            start(&self.plan, place, &[])
        };
        self.is_ready().await;
        for service in &self.services {
            self.knows(service).await;
        }
    }

    /// `banyan front` at the same address.
    pub fn front_args(&self) -> Vec<String> {
        let (data, listen) = (self.data(), self.address());
        let mut args = vec!["front", "--listen", &listen, "--management", "127.0.0.1:0"];
        let data = data.to_string_lossy().into_owned();
        args.extend(["--rate-limits", "off", "--data", &data]);
        let args = args.into_iter().map(str::to_owned).collect();
        self.plan.with_more(args)
    }

    /// What a plan says, in place of a service's own.
    pub fn with_more(&self, args: Vec<String>) -> Vec<String> {
        self.plan.with_more(args)
    }

    /// Goes on with another process.
    pub async fn replace(&mut self, process: Banyan) {
        self.process = process;
        self.is_ready().await;
    }

    /// Waits for the process to end by itself.
    pub async fn is_gone(&mut self) -> std::process::ExitStatus {
        let begun = Instant::now();
        loop {
            if let Some(status) = self.process.has_ended() {
                return status;
            }
            assert!(begun.elapsed() < PATIENCE, "the shop never ended");
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
    }

    pub fn is_running(&mut self) -> bool {
        self.process.has_ended().is_none()
    }

    async fn is_ready(&mut self) {
        let begun = Instant::now();
        let url = format!("{}/readyz", self.base());
        loop {
            if self
                .http
                .get(&url)
                .send()
                .await
                .is_ok_and(|answer| answer.status() == 200)
            {
                return;
            }
            if let Some(status) = self.process.has_ended() {
                panic!("the shop ended ({status}) before it was ready");
            }
            assert!(
                begun.elapsed() < 2 * PATIENCE,
                "the shop never became ready"
            );
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    }
}

fn settings(folder: &TempDir, database: Option<&str>) -> Vec<String> {
    let mut settings = vec![
        "--data".to_owned(),
        folder.path().join("data").to_string_lossy().into_owned(),
    ];
    if let Some(url) = database {
        settings.extend(["--database".to_owned(), url.to_owned()]);
    }
    settings
}

fn start(
    plan: &Plan,
    (folder, database, port): (&TempDir, Option<&str>, u16),
    env: &[(&str, &str)],
) -> Banyan {
    let mut args = vec!["serve".to_owned()];
    args.extend(settings(folder, database));
    let (listen, speed) = (format!("127.0.0.1:{port}"), plan.speed.to_string());
    let fixed = [
        "--listen",
        &listen,
        "--management",
        "127.0.0.1:0",
        "--rate-limits",
        "off",
        "--sandbox-speed",
        &speed,
    ];
    args.extend(fixed.map(str::to_owned));
    if !plan.has_demo {
        args.push("--empty".to_owned());
    }
    let args = plan.with_more(args);
    let args: Vec<&str> = args.iter().map(String::as_str).collect();
    Banyan::start(folder.path(), &args, env)
}
