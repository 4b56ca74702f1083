//! `kill -9` of the mover after every step, in both directions, while people use the shop.

use std::path::Path;

use platform::db::Place;
use platform::db::transfer::Side;

use crate::load::Load;
use crate::support::{Place as Home, Plan, eventually};
use crate::{Mover, words};

/// From this step on there is only forward.
const HANDED_OVER: &str = "move::handed_over";
const CONTEXT: &str = "stock";

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn killed_after_any_step_every_acknowledged_write_is_there() {
    let there = tempfile::tempdir().unwrap();
    killed_after_any_step(Home::Sqlite, Place::Folder(there.path().join("there"))).await;
}

#[cfg(feature = "postgres-tests")]
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn so_it_is_from_sqlite_to_postgres() {
    let there = Place::Postgres(platform::testing::postgres_url());
    killed_after_any_step(Home::Sqlite, there).await;
}

#[cfg(feature = "postgres-tests")]
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn so_it_is_from_postgres_to_sqlite() {
    let there = tempfile::tempdir().unwrap();
    killed_after_any_step(Home::Postgres, Place::Folder(there.path().join("there"))).await;
}

async fn killed_after_any_step(home: Home, there: Place) {
    let shop = Plan::on(home).speed(200).open().await;
    let mover = Mover { shop: &shop };
    let _service = mover.waiting(&[CONTEXT], &there).await;
    let load = Load::on(&shop).await;
    // orders ask for stock, which may be nobody's until the command runs again
    load.may_pause(&[CONTEXT]);
    let to = words(&there);
    let sides = [mover.home(CONTEXT), Side::new(there.clone(), CONTEXT)];
    let mut reverse = vec![CONTEXT, "reverse"];
    let mut status = vec![CONTEXT, "status"];
    if matches!(there, Place::Postgres(_)) {
        reverse.extend(["--from", &to]);
        status.extend(["--from", &to]);
    }
    let switch = vec![CONTEXT, "switch", "--to", &to];
    let steps = steps();
    assert!(steps.len() >= 7, "{steps:?}");
    load.goes_on().await;
    let mut epoch = 0;
    for step in &steps {
        for (args, [from, to]) in [(&switch, [0, 1]), (&reverse, [1, 0])] {
            let (from, to) = (&sides[from], &sides[to]);
            let when = format!("{step}, {args:?}");
            let killed = mover.moves(args, &[("FAILPOINTS", &format!("{step}=return"))]);
            assert_eq!(killed.code, None, "{when}: {killed:?}");
            let is_before = !steps_from(&steps, HANDED_OVER).contains(step);
            let told = mover.moved(&status);
            let owner = format!("owner  {} (epoch {epoch})", from.location());
            assert_eq!(told.contains(&owner), is_before, "{when}: {told}");
            if is_before {
                // the old side goes on by itself
                load.counts_go_on().await;
            } else {
                epoch += 1;
                is_told(&told, to, epoch, &when);
                if !from.location().starts_with("postgres:") {
                    // who waits looks into the file by itself, and completes it
                    settles(to, epoch, &when).await;
                }
            }
            let told = mover.moved(args);
            if is_before {
                epoch += 1;
                crate::pause(&told);
            }
            settles(to, epoch, &when).await;
            shop.routes_as_written().await;
            load.counts_go_on().await;
            load.counts_are_there(&shop, &when).await;
        }
        assert_eq!(mover.backends(CONTEXT), ["module"]);
    }
    load.goes_on().await;
    load.ends_well(&shop).await;
}

/// Right after the kill: it is half done or complete, never anything else.
fn is_told(told: &str, to: &Side, epoch: i64, when: &str) {
    let half = format!(
        "half done: epoch {epoch} was handed over to {}",
        to.location()
    );
    let whole = format!("owner  {} (epoch {epoch})", to.location());
    assert!(
        told.contains(&half) || told.contains(&whole),
        "{when}: {told}"
    );
    if told.contains(&half) {
        assert!(told.contains("complete it: banyan move stock"), "{told}");
    }
}

/// The new owner knows it.
async fn settles(to: &Side, epoch: i64, when: &str) {
    eventually(&format!("{when}: epoch {epoch}"), || async {
        let owner = to.owner().unwrap().unwrap();
        (owner.epoch == epoch && to.is_meant_by(&owner.holder)).then_some(())
    })
    .await;
}

fn steps_from<'s>(steps: &'s [String], first: &str) -> &'s [String] {
    let at = steps.iter().position(|step| step == first).unwrap();
    &steps[at..]
}

/// The names of the steps in their order, from the source itself: none can be forgotten.
fn steps() -> Vec<String> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("src/commands/moving");
    let mut steps = Vec::new();
    for file in ["carry.rs", "mod.rs"] {
        let source = std::fs::read_to_string(folder.join(file)).unwrap();
        let names = source.split('"').filter(|text| {
            text.strip_prefix("move::")
                .is_some_and(|step| step.bytes().all(|b| b.is_ascii_lowercase() || b == b'_'))
        });
        for name in names {
            if !steps.contains(&name.to_owned()) {
                steps.push(name.to_owned());
            }
        }
    }
    // told by `end`, which stands before those who call it
    steps.sort_by_key(|step| *step == "move::flipped");
    steps
}
