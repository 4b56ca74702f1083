//! A router on a port of its own, services that say exactly what a test wants them to, and callers that see every byte.

#![allow(dead_code, reason = "each test takes what it needs")]
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::missing_panics_doc,
    reason = "set-up of tests"
)]

use std::future::Future;
use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use actix_web::dev::ServerHandle;
use actix_web::{App, HttpRequest, HttpResponse, HttpServer, web};
use strangler::{Builder, Live, Options, Router};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};

/// Longer than anything here takes.
pub const PATIENCE: Duration = Duration::from_secs(20);

/// One side of a connection, by hand.
pub struct Wire {
    pub stream: TcpStream,
    buffer: Vec<u8>,
}

/// The head of a request or of an answer.
#[derive(Clone, Debug)]
pub struct Head {
    pub line: String,
    pub headers: Vec<(String, String)>,
}

impl Head {
    pub fn get(&self, name: &str) -> Option<&str> {
        let mut found = self.headers.iter().filter(|(key, _)| key == name);
        let first = found.next().map(|(_, value)| value.as_str());
        assert!(found.next().is_none(), "{name} twice in {self:?}");
        first
    }

    pub fn has(&self, name: &str) -> bool {
        self.headers.iter().any(|(key, _)| key == name)
    }

    pub fn status(&self) -> u16 {
        self.line
            .split(' ')
            .nth(1)
            .and_then(|status| status.parse().ok())
            .expect("a status line")
    }
}

impl Wire {
    pub async fn to(address: SocketAddr) -> Self {
        Self::new(TcpStream::connect(address).await.expect("a listener"))
    }

    pub fn new(stream: TcpStream) -> Self {
        stream.set_nodelay(true).unwrap();
        Self {
            stream,
            buffer: Vec::new(),
        }
    }

    pub async fn say(&mut self, bytes: impl AsRef<[u8]>) {
        self.stream
            .write_all(bytes.as_ref())
            .await
            .expect("somebody who listens");
    }

    /// `None`: it was closed.
    pub async fn more(&mut self) -> Option<()> {
        let read = in_time(self.stream.read_buf(&mut self.buffer)).await;
        read.ok().filter(|length| *length > 0).map(|_| ())
    }

    pub async fn head(&mut self) -> Option<Head> {
        let end = loop {
            match self.buffer.windows(4).position(|four| four == b"\r\n\r\n") {
                Some(end) => break end,
                None => self.more().await?,
            }
        };
        let text = String::from_utf8(self.buffer.drain(..end + 4).collect()).unwrap();
        let mut lines = text.trim_end().split("\r\n");
        let line = lines.next().unwrap().to_owned();
        let headers = lines.map(|line| line.split_once(':').expect("a header"));
        let headers = headers
            .map(|(name, value)| (name.to_ascii_lowercase(), value.trim().to_owned()))
            .collect();
        Some(Head { line, headers })
    }

    pub async fn exactly(&mut self, length: usize) -> Option<Vec<u8>> {
        while self.buffer.len() < length {
            self.more().await?;
        }
        Some(self.buffer.drain(..length).collect())
    }

    /// Throws away what was read ahead, and says how much it was.
    pub fn forget(&mut self) -> usize {
        std::mem::take(&mut self.buffer).len()
    }

    pub async fn line(&mut self) -> Option<String> {
        let end = loop {
            match self.buffer.windows(2).position(|two| two == b"\r\n") {
                Some(end) => break end,
                None => self.more().await?,
            }
        };
        let line = String::from_utf8(self.buffer.drain(..end + 2).collect()).unwrap();
        Some(line.trim_end().to_owned())
    }

    /// The next chunk of a chunked body; empty: its end. `None`: it broke off.
    pub async fn chunk(&mut self) -> Option<Vec<u8>> {
        let length = usize::from_str_radix(&self.line().await?, 16).expect("a length");
        let mut chunk = self.exactly(length + 2).await?;
        chunk.truncate(length);
        Some(chunk)
    }

    /// The body that belongs to a head; `None`: it broke off.
    pub async fn body(&mut self, head: &Head) -> Option<Vec<u8>> {
        if let Some(length) = head.get("content-length") {
            return self.exactly(length.parse().unwrap()).await;
        }
        let mut body = Vec::new();
        if head.get("transfer-encoding") == Some("chunked") {
            loop {
                match self.chunk().await? {
                    end if end.is_empty() => return Some(body),
                    chunk => body.extend(chunk),
                }
            }
        }
        if head.line.starts_with("HTTP/") && head.status() != 204 {
            while self.more().await.is_some() {}
            body.append(&mut self.buffer);
        }
        Some(body)
    }

    pub async fn ask(&mut self, request: impl AsRef<[u8]>) -> (Head, Vec<u8>) {
        self.say(request).await;
        let mut head = self.head().await.expect("an answer");
        while head.status() == 100 {
            head = self.head().await.expect("an answer");
        }
        let body = self.body(&head).await.expect("a whole answer");
        (head, body)
    }

    /// The other side closed it.
    pub async fn is_closed(&mut self) -> bool {
        self.more().await.is_none()
    }
}

/// A service that does with each connection what it is told.
pub struct Upstream {
    pub address: SocketAddr,
    connections: Arc<AtomicUsize>,
    task: tokio::task::JoinHandle<()>,
}

impl Drop for Upstream {
    fn drop(&mut self) {
        self.task.abort();
    }
}

impl Upstream {
    pub async fn start<F>(serve: impl Fn(Wire) -> F + Send + Sync + 'static) -> Self
    where
        F: Future<Output = ()> + Send + 'static,
    {
        Self::start_at("127.0.0.1:0".parse().unwrap(), serve).await
    }

    pub async fn start_at<F>(
        address: SocketAddr,
        serve: impl Fn(Wire) -> F + Send + Sync + 'static,
    ) -> Self
    where
        F: Future<Output = ()> + Send + 'static,
    {
        let listener = TcpListener::bind(address).await.unwrap();
        let address = listener.local_addr().unwrap();
        let connections = Arc::new(AtomicUsize::new(0));
        let count = Arc::clone(&connections);
        let task = tokio::spawn(async move {
            let mut served = tokio::task::JoinSet::new();
            loop {
                let (stream, _) = listener.accept().await.unwrap();
                count.fetch_add(1, Ordering::Relaxed);
                served.spawn(serve(Wire::new(stream)));
            }
        });
        Self {
            address,
            connections,
            task,
        }
    }

    /// Answers every request with the head it came with.
    pub async fn mirror() -> Self {
        Self::start(|wire| mirror(wire, "")).await
    }

    pub async fn says(words: &'static str) -> Self {
        Self::start(move |wire| answer(wire, words)).await
    }

    /// Gone when this returns, with all its connections.
    pub async fn stop(mut self) -> SocketAddr {
        self.task.abort();
        let _ = (&mut self.task).await;
        self.address
    }

    pub fn connections(&self) -> usize {
        self.connections.load(Ordering::Relaxed)
    }
}

/// The request's head and body as text.
pub async fn mirror(mut wire: Wire, more: &'static str) {
    while let Some(head) = wire.head().await {
        let Some(body) = wire.body(&head).await else {
            return;
        };
        let lines = head
            .headers
            .iter()
            .map(|(name, value)| format!("{name}: {value}\n"));
        let seen = format!(
            "{}\n{}\n{}",
            head.line,
            lines.collect::<String>(),
            String::from_utf8_lossy(&body)
        );
        let answer = format!(
            "HTTP/1.1 200 OK\r\ncontent-length: {}\r\n{more}\r\n{seen}",
            seen.len()
        );
        wire.say(answer).await;
    }
}

/// Always the same, whatever is asked.
pub async fn answer(mut wire: Wire, words: &'static str) {
    while let Some(head) = wire.head().await {
        if wire.body(&head).await.is_none() {
            return;
        }
        wire.say(words).await;
    }
}

/// What a [mirror](Upstream::mirror) saw.
pub fn seen(body: &[u8]) -> (Head, String) {
    let text = std::str::from_utf8(body).unwrap();
    let (head, body) = text.split_once("\n\n").unwrap();
    let mut lines = head.split('\n');
    let line = lines.next().unwrap().to_owned();
    let headers = lines.map(|line| line.split_once(": ").unwrap());
    (
        Head {
            line,
            headers: headers
                .map(|(name, value)| (name.to_owned(), value.to_owned()))
                .collect(),
        },
        body.to_owned(),
    )
}

/// A router before a module that says `module`, and its service `s`.
pub struct Front {
    pub address: SocketAddr,
    pub router: Router,
    handle: ServerHandle,
}

impl Drop for Front {
    fn drop(&mut self) {
        drop(self.handle.stop(false));
    }
}

pub fn live(text: &str) -> Live {
    Live::fixed(strangler::parse(text).expect("a table"))
}

/// `/s` is answered by the service `s` at these addresses, `/m` by the module. `more` goes into the route `s`.
pub fn table(addresses: &[SocketAddr], more: &str) -> String {
    let endpoints: Vec<String> = addresses
        .iter()
        .map(|address| format!("\"http://{address}\""))
        .collect();
    format!(
        r#"
        [services.s]
        endpoints = [{}]
        [[routes]]
        name = "s"
        context = "s"
        matches = [{{ path = {{ type = "PathPrefix", value = "/s" }} }}, {{ path = {{ type = "PathPrefix", value = "/internal/s" }} }}]
        {}
        {more}
        [[routes]]
        name = "m"
        context = "m"
        matches = [{{ path = {{ type = "PathPrefix", value = "/m" }} }}, {{ path = {{ type = "PathPrefix", value = "/internal/m" }} }}]
        "#,
        endpoints.join(", "),
        if more.contains("backend ") {
            ""
        } else {
            "backend = \"s\""
        },
    )
}

impl Front {
    /// Before one service, with nothing but defaults.
    pub async fn before(upstream: &Upstream) -> Self {
        Self::with(&table(&[upstream.address], ""))
    }

    pub fn with(table: &str) -> Self {
        Self::of(Router::builder(live(table)))
    }

    pub fn of(builder: Builder) -> Self {
        Self::serve(builder.build(), 1)
    }

    pub fn serve(router: Router, workers: usize) -> Self {
        let wrapped = router.clone();
        let server = HttpServer::new(move || {
            App::new()
                .wrap(wrapped.clone())
                .default_service(web::to(module))
        })
        .workers(workers)
        .h1_allow_half_closed(false)
        .disable_signals()
        .bind("127.0.0.1:0")
        .unwrap();
        let address = server.addrs()[0];
        let server = server.run();
        let handle = server.handle();
        tokio::spawn(server);
        Self {
            address,
            router,
            handle,
        }
    }

    pub async fn caller(&self) -> Wire {
        Wire::to(self.address).await
    }

    pub async fn get(&self, path: &str) -> (Head, Vec<u8>) {
        self.caller().await.ask(get(path)).await
    }
}

pub fn get(path: &str) -> String {
    format!("GET {path} HTTP/1.1\r\nhost: shop.example\r\n\r\n")
}

async fn module(request: HttpRequest, body: web::Payload) -> HttpResponse {
    let body = body.to_bytes().await.unwrap_or_default();
    HttpResponse::Ok().body(format!(
        "module {} {}",
        request.uri(),
        String::from_utf8_lossy(&body)
    ))
}

pub fn quick() -> Options {
    Options {
        idle: Duration::from_millis(300),
        ..Options::default()
    }
}

pub async fn in_time<T>(future: impl Future<Output = T>) -> T {
    tokio::time::timeout(PATIENCE, future)
        .await
        .expect("it takes too long")
}

/// Looks again until it is so.
pub async fn until(what: &str, mut is_so: impl FnMut() -> bool) {
    let begin = Instant::now();
    while !is_so() {
        assert!(begin.elapsed() < PATIENCE, "{what}");
        tokio::time::sleep(Duration::from_millis(1)).await;
    }
}
