//! Forgets where parcels went when nobody needs to know any more.

use std::sync::Arc;
use std::time::Duration;

use kernel::Clock;
use platform::db::{Db, DbError};
use tokio_util::sync::CancellationToken;

use crate::store;

const LOOK_AGAIN: Duration = Duration::from_hours(1);

pub async fn run(db: Db, clock: Arc<dyn Clock>, stop: CancellationToken) {
    while !stop.is_cancelled() {
        match erase_due(&db, &*clock).await {
            Ok(0) => {}
            Ok(erased) => tracing::info!(erased, "addresses of old parcels are erased"),
            Err(error) => tracing::warn!(%error, "addresses could not be erased"),
        }
        tokio::select! {
            () = stop.cancelled() => {}
            () = tokio::time::sleep(LOOK_AGAIN) => {}
        }
    }
}

/// Answers how many addresses were erased.
pub async fn erase_due(db: &Db, clock: &dyn Clock) -> Result<usize, DbError> {
    let now = clock.now();
    db.write(move |conn| store::erase(conn, now)).await
}
