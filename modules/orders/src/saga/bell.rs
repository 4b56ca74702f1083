use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Mutex, PoisonError};

use tokio::sync::Notify;

use crate::store::Underway;

/// More than this are left for the worker to find in the database.
const MOST: usize = 1024;

/// Wakes the worker, and hands it orders that are fresh in memory: no need to read them again.
#[derive(Default)]
pub struct Bell {
    rung: Notify,
    in_database: AtomicBool,
    /// `None` while no worker runs in this process.
    fresh: Mutex<Option<Vec<Underway>>>,
}

impl Bell {
    /// There is something to do in the database.
    pub fn ring(&self) {
        self.in_database.store(true, Ordering::SeqCst);
        self.rung.notify_one();
    }

    pub fn hand(&self, saga: Underway) {
        let mut fresh = self.fresh.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(fresh) = fresh.as_mut().filter(|fresh| fresh.len() < MOST) {
            fresh.push(saga);
            self.rung.notify_one();
        }
    }

    pub(super) fn open(&self) {
        *self.fresh.lock().unwrap_or_else(PoisonError::into_inner) = Some(Vec::new());
    }

    pub(super) fn close(&self) {
        *self.fresh.lock().unwrap_or_else(PoisonError::into_inner) = None;
    }

    /// Whether there is something in the database; else it was handed over.
    pub(super) async fn rung(&self) -> bool {
        self.rung.notified().await;
        self.in_database.swap(false, Ordering::SeqCst)
    }

    /// Up to `room` of them.
    pub(super) fn take(&self, room: usize) -> Vec<Underway> {
        let mut fresh = self.fresh.lock().unwrap_or_else(PoisonError::into_inner);
        fresh.as_mut().map_or_else(Vec::new, |fresh| {
            fresh.drain(..room.min(fresh.len())).collect()
        })
    }
}
