//! Who may read and write, before, during and after a move.

use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};

use platform::db::lease::Lease;
use platform::db::{DbError, Founding, Standing};
use tokio_util::sync::CancellationToken;

use super::{Home, eventually, names, prepare, put, reverse, switch};

async fn what_has_moved_is_served_at_its_new_place_alone(from: Home, to: Home) {
    let (old, new) = (from.founded(), to.waiting());
    put(&old, "before").await.unwrap();
    assert_eq!(old.standing(), Standing::Serving);
    let holder = "nobody".to_owned();
    assert_eq!(
        new.ask_standing().await.unwrap(),
        Standing::NotOwner { holder }
    );
    assert!(matches!(
        put(&new, "early").await,
        Err(DbError::NotOwner { .. })
    ));

    assert_eq!(switch(&from, &to).unwrap(), 1);
    let refused = put(&old, "late").await.unwrap_err();
    assert!(
        matches!(&refused, DbError::NotOwner { holder } if holder == to.side().location()),
        "{refused:?}"
    );
    eventually("reads are refused too", || async {
        names(&old)
            .await
            .is_err_and(|e| e.is_not_owner())
            .then_some(())
    })
    .await;
    eventually("the new owner serves", || async {
        put(&new, "after").await.ok()
    })
    .await;
    assert_eq!(names(&new).await.unwrap(), ["after", "before"]);

    reverse(&to, &from).unwrap();
    eventually("it is back", || async { put(&old, "home").await.ok() }).await;
    assert_eq!(names(&old).await.unwrap(), ["after", "before", "home"]);
    assert!(put(&new, "late").await.is_err_and(|e| e.is_not_owner()));
    // opened anew it is as before: shared by whoever opens it
    assert_eq!(from.founded().standing(), Standing::Serving);
    assert_ne!(to.waiting().standing(), Standing::Serving);
}

async fn a_waiting_database_is_claimed_by_a_shop(home: Home) {
    let waiting = home.waiting();
    assert_ne!(waiting.standing(), Standing::Serving);
    let shop = home.founded();
    put(&shop, "mine").await.unwrap();
    // and the service that waited there serves it too, as any process of the shop may
    eventually("it serves", || async { put(&waiting, "ours").await.ok() }).await;
    assert_eq!(home.open(Founding::Never).standing(), Standing::Serving);
}

async fn background_work_follows_the_owner(from: Home, to: Home) {
    let (old, new) = (from.founded(), to.waiting());
    let stop = CancellationToken::new();
    let at_work: [Arc<AtomicU32>; 2] = Default::default();
    let workers = [old.clone(), new.clone()].into_iter().zip(at_work.clone());
    let workers: Vec<_> = workers
        .map(|(db, at_work)| {
            let stop = stop.clone();
            tokio::spawn(async move {
                let lease = Lease {
                    db,
                    holder: "a test".to_owned(),
                    clock: platform::testing::clock(),
                };
                let work = |until: CancellationToken| {
                    let at_work = at_work.clone();
                    async move {
                        at_work.fetch_add(1, Ordering::SeqCst);
                        until.cancelled().await;
                        at_work.fetch_sub(1, Ordering::SeqCst);
                    }
                };
                lease.while_held(&stop, work).await;
            })
        })
        .collect();
    let working = || async { at_work.each_ref().map(|n| n.load(Ordering::SeqCst)) };
    eventually("the old owner works", || async {
        (working().await == [1, 0]).then_some(())
    })
    .await;
    switch(&from, &to).unwrap();
    eventually("the new one works", || async {
        (working().await == [0, 1]).then_some(())
    })
    .await;
    reverse(&to, &from).unwrap();
    eventually("the old one again", || async {
        (working().await == [1, 0]).then_some(())
    })
    .await;
    stop.cancel();
    for worker in workers {
        worker.await.unwrap();
    }
}

#[tokio::test]
async fn whoever_was_named_as_the_owner_finds_out_by_itself() {
    let (from, to) = (Home::sqlite(), Home::sqlite());
    let (old, new) = (from.founded(), to.waiting());
    put(&old, "kept").await.unwrap();
    // the mover is killed right after the commit that counts
    prepare(&from, &to).unwrap().hand_over(&to.side()).unwrap();
    eventually("the new owner serves", || async {
        put(&new, "more").await.ok()
    })
    .await;
    assert_eq!(names(&new).await.unwrap(), ["kept", "more"]);
    // and the same on the way back
    prepare(&to, &from)
        .unwrap()
        .hand_over(&from.side())
        .unwrap();
    eventually("it is back", || async { put(&old, "home").await.ok() }).await;
    assert_eq!(from.side().owner().unwrap().unwrap().holder, "shared");
}

#[tokio::test]
async fn a_copy_that_was_not_handed_over_is_nobodys() {
    let (from, to) = (Home::sqlite(), Home::sqlite());
    let (old, new) = (from.founded(), to.waiting());
    // killed before: the fence falls, and the copy stays behind
    drop(prepare(&from, &to).unwrap());
    put(&old, "goes on").await.unwrap();
    let holder = from.side().location().to_owned();
    let waits = Standing::NotOwner { holder };
    eventually("it waits for the source", || async {
        (new.ask_standing().await.unwrap() == waits).then_some(())
    })
    .await;
    // not even a shop takes it for its own
    assert_ne!(to.founded().standing(), Standing::Serving);
    switch(&from, &to).unwrap();
    eventually("the new owner serves", || async { names(&new).await.ok() }).await;
    assert_eq!(names(&new).await.unwrap(), ["goes on"]);
}

#[tokio::test]
async fn on_sqlite_what_has_moved_is_served_at_its_new_place_alone() {
    what_has_moved_is_served_at_its_new_place_alone(Home::sqlite(), Home::sqlite()).await;
}

#[tokio::test]
async fn on_sqlite_a_waiting_database_is_claimed_by_a_shop() {
    a_waiting_database_is_claimed_by_a_shop(Home::sqlite()).await;
}

#[tokio::test]
async fn on_sqlite_background_work_follows_the_owner() {
    background_work_follows_the_owner(Home::sqlite(), Home::sqlite()).await;
}

#[cfg(feature = "postgres-tests")]
mod postgres {
    use super::*;

    #[tokio::test]
    async fn what_has_moved_is_served_at_its_new_place_alone() {
        super::what_has_moved_is_served_at_its_new_place_alone(Home::postgres(), Home::postgres())
            .await;
    }

    #[tokio::test]
    async fn a_waiting_database_is_claimed_by_a_shop() {
        super::a_waiting_database_is_claimed_by_a_shop(Home::postgres()).await;
    }

    #[tokio::test]
    async fn background_work_follows_the_owner() {
        super::background_work_follows_the_owner(Home::postgres(), Home::postgres()).await;
    }

    #[tokio::test]
    async fn between_the_engines_what_has_moved_is_served_at_its_new_place_alone() {
        super::what_has_moved_is_served_at_its_new_place_alone(Home::sqlite(), Home::postgres())
            .await;
        super::what_has_moved_is_served_at_its_new_place_alone(Home::postgres(), Home::sqlite())
            .await;
    }
}
