//! What people can do with orders.

mod basket;
mod cancel;
mod claims;
mod place;

use std::sync::Arc;

use kernel::{MemberId, OrderId};

pub use basket::Basket;
#[cfg(test)]
pub use basket::BasketLine;
pub use cancel::By;
pub use claims::{Claim, Claimed};
pub use place::{Checkout, typed_address};

use crate::OrdersError;
use crate::domain::{Address, Order, Status};
use crate::journal::Journal;
use crate::needs::Needs;
use crate::store::{self, Listed};

pub struct Orders {
    pub journal: Arc<Journal>,
    pub needs: Arc<Needs>,
    claims: claims::Claims,
}

/// An order with where it goes, if that is not erased.
#[derive(Clone, Debug)]
pub struct Shown {
    pub order: Arc<Order>,
    pub address: Option<Address>,
}

impl Orders {
    pub fn new(journal: Arc<Journal>, needs: Arc<Needs>) -> Self {
        Self {
            journal,
            needs,
            claims: claims::Claims::default(),
        }
    }

    pub async fn show(&self, id: OrderId) -> Result<Shown, OrdersError> {
        self.journal
            .db
            .read(move |conn| {
                let order = store::load(conn, id)?.ok_or(OrdersError::Unknown)?;
                Ok(Shown {
                    order: Arc::new(order),
                    address: store::contact(conn, id)?,
                })
            })
            .await
    }

    /// Other people's orders do not exist.
    pub async fn show_to(&self, member: MemberId, id: OrderId) -> Result<Shown, OrdersError> {
        let shown = self.show(id).await?;
        if shown.order.placed.member == member {
            Ok(shown)
        } else {
            Err(OrdersError::Unknown)
        }
    }

    pub async fn list(
        &self,
        status: Option<Status>,
        before: Option<String>,
        limit: i64,
    ) -> Result<Vec<Listed>, OrdersError> {
        let listed = self.journal.db.read(move |conn| {
            Ok::<_, OrdersError>(store::list(
                conn,
                status.map(Status::as_str),
                before.as_deref(),
                limit,
            )?)
        });
        listed.await
    }

    pub async fn newest_decided(&self, member: MemberId) -> Result<Option<String>, OrdersError> {
        self.journal
            .db
            .read(move |conn| Ok(store::newest_decided(conn, member)?))
            .await
    }

    pub async fn by_number(&self, number: String) -> Result<Option<Listed>, OrdersError> {
        self.journal
            .db
            .read(move |conn| Ok(store::by_number(conn, &number)?))
            .await
    }
}
