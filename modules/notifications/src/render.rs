//! A mail in its reader's language: subject, plain text and HTML.

use askama::Template;
use kernel::{Locale, Money};
use platform::locale::{Arg, AsArg as _};
use platform::shell::Shell;

use crate::api::Recipient;
use crate::error::MailError;
use crate::letter::{Letter, Parcel};

/// What a reader sees.
pub struct Written {
    pub subject: String,
    pub text: String,
    pub html: String,
}

/// Both forms say the same.
struct Content<'a> {
    lang: &'static str,
    brand: String,
    shop: String,
    subject: String,
    heading: String,
    greeting: String,
    paragraphs: Vec<String>,
    parcel: Option<Items<'a>>,
    button: Option<Button>,
    notes: Vec<String>,
    footer: String,
}

struct Items<'a> {
    number: String,
    lines: Vec<Item<'a>>,
    total_word: String,
    total: Money,
}

struct Item<'a> {
    name: &'a str,
    quantity: String,
    subtotal: Money,
}

struct Button {
    text: String,
    url: String,
}

#[derive(Template)]
#[template(path = "notifications/mail.html")]
struct Html<'a> {
    mail: &'a Content<'a>,
}

/// Not escaped: nothing reads plain text but people.
#[derive(Template)]
#[template(path = "notifications/mail.txt")]
struct Text<'a> {
    mail: &'a Content<'a>,
}

impl From<askama::Error> for MailError {
    fn from(error: askama::Error) -> Self {
        Self::Unwritable(error.to_string())
    }
}

pub fn write(shell: &Shell, letter: &Letter, to: &Recipient) -> Result<Written, MailError> {
    let mail = Words {
        shell,
        locale: to.locale,
    }
    .content(letter, &to.name);
    Ok(Written {
        text: Text { mail: &mail }.render()?,
        html: Html { mail: &mail }.render()?,
        subject: mail.subject,
    })
}

pub fn subject(shell: &Shell, letter: &Letter, locale: Locale) -> String {
    Words { shell, locale }.subject(letter)
}

struct Words<'a> {
    shell: &'a Shell,
    locale: Locale,
}

impl Words<'_> {
    fn t(&self, key: &str) -> String {
        self.shell.texts.t(self.locale, key).into_owned()
    }

    fn with(&self, key: &str, name: &str, value: Arg<'_>) -> String {
        self.shell.texts.with(self.locale, key, &[(name, value)])
    }

    fn subject(&self, letter: &Letter) -> String {
        let numbered =
            |key: &str, parcel: &Parcel| self.with(key, "number", parcel.number.as_arg());
        match letter {
            Letter::Welcome => self.t("notifications-welcome-subject"),
            Letter::PasswordReset { .. } => self.t("notifications-reset-subject"),
            Letter::OrderConfirmed(parcel) => numbered("notifications-confirmed-subject", parcel),
            Letter::OrderShipped(parcel) => numbered("notifications-shipped-subject", parcel),
            Letter::OrderDelivered(parcel) => numbered("notifications-delivered-subject", parcel),
            Letter::OrderCancelled { parcel, .. } => {
                numbered("notifications-cancelled-subject", parcel)
            }
        }
    }

    fn content<'l>(&self, letter: &'l Letter, name: &str) -> Content<'l> {
        let shop = self.shop();
        let (heading, body) = match letter {
            Letter::Welcome => ("notifications-welcome-heading", self.welcome(&shop)),
            Letter::PasswordReset { link } => (
                "notifications-reset-heading",
                self.reset(&shop, link.as_deref()),
            ),
            Letter::OrderConfirmed(parcel) => (
                "notifications-confirmed-heading",
                self.order(&shop, parcel, vec![self.t("notifications-confirmed-text")]),
            ),
            Letter::OrderShipped(parcel) => (
                "notifications-shipped-heading",
                self.order(&shop, parcel, vec![self.t("notifications-shipped-text")]),
            ),
            Letter::OrderDelivered(parcel) => (
                "notifications-delivered-heading",
                self.order(&shop, parcel, vec![self.t("notifications-delivered-text")]),
            ),
            Letter::OrderCancelled {
                parcel,
                reason,
                payment,
            } => {
                let why = vec![self.t(reason_key(reason)), self.t(money_key(payment))];
                (
                    "notifications-cancelled-heading",
                    self.order(&shop, parcel, why),
                )
            }
        };
        Content {
            lang: self.locale.as_str(),
            brand: self.t("frame-brand"),
            subject: self.subject(letter),
            heading: self.t(heading),
            greeting: self.with("notifications-greeting", "name", name.as_arg()),
            paragraphs: body.paragraphs,
            parcel: body.items,
            button: Some(body.button),
            notes: body.notes,
            footer: self.t("notifications-footer"),
            shop,
        }
    }

    /// Without a slash at its end.
    fn shop(&self) -> String {
        self.shell
            .public_url
            .as_deref()
            .unwrap_or_default()
            .trim_end_matches('/')
            .to_owned()
    }

    fn welcome(&self, shop: &str) -> Body<'static> {
        Body {
            paragraphs: vec![
                self.t("notifications-welcome-text"),
                self.t("notifications-welcome-more"),
            ],
            items: None,
            button: Button {
                text: self.t("notifications-welcome-button"),
                url: format!("{shop}/products"),
            },
            notes: Vec::new(),
        }
    }

    fn reset(&self, shop: &str, link: Option<&str>) -> Body<'static> {
        let url = link.map_or_else(|| format!("{shop}/reset"), ToOwned::to_owned);
        let gone = link.is_none().then(|| self.t("notifications-reset-gone"));
        Body {
            paragraphs: vec![self.t("notifications-reset-text")],
            items: None,
            button: Button {
                text: self.t("notifications-reset-button"),
                url,
            },
            notes: gone
                .into_iter()
                .chain([self.t("notifications-reset-not-you")])
                .collect(),
        }
    }

    fn order<'l>(&self, shop: &str, parcel: &'l Parcel, paragraphs: Vec<String>) -> Body<'l> {
        let items = parcel.contents.as_ref().map(|contents| Items {
            number: self.with(
                "notifications-order-number",
                "number",
                parcel.number.as_arg(),
            ),
            lines: contents
                .lines
                .iter()
                .map(|line| Item {
                    name: line.name.of(self.locale),
                    quantity: self.with("notifications-quantity", "count", line.quantity.as_arg()),
                    subtotal: line.subtotal,
                })
                .collect(),
            total_word: self.t("notifications-total"),
            total: contents.total,
        });
        let url = format!("{shop}/orders/{}", parcel.order);
        Body {
            paragraphs,
            items,
            button: Button {
                text: self.t("notifications-order-button"),
                url,
            },
            notes: Vec::new(),
        }
    }
}

struct Body<'a> {
    paragraphs: Vec<String>,
    items: Option<Items<'a>>,
    button: Button,
    notes: Vec<String>,
}

fn reason_key(reason: &str) -> &'static str {
    match reason {
        "shopper" => "notifications-reason-shopper",
        "staff" => "notifications-reason-staff",
        "sold_out" => "notifications-reason-sold-out",
        "declined" => "notifications-reason-declined",
        "undeliverable" => "notifications-reason-undeliverable",
        "lost" => "notifications-reason-lost",
        _ => "notifications-reason-other",
    }
}

fn money_key(payment: &str) -> &'static str {
    match payment {
        "refunded" => "notifications-money-refunded",
        "voided" => "notifications-money-voided",
        _ => "notifications-money-none",
    }
}
