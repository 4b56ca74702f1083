//! Tells those who wait (a live page, `Prefer: wait`) that an order has changed, in this process at once.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use kernel::OrderId;
use tokio::sync::watch;

use crate::domain::Order;

/// Another process may have changed it: this often people look for themselves.
const LOOK: Duration = Duration::from_secs(1);

/// The order as it stands now; `None`: it must be read.
type News = Option<Arc<Order>>;

#[derive(Default)]
pub struct Hub(Mutex<HashMap<OrderId, watch::Sender<News>>>);

impl Hub {
    /// Subscribe before you read the order, or what happens in between is heard late.
    pub fn follow(&self, order: OrderId) -> Follower {
        let mut followed = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        followed.retain(|_, sender| sender.receiver_count() > 0);
        let sender = followed
            .entry(order)
            .or_insert_with(|| watch::Sender::new(None));
        Follower(sender.subscribe())
    }

    pub fn changed(&self, order: &Order) {
        let followed = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(sender) = followed.get(&order.id) {
            sender.send_replace(Some(Arc::new(order.clone())));
        }
    }

    /// Some orders have changed, nobody knows which.
    pub fn stir(&self) {
        let followed = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        for sender in followed.values() {
            sender.send_replace(None);
        }
    }
}

pub struct Follower(watch::Receiver<News>);

impl Follower {
    /// Returns after a change, or after a second without one. `None`: read the order.
    pub async fn news(&mut self) -> News {
        match tokio::time::timeout(LOOK, self.0.changed()).await {
            Ok(Ok(())) => self.0.borrow_and_update().clone(),
            _ => None,
        }
    }
}
