use super::{Banyan, Service, TestShop, eventually};

/// Who answers what in the shops of a test run. `BANYAN_TEST_LAYOUT`: a context's name sends it to a service of its
/// own, `all` each of the ten with `banyan front` before them; `…@moved` moves the data along. By default one process
/// answers everything.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Layout {
    left: Vec<&'static str>,
    is_moved: bool,
}

pub const CONTEXTS: [&str; 10] = [
    "members",
    "catalog",
    "stock",
    "cart",
    "orders",
    "payments",
    "shipping",
    "order_history",
    "board",
    "notifications",
];

impl Layout {
    pub fn of_environment() -> Self {
        let name = std::env::var("BANYAN_TEST_LAYOUT").unwrap_or_default();
        if name.is_empty() {
            Self::default()
        } else {
            Self::named(&name)
        }
    }

    pub fn named(name: &str) -> Self {
        let (who, is_moved) = match name.split_once('@') {
            None => (name, false),
            Some((who, "moved")) => (who, true),
            Some(_) => panic!("BANYAN_TEST_LAYOUT={name}"),
        };
        let left = match who {
            "all" => CONTEXTS.to_vec(),
            _ => CONTEXTS
                .into_iter()
                .filter(|context| *context == who)
                .collect(),
        };
        assert!(!left.is_empty(), "BANYAN_TEST_LAYOUT={name}");
        Self { left, is_moved }
    }

    pub fn has_front(&self) -> bool {
        self.left.len() == CONTEXTS.len()
    }

    /// Brings a shop that is open into this order.
    pub async fn arrange(&self, shop: &mut TestShop) -> Vec<Service> {
        if self.left.is_empty() {
            return Vec::new();
        }
        let mut services = Vec::new();
        if self.is_moved {
            for context in &self.left {
                services.push(shop.moves_out(context).await);
            }
        } else {
            for context in &self.left {
                services.push(shop.starts_service(&[context], &shop.data(), shop.database()));
            }
            for service in &services {
                shop.knows(service).await;
            }
            for context in &self.left {
                shop.sends(context, context).await;
            }
        }
        if self.has_front() {
            shop.becomes_front().await;
            for service in &services {
                shop.knows(service).await;
            }
        }
        services
    }
}

impl TestShop {
    /// Starts a service with an empty database of its own and moves the context there.
    pub async fn moves_out(&self, context: &'static str) -> Service {
        let data = self.folder().join(format!("data-{context}"));
        let url = self.database().map(|_| self.place.new_url().unwrap());
        let service = self.starts_service(&[context], &data, url.as_deref());
        self.registers(&service).await;
        let to = url.unwrap_or_else(|| data.to_string_lossy().into_owned());
        let moved = self.command(
            &[
                "move",
                context,
                "switch",
                "--to",
                &to,
                "--listen",
                &self.address(),
            ],
            "",
        );
        assert_eq!(moved.code, Some(0), "{moved:?}");
        service
    }

    /// Waits until the shop has heard of it, ready or not.
    pub async fn registers(&self, service: &Service) {
        eventually("the service says that it is there", || async {
            let known = self
                .neighbour()
                .get("/internal/registry")
                .await
                .is(200)
                .json();
            let is_it = |entry: &serde_json::Value| entry["endpoint"] == service.base.as_str();
            known.as_array().unwrap().iter().any(is_it).then_some(())
        })
        .await;
    }

    /// The same address and routes; no context is left in the process.
    async fn becomes_front(&mut self) {
        let front = self.front_args();
        self.process().terminate();
        self.is_gone().await;
        let args: Vec<&str> = front.iter().map(String::as_str).collect();
        let process = Banyan::start(self.folder(), &args, &[]);
        self.replace(process).await;
    }
}
