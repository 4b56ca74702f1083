use std::io::Write;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use kernel::Locale;
use notifications::api::*;
use notifications::sender::{self, Round};
use platform::events::Outcome;
use serde_json::json;
use tokio_util::sync::CancellationToken;

use crate::paper::Paper;
use crate::server::{Next, Server};
use crate::world::{SHOP, World, order, round};

const MINUTE: Duration = Duration::from_mins(1);
const DAY: Duration = Duration::from_hours(24);

pub async fn a_mail_arrives_in_the_language_of_its_reader(world: World) {
    let server = Server::start().await;
    let sender = world.sender(Some(&server.url()));
    let korean = world.member(1, "김하나", Locale::Ko);
    let english = world.member(2, "Ada <b>", Locale::En);
    world
        .hear(vec![
            world.placed(korean),
            world.order_event(korean, "confirmed", json!({"lines": []})),
        ])
        .await;
    let cancelled = json!({"reason": "undeliverable", "payment": "refunded"});
    world
        .hear(vec![world.order_event(english, "cancelled", cancelled)])
        .await;
    assert_eq!(round(&sender).await, Round::Settled(2));
    assert_eq!(round(&sender).await, Round::Nothing);

    let mails: Vec<Paper> = server.taken().iter().map(|raw| Paper::read(raw)).collect();
    let [confirmed, cancelled] = &mails[..] else {
        panic!("{} mails", mails.len())
    };
    assert_eq!(
        confirmed.header("subject"),
        "주문이 확정되었습니다 (20261121-7K3M9Q)"
    );
    assert_eq!(confirmed.header("to"), "김하나 <member1@example.com>");
    assert_eq!(confirmed.header("from"), "Banyan <no-reply@banyan.example>");
    assert_eq!(confirmed.header("content-language"), "ko");
    assert!(
        confirmed.header("message-id").ends_with("@banyan.example>"),
        "{}",
        confirmed.header("message-id")
    );
    for form in [&confirmed.text, &confirmed.html] {
        for part in [
            "김하나님",
            "달 머그 (L)",
            "2개",
            "₩25,800",
            &format!("{SHOP}/orders/{}", order(1)),
        ] {
            assert!(form.contains(part), "{part} in {form}");
        }
    }
    assert_eq!(
        cancelled.header("subject"),
        "Your order 20261121-7K3M9Q is cancelled"
    );
    assert!(
        cancelled.text.contains("Hello Ada <b>,")
            && cancelled.html.contains("Hello Ada &#60;b&#62;,")
    );
    assert!(
        cancelled.text.contains("could not be delivered") && cancelled.text.contains("refunded")
    );
    assert!(
        cancelled.text.contains("Moon mug <L>") && cancelled.html.contains("Moon mug &#60;L&#62;")
    );
}

pub async fn a_server_that_goes_down_half_way_gets_the_mail_later_once(world: World) {
    let server = Server::start().await;
    let sender = world.sender(Some(&server.url()));
    server.plan(Next::HangUp);
    let member = world.member(1, "김하나", Locale::Ko);
    world.hear(vec![world.joined(member)]).await;
    assert!(matches!(round(&sender).await, Round::ServerDown(_)));
    assert_eq!((server.tries(), server.taken().len()), (1, 0));

    let address = server.address;
    drop(server);
    assert!(matches!(round(&sender).await, Round::ServerDown(_)));
    assert_eq!(world.states().await, ["queued"]);

    let server = Server::start_at(address).await;
    assert_eq!(round(&sender).await, Round::Settled(1));
    assert_eq!(round(&sender).await, Round::Nothing);
    assert_eq!((server.tries(), server.taken().len()), (1, 1));
    assert_eq!(world.states().await, ["sent"]);
}

pub async fn what_the_server_refuses_is_tried_again_or_given_up(world: World) {
    let server = Server::start().await;
    let sender = world.sender(Some(&server.url()));
    for plan in [Next::Refuse(550), Next::Refuse(450), Next::Refuse(450)] {
        server.plan(plan);
    }
    for n in 1..=4 {
        let member = world.member(n, "김하나", Locale::Ko);
        world.hear(vec![world.joined(member)]).await;
    }
    assert_eq!(round(&sender).await, Round::Settled(4));
    assert_eq!(world.states().await, ["failed", "queued", "queued", "sent"]);
    assert_eq!(round(&sender).await, Round::Nothing);

    world.clock.turn(MINUTE / 2);
    server.plan(Next::Refuse(450));
    assert_eq!(round(&sender).await, Round::Settled(2));
    assert_eq!(world.states().await, ["failed", "queued", "sent", "sent"]);
    world.clock.turn(MINUTE / 2);
    assert_eq!(round(&sender).await, Round::Nothing);

    world.clock.turn(DAY);
    assert_eq!(round(&sender).await, Round::Settled(1));
    assert_eq!(world.states().await, ["failed", "failed", "sent", "sent"]);
    assert_eq!(server.taken().len(), 2);
}

pub async fn mails_wait_while_members_cannot_be_asked(world: World) {
    let sender = world.sender(None);
    let (stays, leaves) = (
        world.member(1, "김하나", Locale::Ko),
        world.member(2, "Ada", Locale::En),
    );
    world
        .hear(vec![world.joined(stays), world.joined(leaves)])
        .await;
    world.members.silent(true);
    world
        .reset(
            "r1",
            "reset@example.com",
            "https://banyan.example/reset/abc",
        )
        .await;
    assert_eq!(round(&sender).await, Round::Settled(3));
    assert_eq!(world.states().await, ["queued", "queued", "kept"]);
    let waiting = world.mailbox().await.pop().unwrap();
    assert_eq!(waiting.to, format!("member:{stays}"));

    world.members.silent(false);
    world.members.forget(leaves);
    assert_eq!(round(&sender).await, Round::Nothing);
    world.clock.turn(MINUTE);
    assert_eq!(round(&sender).await, Round::Settled(2));
    // who has left gets no mail, and leaves none
    assert_eq!(world.states().await, ["kept", "kept"]);
}

pub async fn without_a_mail_server_mails_are_kept_in_the_mailbox(world: World) {
    let sender = world.sender(None);
    let member = world.member(1, "Ada", Locale::En);
    let cancelled = json!({"reason": "sold_out", "payment": "none"});
    let events = [
        world.joined(member),
        world.placed(member),
        world.order_event(member, "confirmed", json!({"lines": []})),
        world.order_event(member, "shipped", json!({})),
        world.order_event(member, "delivered", json!({})),
        world.order_event(member, "cancelled", cancelled),
    ];
    for event in events {
        world.hear(vec![event]).await;
    }
    world
        .reset("r1", "ada@example.com", "https://banyan.example/reset/abc")
        .await;
    assert_eq!(round(&sender).await, Round::Settled(6));
    let subjects: Vec<String> = world
        .mailbox()
        .await
        .into_iter()
        .rev()
        .map(|mail| mail.subject)
        .collect();
    assert_eq!(
        subjects,
        [
            "Welcome to Banyan",
            "Your order 20261121-7K3M9Q is confirmed",
            "Your order 20261121-7K3M9Q is on its way",
            "Your order 20261121-7K3M9Q has arrived",
            "Your order 20261121-7K3M9Q is cancelled",
            "새 비밀번호를 정해 주세요",
        ]
    );
    for summary in world.mailbox().await {
        let mail = world
            .ask(MailById {
                id: summary.id.clone(),
            })
            .await
            .unwrap();
        assert_eq!((&mail.to, mail.state.as_str()), (&summary.to, "kept"));
        assert!(
            mail.text.contains(SHOP) && mail.html.contains(SHOP),
            "{}",
            mail.text
        );
    }
    // here it is the only way to read it
    let reset = world.mailbox().await.remove(0);
    assert!(
        world
            .ask(MailById { id: reset.id })
            .await
            .unwrap()
            .text
            .contains("/reset/abc")
    );
    for id in ["", "0", "999999", "x", "-1", "99999999999999999999999"] {
        assert!(
            world.ask(MailById { id: id.to_owned() }).await.is_none(),
            "{id}"
        );
    }
    for limit in [i64::MIN, 0] {
        assert!(world.ask(Mailbox { limit }).await.is_empty());
    }
    assert_eq!(world.ask(Mailbox { limit: i64::MAX }).await.len(), 6);
}

/// Everything that is logged here, down to the finest level.
#[derive(Clone, Default)]
struct Log(Arc<Mutex<Vec<u8>>>);

impl Write for Log {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        self.0.lock().unwrap().extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

pub async fn a_link_for_a_new_password_is_sent_once_and_leaves_no_trace(world: World) {
    const SECRET: &str = "https://banyan.example/reset/s3cr3t";
    let log = Log::default();
    let logged = log.clone();
    let subscriber = tracing_subscriber::fmt()
        .with_max_level(tracing::Level::TRACE)
        .with_writer(move || logged.clone())
        .finish();
    let _guard = tracing::subscriber::set_default(subscriber);
    tracing::info!("the log is heard");
    let server = Server::start().await;
    let sender = world.sender(Some(&server.url()));
    server.plan(Next::Refuse(450));
    world.reset("r1", "hana@example.com", SECRET).await;
    world
        .reset(
            "r1",
            "hana@example.com",
            "https://banyan.example/reset/another",
        )
        .await;
    assert_eq!(round(&sender).await, Round::Settled(1));
    world.clock.turn(MINUTE);
    assert_eq!(round(&sender).await, Round::Settled(1));
    assert_eq!(round(&sender).await, Round::Nothing);

    let taken = server.taken();
    let mail = Paper::read(&taken[0]);
    assert_eq!(
        (taken.len(), mail.header("subject").as_str()),
        (1, "새 비밀번호를 정해 주세요")
    );
    assert!(mail.text.contains(SECRET) && mail.html.contains(SECRET));

    let kept = world.mailbox().await.remove(0);
    let kept = world.ask(MailById { id: kept.id }).await.unwrap();
    assert!(
        !kept.text.contains("s3cr3t") && !kept.html.contains("s3cr3t"),
        "{}",
        kept.text
    );
    let to = Recipient {
        email: "a@b.example".to_owned(),
        name: String::new(),
        locale: Locale::Ko,
    };
    let call = SendMail {
        key: "k".to_owned(),
        to,
        mail: Message::PasswordReset {
            link: SECRET.to_owned(),
        },
    };
    assert!(!format!("{call:?}{kept:?}").contains("s3cr3t"));
    let log = String::from_utf8(log.0.lock().unwrap().clone()).unwrap();
    assert!(
        log.contains("the log is heard") && log.contains("a mail was not taken"),
        "{log}"
    );
    assert!(!log.contains("s3cr3t") && !log.contains("hana@"), "{log}");
}

pub async fn a_link_that_has_ended_is_not_sent(world: World) {
    let server = Server::start().await;
    let sender = world.sender(Some(&server.url()));
    world
        .reset(
            "r1",
            "hana@example.com",
            "https://banyan.example/reset/s3cr3t",
        )
        .await;
    world.clock.turn(MINUTE * 30);
    assert_eq!(round(&sender).await, Round::Settled(1));
    assert_eq!(
        (world.states().await, server.tries()),
        (vec!["failed".to_owned()], 0)
    );
    let mail = world
        .ask(MailById {
            id: world.mailbox().await.remove(0).id,
        })
        .await
        .unwrap();
    assert!(!mail.text.contains("s3cr3t"), "{}", mail.text);
}

pub async fn an_event_that_comes_twice_is_told_once_and_old_news_never(world: World) {
    let member = world.member(1, "Ada", Locale::En);
    let (joined, shipped) = (
        world.joined(member),
        world.order_event(member, "shipped", json!({})),
    );
    for _ in 0..2 {
        world.hear(vec![joined.clone(), joined.clone()]).await;
    }
    assert_eq!(world.states().await.len(), 1);
    world.clock.turn(DAY + MINUTE);
    assert_eq!(world.hear(vec![shipped]).await, [Outcome::Done]);
    assert_eq!(world.states().await.len(), 1);
}

pub async fn mails_are_erased_after_a_month_and_with_their_member(world: World) {
    let sender = world.sender(None);
    let (leaves, stays) = (
        world.member(1, "김하나", Locale::Ko),
        world.member(2, "Ada", Locale::En),
    );
    world
        .hear(vec![
            world.joined(leaves),
            world.joined(stays),
            world.placed(leaves),
        ])
        .await;
    world
        .reset(
            "r1",
            "member1@example.com",
            "https://banyan.example/reset/1",
        )
        .await;
    world
        .reset(
            "r2",
            "member2@example.com",
            "https://banyan.example/reset/2",
        )
        .await;
    round(&sender).await;
    world
        .hear(vec![world.order_event(leaves, "shipped", json!({}))])
        .await;
    assert_eq!(world.mailbox().await.len(), 5);

    world.hear(vec![world.withdrawn(leaves)]).await;
    let left: Vec<String> = world
        .mailbox()
        .await
        .into_iter()
        .map(|mail| mail.to)
        .collect();
    assert_eq!(
        left,
        ["김하나 <member2@example.com>", "Ada <member2@example.com>"]
    );
    assert_eq!(sender::erase_old(&world.host).await.unwrap(), 0);

    world.clock.turn(MINUTE * (30 * 24 * 60 - 1));
    assert_eq!(sender::erase_old(&world.host).await.unwrap(), 0);
    world.clock.turn(MINUTE);
    assert_eq!(sender::erase_old(&world.host).await.unwrap(), 2);
    assert!(world.mailbox().await.is_empty());
}

pub async fn an_event_that_cannot_be_read_is_refused_alone(world: World) {
    let member = world.member(1, "Ada", Locale::En);
    let mut broken = world.order_event(member, "confirmed", json!({}));
    broken.data = json!({"order": "no id", "number": 7});
    let outcomes = world.hear(vec![broken, world.joined(member)]).await;
    assert!(
        matches!(&outcomes[..], [Outcome::Rejected(_), Outcome::Done]),
        "{outcomes:?}"
    );
    assert_eq!(world.states().await.len(), 1);
}

pub async fn eight_writers_with_the_same_keys_queue_each_mail_once(world: World) {
    let world = Arc::new(world);
    let writers = (0..8).map(|_| {
        let world = world.clone();
        tokio::spawn(async move {
            for n in 0..10 {
                world
                    .reset(
                        &format!("r{n}"),
                        "hana@example.com",
                        "https://banyan.example/reset/x",
                    )
                    .await;
            }
        })
    });
    for writer in writers.collect::<Vec<_>>() {
        writer.await.unwrap();
    }
    assert_eq!(world.states().await.len(), 10);
}

pub async fn the_sender_works_until_it_is_stopped(world: World) {
    let sender = world.sender(None);
    let stop = CancellationToken::new();
    let mut commits = world.host.db.commits();
    let working = tokio::spawn({
        let stop = stop.clone();
        async move { sender.run(stop).await }
    });
    world
        .reset("r1", "hana@example.com", "https://banyan.example/reset/x")
        .await;
    while world.states().await != ["kept"] {
        tokio::time::timeout(MINUTE, commits.changed())
            .await
            .expect("the mail is kept")
            .unwrap();
    }
    stop.cancel();
    tokio::time::timeout(MINUTE, working)
        .await
        .expect("it stops")
        .unwrap();
}
