use board::api::{DemoAbout, DemoPost, Discussion, LatestNotices, PutDemoPosts, Unanswered};
use kernel::{Id, Locale, Timestamp};

use crate::shop::*;

fn demo(n: u8, board: &str) -> DemoPost {
    let at = Timestamp::from_micros(i64::from(n) * 1_000_000);
    let about = DemoAbout {
        product: "TEE".parse().unwrap(),
        sku: "TEE-M".parse().unwrap(),
        name_ko: "셔츠".to_owned(),
        name_en: "Shirt".to_owned(),
    };
    DemoPost {
        id: Id::<()>::new(at, [n; 10]).to_string(),
        board: board.to_owned(),
        author: member(n).member.unwrap(),
        author_name: format!("이름 {n}"),
        is_staff: board == "notices",
        title: format!("제목 {n}"),
        body: "본문".to_owned(),
        english: (board == "notices").then(|| (format!("Title {n}"), "Body".to_owned())),
        about: (board != "notices").then_some(about),
        stars: (board == "reviews").then_some(i64::from(n % 5) + 1),
        answer: (board == "qna" && n.is_multiple_of(2))
            .then(|| ("가게".to_owned(), "네, 그렇습니다.".to_owned())),
        at,
    }
}

#[tokio::test]
async fn made_up_posts_go_in_once() {
    for shop in shops() {
        let posts: Vec<DemoPost> = (0..10)
            .map(|n| demo(n, "reviews"))
            .chain((10..14).map(|n| demo(n, "qna")))
            .chain([demo(14, "notices")])
            .collect();
        for _ in 0..2 {
            shop.ask(PutDemoPosts {
                posts: posts.clone(),
            })
            .await;
        }
        let talk = shop
            .ask(Discussion {
                product: "TEE".parse().unwrap(),
                reviews: 100,
                questions: 100,
            })
            .await;
        let rating = talk.rating.map(|rating| (rating.average, rating.count));
        assert_eq!(rating, Some((3.0, 10)));
        assert_eq!((talk.reviews.len(), talk.questions.len()), (10, 4));
        assert_eq!(shop.stars("TEE").await, Some((3.0, 10)));
        assert_eq!(shop.ask(Unanswered { limit: 9 }).await.len(), 2);
        let again = DemoPost {
            id: Id::<()>::new(Timestamp::from_micros(0), [99; 10]).to_string(),
            ..demo(3, "reviews")
        };
        shop.ask(PutDemoPosts { posts: vec![again] }).await;
        assert_eq!(
            shop.stars("TEE").await,
            Some((3.0, 10)),
            "one review per member and product"
        );
        let odd = DemoPost {
            board: "nowhere".to_owned(),
            ..demo(20, "qna")
        };
        shop.ask(PutDemoPosts {
            posts: vec![
                odd,
                DemoPost {
                    id: "x".to_owned(),
                    ..demo(21, "qna")
                },
            ],
        })
        .await;
        assert_eq!(shop.ask(Unanswered { limit: 9 }).await.len(), 2);
    }
}

#[tokio::test]
async fn the_newest_notices_come_in_the_readers_language() {
    for shop in shops() {
        shop.ask(PutDemoPosts {
            posts: (1..6).map(|n| demo(n, "notices")).collect(),
        })
        .await;
        for (locale, expect) in [
            (Locale::Ko, ["제목 5", "제목 4"]),
            (Locale::En, ["Title 5", "Title 4"]),
        ] {
            let notices = shop.ask(LatestNotices { limit: 2, locale }).await;
            assert_eq!(
                notices
                    .iter()
                    .map(|notice| notice.title.as_str())
                    .collect::<Vec<_>>(),
                expect
            );
        }
    }
}
