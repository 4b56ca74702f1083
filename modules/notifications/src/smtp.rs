//! The mail server, as `--smtp` names it.

use std::time::Duration;

use kernel::Timestamp;
use lettre::message::header::{HeaderName, HeaderValue};
use lettre::message::{Mailbox, MultiPart};
use lettre::transport::smtp::{AsyncSmtpTransportBuilder, Error};
use lettre::{Address, AsyncSmtpTransport, AsyncTransport as _, Message, Tokio1Executor};
use url::{Host, Url};

use crate::api::Recipient;
use crate::render::Written;

const SHAPE: &str =
    "write smtp://HOST[:PORT], or smtps://USER:PASSWORD@HOST[:PORT] where one has to log in";
const TIMEOUT: Duration = Duration::from_secs(20);
const RELAY_PORT: u16 = 25;
const SUBMISSION_PORT: u16 = 587;

/// Where mails go out, and in whose name. Connects to nobody until it is opened.
#[derive(Clone)]
pub struct Server {
    builder: AsyncSmtpTransportBuilder,
    from: Address,
}

/// A server that mails can be handed to.
pub struct Smtp {
    transport: AsyncSmtpTransport<Tokio1Executor>,
    from: Address,
}

/// A mail on its way.
pub struct Outgoing<'a> {
    /// The same at every attempt.
    pub id: i64,
    pub created_at: Timestamp,
    pub to: &'a Recipient,
    pub written: &'a Written,
    pub now: Timestamp,
}

/// Why a mail was not taken.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Untaken {
    /// This one never will be.
    Never(String),
    /// This one not now.
    NotNow(String),
    /// No mail at all: the server is not there, or does not let us in.
    Server(String),
}

/// Says what is wrong with a `--smtp`, without repeating it: it may hold a password.
pub fn check(url: &str) -> Result<(), String> {
    Server::parse(url, None).map(|_| ())
}

impl Server {
    /// `shop`: where people reach the shop; mails come from its host, or from the address that logs in.
    pub fn parse(url: &str, shop: Option<&str>) -> Result<Self, String> {
        let mut url = Url::parse(url).map_err(|e| format!("not a URL ({e}); {SHAPE}"))?;
        if !matches!(url.scheme(), "smtp" | "smtps") {
            return Err(format!(
                "{}:// is not a mail server's; {SHAPE}",
                url.scheme()
            ));
        }
        if url.host_str().is_none_or(str::is_empty) {
            return Err(format!("it names no host; {SHAPE}"));
        }
        if url.username().is_empty() != url.password().is_none() {
            return Err(format!("user and password go together; {SHAPE}"));
        }
        secure_by_default(&mut url);
        let builder =
            AsyncSmtpTransport::<Tokio1Executor>::from_url(url.as_str()).map_err(|_| {
                format!(
                    "its options are not known (?tls=required and ?tls=opportunistic are); {SHAPE}"
                )
            })?;
        Ok(Self {
            builder: builder.timeout(Some(TIMEOUT)),
            from: sender(&url, shop),
        })
    }

    /// Needs a Tokio runtime around it.
    pub fn open(&self) -> Smtp {
        Smtp {
            transport: self.builder.clone().build(),
            from: self.from.clone(),
        }
    }
}

/// A password crosses no network in the clear.
fn secure_by_default(url: &mut Url) {
    if url.scheme() != "smtp" || url.query_pairs().any(|(key, _)| key == "tls") {
        return;
    }
    let logs_in = url.password().is_some();
    if url.port().is_none() {
        // only a URL that cannot have a port refuses one
        let _ = url.set_port(Some(if logs_in { SUBMISSION_PORT } else { RELAY_PORT }));
    }
    if logs_in && !is_this_machine(url) {
        url.query_pairs_mut().append_pair("tls", "required");
    }
}

/// A scheme that the standard does not know leaves numbers in the host as text.
fn is_this_machine(url: &Url) -> bool {
    match url.host() {
        Some(Host::Domain(name)) => {
            name.eq_ignore_ascii_case("localhost")
                || name
                    .parse::<std::net::IpAddr>()
                    .is_ok_and(|address| address.is_loopback())
        }
        Some(Host::Ipv4(address)) => address.is_loopback(),
        Some(Host::Ipv6(address)) => address.is_loopback(),
        None => false,
    }
}

fn sender(url: &Url, shop: Option<&str>) -> Address {
    let user = url.username().replace("%40", "@");
    let host = shop
        .and_then(|shop| Url::parse(shop).ok())
        .and_then(|shop| shop.domain().map(ToOwned::to_owned));
    user.parse()
        .or_else(|_| Address::new("no-reply", host.unwrap_or_default()))
        .unwrap_or_else(|_| Address::new_dangerous("no-reply", "localhost"))
}

impl Smtp {
    /// `Ok` when the server has taken responsibility for it.
    pub async fn send(&self, mail: &Outgoing<'_>, brand: &str) -> Result<(), Untaken> {
        let message = self.message(mail, brand).map_err(Untaken::Never)?;
        self.transport
            .send(message)
            .await
            .map(|_| ())
            .map_err(|e| untaken(&e))
    }

    fn message(&self, mail: &Outgoing<'_>, brand: &str) -> Result<Message, String> {
        let to: Address = mail
            .to
            .email
            .parse()
            .map_err(|_| "not a mail address".to_owned())?;
        let since_1970 = Duration::from_micros(u64::try_from(mail.now.as_micros()).unwrap_or(0));
        let id = format!(
            "<{}.{}@{}>",
            mail.id,
            mail.created_at.as_micros(),
            self.from.domain()
        );
        let automatic = HeaderName::new_from_ascii_str("Auto-Submitted");
        let language = HeaderName::new_from_ascii_str("Content-Language");
        Message::builder()
            .from(Mailbox::new(Some(brand.to_owned()), self.from.clone()))
            .to(Mailbox::new(
                Some(mail.to.name.clone()).filter(|name| !name.is_empty()),
                to,
            ))
            .subject(&mail.written.subject)
            .message_id(Some(id))
            .date(std::time::UNIX_EPOCH + since_1970)
            .raw_header(HeaderValue::new(automatic, "auto-generated".to_owned()))
            .raw_header(HeaderValue::new(
                language,
                mail.to.locale.as_str().to_owned(),
            ))
            .multipart(MultiPart::alternative_plain_html(
                mail.written.text.clone(),
                mail.written.html.clone(),
            ))
            .map_err(|e| e.to_string())
    }
}

/// Replies that speak of the recipient are about this mail; those about login and service are about us.
fn untaken(error: &Error) -> Untaken {
    let why = match error.status() {
        // the text of a reply may quote whom it is for
        Some(code) => format!("the mail server answered {code}"),
        None => error.to_string(),
    };
    match error.status().map(u16::from) {
        Some(501 | 550..=553 | 555) => Untaken::Never(why),
        Some(421 | 454 | 530 | 534 | 535 | 538) => Untaken::Server(why),
        Some(_) => Untaken::NotNow(why),
        None if error.is_client() => Untaken::NotNow(why),
        None => Untaken::Server(why),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_mail_server_is_named_by_a_url() {
        for (url, fits) in [
            ("smtp://mail.example", true),
            ("smtp://127.0.0.1:2525", true),
            ("smtp://[::1]:2525", true),
            ("smtps://shop%40example.com:secret@mail.example", true),
            ("smtp://user:secret@mail.example:587?tls=required", true),
            ("smtp://mail.example?tls=opportunistic", true),
            ("smtp://mail.example?tls=maybe", false),
            ("smtp://user@mail.example", false),
            ("mail.example:25", false),
            ("http://mail.example", false),
            ("smtp://", false),
            ("smtp:mail.example", false),
            ("", false),
        ] {
            assert_eq!(check(url).is_ok(), fits, "{url}: {:?}", check(url));
        }
    }

    #[test]
    fn a_complaint_does_not_repeat_the_password() {
        let complaint = check("smtp://user:hunter2@mail.example?tls=maybe").unwrap_err();
        assert!(!complaint.contains("hunter2"), "{complaint}");
        assert!(complaint.contains("smtp://HOST"), "{complaint}");
    }

    #[test]
    fn a_password_leaves_the_machine_only_encrypted() {
        for (url, becomes) in [
            (
                "smtp://u:p@mail.example",
                "smtp://u:p@mail.example:587?tls=required",
            ),
            (
                "smtp://u:p@mail.example:2525",
                "smtp://u:p@mail.example:2525?tls=required",
            ),
            ("smtp://u:p@127.0.0.1:2525", "smtp://u:p@127.0.0.1:2525"),
            ("smtp://u:p@localhost:2525", "smtp://u:p@localhost:2525"),
            ("smtp://mail.example", "smtp://mail.example:25"),
            (
                "smtp://mail.example?tls=required",
                "smtp://mail.example?tls=required",
            ),
            ("smtps://u:p@mail.example", "smtps://u:p@mail.example"),
        ] {
            let mut parsed = Url::parse(url).unwrap();
            secure_by_default(&mut parsed);
            assert_eq!(parsed.as_str(), becomes);
        }
    }

    #[test]
    fn mails_come_from_the_account_or_the_shop() {
        for (url, shop, from) in [
            (
                "smtps://shop%40example.com:p@mail.example",
                Some("https://banyan.example"),
                "shop@example.com",
            ),
            (
                "smtps://shop:p@mail.example",
                Some("https://banyan.example:8443/"),
                "no-reply@banyan.example",
            ),
            (
                "smtp://mail.example",
                Some("http://127.0.0.1:8080"),
                "no-reply@localhost",
            ),
            ("smtp://mail.example", None, "no-reply@localhost"),
        ] {
            assert_eq!(Server::parse(url, shop).unwrap().from.to_string(), from);
        }
    }
}
