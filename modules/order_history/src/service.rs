use std::sync::Arc;

use kernel::{MemberId, OrderId};
use platform::db::DbError;

use crate::Host;
use crate::api::{Figures, OrderSummary};
use crate::store::{self, Filter, OrderRow};

/// What members and the shopkeeper look at.
pub struct History {
    pub host: Arc<Host>,
}

impl History {
    /// The newest first.
    pub async fn list(
        &self,
        member: MemberId,
        filter: Filter,
    ) -> Result<Vec<OrderSummary>, DbError> {
        let rows = self
            .host
            .db
            .read(move |conn| store::list(conn, member, &filter))
            .await?;
        Ok(rows.into_iter().filter_map(OrderRow::summary).collect())
    }

    /// Whether the news of an order has arrived.
    pub async fn shows(&self, member: MemberId, order: OrderId) -> Result<bool, DbError> {
        self.host
            .db
            .read(move |conn| store::shows(conn, member, order))
            .await
    }

    pub async fn figures(&self, days: i64) -> Result<Figures, DbError> {
        self.host.figures(days).await
    }
}
