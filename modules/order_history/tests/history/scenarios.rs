use std::sync::Arc;
use std::time::Duration;

use kernel::{Locale, Money};
use order_history::api::RecentOrders;
use platform::events::Outcome;
use platform::identity::Identity;
use platform::ports::{Answers as _, Ctx};
use serde_json::json;

use crate::world::{World, admin, member, number, order, shopper};

const HOUR: Duration = Duration::from_hours(1);
const SECOND: Duration = Duration::from_secs(1);

pub async fn an_order_stands_in_the_list_as_its_events_tell(world: World) {
    world.hear(vec![world.placed(1)]).await;
    for (status, payment) in [
        ("confirmed", "authorised"),
        ("confirmed", "captured"),
        ("shipped", "captured"),
        ("delivered", "captured"),
    ] {
        world.clock.turn(SECOND);
        assert_eq!(
            world.hear(vec![world.moved(1, status, payment)]).await,
            [Outcome::Done]
        );
        let shown = world.get(&shopper(1), "/api/orders").await;
        let item = &shown.json()["items"][0];
        assert_eq!(
            (item["status"].as_str(), item["payment"].as_str()),
            (Some(status), Some(payment))
        );
    }
    let shown = world.get(&shopper(1), "/api/orders").await;
    let money = |amount: i64| json!({"amount": amount, "currency": "KRW"});
    assert_eq!(
        shown.json(),
        json!({"items": [{
            "id": order(1), "number": number(1), "status": "delivered", "payment": "captured",
            "items": [{"sku": "MUG-MOON-L", "name": "Moon mug (L)", "quantity": 2, "price": money(12_900), "subtotal": money(25_800)}],
            "total": money(25_800), "placed_at": "2026-11-21T03:00:00.000000Z",
        }], "next": null})
    );
    let korean = world
        .get(&shopper(1).in_language(Locale::Ko), "/api/orders")
        .await;
    assert_eq!(korean.json()["items"][0]["items"][0]["name"], "달 머그 (L)");
    let page = world.get(&shopper(1), "/orders").await;
    assert_eq!(page.status, 200);
    for part in [
        &number(1),
        "Moon mug (L)",
        "₩25,800",
        "Delivered",
        &format!("/orders/{}", order(1)),
    ] {
        assert!(page.text.contains(part), "{part}");
    }
    let recent = RecentOrders {
        member: member(1),
        limit: 5,
    };
    let recent = world
        .host
        .answer(recent, &Ctx::background(HOUR))
        .await
        .unwrap();
    assert_eq!(
        (recent.len(), recent[0].summary(Locale::En).as_str()),
        (1, "Moon mug (L)")
    );
}

pub async fn events_that_come_twice_or_late_change_nothing(world: World) {
    let placed = world.placed(1);
    let confirmed = world.moved(1, "confirmed", "captured");
    world.clock.turn(SECOND);
    let delivered = world.moved(1, "delivered", "captured");
    world.hear(vec![placed.clone(), delivered.clone()]).await;
    for late in [&confirmed, &placed, &delivered, &confirmed] {
        assert_eq!(world.hear(vec![late.clone()]).await, [Outcome::Done]);
    }
    // the same news in an event of its own
    let mut again = placed;
    "another".clone_into(&mut again.id);
    world.hear(vec![again]).await;
    let shown = world.get(&shopper(1), "/api/orders").await.json();
    assert_eq!(
        (
            shown["items"].as_array().unwrap().len(),
            &shown["items"][0]["status"]
        ),
        (1, &json!("delivered"))
    );
    let today = world.figures(1).await.today;
    assert_eq!((today.orders, today.revenue), (1, Money::krw(25_800)));
}

pub async fn figures_follow_what_becomes_of_orders(world: World) {
    // noon in Korea: the first order falls on the day before
    let yesterday = world.placed(1);
    world.clock.turn(HOUR * 12);
    world
        .hear(vec![
            yesterday,
            world.placed(2),
            world.placed(3),
            world.placed(4),
        ])
        .await;
    world.clock.turn(SECOND);
    let sold = (1..=3)
        .map(|n| world.moved(n, "confirmed", "authorised"))
        .collect();
    world.hear(sold).await;
    let figures = world.figures(30).await;
    let days: Vec<_> = figures.days[28..]
        .iter()
        .map(|d| (d.date.as_str(), d.orders, d.revenue.amount))
        .collect();
    assert_eq!(days, [("2026-11-21", 1, 25_800), ("2026-11-22", 3, 51_600)]);
    assert_eq!(
        (
            figures.days.len(),
            figures.days[0].orders,
            figures.today.orders
        ),
        (30, 0, 3)
    );
    let best = &figures.best_sellers[0];
    assert_eq!(
        (best.product.as_str(), best.units, best.revenue.amount),
        ("MUG-MOON", 6, 77_400)
    );

    world.clock.turn(SECOND);
    let ended = vec![
        world.moved(1, "shipped", "captured"),
        world.moved(2, "cancelled", "refunded"),
        world.moved(4, "cancelled", "declined"),
    ];
    world.hear(ended).await;
    let figures = world.figures(2).await;
    let days: Vec<_> = figures
        .days
        .iter()
        .map(|d| (d.orders, d.cancelled, d.revenue.amount))
        .collect();
    assert_eq!(days, [(1, 0, 25_800), (3, 2, 25_800)]);
    assert_eq!(figures.best_sellers[0].units, 4);

    for days in [i64::MIN, 0, 1] {
        assert_eq!(world.figures(days).await.days.len(), 1);
    }
    assert_eq!(world.figures(i64::MAX).await.days.len(), 366);
    let page = world.get(&admin(), "/admin/sales").await;
    assert_eq!(page.status, 200);
    assert!(
        page.text.contains("₩51,600") && page.text.contains("50.0%"),
        "{}",
        page.text
    );
}

pub async fn orders_are_found_by_words_of_their_products_and_by_number(world: World) {
    let names = [
        ("유기 사과 접시", "Brass apple plate"),
        ("100% 면 앞치마", "100% cotton apron"),
        ("면_앞치마", "Apron_2"),
    ];
    for (n, (ko, en)) in (1..).zip(names) {
        world
            .hear(vec![world.placed_by(member(1), n, ko, en)])
            .await;
    }
    world
        .hear(vec![world.placed_by(
            member(2),
            9,
            "유기 그릇",
            "Brass bowl",
        )])
        .await;
    world.clock.turn(SECOND);
    world
        .hear(vec![world.moved(2, "confirmed", "captured")])
        .await;
    for (query, found) in [
        ("q=%EC%9C%A0%EA%B8%B0", vec![1]),                   // 유기
        ("q=%EC%82%AC%EA%B3%BC", vec![1]),                   // 사과
        ("q=%E1%84%89%E1%85%A1%E1%84%80%E1%85%AA", vec![1]), // 사과, in pieces
        ("q=BRASS++Apple", vec![1]),
        ("q=apron", vec![3, 2]),
        ("q=100%25", vec![2]),
        ("q=%25", vec![2]),
        ("q=_", vec![3]),
        ("q=%5C", vec![]),
        ("q=20261121-000003", vec![3]),
        ("q=%00apron%00", vec![3, 2]),
        ("q='%3B--", vec![]),
        ("q=", vec![3, 2, 1]),
        ("status=confirmed", vec![2]),
        ("status=pending&q=apron", vec![3]),
        ("status=", vec![3, 2, 1]),
    ] {
        let answer = world
            .get(&shopper(1), &format!("/api/orders?{query}"))
            .await;
        assert_eq!(
            answer.numbers(),
            found.into_iter().map(number).collect::<Vec<_>>(),
            "{query}"
        );
        assert_eq!(
            world
                .get(&shopper(1), &format!("/orders?{query}"))
                .await
                .status,
            200,
            "{query}"
        );
    }
}

pub async fn a_list_pages_from_the_newest_to_the_oldest(world: World) {
    world
        .hear((1..=30).map(|n| world.placed(n)).collect())
        .await;
    let first = world.get(&shopper(1), "/api/orders").await;
    assert_eq!(
        (first.numbers().len(), &first.numbers()[0]),
        (24, &number(30))
    );
    let mut seen = Vec::new();
    let mut next = Some(String::new());
    while let Some(cursor) = next {
        let answer = world
            .get(&shopper(1), &format!("/api/orders?limit=7&cursor={cursor}"))
            .await;
        seen.extend(answer.numbers());
        next = answer.json()["next"].as_str().map(ToOwned::to_owned);
    }
    assert_eq!(seen, (1..=30).rev().map(number).collect::<Vec<_>>());
    let page = world.get(&shopper(1), "/orders?q=mug").await.text;
    let link = page
        .split("href=\"/orders?q=mug")
        .nth(1)
        .unwrap()
        .split('"')
        .next()
        .unwrap()
        .replace("&#38;", "&");
    let rest = world
        .get(&shopper(1), &format!("/orders?q=mug{link}"))
        .await
        .text;
    assert!(
        rest.contains(&number(6)) && rest.contains(&number(1)) && !rest.contains(&number(7)),
        "{link}"
    );
}

pub async fn what_cannot_be_asked_is_refused(world: World) {
    let nobody = Identity::default();
    let long = "a".repeat(101);
    for (who, path, status) in [
        (&nobody, "/api/orders".to_owned(), 401),
        (&nobody, "/orders".to_owned(), 303),
        (&nobody, "/admin/sales".to_owned(), 303),
        (&shopper(1), "/admin/sales".to_owned(), 403),
        (&shopper(1), "/api/orders?limit=0".to_owned(), 422),
        (&shopper(1), "/api/orders?limit=101".to_owned(), 422),
        (&shopper(1), "/api/orders?limit=x".to_owned(), 422),
        (&shopper(1), "/api/orders?cursor=abc".to_owned(), 422),
        (&shopper(1), "/api/orders?status=gone".to_owned(), 422),
        (&shopper(1), format!("/api/orders?q={long}"), 422),
        (&shopper(1), format!("/orders?q={long}"), 422),
        (
            &shopper(1),
            "/orders?placed=nothing&look=-1".to_owned(),
            200,
        ),
        (&shopper(1), "/orders?placed=&look=".to_owned(), 200),
    ] {
        assert_eq!(world.get(who, &path).await.status, status, "{path}");
    }
    let answer = world
        .get(&shopper(1), "/api/orders?status=gone")
        .await
        .json();
    assert_eq!(answer["errors"][0]["field"], "status");
}

pub async fn a_new_order_is_awaited_until_it_is_here(world: World) {
    let path = format!("/orders?placed={}", order(1));
    let awaited = world.get(&shopper(1), &path).await.text;
    assert!(
        awaited.contains("on its way here") && awaited.contains("look=1"),
        "{awaited}"
    );
    assert!(!awaited.contains("No orders yet"));
    let late = world
        .get(&shopper(1), &format!("{path}&look=20"))
        .await
        .text;
    assert!(
        late.contains("a little longer") && !late.contains("hx-trigger=\"load delay"),
        "{late}"
    );
    world.hear(vec![world.placed(1)]).await;
    let here = world.get(&shopper(1), &path).await.text;
    assert!(
        here.contains(&number(1)) && !here.contains("on its way here"),
        "{here}"
    );
    // somebody else's order does not show, however one asks
    let other = world.get(&shopper(2), &path).await.text;
    assert!(
        other.contains("on its way here") && !other.contains(&number(1)),
        "{other}"
    );
}

pub async fn orders_of_a_member_who_has_left_are_nobodys(world: World) {
    world
        .hear(vec![
            world.placed(1),
            world.placed_by(member(2), 2, "그릇", "Bowl"),
        ])
        .await;
    world.hear(vec![world.withdrawn(member(1))]).await;
    // heard after the member has left
    world.clock.turn(SECOND);
    let outcomes = world
        .hear(vec![
            world.placed(3),
            world.moved(1, "confirmed", "captured"),
        ])
        .await;
    assert_eq!(outcomes, [Outcome::Done, Outcome::Done]);
    assert!(
        world
            .get(&shopper(1), "/api/orders")
            .await
            .numbers()
            .is_empty()
    );
    assert_eq!(
        world.get(&shopper(2), "/api/orders").await.numbers(),
        [number(2)]
    );
    let today = world.figures(1).await.today;
    assert_eq!((today.orders, today.revenue.amount), (3, 25_800));
}

pub async fn an_event_that_makes_no_sense_is_refused_alone(world: World) {
    let mut broken = world.placed(1);
    broken.data["lines"] = json!("none");
    let never_placed = world.moved(2, "shipped", "captured");
    let outcomes = world
        .hear(vec![broken, never_placed, world.placed(3)])
        .await;
    assert!(
        matches!(
            &outcomes[..],
            [Outcome::Rejected(_), Outcome::Rejected(_), Outcome::Done]
        ),
        "{outcomes:?}"
    );
    assert_eq!(
        world.get(&shopper(1), "/api/orders").await.numbers(),
        [number(3)]
    );
}

pub async fn a_batch_of_events_is_one_write(world: World) {
    let events = (1..=128).map(|n| world.placed(n)).collect::<Vec<_>>();
    world.clock.turn(SECOND);
    let confirmed = (1..=128).map(|n| world.moved(n, "confirmed", "captured"));
    let (before, _) = world.host.db.write_counts();
    let outcomes = world
        .hear(events.into_iter().chain(confirmed).collect())
        .await;
    assert_eq!(outcomes.len(), 256);
    assert_eq!(world.host.db.write_counts().0 - before, 1);
    assert_eq!(
        world.figures(1).await.today.revenue,
        Money::krw(128 * 25_800)
    );
}

pub async fn eight_writers_add_up(world: World) {
    let world = Arc::new(world);
    let placed: Vec<_> = (0..80).map(|n| world.placed(n)).collect();
    world.clock.turn(SECOND);
    let writers = (0..8_u32).map(|writer| {
        let (world, placed) = (world.clone(), placed.clone());
        tokio::spawn(async move {
            for n in writer * 10..writer * 10 + 10 {
                let status = if n % 2 == 0 { "confirmed" } else { "cancelled" };
                let events = vec![
                    placed[n as usize].clone(),
                    world.moved(n, status, "captured"),
                ];
                let ear = world.hear(events.clone()).await;
                assert_eq!(ear, [Outcome::Done, Outcome::Done]);
                world.hear(events).await;
            }
        })
    });
    for writer in writers.collect::<Vec<_>>() {
        writer.await.unwrap();
    }
    let figures = world.figures(1).await;
    let today = figures.today;
    assert_eq!(
        (today.orders, today.cancelled, today.revenue.amount),
        (80, 40, 40 * 25_800)
    );
    assert_eq!(figures.best_sellers[0].units, 80);
}
