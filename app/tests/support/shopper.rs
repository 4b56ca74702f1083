use std::ops::Deref;
use std::time::{Duration, Instant};

use serde_json::{Value, json};

use super::{Answer, Ask, Caller, PATIENCE, unique};

/// Somebody who buys, one verb per thing that people do.
#[derive(Clone)]
pub struct Shopper {
    pub caller: Caller,
    pub email: String,
    pub password: String,
}

/// An order that is watched until something comes of it.
pub struct Watched<'a> {
    shopper: &'a Shopper,
    path: String,
}

impl Deref for Shopper {
    type Target = Caller;

    fn deref(&self) -> &Caller {
        &self.caller
    }
}

pub fn address(postcode: &str) -> Value {
    json!({
        "recipient": "한봄", "phone": "010-1234-5678", "postcode": postcode,
        "line1": "서울특별시 마포구 느티나무길 12", "line2": "3층",
    })
}

impl Shopper {
    pub fn new(caller: Caller, email: &str, password: &str) -> Self {
        Self {
            caller,
            email: email.to_owned(),
            password: password.to_owned(),
        }
    }

    pub fn signs_up(&self) -> Ask {
        let body = json!({ "email": self.email, "password": self.password, "name": "한봄" });
        self.post("/api/members", &body)
    }

    pub fn signs_in(&self) -> Ask {
        self.post(
            "/api/session",
            &json!({ "email": self.email, "password": self.password }),
        )
    }

    /// Sets how many of one product are in the cart.
    pub fn puts(&self, sku: &str, quantity: u32) -> Ask {
        self.put(
            &format!("/api/cart/items/{sku}"),
            &json!({ "quantity": quantity }),
        )
    }

    pub async fn cart(&self) -> Value {
        self.get("/api/cart").await.is(200).json()
    }

    /// What is in the cart, as SKU and quantity, sorted.
    pub async fn has_in_cart(&self) -> Vec<(String, i64)> {
        let cart = self.cart().await;
        let line = |item: &Value| {
            (
                item["sku"].as_str().unwrap().to_owned(),
                item["quantity"].as_i64().unwrap(),
            )
        };
        let mut lines: Vec<(String, i64)> =
            cart["items"].as_array().unwrap().iter().map(line).collect();
        lines.sort();
        lines
    }

    /// Orders what is in the cart, with a key of its own.
    pub async fn orders(&self, token: &str) -> Value {
        self.orders_to("04524", token).await
    }

    pub async fn orders_to(&self, postcode: &str, token: &str) -> Value {
        self.checks_out(&unique(), postcode, token)
            .await
            .is(201)
            .json()
    }

    pub fn checks_out(&self, key: &str, postcode: &str, token: &str) -> Ask {
        let body = json!({ "address": address(postcode), "payment": { "method": "card", "token": token } });
        self.post("/api/orders", &body)
            .header("idempotency-key", key)
    }

    /// Puts one thing into the cart and orders it.
    pub async fn buys(&self, sku: &str, token: &str) -> Value {
        self.puts(sku, 1).await.is(200);
        self.orders(token).await
    }

    pub async fn order(&self, order: &Value) -> Value {
        self.get(&path_of(order)).await.is(200).json()
    }

    pub fn cancels(&self, order: &Value) -> Ask {
        self.ask(super::Method::POST, &format!("{}/cancel", path_of(order)))
    }

    pub fn sees_order(&self, order: &Value) -> Watched<'_> {
        Watched {
            shopper: self,
            path: path_of(order),
        }
    }

    pub async fn order_list(&self) -> Vec<Value> {
        self.get("/api/orders?limit=100").await.is(200).items()
    }

    /// The ids of the listed orders, as soon as there are so many.
    pub async fn order_list_settles(&self, count: usize) -> Vec<String> {
        super::eventually(&format!("{count} orders are listed"), || async {
            let ids: Vec<String> = self
                .order_list()
                .await
                .iter()
                .map(|o| o["id"].as_str().unwrap().to_owned())
                .collect();
            (ids.len() == count).then_some(ids)
        })
        .await
    }

    pub async fn key(&self, name: &str) -> Caller {
        let made = self
            .post("/api/keys", &json!({ "name": name }))
            .await
            .is(201)
            .json();
        self.with_key(made["key"].as_str().unwrap())
    }
}

impl Watched<'_> {
    /// Until the order has, or has had, this status. Fails when it ends without.
    pub async fn until(&self, status: &str) -> Value {
        let has_had = |order: &Value| words(order).iter().any(|word| word == status);
        let order = self
            .until_it(|order| has_had(order) || has_ended(order))
            .await;
        assert!(has_had(&order), "never {status}: {order:#}");
        order
    }

    /// Until nothing more will happen.
    pub async fn ends(&self) -> Value {
        self.until_it(has_ended).await
    }

    async fn until_it(&self, is_so: impl Fn(&Value) -> bool) -> Value {
        let begun = Instant::now();
        loop {
            let order = self.shopper.get(&self.path).await.is(200).json();
            if is_so(&order) {
                return order;
            }
            assert!(begun.elapsed() < PATIENCE, "nothing more comes: {order:#}");
            tokio::time::sleep(Duration::from_millis(25)).await;
        }
    }
}

fn has_ended(order: &Value) -> bool {
    ["delivered", "cancelled"]
        .iter()
        .any(|end| order["status"] == *end)
}

/// The words of a timeline, in order.
pub fn words(order: &Value) -> Vec<String> {
    let moments = order["timeline"]
        .as_array()
        .unwrap_or_else(|| panic!("no timeline: {order}"));
    moments
        .iter()
        .map(|moment| moment["what"].as_str().unwrap().to_owned())
        .collect()
}

pub fn path_of(order: &Value) -> String {
    format!(
        "/api/orders/{}",
        order["id"]
            .as_str()
            .unwrap_or_else(|| panic!("no id: {order}"))
    )
}

impl Answer {
    pub fn order_id(&self) -> String {
        self.json()["id"].as_str().unwrap().to_owned()
    }
}
