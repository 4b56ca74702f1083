use std::sync::Arc;
use std::time::Duration;

use platform::identity::ServiceKey;
use platform::locale::Texts;
use platform::shell::Shell;
use shipping::{Host, Options};
use tokio_util::sync::CancellationToken;

use crate::depot::{Depot, order};

/// As the app runs it: by the system's clock, fifty times faster.
pub async fn the_clock_runs_by_itself_and_stops_when_told(mut depot: Depot) {
    let shell = Arc::new(Shell::new(Texts::new(&[]).unwrap(), ServiceKey::sample()));
    depot.host = Arc::new(Host::new(depot.db.clone(), shell.clone()));
    let context = shipping::open(depot.host.clone(), shell, Options { speed: 50.0 });
    let stop = CancellationToken::new();
    let workers: Vec<_> = context
        .workers
        .iter()
        .map(|worker| tokio::spawn((worker.run)(stop.clone())))
        .collect();
    let mut commits = depot.db.commits();
    depot.send(order(1), "00001").await;
    let arrives = async {
        while depot.told(order(1)).await != ["shipped", "failed lost"] {
            commits.changed().await.unwrap();
        }
    };
    tokio::time::timeout(Duration::from_secs(20), arrives)
        .await
        .unwrap();
    stop.cancel();
    for worker in workers {
        tokio::time::timeout(Duration::from_secs(5), worker)
            .await
            .unwrap()
            .unwrap();
    }
}
