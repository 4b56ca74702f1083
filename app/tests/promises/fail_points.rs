//! `kill -9` after every commit of every step: the process ends itself at a named place, is started again, and every
//! order that was placed ends with its money and its units where they belong.

use std::collections::BTreeSet;
use std::os::unix::process::ExitStatusExt as _;
use std::path::Path;

use futures_util::StreamExt as _;
use futures_util::stream;

use super::ledger::Settled;
use super::plan;
use crate::support::{Shopper, TestShop, Value, unique};

/// So many shops die side by side: they mostly wait for the disk.
const SIDE_BY_SIDE: usize = 4;
const STOCKED: i64 = 1_000;

/// Who orders what, and what must come of it whatever happens.
const ERRANDS: [Errand; 6] = [
    Errand {
        token: "tok_ok",
        postcode: "04524",
        cancels: false,
        ends: "delivered",
        keeps: 0,
    },
    Errand {
        token: "tok_declined",
        postcode: "04524",
        cancels: false,
        ends: "cancelled",
        keeps: 0,
    },
    Errand {
        token: "tok_flaky",
        postcode: "04524",
        cancels: false,
        ends: "delivered",
        keeps: 0,
    },
    Errand {
        token: "tok_ok",
        postcode: "04524",
        cancels: true,
        ends: "cancelled",
        keeps: 0,
    },
    Errand {
        token: "tok_ok",
        postcode: "00000",
        cancels: false,
        ends: "cancelled",
        keeps: 0,
    },
    Errand {
        token: "tok_ok",
        postcode: "00001",
        cancels: false,
        ends: "cancelled",
        keeps: 1,
    },
];

struct Errand {
    token: &'static str,
    postcode: &'static str,
    /// As soon as it is confirmed.
    cancels: bool,
    ends: &'static str,
    /// Units that the courier has lost.
    keeps: i64,
}

#[tokio::test]
async fn killed_at_any_commit_every_order_ends_and_settles() {
    let names = names();
    assert!(names.len() >= 10, "{names:?}");
    let died = stream::iter(&names).map(|name| async move { (name, dies_there(name).await) });
    let died: Vec<_> = died.buffer_unordered(SIDE_BY_SIDE).collect().await;
    let never: Vec<&String> = died
        .iter()
        .filter(|(_, did)| !did)
        .map(|(name, _)| *name)
        .collect();
    assert!(never.is_empty(), "no errand passes {never:?}");
}

/// On a busy machine a cancellation may come too late to pass the place: then again.
async fn dies_there(name: &str) -> bool {
    for _ in 0..4 {
        if dies_at(name).await {
            return true;
        }
    }
    false
}

/// Whether the shop came to the place; what it left is checked either way.
async fn dies_at(name: &str) -> bool {
    let cruel = format!("{name}=return");
    // ten times real time leaves half a second to cancel between confirmed and shipped
    let mut shop = plan().speed(10).open_with(&[("FAILPOINTS", &cruel)]).await;
    shop.sells("END-1", 4_000, STOCKED).await;
    let buyers = shop.shoppers(ERRANDS.len()).await;
    for buyer in &buyers {
        buyer.puts("END-1", 1).await.is(200);
    }
    let keys: Vec<String> = ERRANDS.iter().map(|_| unique()).collect();
    let runs = buyers
        .iter()
        .zip(ERRANDS)
        .zip(&keys)
        .map(|((buyer, errand), key)| run(buyer, errand, key));
    let heard = futures_util::future::join_all(runs).await;
    // whose order has not ended was interrupted
    let died = heard
        .iter()
        .any(|order| order.as_ref().is_none_or(|order| !is_ended(order)))
        || !shop.is_running();
    if died {
        let status = shop.is_gone().await;
        assert_eq!(
            status.signal(),
            Some(6),
            "{name}: it should have aborted itself: {status}"
        );
    }
    shop.restart().await;
    settles(&shop, &buyers, (&keys, heard)).await;
    died
}

/// Orders, and goes on until the order ends or the shop is gone. Answers what was heard last.
async fn run(buyer: &Shopper, errand: Errand, key: &str) -> Option<Value> {
    let mut order = buyer
        .checks_out(key, errand.postcode, errand.token)
        .try_send()
        .await?
        .is(201)
        .json();
    let path = crate::support::path_of(&order);
    let begun = std::time::Instant::now();
    while !is_ended(&order) {
        if errand.cancels && order["status"] == "confirmed" {
            let Some(answer) = buyer.cancels(&order).try_send().await else {
                return Some(order);
            };
            assert!([202, 409].contains(&answer.status), "{answer:?}");
        }
        let Some(answer) = buyer.get(&path).try_send().await else {
            return Some(order);
        };
        order = answer.is(200).json();
        assert!(begun.elapsed() < crate::support::PATIENCE, "{order:#}");
        tokio::time::sleep(std::time::Duration::from_millis(10)).await;
    }
    Some(order)
}

fn is_ended(order: &Value) -> bool {
    order["status"] == "delivered" || order["status"] == "cancelled"
}

async fn settles(
    shop: &TestShop,
    buyers: &[Shopper],
    (keys, heard): (&[String], Vec<Option<Value>>),
) {
    let (mut sold, mut lost) = (0, 0);
    for ((buyer, errand), (key, heard)) in buyers.iter().zip(ERRANDS).zip(keys.iter().zip(heard)) {
        let order = match heard {
            Some(order) => order,
            // nobody heard anything: the same key asks again
            None => buyer
                .checks_out(key, errand.postcode, errand.token)
                .await
                .is(201)
                .json(),
        };
        let end = buyer.sees_order(&order).ends().await;
        // who wanted to cancel may have been too late, or may not have come to it
        if !errand.cancels || end["status"] == "cancelled" {
            assert_eq!(end["status"], errand.ends, "{end:#}");
        }
        sold += i64::from(end["status"] == "delivered");
        lost += errand.keeps;
        assert_eq!(
            buyer.order_list_settles(1).await,
            [end["id"].as_str().unwrap()]
        );
    }
    Settled {
        sold,
        price: 4_000,
        stocked: STOCKED - lost,
        sku: "END-1",
    }
    .holds_in(shop)
    .await;
}

/// All places where a test may stop the process, from the sources themselves: none can be forgotten.
fn names() -> BTreeSet<String> {
    let modules = Path::new(env!("CARGO_MANIFEST_DIR")).join("../modules");
    let mut found = BTreeSet::new();
    for context in std::fs::read_dir(modules).unwrap() {
        collect(&context.unwrap().path().join("src"), &mut found);
    }
    found
}

fn collect(folder: &Path, found: &mut BTreeSet<String>) {
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            collect(&path, found);
        } else if path.extension().is_some_and(|ending| ending == "rs") {
            let source = std::fs::read_to_string(&path).unwrap();
            if source.contains("fail_point!") || source.contains("milestone") {
                found.extend(
                    source
                        .split('"')
                        .filter(|text| is_name(text))
                        .map(str::to_owned),
                );
            }
        }
    }
}

/// `context::step`
fn is_name(text: &str) -> bool {
    let is_word =
        |word: &str| !word.is_empty() && word.bytes().all(|b| b.is_ascii_lowercase() || b == b'_');
    text.split_once("::")
        .is_some_and(|(context, step)| is_word(context) && is_word(step))
}
