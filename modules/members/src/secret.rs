//! Secrets that people and programs show to prove who they are: 256 random bits, of which only the SHA-256 is stored.

use std::fmt;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use platform::shell::Shell;
use sha2::{Digest as _, Sha256};

/// So that a key which ends up where it should not is known for what it is.
const KEY: &str = "banyan_";
/// No secret of ours is longer: the rest is not worth hashing.
const LONGEST: usize = 64;

/// Shown once, to whom it belongs.
#[derive(Clone, PartialEq, Eq)]
pub struct Secret(String);

impl Secret {
    /// For a cookie or a link.
    pub fn new(shell: &Shell) -> Self {
        Self(URL_SAFE_NO_PAD.encode(shell.random_bytes::<32>()))
    }

    pub fn new_key(shell: &Shell) -> Self {
        Self(format!("{KEY}{}", Self::new(shell).0))
    }

    /// As it came in a request. `None` when it cannot be one of ours.
    pub fn shown(text: &str) -> Option<Self> {
        let is_ours = (1..=LONGEST).contains(&text.len())
            && text
                .bytes()
                .all(|b| b.is_ascii_alphanumeric() || b == b'-' || b == b'_');
        is_ours.then(|| Self(text.to_owned()))
    }

    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// What is stored of it. It has 256 bits of its own, so it needs no salt and no slow hash.
    pub fn hash(&self) -> String {
        URL_SAFE_NO_PAD.encode(Sha256::digest(&self.0))
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Secret(…)")
    }
}

#[cfg(test)]
mod tests {
    use platform::identity::ServiceKey;
    use platform::locale::Texts;

    use super::*;

    #[test]
    fn secrets_differ_read_back_and_do_not_show_in_logs() {
        let shell = Shell::new(Texts::new(&[]).unwrap(), ServiceKey::sample());
        let (one, other) = (Secret::new(&shell), Secret::new_key(&shell));
        assert_ne!(one, Secret::new(&shell));
        assert_eq!(one.as_str().len(), 43);
        assert_eq!(other.as_str().len(), 43 + KEY.len());
        for secret in [&one, &other] {
            assert_eq!(
                Secret::shown(secret.as_str()).map(|s| s.hash()),
                Some(secret.hash())
            );
            assert!(!secret.hash().contains(secret.as_str()));
            assert_eq!(format!("{secret:?}"), "Secret(…)");
        }
        for text in ["", "a b", "가", "'; --", &"a".repeat(65)] {
            assert_eq!(Secret::shown(text), None, "{text:?}");
        }
    }
}
