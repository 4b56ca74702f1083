use kernel::{MemberId, Money, OrderId};
use proptest::prelude::*;

use super::*;

fn at(seconds: i64) -> kernel::Timestamp {
    kernel::Timestamp::from_micros(seconds * 1_000_000)
}

fn order() -> Order {
    let line = Line {
        sku: "MUG-1".parse().unwrap(),
        product: "MUG-1".parse().unwrap(),
        name: Names {
            ko: "머그".to_owned(),
            en: "Mug".to_owned(),
        },
        quantity: 2,
        price: Money::krw(12_900),
    };
    let placed = Placed {
        number: Number::new(at(0), 0b00_00000_00001_11111_00000_01010_11111),
        member: MemberId::new(at(0), [1; 10]),
        total: Line::total(std::slice::from_ref(&line)).unwrap(),
        lines: vec![line],
    };
    Order::place(OrderId::new(at(0), [2; 10]), at(0), placed.into())
}

fn after(events: &[Event]) -> Order {
    let mut order = order();
    for (n, event) in (1..).zip(events) {
        order.apply(at(n), event).unwrap();
    }
    order
}

fn every_event() -> Vec<Event> {
    let plain = [
        Event::Reserved,
        Event::Authorised,
        Event::Declined,
        Event::Confirmed,
        Event::Captured,
        Event::Shipped,
        Event::Delivered,
        Event::Voided,
        Event::Refunded,
        Event::Released,
        Event::WrittenOff,
        Event::Cancelled,
    ];
    plain
        .into_iter()
        .chain(Reason::ALL.map(Event::Cancelling))
        .collect()
}

const TO_CONFIRMED: [Event; 3] = [Event::Reserved, Event::Authorised, Event::Confirmed];
const TO_SHIPPED: [Event; 5] = [
    Event::Reserved,
    Event::Authorised,
    Event::Confirmed,
    Event::Captured,
    Event::Shipped,
];

#[test]
fn a_number_is_the_day_in_korea_and_six_readable_letters() {
    assert_eq!(order().placed.number.as_str(), "19700101-01Z0AZ");
}

#[test]
fn an_order_that_goes_well_walks_through_every_step() {
    let mut order = order();
    let mut steps = Vec::new();
    for event in TO_SHIPPED.into_iter().chain([Event::Delivered]) {
        steps.push(order.next_step());
        order.apply(at(1), &event).unwrap();
    }
    steps.push(order.next_step());
    assert_eq!(
        steps,
        [
            Step::Reserve,
            Step::Authorise,
            Step::Confirm,
            Step::Pay,
            Step::Dispatch,
            Step::Wait,
            Step::End
        ]
    );
    assert_eq!(
        (order.status, order.payment),
        (Status::Delivered, Payment::Captured)
    );
    let told: Vec<_> = order.timeline.iter().map(|m| m.what.as_str()).collect();
    assert_eq!(
        told,
        [
            "placed",
            "reserved",
            "authorised",
            "confirmed",
            "shipped",
            "delivered"
        ]
    );
}

#[test]
fn only_these_events_may_follow() {
    use Event as E;
    let reasons = |list: &[Reason]| {
        list.iter()
            .copied()
            .map(Event::Cancelling)
            .collect::<Vec<_>>()
    };
    let asked = reasons(&[Reason::Shopper, Reason::Staff]);
    let asked_or_gone = reasons(&[Reason::Shopper, Reason::Staff, Reason::SoldOut]);
    let leaving = Event::Cancelling(Reason::Shopper);
    let cases: Vec<(Vec<Event>, Vec<Event>)> = vec![
        (
            vec![],
            [vec![E::Reserved, E::Declined], asked_or_gone.clone()].concat(),
        ),
        (
            vec![E::Reserved],
            [vec![E::Authorised, E::Declined], asked_or_gone.clone()].concat(),
        ),
        (
            TO_CONFIRMED[..2].to_vec(),
            [vec![E::Confirmed], asked_or_gone].concat(),
        ),
        (
            TO_CONFIRMED.to_vec(),
            [vec![E::Declined, E::Captured], asked.clone()].concat(),
        ),
        (TO_SHIPPED[..4].to_vec(), [vec![E::Shipped], asked].concat()),
        (
            TO_SHIPPED.to_vec(),
            [
                vec![E::Delivered],
                reasons(&[Reason::Undeliverable, Reason::Lost]),
            ]
            .concat(),
        ),
        ([&TO_SHIPPED[..], &[E::Delivered]].concat(), vec![]),
        (
            vec![leaving.clone()],
            vec![E::Voided, E::Refunded, E::Cancelled],
        ),
        (
            [&TO_SHIPPED[..4], std::slice::from_ref(&leaving)].concat(),
            vec![E::Shipped, E::Refunded, E::Released],
        ),
        (
            [
                &TO_SHIPPED[..4],
                &[leaving.clone(), E::Refunded, E::Released],
            ]
            .concat(),
            vec![E::Cancelled],
        ),
        (
            [&TO_SHIPPED[..], &[Event::Cancelling(Reason::Lost)]].concat(),
            vec![E::Refunded, E::WrittenOff],
        ),
        (
            [&TO_SHIPPED[..], &[Event::Cancelling(Reason::Undeliverable)]].concat(),
            vec![E::Refunded, E::Released],
        ),
        (
            vec![E::Reserved, E::Declined],
            reasons(&[
                Reason::Shopper,
                Reason::Staff,
                Reason::SoldOut,
                Reason::Declined,
            ]),
        ),
    ];
    for (past, expect) in cases {
        let order = after(&past);
        let allowed: Vec<_> = every_event()
            .into_iter()
            .filter(|event| order.allows(event))
            .collect();
        assert_eq!(allowed, expect, "after {past:?}");
    }
}

#[test]
fn a_parcel_that_leaves_first_ends_the_cancellation() {
    let order = after(
        &[
            &TO_SHIPPED[..4],
            &[Event::Cancelling(Reason::Shopper), Event::Shipped],
        ]
        .concat(),
    );
    assert_eq!(
        (order.status, order.leaving, order.next_step()),
        (Status::Shipped, None, Step::Wait)
    );
}

#[test]
fn a_lost_parcel_leaves_the_saga_to_others() {
    let mut order = after(&[&TO_SHIPPED[..], &[Event::Cancelling(Reason::Lost)]].concat());
    assert_eq!(order.next_step(), Step::Wait);
    for event in [Event::WrittenOff, Event::Refunded] {
        assert!(!order.is_settled());
        order.apply(at(9), &event).unwrap();
    }
    assert!(order.is_settled());
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    /// Whatever happens in whatever order: what is refused changes nothing, the end is final and settled, versions
    /// count the events.
    #[test]
    fn no_walk_leads_to_a_state_that_makes_no_sense(walk in prop::collection::vec(0_usize..18, 0..60)) {
        let events = every_event();
        let mut order = order();
        for (n, choice) in (1..).zip(walk) {
            let before = order.clone();
            if order.apply(at(n), &events[choice]).is_ok() {
                prop_assert!(!before.is_ended(), "{:?} after the end", events[choice]);
                prop_assert_eq!(order.version, before.version + 1);
            } else {
                prop_assert_eq!(&order, &before);
            }
            if order.status == Status::Cancelled {
                prop_assert!(order.is_settled() && order.leaving.is_some());
            }
            if order.status == Status::Delivered {
                prop_assert!(order.leaving.is_none() && order.goods == Goods::Taken);
            }
            prop_assert_eq!(order.is_ended(), order.next_step() == Step::End);
        }
    }
}
