//! Connections to instances, kept open between requests. One pool per worker: nothing is locked.

use std::cell::{Cell, RefCell};
use std::rc::{Rc, Weak};
use std::time::{Duration, Instant};

use actix_web::rt::spawn;
use foldhash::HashMap;

use super::connection::Connection;
use crate::router::Options;
use crate::table::Endpoint;

pub(crate) struct Pool {
    /// The one used last at the end.
    kept: RefCell<HashMap<Endpoint, Vec<Kept>>>,
    keep_alive: Duration,
    max_kept: usize,
    is_swept: Cell<bool>,
}

struct Kept {
    connection: Box<Connection>,
    since: Instant,
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

    pub(super) fn take(&self, endpoint: &Endpoint, now: Instant) -> Option<Box<Connection>> {
        let mut all = self.kept.borrow_mut();
        let kept = all.get_mut(endpoint)?;
        while let Some(Kept {
            mut connection,
            since,
        }) = kept.pop()
        {
            if now.duration_since(since) >= self.keep_alive {
                // so are all that were used before it
                kept.clear();
            } else if connection.is_quiet() {
                connection.is_reused = true;
                return Some(connection);
            }
        }
        None
    }

    /// For the next request.
    pub(super) fn give(self: &Rc<Self>, connection: Box<Connection>) {
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
            kept.retain(|kept| !kept.is_old(keep_alive) && kept.connection.is_quiet());
            !kept.is_empty()
        });
        if all.is_empty() {
            pool.is_swept.set(false);
            return;
        }
    }
}
