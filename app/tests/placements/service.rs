use tempfile::TempDir;

use crate::support::{Banyan, Caller, Place, Value, eventually, free_port};

/// An extracted service: another process of the real binary, with one context.
pub struct Service {
    context: &'static str,
    base: String,
    _folder: TempDir,
    /// Ends with the service.
    _process: Banyan,
}

impl Service {
    pub async fn of(context: &'static str, place: Place) -> Self {
        let folder = tempfile::tempdir().unwrap();
        std::fs::write(folder.path().join("shop.key"), KEY).unwrap();
        let port = free_port();
        let listen = format!("127.0.0.1:{port}");
        let url = place.new_url();
        let mut args = vec![
            "serve",
            "--only",
            context,
            "--data",
            "data",
            "--service-key",
            "shop.key",
        ];
        args.extend(["--listen", &listen, "--management", "127.0.0.1:0"]);
        if let Some(url) = &url {
            args.extend(["--database", url]);
        }
        let process = Banyan::start(folder.path(), &args, &[]);
        let base = format!("http://{listen}");
        let service = Self {
            context,
            base,
            _folder: folder,
            _process: process,
        };
        let ready = format!("{}/readyz", service.base);
        eventually("the service is ready", || async {
            reqwest::get(&ready)
                .await
                .ok()
                .filter(|answer| answer.status() == 200)
        })
        .await;
        service
    }

    pub fn stranger(&self) -> Caller {
        Caller::new(reqwest::Client::new(), self.base.clone())
    }

    pub fn neighbour(&self) -> Caller {
        self.stranger().with_key(KEY)
    }

    /// What the context answers to a call.
    pub async fn call(&self, name: &str, body: Value) -> Value {
        self.neighbour()
            .post(&format!("/internal/{}/{name}", self.context), &body)
            .await
            .is(200)
            .json()
    }
}

const KEY: &str = "a-key-that-the-processes-of-one-shop-share";

/// An id as the shop makes them.
pub fn id() -> String {
    uuid::Uuid::now_v7().to_string()
}
