//! One keep-alive connection, with as little client work as hyper allows.

use bytes::Bytes;
use http_body_util::{BodyExt as _, Full};
use hyper::client::conn::http1::{SendRequest, handshake};
use hyper::header::{CONTENT_TYPE, COOKIE, HOST, SET_COOKIE};
use hyper::{Method, Request, StatusCode};
use hyper_util::rt::TokioIo;

pub struct Client {
    send: SendRequest<Full<Bytes>>,
    host: String,
    /// `name=value; name=value`
    pub cookies: String,
}

pub struct Answer {
    pub status: StatusCode,
    pub body: Bytes,
}

impl Answer {
    pub fn json(&self) -> serde_json::Value {
        serde_json::from_slice(&self.body).unwrap()
    }

    #[track_caller]
    pub fn expect(self, status: u16) -> Self {
        assert_eq!(
            self.status.as_u16(),
            status,
            "{}",
            String::from_utf8_lossy(&self.body)
        );
        self
    }
}

impl Client {
    pub async fn connect(host: &str) -> Self {
        let stream = tokio::net::TcpStream::connect(host).await.unwrap();
        stream.set_nodelay(true).unwrap();
        let (send, connection) = handshake(TokioIo::new(stream)).await.unwrap();
        tokio::spawn(connection);
        Self {
            send,
            host: host.to_owned(),
            cookies: String::new(),
        }
    }

    pub async fn get(&mut self, path: &str) -> Answer {
        self.ask(Method::GET, path, &[], Bytes::new()).await
    }

    pub async fn json(&mut self, method: Method, path: &str, body: serde_json::Value) -> Answer {
        self.ask(method, path, &[], body.to_string().into()).await
    }

    pub async fn ask(
        &mut self,
        method: Method,
        path: &str,
        headers: &[(&str, &str)],
        body: Bytes,
    ) -> Answer {
        let mut request = Request::builder()
            .method(method)
            .uri(path)
            .header(HOST, &self.host);
        if !self.cookies.is_empty() {
            request = request.header(COOKIE, &self.cookies);
        }
        if !body.is_empty() {
            request = request.header(CONTENT_TYPE, "application/json");
        }
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        self.send.ready().await.unwrap();
        let response = self
            .send
            .send_request(request.body(Full::new(body)).unwrap())
            .await
            .unwrap();
        for cookie in response.headers().get_all(SET_COOKIE) {
            self.keep(cookie.to_str().unwrap());
        }
        let status = response.status();
        let body = response.into_body().collect().await.unwrap().to_bytes();
        Answer { status, body }
    }

    fn keep(&mut self, cookie: &str) {
        let pair = cookie.split(';').next().unwrap_or_default();
        let name = pair.split('=').next().unwrap_or_default();
        let others = self
            .cookies
            .split("; ")
            .filter(|known| !known.is_empty() && !known.starts_with(&format!("{name}=")));
        self.cookies = others.chain([pair]).collect::<Vec<_>>().join("; ");
    }
}
