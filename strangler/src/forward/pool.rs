//! Connections to instances, kept open between requests. One pool per worker: nothing is locked.

use std::cell::{Cell, RefCell};
use std::collections::HashMap;
use std::io;
use std::rc::{Rc, Weak};
use std::time::{Duration, Instant};

use actix_web::rt::spawn;
use hyper::body::Incoming;
use hyper::client::conn::http1::{Builder, SendRequest};
use hyper::{Request, Response};
use hyper_util::rt::TokioIo;
use tokio::net::TcpStream;
use tokio::task::JoinHandle;

use super::request_body::RequestBody;
use crate::router::Options;
use crate::table::Endpoint;

pub(crate) struct Pool {
    /// The one used last at the end.
    kept: RefCell<HashMap<Endpoint, Vec<Kept>>>,
    keep_alive: Duration,
    max_kept: usize,
    is_swept: Cell<bool>,
}

/// For one request at a time. Dropped it is closed, whatever is under way on it.
pub(super) struct Connection {
    endpoint: Endpoint,
    sender: SendRequest<RequestBody>,
    _task: Task,
    is_reused: bool,
}

/// The request did not reach the service, or no answer came back.
pub(super) struct Failed {
    pub error: hyper::Error,
    /// Not a byte of it was sent.
    pub unsent: Option<RequestBody>,
}

struct Kept {
    connection: Connection,
    since: Instant,
}

struct Task(JoinHandle<()>);

impl Drop for Task {
    fn drop(&mut self) {
        self.0.abort();
    }
}

impl Pool {
    pub fn new(options: &Options) -> Self {
        Self {
            kept: RefCell::default(),
            keep_alive: options.keep_alive,
            max_kept: options.max_kept,
            is_swept: Cell::new(false),
        }
    }

    /// One that is ready at once: what it takes to become ready may never happen.
    pub(super) fn take(&self, endpoint: &Endpoint) -> Option<Connection> {
        let mut all = self.kept.borrow_mut();
        let kept = all.get_mut(endpoint)?;
        while let Some(last) = kept.last() {
            if last.is_old(self.keep_alive) {
                // so are all that were used before it
                kept.clear();
            } else if last.connection.sender.is_closed() {
                kept.pop();
            } else {
                let at = kept
                    .iter()
                    .rposition(|kept| kept.connection.sender.is_ready())?;
                let mut connection = kept.remove(at).connection;
                connection.is_reused = true;
                return Some(connection);
            }
        }
        None
    }

    pub(super) async fn connect(&self, endpoint: &Endpoint) -> io::Result<Connection> {
        let host = endpoint.host.trim_start_matches('[').trim_end_matches(']');
        let stream = TcpStream::connect((host, endpoint.port)).await?;
        stream.set_nodelay(true)?;
        let (sender, connection) = Builder::new()
            .handshake(TokioIo::new(stream))
            .await
            .map_err(io::Error::other)?;
        let task = spawn(async move {
            if let Err(error) = connection.with_upgrades().await {
                // whoever waits for something on it is told
                tracing::debug!(%error, "a connection to a service ended");
            }
        });
        Ok(Connection {
            endpoint: endpoint.clone(),
            sender,
            _task: Task(task),
            is_reused: false,
        })
    }

    /// For the next request.
    pub(super) fn give(self: &Rc<Self>, connection: Connection) {
        if connection.sender.is_closed() {
            return;
        }
        let mut all = self.kept.borrow_mut();
        let kept = match all.get_mut(&connection.endpoint) {
            Some(kept) => kept,
            None => all.entry(connection.endpoint.clone()).or_default(),
        };
        if kept.len() < self.max_kept {
            kept.push(Kept {
                connection,
                since: Instant::now(),
            });
        }
        if !self.is_swept.replace(true) {
            drop(spawn(sweep(Rc::downgrade(self), self.keep_alive)));
        }
    }
}

impl Connection {
    pub fn endpoint(&self) -> &Endpoint {
        &self.endpoint
    }

    /// It may have been closed by the other side without our knowing yet.
    pub fn is_reused(&self) -> bool {
        self.is_reused
    }

    pub async fn send(
        &mut self,
        request: Request<RequestBody>,
    ) -> Result<Response<Incoming>, Failed> {
        self.sender
            .try_send_request(request)
            .await
            .map_err(|mut failed| {
                let unsent = failed.take_message().map(Request::into_body);
                Failed {
                    error: failed.into_error(),
                    unsent,
                }
            })
    }
}

impl Kept {
    fn is_old(&self, keep_alive: Duration) -> bool {
        self.since.elapsed() >= keep_alive
    }
}

/// Closes what nobody uses, until nothing is left.
async fn sweep(pool: Weak<Pool>, keep_alive: Duration) {
    loop {
        tokio::time::sleep(keep_alive).await;
        let Some(pool) = pool.upgrade() else { return };
        let mut all = pool.kept.borrow_mut();
        all.retain(|_, kept| {
            kept.retain(|kept| !kept.is_old(keep_alive) && !kept.connection.sender.is_closed());
            !kept.is_empty()
        });
        if all.is_empty() {
            pool.is_swept.set(false);
            return;
        }
    }
}
