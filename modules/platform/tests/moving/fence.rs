//! Writers at the fence, under load.

use std::collections::BTreeSet;
use std::sync::Arc;
use std::time::{Duration, Instant};

use platform::db::DbError;
use platform::db::transfer::Fence;
use tokio::sync::Barrier;

use super::{Home, eventually, names, put, switch};

const WRITERS: usize = 8;

/// Eight writers write until they are refused; every write that was acknowledged is at the new place, and no other is.
async fn no_acknowledged_write_is_left_behind(from: Home, to: Home) {
    let (old, new) = (from.founded(), to.waiting());
    let warm = Arc::new(Barrier::new(WRITERS + 1));
    let writers: Vec<_> = (0..WRITERS)
        .map(|writer| {
            let (db, warm) = (old.clone(), warm.clone());
            tokio::spawn(async move {
                let mut acknowledged = Vec::new();
                for n in 0.. {
                    let name = format!("{writer}-{n}");
                    match put(&db, &name).await {
                        Ok(()) => acknowledged.push(name),
                        Err(DbError::NotOwner { .. }) => break,
                        Err(e) => panic!("a write at the fence: {e}"),
                    }
                    if n == 5 {
                        warm.wait().await;
                    }
                }
                acknowledged
            })
        })
        .collect();
    warm.wait().await;
    let begun = Instant::now();
    let moved = tokio::task::spawn_blocking(move || {
        switch(&from, &to).unwrap();
        (from, to)
    });
    let _homes = moved.await.unwrap();
    let mut acknowledged = BTreeSet::new();
    for writer in writers {
        acknowledged.extend(writer.await.unwrap());
    }
    assert!(
        begun.elapsed() < Duration::from_secs(5),
        "{:?}",
        begun.elapsed()
    );
    let there = eventually("the new owner serves", || async { names(&new).await.ok() }).await;
    assert_eq!(BTreeSet::from_iter(there), acknowledged);
}

/// Nobody waits for a fence much longer than five seconds, however many wait.
async fn a_fence_that_stays_is_told_to_all_who_wait(from: Home) {
    let db = from.founded();
    put(&db, "before").await.unwrap();
    let fence = tokio::task::spawn_blocking(move || (Fence::raise(&from.side()).unwrap(), from));
    let (fence, _home) = fence.await.unwrap();
    let begun = Instant::now();
    let waiting = (0..WRITERS).map(|n| {
        let db = db.clone();
        async move { put(&db, &n.to_string()).await }
    });
    let all = futures_util::future::join_all(waiting);
    let (refused, read) = tokio::join!(all, names(&db));
    assert_eq!(read.unwrap(), ["before"], "readers do not wait");
    for outcome in refused {
        assert!(
            matches!(outcome, Err(DbError::Unavailable(_))),
            "{outcome:?}"
        );
    }
    let waited = begun.elapsed();
    assert!(waited < Duration::from_secs(8), "{waited:?}");
    drop(fence);
    put(&db, "after").await.unwrap();
}

mod on_sqlite {
    use super::*;

    #[tokio::test(flavor = "multi_thread")]
    async fn no_acknowledged_write_is_left_behind() {
        super::no_acknowledged_write_is_left_behind(Home::sqlite(), Home::sqlite()).await;
    }

    #[tokio::test]
    async fn a_fence_that_stays_is_told_to_all_who_wait() {
        super::a_fence_that_stays_is_told_to_all_who_wait(Home::sqlite()).await;
    }
}

#[cfg(feature = "postgres-tests")]
mod on_postgres {
    use super::*;

    #[tokio::test(flavor = "multi_thread")]
    async fn no_acknowledged_write_is_left_behind() {
        super::no_acknowledged_write_is_left_behind(Home::postgres(), Home::postgres()).await;
        super::no_acknowledged_write_is_left_behind(Home::postgres(), Home::sqlite()).await;
        super::no_acknowledged_write_is_left_behind(Home::sqlite(), Home::postgres()).await;
    }

    #[tokio::test]
    async fn a_fence_that_stays_is_told_to_all_who_wait() {
        super::a_fence_that_stays_is_told_to_all_who_wait(Home::postgres()).await;
    }
}
