use std::sync::{Arc, Mutex};
use std::time::Duration;

use kernel::{FixedClock, Locale, MemberId, OrderId, Timestamp};
use notifications::api::*;
use notifications::needs::{Addressee, Recipients};
use notifications::sender::{Round, Sender};
use notifications::{Host, NAME};
use platform::Fut;
use platform::db::Db;
use platform::events::{Event, Outcome, consume};
use platform::locale::{FRAME, Texts};
use platform::ports::{Answers, Call, Ctx, Unavailable};
use platform::shell::Shell;
use platform::testing;
use serde_json::{Value, json};
use tokio_util::sync::CancellationToken;

pub const SHOP: &str = "https://banyan.example";

pub struct World {
    pub host: Arc<Host>,
    pub clock: Arc<FixedClock>,
    pub members: Arc<Members>,
    _folder: Option<tempfile::TempDir>,
}

/// Members, as long as they answer.
#[derive(Default)]
pub struct Members {
    known: Mutex<Vec<Addressee>>,
    silent: Mutex<bool>,
}

impl Members {
    pub fn forget(&self, member: MemberId) {
        self.known
            .lock()
            .unwrap()
            .retain(|known| known.member != member);
    }

    pub fn silent(&self, silent: bool) {
        *self.silent.lock().unwrap() = silent;
    }
}

impl Recipients for Members {
    fn recipients<'a>(
        &'a self,
        members: Vec<MemberId>,
        _: &'a Ctx,
    ) -> Fut<'a, Result<Vec<Addressee>, Unavailable>> {
        Box::pin(async move {
            if *self.silent.lock().unwrap() {
                return Err(Unavailable::new("members", "they are not there"));
            }
            Ok(self
                .known
                .lock()
                .unwrap()
                .iter()
                .filter(|known| members.contains(&known.member))
                .cloned()
                .collect())
        })
    }
}

impl World {
    pub fn sqlite() -> Self {
        let (folder, db) = testing::sqlite(NAME, notifications::migrations());
        Self::with(db, Some(folder))
    }

    #[cfg(feature = "postgres-tests")]
    pub fn postgres() -> Self {
        Self::with(testing::postgres(NAME, notifications::migrations()), None)
    }

    fn with(db: Db, folder: Option<tempfile::TempDir>) -> Self {
        let clock = testing::clock();
        let texts = Texts::new(&[&FRAME[..], &notifications::texts()].concat()).unwrap();
        let public_url = Some(format!("{SHOP}/"));
        let shell = Shell {
            clock: clock.clone(),
            public_url,
            ..Shell::sample(texts)
        };
        let host = Arc::new(Host::new(db, Arc::new(shell)));
        Self {
            host,
            clock,
            members: Arc::default(),
            _folder: folder,
        }
    }

    pub fn member(&self, n: u8, name: &str, locale: Locale) -> MemberId {
        let member = MemberId::new(Timestamp::from_micros(0), [n; 10]);
        let email = format!("member{n}@example.com");
        self.members.known.lock().unwrap().push(Addressee {
            member,
            name: name.to_owned(),
            email,
            locale,
        });
        member
    }

    /// To the server at `url`, or to the mailbox.
    pub fn sender(&self, url: Option<&str>) -> Sender {
        let smtp = url.map(|url| {
            notifications::Server::parse(url, Some(SHOP))
                .unwrap()
                .open()
        });
        Sender {
            host: self.host.clone(),
            recipients: self.members.clone(),
            smtp,
        }
    }

    pub async fn ask<C: Call>(&self, call: C) -> C::Answer
    where
        Host: Answers<C>,
    {
        self.host
            .answer(call, &Ctx::background(Duration::from_secs(30)))
            .await
            .unwrap()
    }

    pub async fn hear(&self, events: Vec<Event>) -> Vec<Outcome> {
        consume(
            &notifications::ear(self.host.clone()),
            events,
            self.host.shell.now(),
        )
        .await
        .unwrap()
    }

    /// An event of orders, as it is told now.
    pub fn order_event(&self, member: MemberId, what: &str, more: Value) -> Event {
        let order = order(1);
        let mut data = json!({
            "order": order, "number": "20261121-7K3M9Q", "member": member, "status": what, "payment": "authorised",
            "at": self.host.shell.now(),
        });
        data.as_object_mut()
            .unwrap()
            .extend(more.as_object().unwrap().clone());
        self.event(
            &format!("shop.banyan.orders.order.{what}.v1"),
            &order.to_string(),
            data,
        )
    }

    pub fn placed(&self, member: MemberId) -> Event {
        let lines = json!([
            {"sku": "MUG-MOON-L", "product": "MUG-MOON-L", "name": {"ko": "달 머그 (L)", "en": "Moon mug <L>"},
             "quantity": 2, "price": 12_900, "subtotal": 25_800},
        ]);
        self.order_event(member, "placed", json!({"lines": lines, "total": 25_800}))
    }

    pub fn joined(&self, member: MemberId) -> Event {
        let data = json!({"member": member, "locale": "ko"});
        self.event(
            "shop.banyan.members.member.joined.v1",
            &member.to_string(),
            data,
        )
    }

    pub fn withdrawn(&self, member: MemberId) -> Event {
        self.event(
            "shop.banyan.members.member.withdrawn.v1",
            &member.to_string(),
            json!({"member": member}),
        )
    }

    fn event(&self, kind: &str, subject: &str, data: Value) -> Event {
        Event {
            specversion: "1.0".to_owned(),
            id: uuid::Uuid::now_v7().to_string(),
            kind: kind.to_owned(),
            source: "/test".to_owned(),
            subject: subject.to_owned(),
            time: self.host.shell.now(),
            traceparent: None,
            data,
        }
    }

    pub async fn mailbox(&self) -> Vec<MailSummary> {
        self.ask(Mailbox { limit: 100 }).await
    }

    /// How every mail stands, the oldest first.
    pub async fn states(&self) -> Vec<String> {
        self.mailbox()
            .await
            .into_iter()
            .rev()
            .map(|mail| mail.state)
            .collect()
    }

    pub async fn reset(&self, key: &str, email: &str, link: &str) {
        let to = Recipient {
            email: email.to_owned(),
            name: "김하나".to_owned(),
            locale: Locale::Ko,
        };
        self.ask(SendMail {
            key: key.to_owned(),
            to,
            mail: Message::PasswordReset {
                link: link.to_owned(),
            },
        })
        .await;
    }
}

pub async fn round(sender: &Sender) -> Round {
    sender.send_due(&CancellationToken::new()).await.unwrap()
}

pub fn order(n: u8) -> OrderId {
    OrderId::new(Timestamp::from_micros(0), [100 + n; 10])
}
