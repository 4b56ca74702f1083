//! An extracted service says where it is, again and again, and that it will go before it goes.

use std::collections::BTreeMap;
use std::net::{IpAddr, SocketAddr, UdpSocket};
use std::time::Duration;

use futures_util::future::select_all;
use platform::db::{Db, Standing};
use platform::identity::ServiceKey;
use strangler::registry::HEARTBEAT;
use tokio::task::JoinHandle;

use crate::house::House;
use crate::role::Role;

const PATIENCE: Duration = Duration::from_secs(2);

/// The heartbeats of this process.
pub struct Registration {
    entry: Entry,
    task: JoinHandle<()>,
}

#[derive(Clone)]
struct Entry {
    http: reqwest::Client,
    shop: String,
    key: ServiceKey,
    /// One name per context.
    contexts: Vec<Db>,
    instance: String,
    endpoint: String,
}

impl Registration {
    /// `None` where there is nobody to tell.
    pub fn start(house: &House, address: SocketAddr) -> Option<Self> {
        let Role::Service {
            register: Some(shop),
            ..
        } = &house.role
        else {
            return None;
        };
        let http = reqwest::Client::builder()
            .no_proxy()
            .timeout(PATIENCE)
            .build()
            .inspect_err(|error| tracing::error!(%error, "this service cannot register"))
            .ok()?;
        let entry = Entry {
            http,
            shop: shop.clone(),
            key: house.shell.key.clone(),
            contexts: house.hosts.databases.clone(),
            instance: format!("{:016x}", rand::random::<u64>()),
            endpoint: format!("http://{}", reachable(address, shop)),
        };
        let task = tokio::spawn(entry.clone().repeat());
        Some(Self { entry, task })
    }

    /// From the answer on nothing new is sent here.
    pub async fn withdraw(self) {
        self.task.abort();
        let Entry { http, key, .. } = &self.entry;
        let all = self.entry.contexts.iter().map(|db| {
            let delete = http.delete(self.entry.url(db.context()));
            delete.header("authorization", key.bearer()).send()
        });
        for withdrawn in futures_util::future::join_all(all).await {
            if let Err(error) = withdrawn {
                tracing::warn!(%error, "the shop could not be told that this service goes");
            }
        }
    }
}

impl Entry {
    async fn repeat(self) {
        // told once, not every second
        let mut told = "nothing yet".to_owned();
        let mut standings: Vec<_> = self.contexts.iter().map(Db::watch_standing).collect();
        loop {
            for standing in &mut standings {
                standing.mark_unchanged();
            }
            let all = self.contexts.iter().map(|db| self.say(db));
            let outcomes = futures_util::future::join_all(all).await;
            let trouble: Vec<String> = outcomes.into_iter().filter_map(Result::err).collect();
            let trouble = trouble.join("; ");
            if trouble != told {
                match trouble.as_str() {
                    "" => tracing::info!(target: "banyan", shop = self.shop, "registered"),
                    why => tracing::warn!(shop = self.shop, "not registered: {why}"),
                }
                told = trouble;
            }
            // whoever may serve from now on says so at once
            let changes = standings
                .iter_mut()
                .map(|standing| Box::pin(standing.changed()));
            let _ = tokio::time::timeout(self.pause(), select_all(changes)).await;
        }
    }

    /// Who has just got its data looks often until it may serve them. Who waits for data is asked by the mover when they come.
    fn pause(&self) -> Duration {
        if self.contexts.iter().any(Db::is_taking_over) {
            HEARTBEAT / 20
        } else {
            HEARTBEAT
        }
    }

    async fn say(&self, db: &Db) -> Result<(), String> {
        let standing = db.ask_standing().await.map_err(|e| e.to_string())?;
        let service = db.context();
        let location = db.location().to_owned();
        let said = strangler::Registration {
            endpoint: self.endpoint.clone(),
            is_ready: standing == Standing::Serving,
            about: BTreeMap::from([(service.to_owned(), location)]),
        };
        let put = self
            .http
            .put(self.url(service))
            .header("authorization", self.key.bearer())
            .json(&said);
        let answer = put.send().await.map_err(|e| e.to_string())?;
        let status = answer.status();
        if status.is_success() {
            return Ok(());
        }
        let problem: serde_json::Value = answer.json().await.unwrap_or_default();
        let detail = problem["detail"].as_str().unwrap_or_default();
        Err(format!("{service}: {status} {detail}"))
    }

    fn url(&self, service: &str) -> String {
        format!("{}/api/registry/{service}/{}", self.shop, self.instance)
    }
}

/// Who listens everywhere is reached where the way to the shop begins.
fn reachable(address: SocketAddr, shop: &str) -> SocketAddr {
    if !address.ip().is_unspecified() {
        return address;
    }
    let towards = |shop: &str| -> Option<IpAddr> {
        let socket = UdpSocket::bind((address.ip(), 0)).ok()?;
        socket.connect(shop.strip_prefix("http://")?).ok()?;
        Some(socket.local_addr().ok()?.ip())
    };
    SocketAddr::new(towards(shop).unwrap_or(address.ip()), address.port())
}
