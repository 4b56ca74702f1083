//! What runs besides requests: per context its workers and its relay, under the lease of its database.

use std::time::Duration;

use platform::db::lease::Lease;
use platform::db::others;
use tokio::task::JoinHandle;
use tokio_util::sync::CancellationToken;

use crate::house::House;

/// Starts all of it; the handle ends soon after `stop`.
pub fn start(house: &House, stop: &CancellationToken) -> JoinHandle<()> {
    let mut tasks = Vec::new();
    let holder = format!("process {}", std::process::id());
    for duty in house.duties() {
        let lease = Lease {
            db: duty.db.clone(),
            holder: holder.clone(),
            clock: house.shell.clock.clone(),
        };
        let stop = stop.clone();
        tasks.push(tokio::spawn(async move {
            let work = |until: CancellationToken| {
                let duty = duty.clone();
                async move {
                    let workers = futures_util::future::join_all(
                        duty.workers.iter().map(|w| (w.run)(until.clone())),
                    );
                    tokio::join!(workers, duty.relay.run(&until));
                }
            };
            lease.while_held(&stop, work).await;
        }));
    }
    let databases = house.duties().map(|duty| duty.db.clone()).collect();
    tasks.push(tokio::spawn(others::follow(databases, stop.clone())));
    let shell = house.shell.clone();
    let stop = stop.clone();
    tasks.push(tokio::spawn(async move {
        while !stop.is_cancelled() {
            shell.limits.tidy();
            tokio::select! {
                () = stop.cancelled() => {}
                () = tokio::time::sleep(Duration::from_mins(1)) => {}
            }
        }
    }));
    tokio::spawn(async move {
        futures_util::future::join_all(tasks).await;
    })
}

/// Lets events that were written before the end leave, for as long as `patience`.
pub async fn drain(house: &House, patience: Duration) {
    let empty = async {
        while house.events_waiting().await {
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    };
    let _ = tokio::time::timeout(patience, empty).await;
}
