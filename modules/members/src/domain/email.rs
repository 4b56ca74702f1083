use std::fmt;
use std::str::FromStr;

/// Bytes of an address in a mail's envelope (RFC 5321 §4.5.3.1.3).
const LONGEST: usize = 254;
const LONGEST_LOCAL: usize = 64;
const LONGEST_LABEL: usize = 63;

/// An e-mail address, its domain in lower case. What stands before the `@` is kept as it was typed, for the mail server
/// may care, but nobody joins twice with another case of it.
#[derive(Clone, PartialEq, Eq)]
pub struct Email(String);

#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("not an e-mail address")]
pub struct NotAnEmail;

impl Email {
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Equal for two addresses that count as the same.
    pub fn key(&self) -> String {
        self.0.to_ascii_lowercase()
    }
}

impl FromStr for Email {
    type Err = NotAnEmail;

    fn from_str(text: &str) -> Result<Self, NotAnEmail> {
        let text = text.trim();
        let (local, domain) = text.rsplit_once('@').ok_or(NotAnEmail)?;
        let fits = text.len() <= LONGEST && is_local(local) && is_domain(domain);
        if fits {
            Ok(Self(format!("{local}@{}", domain.to_ascii_lowercase())))
        } else {
            Err(NotAnEmail)
        }
    }
}

/// Logs and panics tell no addresses.
impl fmt::Debug for Email {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Email(…)")
    }
}

/// A dot-atom of RFC 5322 §3.2.3.
fn is_local(text: &str) -> bool {
    let is_atom = |part: &str| {
        !part.is_empty()
            && part
                .bytes()
                .all(|b| b.is_ascii_alphanumeric() || b"!#$%&'*+-/=?^_`{|}~".contains(&b))
    };
    text.len() <= LONGEST_LOCAL && text.split('.').all(is_atom)
}

fn is_domain(text: &str) -> bool {
    let is_label = |label: &str| {
        (1..=LONGEST_LABEL).contains(&label.len())
            && label
                .bytes()
                .all(|b| b.is_ascii_alphanumeric() || b == b'-')
            && !label.starts_with('-')
            && !label.ends_with('-')
    };
    text.contains('.') && text.split('.').all(is_label)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_an_address_and_which_are_the_same() {
        for (text, expect) in [
            (
                " Kim.Seo+shop@Example.COM ",
                Some(("Kim.Seo+shop@example.com", "kim.seo+shop@example.com")),
            ),
            ("a@b.kr", Some(("a@b.kr", "a@b.kr"))),
            ("a@b", None),
            ("a b@c.kr", None),
            ("a@b@c.kr", None),
            ("a..b@c.kr", None),
            (".a@c.kr", None),
            ("@c.kr", None),
            ("a@", None),
            ("a@-b.kr", None),
            ("a@b..kr", None),
            ("김@b.kr", None),
            ("a@b.kr\r\nBcc: c@d.kr", None),
            ("<a@b.kr>", None),
            ("", None),
        ] {
            let email = text.parse::<Email>().ok();
            assert_eq!(
                email.as_ref().map(|e| (e.as_str().to_owned(), e.key())),
                expect.map(|(e, k)| (e.to_owned(), k.to_owned())),
                "{text:?}"
            );
        }
        assert!(format!("{}@b.kr", "a".repeat(65)).parse::<Email>().is_err());
        assert!(
            format!("a@{}.kr", "b.".repeat(126))
                .parse::<Email>()
                .is_err()
        );
    }
}
