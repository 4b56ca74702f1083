use platform::events::Outcome;

use super::{Luck, Shop};
use crate::OrdersError;
use crate::domain::{Goods, Payment, Status};

const WHOLE_WAY: &str = "placed reserved authorised confirmed";

#[actix_web::test]
async fn an_order_that_goes_well_is_confirmed_paid_shipped_and_delivered() {
    for shop in Shop::open(10) {
        let order = shop.place(2).await;
        assert_eq!(shop.story(order).await, "placed; pending none");
        shop.world.calls();
        shop.work().await;
        let steps = [
            "reserve",
            "authorise",
            "commit",
            "empty_cart",
            "request",
            "capture",
            "dispatch",
        ];
        assert_eq!(shop.world.calls(), steps);
        assert_eq!(
            shop.story(order).await,
            format!("{WHOLE_WAY}; confirmed captured")
        );
        assert_eq!(shop.work().await, 0, "there is nothing left to do");
        assert_eq!(
            shop.hear_of("shipping.shipment.shipped", order).await,
            Outcome::Done
        );
        assert_eq!(
            shop.hear_of("shipping.shipment.delivered", order).await,
            Outcome::Done
        );
        assert_eq!(
            shop.story(order).await,
            format!("{WHOLE_WAY} shipped delivered; delivered captured")
        );
        assert_eq!(
            shop.told().await,
            ["placed", "confirmed", "paid", "shipped", "delivered"]
        );
        shop.wait(3600);
        assert_eq!(
            shop.work().await,
            0,
            "an order that has ended is left alone"
        );
    }
}

#[actix_web::test]
async fn a_sold_out_order_is_cancelled_and_nothing_was_paid() {
    for shop in Shop::open(1) {
        let (first, second) = (shop.place(1).await, shop.place(1).await);
        shop.work().await;
        assert_eq!(
            shop.story(first).await,
            format!("{WHOLE_WAY}; confirmed captured")
        );
        assert_eq!(
            shop.story(second).await,
            "placed cancelling cancelled; cancelled none"
        );
    }
}

#[actix_web::test]
async fn a_declined_card_releases_the_stock_and_keeps_the_cart() {
    for shop in Shop::open(3) {
        shop.world.state.lock().unwrap().card_works = false;
        let order = shop.place(2).await;
        shop.work().await;
        let story = "placed reserved cancelling released cancelled; cancelled declined";
        assert_eq!(shop.story(order).await, story);
        let state = shop.world.state.lock().unwrap();
        assert_eq!(
            (state.on_hand, state.cart.len(), state.emptied.len()),
            (3, 1, 0)
        );
    }
}

#[actix_web::test]
async fn a_payment_that_is_not_decided_is_asked_about_again() {
    for shop in Shop::open(3) {
        let order = shop.place(1).await;
        shop.world.will([Luck::Fine, Luck::Dawdles]);
        shop.work().await;
        assert_eq!(shop.story(order).await, "placed reserved; pending none");
        assert_eq!(
            shop.work().await,
            0,
            "the provider is left alone for a moment"
        );
        shop.wait(2);
        shop.world.will([Luck::Dawdles]);
        shop.work().await;
        shop.wait(2);
        shop.work().await;
        assert_eq!(
            shop.story(order).await,
            format!("{WHOLE_WAY}; confirmed captured")
        );
    }
}

#[actix_web::test]
async fn an_expired_reservation_is_taken_again_or_the_payment_is_voided() {
    for (others_buy, story) in [
        (false, format!("{WHOLE_WAY}; confirmed captured")),
        (
            true,
            "placed reserved authorised cancelling voided released cancelled; cancelled voided"
                .to_owned(),
        ),
    ] {
        for shop in Shop::open(1) {
            let order = shop.place(1).await;
            shop.world.will([Luck::Fine, Luck::Expires, Luck::Refuses]);
            shop.work().await;
            if others_buy {
                shop.world.state.lock().unwrap().on_hand = 0;
            }
            shop.wait(60);
            shop.work().await;
            assert_eq!(shop.story(order).await, story);
        }
    }
}

#[actix_web::test]
async fn a_supplier_that_is_down_is_tried_again_and_shows_on_the_console() {
    for shop in Shop::open(1) {
        let order = shop.place(1).await;
        for _ in 0..4 {
            shop.world.will([Luck::Refuses]);
            shop.work().await;
            shop.wait(11);
        }
        let db = &shop.saga.journal.db;
        let stuck = db
            .read(|conn| crate::store::stuck(conn, 3, 10))
            .await
            .unwrap();
        assert_eq!(
            (stuck[0].attempts, stuck[0].order.as_str()),
            (4, order.to_string().as_str())
        );
        assert!(stuck[0].error.contains("nobody answers"), "{stuck:?}");
        shop.work().await;
        assert_eq!(
            shop.story(order).await,
            format!("{WHOLE_WAY}; confirmed captured")
        );
        let stuck = db
            .read(|conn| crate::store::stuck(conn, 1, 10))
            .await
            .unwrap();
        assert_eq!(stuck, [], "what moves again is not stuck");
    }
}

#[actix_web::test]
async fn a_cancellation_goes_back_through_every_step_in_reverse() {
    for (steps_done, story) in [
        (0, "placed cancelling cancelled; cancelled none"),
        (
            1,
            "placed reserved cancelling released cancelled; cancelled none",
        ),
        (
            2,
            "placed reserved authorised cancelling voided released cancelled; cancelled voided",
        ),
        (
            4,
            "placed reserved authorised confirmed cancelling voided released cancelled; cancelled voided",
        ),
        (
            9,
            "placed reserved authorised confirmed cancelling refunded released cancelled; cancelled refunded",
        ),
    ] {
        for shop in Shop::open(5) {
            let order = shop.place(2).await;
            shop.world
                .will((0..steps_done).map(|_| Luck::Fine).chain([Luck::Refuses]));
            shop.work().await;
            shop.world.luck.lock().unwrap().clear();
            shop.cancel(order).await.unwrap();
            shop.cancel(order).await.expect("asking twice is fine");
            shop.work().await;
            assert_eq!(shop.story(order).await, story, "after {steps_done} steps");
            assert_eq!(shop.world.state.lock().unwrap().on_hand, 5);
            shop.cancel(order).await.expect("it is what they wanted");
        }
    }
}

#[actix_web::test]
async fn a_cancellation_in_the_middle_of_any_step_is_not_lost() {
    for in_step in 0..7 {
        for shop in Shop::open(5) {
            let order = shop.place(2).await;
            shop.world.will(
                (0..in_step)
                    .map(|_| Luck::Fine)
                    .chain([Luck::ShopperCancels]),
            );
            while shop.work().await > 0 {
                shop.wait(11);
            }
            let shown = shop.show(order).await.order;
            assert_eq!(
                shown.status,
                Status::Cancelled,
                "in step {in_step}: {}",
                shop.story(order).await
            );
            let state = shop.world.state.lock().unwrap();
            let money = state.money.get(&order).copied().unwrap_or_default();
            assert!(!money.captured || money.refunded, "{money:?}");
            assert!(
                !money.authorised || money.voided || money.refunded,
                "{money:?}"
            );
            assert_eq!(state.on_hand, 5, "in step {in_step}");
        }
    }
}

#[actix_web::test]
async fn a_parcel_that_has_left_cannot_be_called_back() {
    for shop in Shop::open(5) {
        let order = shop.place(1).await;
        shop.work().await;
        shop.world.will([Luck::CourierComes]);
        assert!(matches!(
            shop.cancel(order).await,
            Err(OrdersError::TooLate)
        ));
        shop.work().await;
        assert_eq!(
            shop.show(order).await.order.payment,
            Payment::Captured,
            "nothing is refunded"
        );
        shop.hear_of("shipping.shipment.shipped", order).await;
        assert!(matches!(
            shop.cancel(order).await,
            Err(OrdersError::TooLate)
        ));
        shop.hear_of("shipping.shipment.delivered", order).await;
        assert_eq!(shop.show(order).await.order.status, Status::Delivered);
        shop.wait(60);
        assert_eq!(shop.work().await, 0);
    }
}

#[actix_web::test]
async fn a_failed_delivery_is_settled_by_others_in_any_order() {
    for (reason, goods_first, story, goods) in [
        (
            "undeliverable",
            false,
            "cancelling refunded released cancelled; cancelled refunded",
            Goods::Returned,
        ),
        (
            "undeliverable",
            true,
            "cancelling released refunded cancelled; cancelled refunded",
            Goods::Returned,
        ),
        (
            "lost",
            false,
            "cancelling refunded written_off cancelled; cancelled refunded",
            Goods::Lost,
        ),
        (
            "lost",
            true,
            "cancelling written_off refunded cancelled; cancelled refunded",
            Goods::Lost,
        ),
    ] {
        for shop in Shop::open(5) {
            let order = shop.place(1).await;
            shop.work().await;
            shop.hear_of("shipping.shipment.shipped", order).await;
            shop.parcel_fails(order, reason).await;
            assert!(matches!(
                shop.cancel(order).await,
                Err(OrdersError::TooLate)
            ));
            assert_eq!(shop.show(order).await.order.status, Status::Shipped);
            shop.settle(order, goods_first).await;
            assert_eq!(
                shop.story(order).await,
                format!("{WHOLE_WAY} shipped {story}")
            );
            assert_eq!(shop.show(order).await.order.goods, goods);
            let told = shop.told().await;
            assert_eq!(told[told.len() - 2..], ["cancelling", "cancelled"]);
        }
    }
}

#[actix_web::test]
async fn a_crash_before_the_courier_was_told_is_made_good() {
    for shop in Shop::open(5) {
        let order = shop.place(1).await;
        let until_dispatch = std::iter::repeat_n(Luck::Fine, 6);
        shop.world.will(until_dispatch.chain([Luck::Refuses]));
        shop.work().await;
        shop.world.calls();
        let (db, now) = (&shop.saga.journal.db, shop.shell.now());
        db.write(move |conn| crate::store::wake_all(conn, now))
            .await
            .unwrap();
        shop.work().await;
        assert_eq!(shop.world.calls(), ["dispatch"]);
        assert_eq!(shop.work().await, 0, "it is not told in a loop");
        shop.wait(11);
        shop.work().await;
        assert_eq!(
            shop.world.calls(),
            ["dispatch"],
            "but again when no news comes"
        );
        assert_eq!(shop.show(order).await.order.status, Status::Confirmed);
    }
}

#[actix_web::test]
async fn news_that_make_no_sense_are_refused_and_news_of_strangers_ignored() {
    for shop in Shop::open(5) {
        let order = shop.place(1).await;
        let outcome = shop.hear_of("shipping.shipment.delivered", order).await;
        assert!(matches!(outcome, Outcome::Rejected(_)), "{outcome:?}");
        let stranger = shop.shell.new_id();
        assert_eq!(
            shop.hear_of("shipping.shipment.delivered", stranger).await,
            Outcome::Done
        );
        assert_eq!(shop.story(order).await, "placed; pending none");
    }
}

#[actix_web::test]
async fn a_member_who_leaves_takes_their_address_along_but_not_their_parcel() {
    for shop in Shop::open(5) {
        let gone = shop.place(1).await;
        shop.work().await;
        let waiting = shop.place(1).await;
        let data = serde_json::json!({ "member": super::shop::member() });
        shop.hear("members.member.withdrawn", data).await;
        assert_eq!(shop.show(gone).await.address, None, "the courier has it");
        assert!(
            shop.show(waiting).await.address.is_some(),
            "the courier needs it"
        );
        shop.work().await;
        assert_eq!(
            shop.story(waiting).await,
            format!("{WHOLE_WAY}; confirmed captured")
        );
        shop.hear_of("shipping.shipment.shipped", waiting).await;
        assert_eq!(shop.show(waiting).await.address, None);
    }
}
