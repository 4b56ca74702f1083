use std::sync::Arc;
use std::time::Duration;

use payments::Host;
use payments::api::{Authorisation, Taken};
use platform::identity::ServiceKey;
use platform::locale::Texts;
use platform::shell::Shell;
use tokio_util::sync::CancellationToken;

use crate::shop::{Shop, order};

/// As the app runs it: by the system's clock, with nobody asking again.
pub async fn the_worker_settles_by_itself_and_stops_when_told(mut shop: Shop) {
    let shell = Arc::new(Shell::new(Texts::new(&[]).unwrap(), ServiceKey::sample()));
    shop.host = Arc::new(Host::new(shop.db.clone(), shell.clone()));
    let context = payments::open(shop.host.clone(), shell);
    let stop = CancellationToken::new();
    let worker = tokio::spawn((context.workers[0].run)(stop.clone()));
    let mut commits = shop.db.commits();
    assert_eq!(
        shop.authorise(order(1), "tok_flaky").await,
        Authorisation::Pending
    );
    let settled = async {
        while shop.accounts().await.is_empty() {
            commits.changed().await.unwrap();
        }
    };
    tokio::time::timeout(Duration::from_secs(30), settled)
        .await
        .unwrap();
    assert_eq!(shop.capture(order(1)).await, Taken::Captured);
    shop.books_agree().await;
    stop.cancel();
    tokio::time::timeout(Duration::from_secs(5), worker)
        .await
        .unwrap()
        .unwrap();
}
