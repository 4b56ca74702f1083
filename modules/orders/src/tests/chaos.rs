//! Whatever fails, whenever: every order ends, and nobody has lost money or goods.

use kernel::OrderId;
use proptest::prelude::*;
use proptest::test_runner::TestRunner;

use super::world::State;
use super::{Luck, Shop};
use crate::domain::{Order, Status};

const MUGS: i64 = 1_000_000;
const PATIENCE: usize = 400;

#[derive(Clone, Debug)]
struct Case {
    luck: Vec<Luck>,
    mugs: u32,
    card_works: bool,
    cancel_after: Option<usize>,
    fate: &'static str,
    goods_first: bool,
}

fn luck() -> impl Strategy<Value = Luck> {
    prop_oneof![
        6 => Just(Luck::Fine),
        3 => Just(Luck::Refuses),
        3 => Just(Luck::LosesAnswer),
        2 => Just(Luck::Dawdles),
        2 => Just(Luck::CourierComes),
        1 => Just(Luck::ShopperCancels),
        2 => Just(Luck::Expires),
    ]
}

fn case() -> impl Strategy<Value = Case> {
    let fate = prop_oneof![Just("delivered"), Just("undeliverable"), Just("lost")];
    let cancel = prop::option::weighted(0.4, 0_usize..12);
    (
        prop::collection::vec(luck(), 0..40),
        1_u32..5,
        prop::bool::weighted(0.85),
        cancel,
        fate,
        any::<bool>(),
    )
        .prop_map(
            |(luck, mugs, card_works, cancel_after, fate, goods_first)| Case {
                luck,
                mugs,
                card_works,
                cancel_after,
                fate,
                goods_first,
            },
        )
}

/// Until the order has ended; `None` if it does not.
async fn run(shop: &Shop, case: &Case) -> Option<Order> {
    shop.world.state.lock().unwrap().card_works = case.card_works;
    shop.world.luck.lock().unwrap().clear();
    let id = shop.place(case.mugs).await;
    shop.world.will(case.luck.iter().copied());
    for round in 0..PATIENCE {
        if case.cancel_after == Some(round) {
            drop(shop.cancel(id).await);
        }
        shop.work().await;
        deliver(shop, id, case).await;
        let order = shop.show(id).await.order;
        if order.is_ended() {
            return Some((*order).clone());
        }
        shop.wait(11);
    }
    None
}

/// The courier picks up what it was told to, and its news arrive.
async fn deliver(shop: &Shop, id: OrderId, case: &Case) {
    let parcel = {
        let mut state = shop.world.state.lock().unwrap();
        let parcel = state.parcels.entry(id).or_default();
        parcel.shipped |= parcel.dispatched && !parcel.cancelled;
        *parcel
    };
    if !parcel.shipped {
        return;
    }
    if shop.show(id).await.order.status == Status::Confirmed {
        shop.hear_of("shipping.shipment.shipped", id).await;
    } else if case.fate == "delivered" {
        shop.hear_of("shipping.shipment.delivered", id).await;
    } else {
        shop.parcel_fails(id, case.fate).await;
        shop.settle(id, case.goods_first).await;
    }
}

/// Nothing is held, and whoever has the goods has paid for them.
fn check(order: &Order, state: &State, on_hand_before: i64) -> Result<(), TestCaseError> {
    let goods = state.goods.get(&order.id).copied().unwrap_or_default();
    let money = state.money.get(&order.id).copied().unwrap_or_default();
    let parcel = state.parcels.get(&order.id).copied().unwrap_or_default();
    let story = format!("{order:?}\n{goods:?}\n{money:?}\n{parcel:?}");
    prop_assert!(!goods.held, "{}", story);
    if order.status == Status::Delivered {
        prop_assert!(
            goods.taken && money.captured && !money.refunded && !money.voided,
            "{}",
            story
        );
        prop_assert!(parcel.shipped && !parcel.cancelled, "{}", story);
        prop_assert_eq!(state.on_hand, on_hand_before - goods.units, "{}", story);
        prop_assert!(state.emptied.contains(&order.id), "{}", story);
    } else {
        prop_assert!(!goods.taken, "{}", story);
        prop_assert!(
            !money.authorised || money.voided || money.refunded,
            "{}",
            story
        );
        prop_assert!(!money.captured || money.refunded, "{}", story);
        prop_assert!(
            !parcel.dispatched || parcel.cancelled || parcel.shipped,
            "{}",
            story
        );
        let lost = if goods.written_off { goods.units } else { 0 };
        prop_assert_eq!(state.on_hand, on_hand_before - lost, "{}", story);
    }
    Ok(())
}

#[test]
fn every_order_ends_and_nothing_is_lost() {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .unwrap();
    // one for all cases: an order knows nothing of its neighbours
    for shop in runtime.block_on(async { Shop::open(MUGS) }) {
        let config = ProptestConfig {
            failure_persistence: None,
            cases: 256,
            ..ProptestConfig::default()
        };
        let ran = TestRunner::new(config).run(&case(), |case| {
            let before = shop.world.state.lock().unwrap().on_hand;
            match runtime.block_on(run(&shop, &case)) {
                Some(order) => check(&order, &shop.world.state.lock().unwrap(), before),
                None => Err(TestCaseError::fail("it does not end")),
            }
        });
        ran.unwrap_or_else(|failure| panic!("{failure}"));
    }
}
