use std::fmt;

use serde::{Deserialize, Serialize};

/// The two languages of the shop. Korean is spoken when nothing else is asked for.
#[derive(
    Clone, Copy, Debug, Default, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize,
)]
#[serde(rename_all = "lowercase")]
pub enum Locale {
    #[default]
    Ko,
    En,
}

impl Locale {
    pub const ALL: [Self; 2] = [Self::Ko, Self::En];

    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Ko => "ko",
            Self::En => "en",
        }
    }

    /// By the primary subtag: `en-GB` is English. `None` for languages that the shop does not speak.
    pub fn parse(tag: &str) -> Option<Self> {
        let primary = tag.trim().split(['-', '_']).next().unwrap_or_default();
        Self::ALL
            .into_iter()
            .find(|l| primary.eq_ignore_ascii_case(l.as_str()))
    }

    /// The best of an `Accept-Language` header (RFC 9110 §12.5.4); Korean when none fits.
    pub fn negotiate(accept_language: &str) -> Self {
        let mut best: Option<(f32, Self)> = None;
        for range in accept_language.split(',') {
            let mut parts = range.split(';');
            let Some(locale) = parts.next().and_then(Self::parse) else {
                continue;
            };
            let quality = parts
                .find_map(|p| p.trim().strip_prefix("q="))
                .map_or(1.0, |q| q.trim().parse().unwrap_or(0.0));
            if quality > 0.0 && best.is_none_or(|(q, _)| quality > q) {
                best = Some((quality, locale));
            }
        }
        best.map_or_else(Self::default, |(_, locale)| locale)
    }
}

impl fmt::Display for Locale {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn negotiation_follows_the_header() {
        for (header, expect) in [
            ("", Locale::Ko),
            ("fr-FR, de", Locale::Ko),
            ("en", Locale::En),
            ("en-US,en;q=0.9,ko;q=0.8", Locale::En),
            ("fr, ko;q=0.4, en;q=0.5", Locale::En),
            ("en;q=0, ko", Locale::Ko),
            ("*", Locale::Ko),
        ] {
            assert_eq!(Locale::negotiate(header), expect, "{header:?}");
        }
    }
}
