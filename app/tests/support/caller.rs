use std::collections::BTreeMap;
use std::pin::Pin;
use std::sync::{Arc, Mutex};

use reqwest::header::{COOKIE, SET_COOKIE};
use reqwest::{Method, RequestBuilder};
use serde_json::Value;

use super::Answer;

/// Somebody with a cookie jar: a guest, a member, or a program with a key.
#[derive(Clone)]
pub struct Caller {
    http: reqwest::Client,
    base: String,
    jar: Arc<Mutex<BTreeMap<String, String>>>,
    bearer: Option<String>,
}

/// One request; `.await` sends it.
pub struct Ask {
    what: String,
    request: RequestBuilder,
    jar: Option<Arc<Mutex<BTreeMap<String, String>>>>,
}

impl Caller {
    pub fn new(http: reqwest::Client, base: String) -> Self {
        Self {
            http,
            base,
            jar: Arc::default(),
            bearer: None,
        }
    }

    /// The same shop, without cookies, with a key.
    pub fn with_key(&self, key: &str) -> Self {
        Self {
            bearer: Some(key.to_owned()),
            jar: Arc::default(),
            ..self.clone()
        }
    }

    /// With the same cookies at another address.
    pub fn at(&self, base: &str) -> Self {
        Self {
            base: base.to_owned(),
            ..self.clone()
        }
    }

    pub fn ask(&self, method: Method, path: &str) -> Ask {
        let mut request = self
            .http
            .request(method.clone(), format!("{}{path}", self.base));
        if let Some(key) = &self.bearer {
            request = request.bearer_auth(key);
        }
        Ask {
            what: format!("{method} {path}"),
            request,
            jar: Some(self.jar.clone()),
        }
    }

    pub fn get(&self, path: &str) -> Ask {
        self.ask(Method::GET, path)
    }

    pub fn delete(&self, path: &str) -> Ask {
        self.ask(Method::DELETE, path)
    }

    pub fn post(&self, path: &str, body: &Value) -> Ask {
        self.ask(Method::POST, path).json(body)
    }

    pub fn put(&self, path: &str, body: &Value) -> Ask {
        self.ask(Method::PUT, path).json(body)
    }

    pub fn patch(&self, path: &str, body: &Value) -> Ask {
        self.ask(Method::PATCH, path).json(body)
    }

    pub fn cookie(&self, name: &str) -> Option<String> {
        self.jar.lock().unwrap().get(name).cloned()
    }

    pub fn has_cookie(&self, name: &str, value: &str) {
        self.jar
            .lock()
            .unwrap()
            .insert(name.to_owned(), value.to_owned());
    }

    /// A second browser that took over the first one's cookies.
    pub fn copy(&self) -> Self {
        let jar = self.jar.lock().unwrap().clone();
        Self {
            jar: Arc::new(Mutex::new(jar)),
            ..self.clone()
        }
    }
}

impl Ask {
    pub fn header(mut self, name: &str, value: &str) -> Self {
        self.request = self.request.header(name, value);
        self
    }

    pub fn json(mut self, body: &Value) -> Self {
        self.what = format!("{} {body}", self.what);
        self.request = self.request.json(body);
        self
    }

    /// Exactly these bytes.
    pub fn body(mut self, kind: &str, bytes: impl Into<Vec<u8>>) -> Self {
        self.request = self.request.header("content-type", kind).body(bytes.into());
        self
    }

    /// As a browser sends a form from one of the shop's own pages.
    pub fn form(self, fields: &[(&str, &str)]) -> Self {
        let coded: Vec<String> = fields
            .iter()
            .map(|(name, value)| format!("{name}={}", percent(value)))
            .collect();
        let mut ask = self.header("sec-fetch-site", "same-origin");
        ask.what = format!("{} {}", ask.what, coded.join("&"));
        ask.body("application/x-www-form-urlencoded", coded.join("&"))
    }

    pub fn without_cookies(mut self) -> Self {
        self.jar = None;
        self
    }

    /// The answer as it comes, for streams.
    pub async fn open(self) -> reqwest::Response {
        let request = match &self.jar {
            Some(jar) => with_cookies(self.request, &jar.lock().unwrap()),
            None => self.request,
        };
        request
            .send()
            .await
            .unwrap_or_else(|e| panic!("{}: {e:?}", self.what))
    }

    /// `None` when the shop went away meanwhile.
    pub async fn try_send(self) -> Option<Answer> {
        let Self { what, request, jar } = self;
        let request = match &jar {
            Some(jar) => with_cookies(request, &jar.lock().unwrap()),
            None => request,
        };
        let response = request.send().await.ok()?;
        let (status, headers) = (response.status().as_u16(), response.headers().clone());
        let body = response.bytes().await.ok()?.to_vec();
        let answer = Answer {
            asked: what,
            status,
            headers,
            body,
        };
        answer.check_every_promise();
        if let Some(jar) = jar {
            remember(&mut jar.lock().unwrap(), &answer);
        }
        Some(answer)
    }
}

impl IntoFuture for Ask {
    type Output = Answer;
    type IntoFuture = Pin<Box<dyn Future<Output = Answer> + Send>>;

    fn into_future(self) -> Self::IntoFuture {
        Box::pin(async move {
            let what = self.what.clone();
            self.try_send()
                .await
                .unwrap_or_else(|| panic!("{what}: no answer"))
        })
    }
}

fn with_cookies(request: RequestBuilder, jar: &BTreeMap<String, String>) -> RequestBuilder {
    if jar.is_empty() {
        return request;
    }
    let pairs: Vec<String> = jar
        .iter()
        .map(|(name, value)| format!("{name}={value}"))
        .collect();
    request.header(COOKIE, pairs.join("; "))
}

fn remember(jar: &mut BTreeMap<String, String>, answer: &Answer) {
    for cookie in answer.headers.get_all(SET_COOKIE) {
        let cookie = cookie.to_str().unwrap();
        let (pair, flags) = cookie.split_once(';').unwrap_or((cookie, ""));
        let (name, value) = pair.split_once('=').unwrap();
        if value.is_empty() || flags.contains("Max-Age=0") {
            jar.remove(name);
        } else {
            jar.insert(name.to_owned(), value.to_owned());
        }
    }
}

pub fn percent(text: &str) -> String {
    let coded = |byte: u8| {
        if byte.is_ascii_alphanumeric() {
            char::from(byte).to_string()
        } else {
            format!("%{byte:02X}")
        }
    };
    text.bytes().map(coded).collect()
}
