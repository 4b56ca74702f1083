use std::io::{BufRead as _, BufReader, Write as _};
use std::net::{TcpListener, TcpStream};
use std::sync::{Arc, Mutex};

use crate::support::{Value, json};

/// In a router's stead: tells who is registered, and that whoever is meant is ready.
pub struct StandIn {
    address: String,
    registered: Arc<Mutex<Vec<Value>>>,
}

impl StandIn {
    pub fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = listener.local_addr().unwrap().to_string();
        let registered: Arc<Mutex<Vec<Value>>> = Arc::default();
        let known = registered.clone();
        std::thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                let registry = Value::from(known.lock().unwrap().clone()).to_string();
                // who goes away in the middle is nobody's concern
                let _ = answer(stream, &registry);
            }
        });
        Self {
            address,
            registered,
        }
    }

    pub fn address(&self) -> &str {
        &self.address
    }

    /// A service that has opened the database of `context` at `location`; without an endpoint the stand-in says for it
    /// that it is ready.
    pub fn register(&self, context: &str, location: &str, endpoint: Option<&str>) {
        let own = format!("http://{}", self.address);
        self.registered.lock().unwrap().push(json!({
            "service": context, "id": format!("{context}-1"), "endpoint": endpoint.unwrap_or(&own),
            "is_ready": true, "about": { context: location },
        }));
    }
}

fn answer(mut stream: TcpStream, registry: &str) -> std::io::Result<()> {
    let mut lines = BufReader::new(stream.try_clone()?).lines();
    let first = lines.next().transpose()?.unwrap_or_default();
    let mut has_key = false;
    for line in lines {
        let line = line?.to_ascii_lowercase();
        has_key |= line.starts_with("authorization: bearer ");
        if line.is_empty() {
            break;
        }
    }
    let (status, body) = match first.split(' ').nth(1).unwrap_or_default() {
        "/internal/registry" if has_key => ("200 OK", registry),
        "/readyz" => ("200 OK", "{}"),
        _ => ("404 Not Found", "{}"),
    };
    let length = body.len();
    write!(
        stream,
        "HTTP/1.1 {status}\r\ncontent-type: application/json\r\ncontent-length: {length}\r\nconnection: close\r\n\r\n{body}"
    )
}
