use std::path::{Path, PathBuf};

use strangler::{Flip, RouteTable, RoutesFile};

use super::{Banyan, TestShop, eventually, free_port};

/// Some contexts in a process of their own, registered with a shop.
pub struct Service {
    pub base: String,
    /// Which contexts.
    only: Vec<String>,
    /// Where its databases are.
    place: Vec<String>,
    process: Banyan,
    folder: PathBuf,
    args: Vec<String>,
}

impl Service {
    pub fn process(&mut self) -> &mut Banyan {
        &mut self.process
    }

    pub fn holds(&self, context: &str) -> bool {
        self.only.iter().any(|only| only == context)
    }

    /// The settings that lead to its databases.
    pub fn place(&self) -> &[String] {
        &self.place
    }

    /// Its contexts, and the folder or URL of their databases.
    pub fn books(&self) -> (Vec<String>, (PathBuf, Option<String>)) {
        let place = (PathBuf::from(&self.place[1]), self.place.get(3).cloned());
        (self.only.clone(), place)
    }

    /// Everything that it wrote so far.
    pub fn written(&self) -> String {
        self.process.written()
    }

    /// `kill -9`.
    pub fn kill(&mut self) {
        self.process.kill();
    }

    /// It is there and does nothing any more: connections are taken, no answer comes.
    pub fn hangs(&self) {
        self.signals("-STOP");
    }

    pub fn goes_on(&self) {
        self.signals("-CONT");
    }

    fn signals(&self, signal: &str) {
        let pid = self.process.pid().to_string();
        let told = std::process::Command::new("kill")
            .args([signal, &pid])
            .status();
        assert!(told.unwrap().success());
    }

    /// Again, at the same address; does not wait until it is there.
    pub fn restart(&mut self) {
        self.process.kill();
        let args: Vec<&str> = self.args.iter().map(String::as_str).collect();
        self.process = Banyan::start(&self.folder, &args, &[]);
    }
}

impl TestShop {
    /// Starts `only` as a service on the shop's own data, and waits until the shop knows it.
    pub async fn extracts(&self, only: &[&str]) -> Service {
        self.extracts_with(only, &[]).await
    }

    pub async fn extracts_with(&self, only: &[&str], env: &[(&str, &str)]) -> Service {
        let data = self.data();
        let service = self.starts_service_with(only, (&data, self.database()), env);
        self.knows(&service).await;
        service
    }

    /// The same on data elsewhere; does not wait.
    pub fn starts_service(&self, only: &[&str], data: &Path, database: Option<&str>) -> Service {
        self.starts_service_with(only, (data, database), &[])
    }

    fn starts_service_with(
        &self,
        only: &[&str],
        (data, database): (&Path, Option<&str>),
        env: &[(&str, &str)],
    ) -> Service {
        let port = free_port();
        let listen = format!("127.0.0.1:{port}");
        let contexts = only.iter().map(ToString::to_string).collect();
        let (only, data) = (only.join(","), data.to_string_lossy().into_owned());
        let (key, speed) = (self.data().join("service.key"), self.speed().to_string());
        let (key, register) = (key.to_string_lossy().into_owned(), self.base());
        let mut args = vec![
            "serve",
            "--only",
            &only,
            "--data",
            &data,
            "--service-key",
            &key,
        ];
        args.extend(["--listen", &listen, "--management", "127.0.0.1:0"]);
        args.extend(["--register", &register, "--public-url", &register]);
        args.extend(["--rate-limits", "off", "--sandbox-speed", &speed]);
        if let Some(url) = database {
            args.extend(["--database", url]);
        }
        let mut place = vec!["--data".to_owned(), data.clone()];
        if let Some(url) = database {
            place.extend(["--database".to_owned(), url.to_owned()]);
        }
        let args = self.with_more(args.into_iter().map(str::to_owned).collect());
        let args: Vec<&str> = args.iter().map(String::as_str).collect();
        let folder = self.folder().to_owned();
        let process = Banyan::start(&folder, &args, env);
        Service {
            base: format!("http://{listen}"),
            only: contexts,
            place,
            process,
            args: args.into_iter().map(str::to_owned).collect(),
            folder,
        }
    }

    /// Waits until the shop sends requests to it.
    pub async fn knows(&self, service: &Service) {
        eventually("the service is registered", || async {
            let known = self
                .neighbour()
                .get("/internal/registry")
                .await
                .is(200)
                .json();
            let known = known.as_array().unwrap().clone();
            let is_it = |entry: &serde_json::Value| {
                entry["endpoint"] == service.base.as_str() && entry["is_ready"] == true
            };
            known.iter().any(is_it).then_some(())
        })
        .await;
    }

    pub fn routes(&self) -> RoutesFile {
        RoutesFile::new(self.data().join("routes.toml"))
    }

    /// Changes one word of the routes file, and does not wait.
    pub fn sets_route(&self, route: &str, backend: &str) -> RouteTable {
        let flip = Flip {
            route: route.to_owned(),
            backend: backend.parse().unwrap(),
            who: "test".to_owned(),
            why: "a test wants it so".to_owned(),
            at: "2026-11-30T00:00:00Z".parse().unwrap(),
            seen: None,
        };
        self.routes().set(&flip).unwrap()
    }

    /// Sends all routes of a context to `backend`, and waits until they go there.
    pub async fn sends(&self, context: &str, backend: &str) {
        let table = self.routes().load().unwrap();
        let theirs = table.routes.iter().filter(|route| route.context == context);
        for route in theirs {
            self.sets_route(&route.name, backend);
        }
        self.routes_as_written().await;
    }

    /// Waits until the table in effect is the one in the file.
    pub async fn routes_as_written(&self) {
        let version = self.routes().load().unwrap().version;
        eventually("the routes are in effect", || async {
            let ready = self.guest().get("/readyz").await.json();
            (ready["routes_version"] == version.as_str()).then_some(())
        })
        .await;
    }
}
