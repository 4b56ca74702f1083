use std::sync::Arc;
use std::time::Duration;

use tokio::sync::Notify;
use tokio_util::sync::CancellationToken;

use crate::till::Till;

const LOOK_AGAIN: Duration = Duration::from_secs(1);
const AT_ONCE: i64 = 64;

/// Asks the provider about what is not settled, every second, until `stop`.
pub async fn run(till: Arc<Till>, wake: Arc<Notify>, stop: CancellationToken) {
    let mut others = till.db.others();
    while !stop.is_cancelled() {
        match till.settle_due(AT_ONCE).await {
            Ok(settled) if i64::try_from(settled) == Ok(AT_ONCE) => continue,
            Ok(_) => {}
            Err(error) => tracing::warn!(%error, "payments cannot be settled"),
        }
        tokio::select! {
            () = stop.cancelled() => {}
            () = wake.notified() => {}
            _ = others.changed() => {}
            () = tokio::time::sleep(LOOK_AGAIN) => {}
        }
    }
}
