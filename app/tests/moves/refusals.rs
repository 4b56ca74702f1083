//! What is wrong is told in one line, and changes nothing.

use crate::Mover;
use crate::router::StandIn;
use crate::support::{Place, TestShop, run};

#[test]
fn wrong_arguments_are_exit_64() {
    let folder = tempfile::tempdir().unwrap();
    for (args, words) in [
        (
            &["move", "catalogue", "status"][..],
            &["catalogue", "catalog?"][..],
        ),
        (&["move", "catalog", "switch"], &["--to"]),
        (&["move", "catalog", "swich"], &["switch"]),
        (&["move", "catalog"], &[]),
        (&["move"], &[]),
    ] {
        let finished = run(folder.path(), args, &[], "");
        assert_eq!(finished.code, Some(64), "{args:?}: {finished:?}");
        for word in words {
            assert!(finished.err.contains(word), "{args:?}: {finished:?}");
        }
    }
    assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 0);
}

#[tokio::test]
async fn a_move_that_cannot_be_is_refused_and_changes_nothing() {
    let shop = TestShop::on(Place::Sqlite).await;
    let router = StandIn::start();
    let data = shop.data();
    let mover = Mover {
        folder: data.parent().unwrap(),
        router: &router,
        database: None,
    };
    let there = mover.folder.join("there");
    let (home, there) = (data.to_str().unwrap(), there.to_str().unwrap());
    for (args, code, words) in [
        (&["stock", "switch", "--to", home][..], 64, &["reverse"][..]),
        (&["stock", "switch", "--to", "mysql://x"], 64, &["mysql"]),
        (
            &["stock", "switch", "--to", there],
            1,
            &["no registered service waits at", there, "--register"],
        ),
    ] {
        let refused = mover.moves(args, &[]);
        assert_eq!(refused.code, Some(code), "{refused:?}");
        for word in words {
            assert!(refused.err.contains(word), "{word}: {refused:?}");
        }
        assert_eq!(refused.err.lines().count(), 1, "{refused:?}");
    }
    let status = mover.moved(&["stock", "status"]);
    assert!(
        status.contains("shared") && status.contains("epoch 0"),
        "{status}"
    );
    assert!(!mover.folder.join("there").exists());
    // another shop's data is not overwritten
    let other = TestShop::on(Place::Sqlite).await;
    other.sells("MINE-1", 1_000, 1).await;
    let side =
        platform::db::transfer::Side::new(platform::db::Place::Folder(other.data()), "stock");
    router.register("stock", side.location(), None);
    let refused = mover.moves(
        &["stock", "switch", "--to", other.data().to_str().unwrap()],
        &[],
    );
    assert_eq!(refused.code, Some(1), "{refused:?}");
    assert!(refused.err.contains("data of its own"), "{refused:?}");
    assert_eq!(other.available("MINE-1").await, 1);
    shop.sells("GOES-ON-1", 1_000, 1).await;
}
