use std::collections::HashMap;
use std::collections::hash_map::Entry;
use std::sync::{Arc, Mutex, PoisonError};

use kernel::{MemberId, OrderId};
use tokio::sync::watch;

use super::Orders;
use crate::OrdersError;
use crate::store;

type Name = (MemberId, String);

/// Idempotency keys of requests that this process is working on. The database is what keeps an order single; this tells
/// the second request that the first is not done.
#[derive(Default)]
pub(super) struct Claims(Arc<Mutex<HashMap<Name, Held>>>);

struct Held {
    fingerprint: String,
    ended: watch::Receiver<()>,
}

/// The right to place an order with a key, until it is dropped.
pub struct Claim {
    pub member: MemberId,
    pub key: String,
    pub fingerprint: String,
    claims: Arc<Mutex<HashMap<Name, Held>>>,
    _ending: watch::Sender<()>,
}

pub enum Claimed {
    Ours(Claim),
    /// The request was answered before: with this order.
    Known(OrderId),
}

impl Claims {
    fn take(
        &self,
        member: MemberId,
        key: String,
        fingerprint: String,
    ) -> Result<Claim, OrdersError> {
        let mut held = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        match held.entry((member, key.clone())) {
            Entry::Occupied(taken) if taken.get().fingerprint == fingerprint => {
                Err(OrdersError::UnderWay)
            }
            Entry::Occupied(_) => Err(OrdersError::KeyInUse),
            Entry::Vacant(free) => {
                let (ending, ended) = watch::channel(());
                free.insert(Held {
                    fingerprint: fingerprint.clone(),
                    ended,
                });
                Ok(Claim {
                    member,
                    key,
                    fingerprint,
                    claims: self.0.clone(),
                    _ending: ending,
                })
            }
        }
    }

    fn ended(&self, member: MemberId, key: &str) -> Option<watch::Receiver<()>> {
        let held = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        held.get(&(member, key.to_owned()))
            .map(|held| held.ended.clone())
    }
}

impl Drop for Claim {
    fn drop(&mut self) {
        let mut held = self.claims.lock().unwrap_or_else(PoisonError::into_inner);
        held.remove(&(self.member, std::mem::take(&mut self.key)));
    }
}

impl Orders {
    /// What a key stands for: first whether it was used with another body, then whether it is in use.
    pub async fn claim(
        &self,
        member: MemberId,
        key: String,
        fingerprint: String,
    ) -> Result<Claimed, OrdersError> {
        let claim = self.claims.take(member, key, fingerprint)?;
        match self.remembered(member, &claim.key).await? {
            None => Ok(Claimed::Ours(claim)),
            Some(kept) if kept.fingerprint == claim.fingerprint => Ok(Claimed::Known(kept.order)),
            Some(kept) => Err(OrdersError::KeyReused(kept.order)),
        }
    }

    /// As [`claim`](Self::claim), waiting for a request under way: people who press twice want their order.
    pub async fn claim_in_turn(
        &self,
        member: MemberId,
        key: &str,
        fingerprint: &str,
    ) -> Result<Claimed, OrdersError> {
        loop {
            match self
                .claim(member, key.to_owned(), fingerprint.to_owned())
                .await
            {
                Err(OrdersError::UnderWay | OrdersError::KeyInUse) => {
                    if let Some(mut ended) = self.claims.ended(member, key) {
                        // it never changes: it closes
                        drop(ended.changed().await);
                    }
                }
                claimed => return claimed,
            }
        }
    }

    pub(super) async fn remembered(
        &self,
        member: MemberId,
        key: &str,
    ) -> Result<Option<store::Kept>, OrdersError> {
        let key = key.to_owned();
        self.journal
            .db
            .read(move |conn| Ok(store::remembered(conn, member, &key)?))
            .await
    }
}
