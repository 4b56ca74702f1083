//! The table in effect, for everyone who reads it.

use std::sync::Arc;
use std::time::Instant;

use arc_swap::{ArcSwap, Cache, Guard};

use crate::problem::LoadError;
use crate::table::RouteTable;

/// The table in effect, for everyone who decides. Cheap to clone and to read; each request reads it once.
#[derive(Clone)]
pub struct Live(Arc<ArcSwap<Current>>);

/// [`Live`] as one thread reads it, without a write to anything that threads share.
pub(crate) type LiveCache = Cache<Arc<ArcSwap<Current>>, Arc<Current>>;

/// What is in effect now.
#[derive(Debug)]
pub struct Current {
    pub table: Arc<RouteTable>,
    /// Since when this table is in effect: its age.
    pub since: Instant,
    /// The file says something else, which was refused.
    pub refused: Option<Arc<Refused>>,
}

#[derive(Debug)]
pub struct Refused {
    pub why: LoadError,
    pub since: Instant,
}

impl Live {
    /// A table that no file stands behind.
    pub fn fixed(table: RouteTable) -> Self {
        Self(Arc::new(ArcSwap::from_pointee(Current::new(table))))
    }

    pub fn current(&self) -> Guard<Arc<Current>> {
        self.0.load()
    }

    pub fn table(&self) -> Arc<RouteTable> {
        Arc::clone(&self.0.load().table)
    }

    pub(crate) fn cache(&self) -> LiveCache {
        Cache::new(Arc::clone(&self.0))
    }

    pub(crate) fn swap(&self, table: RouteTable) {
        self.0.store(Arc::new(Current::new(table)));
    }

    pub(crate) fn refuse(&self, why: Option<LoadError>) {
        let current = self.current();
        let refused = why.map(|why| {
            Arc::new(Refused {
                why,
                since: Instant::now(),
            })
        });
        self.0.store(Arc::new(Current {
            table: Arc::clone(&current.table),
            since: current.since,
            refused,
        }));
    }
}

impl Current {
    fn new(table: RouteTable) -> Self {
        Self {
            table: Arc::new(table),
            since: Instant::now(),
            refused: None,
        }
    }
}
