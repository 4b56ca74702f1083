//! What is wrong is told in one line, and changes nothing.

use crate::Mover;
use crate::support::{Layout, Place, Plan, TestShop, eventually, json, run};

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
    let mover = Mover { shop: &shop };
    let data = shop.data();
    let there = shop.folder().join("there");
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
    assert!(!shop.folder().join("there").exists());
    // another shop's data is not overwritten
    let other = TestShop::on(Place::Sqlite).await;
    other.sells("MINE-1", 1_000, 1).await;
    let service = shop.starts_service(&["stock"], &other.data(), None);
    shop.knows(&service).await;
    let data = other.data();
    let switch = ["stock", "switch", "--to", data.to_str().unwrap()];
    for args in [&switch[..], &[&switch[..], &["--dry-run"]].concat()] {
        let refused = mover.moves(args, &[]);
        assert_eq!(refused.code, Some(1), "{refused:?}");
        assert!(refused.err.contains("data of its own"), "{refused:?}");
    }
    assert_eq!(other.available("MINE-1").await, 1);
    shop.sells("GOES-ON-1", 1_000, 1).await;
}

/// Whoever would serve what has moved away is told who owns it.
#[tokio::test]
async fn while_a_context_is_elsewhere_nobody_serves_what_is_left_of_it() {
    let mut shop = TestShop::on(Place::Sqlite).await;
    shop.sells("AWAY-1", 1_000, 7).await;
    let service = shop.moves_out("stock").await;
    let folder = shop.folder().join("data-stock");
    let owner = platform::db::transfer::Side::new(platform::db::Place::Folder(folder), "stock");
    // by the command, the file and the console
    let set = ["route", "set", "stock", "module", "--why", "a test"];
    let refused = shop.command(&set, "");
    assert_eq!(refused.code, Some(64), "{refused:?}");
    assert!(refused.err.contains(owner.location()), "{refused:?}");
    let flip = json!({ "backend": "module", "why": "a test" });
    let admin = shop.admin().await;
    let refused = admin.put("/api/routes/stock", &flip).await;
    assert!((400..500).contains(&refused.status), "{refused:?}");
    assert!(refused.text().contains(owner.location()), "{refused:?}");
    // the shop starts while the table sends it there
    shop.restart().await;
    shop.knows(&service).await;
    assert_eq!(shop.available("AWAY-1").await, 7);
    // and does not when the file says that the module answers
    let good = std::fs::read_to_string(shop.routes().path()).unwrap();
    let wrong = good.replacen("backend = \"stock\"", "backend = \"module\"", 1);
    assert_ne!(good, wrong);
    std::fs::write(shop.routes().path(), wrong).unwrap();
    eventually("the table is refused", || async {
        let ready = shop.guest().get("/readyz").await.json();
        (ready["routes_refused"] == true).then_some(())
    })
    .await;
    assert_eq!(shop.available("AWAY-1").await, 7);
    shop.process().terminate();
    shop.is_gone().await;
    let data = shop.data();
    let serve = ["serve", "--data", data.to_str().unwrap(), "--empty"];
    let refused = run(
        shop.folder(),
        &[
            &serve[..],
            &["--listen", "127.0.0.1:0", "--management", "127.0.0.1:0"],
        ]
        .concat(),
        &[],
        "",
    );
    assert_eq!(refused.code, Some(64), "{refused:?}");
    assert!(refused.err.contains(owner.location()), "{refused:?}");
    // without the shop it can be brought home all the same
    let mover = Mover { shop: &shop };
    mover.moved(&["stock", "reverse"]);
    assert_eq!(mover.backends("stock"), ["module"]);
    shop.restart().await;
    assert_eq!(shop.available("AWAY-1").await, 7);
}

/// A router without a module is no place to come home to.
#[tokio::test]
async fn beside_a_front_a_move_home_is_refused_and_status_is_told() {
    let shop = Plan::on(Place::Sqlite)
        .layout(Layout::named("all@moved"))
        .open()
        .await;
    let mover = Mover { shop: &shop };
    let status = mover.moved(&["board", "status"]);
    assert!(status.contains("data-board"), "{status}");
    let refused = mover.moves(&["board", "reverse"], &[]);
    assert_eq!(refused.code, Some(1), "{refused:?}");
    assert!(refused.err.contains("front"), "{refused:?}");
    assert_eq!(mover.backends("board"), ["board"]);
    shop.guest().get("/boards/qna").await.is(200);
}
