use std::time::Duration;

use kernel::Clock;
use platform::db::Db;
use tokio_util::sync::CancellationToken;

use crate::domain::StockError;
use crate::{reservations, store};

const LOOK_AGAIN: Duration = Duration::from_secs(5);
const AT_ONCE: i64 = 100;

/// Gives back what was held too long, until `stop`.
pub async fn run(db: Db, clock: std::sync::Arc<dyn Clock>, stop: CancellationToken) {
    while !stop.is_cancelled() {
        match expire_due(&db, &*clock).await {
            Ok(0) => {}
            Ok(expired) => {
                tracing::info!(expired, "reservations have expired");
                continue;
            }
            Err(error) => tracing::warn!(%error, "reservations could not be expired"),
        }
        tokio::select! {
            () = stop.cancelled() => {}
            () = tokio::time::sleep(LOOK_AGAIN) => {}
        }
    }
}

/// Answers how many have expired.
pub async fn expire_due(db: &Db, clock: &dyn Clock) -> Result<usize, StockError> {
    let now = clock.now();
    let due = db.read(move |conn| store::due(conn, now, AT_ONCE)).await?;
    if due.is_empty() {
        return Ok(0);
    }
    db.write(move |conn| {
        let mut expired = 0;
        for order in &due {
            expired += usize::from(reservations::expire(conn, *order)?);
        }
        Ok(expired)
    })
    .await
}
