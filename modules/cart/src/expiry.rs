use std::sync::Arc;
use std::time::Duration;

use kernel::Clock;
use platform::db::Db;
use tokio_util::sync::CancellationToken;

use crate::domain::{CartError, KEPT};
use crate::store;

const LOOK_AGAIN: Duration = Duration::from_hours(1);
const AT_ONCE: i64 = 500;

/// Deletes guests' carts that nobody came back to, until `stop`.
pub async fn run(db: Db, clock: Arc<dyn Clock>, stop: CancellationToken) {
    while !stop.is_cancelled() {
        match forget_old(&db, &*clock).await {
            Ok(0) => {}
            Ok(forgotten) => {
                tracing::info!(forgotten, "old guest carts were deleted");
                continue;
            }
            Err(error) => tracing::warn!(%error, "old guest carts could not be deleted"),
        }
        tokio::select! {
            () = stop.cancelled() => {}
            () = tokio::time::sleep(LOOK_AGAIN) => {}
        }
    }
}

/// Answers how many were deleted.
pub async fn forget_old(db: &Db, clock: &dyn Clock) -> Result<usize, CartError> {
    let then = clock.now().before(KEPT);
    db.write(move |conn| Ok(store::forget_guests(conn, then, AT_ONCE)?))
        .await
}
