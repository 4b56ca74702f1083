use std::sync::Arc;

use kernel::{MemberId, Sku};
use platform::audit;
use platform::shell::Shell;

use crate::Host;
use crate::api::OnHand;
use crate::domain::{LONGEST_REASON, MOST_ON_HAND, StockError};
use crate::store::{self, ItemRow};

/// What the shopkeeper does with stock.
pub struct Service {
    pub host: Arc<Host>,
    pub shell: Arc<Shell>,
}

/// Why a correction was not taken, per field.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Refused {
    pub on_hand: Option<&'static str>,
    pub reason: Option<&'static str>,
}

/// A correction that can be written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Correction {
    pub row: OnHand,
    pub reason: String,
}

impl Correction {
    /// Checks what somebody typed; the answer names the text of what is wrong.
    pub fn parse(sku: Sku, on_hand: i64, reason: &str) -> Result<Self, Refused> {
        let reason = reason.trim();
        let refused = Refused {
            on_hand: (!(0..=MOST_ON_HAND).contains(&on_hand)).then_some("stock-on-hand-range"),
            reason: if reason.is_empty() {
                Some("stock-reason-missing")
            } else {
                (reason.chars().count() > LONGEST_REASON).then_some("stock-reason-long")
            },
        };
        if refused == Refused::default() {
            Ok(Self {
                row: OnHand { sku, on_hand },
                reason: reason.to_owned(),
            })
        } else {
            Err(refused)
        }
    }
}

impl Service {
    pub async fn item(&self, sku: Sku) -> Result<ItemRow, StockError> {
        self.host
            .db
            .read(move |conn| store::item(conn, sku.as_str())?.ok_or(StockError::Unknown))
            .await
    }

    /// One page of 50, and one row more if there is another page.
    pub async fn list(
        &self,
        query: String,
        after: String,
        below: Option<i64>,
    ) -> Result<Vec<ItemRow>, StockError> {
        self.host
            .db
            .read(move |conn| Ok(store::list(conn, &query, &after, below)?))
            .await
    }

    /// Writes the correction and its audit row together.
    pub async fn correct(
        &self,
        correction: Correction,
        by: MemberId,
    ) -> Result<ItemRow, StockError> {
        let now = self.shell.now();
        let who = format!("member:{by}");
        self.host
            .db
            .write(move |conn| {
                let sku = correction.row.sku.as_str();
                let before = store::put(conn, &correction.row, (&correction.reason, &who), now)?;
                let entry = audit::Entry {
                    at: now,
                    who: who.clone(),
                    what: "stock.corrected",
                    subject: sku.to_owned(),
                    detail: serde_json::json!({
                        "before": before, "after": correction.row.on_hand, "reason": correction.reason,
                    }),
                };
                audit::record(conn, &entry)?;
                store::item(conn, sku)?.ok_or(StockError::Unknown)
            })
            .await
    }
}
