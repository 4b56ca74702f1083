use std::fmt;

use platform::problem::FieldError;
use unicode_normalization::UnicodeNormalization as _;

const SHORTEST: usize = 8;
const LONGEST: usize = 128;

/// In lower case and in order, one to a line. Korean ones are words as they come out of an English keyboard.
const COMMON: &str = include_str!("common_passwords.txt");

/// A password that somebody may choose, in NFC: the same letters from another keyboard are the same password.
#[derive(Clone, PartialEq, Eq)]
pub struct Password(String);

impl Password {
    /// 8 to 128 characters, none of the common ones; no other rule.
    pub fn choose(field: &'static str, text: &str) -> Result<Self, FieldError> {
        let text = nfc(text);
        let length = text.chars().count();
        if length < SHORTEST {
            Err(FieldError::new(field, "members-password-short").arg("fewest", SHORTEST))
        } else if length > LONGEST {
            Err(FieldError::new(field, "members-password-long").arg("most", LONGEST))
        } else if is_common(&text) {
            Err(FieldError::new(field, "members-password-common"))
        } else {
            Ok(Self(text))
        }
    }

    /// To be compared with a stored one. `None`: nobody has such a password, whatever was hashed.
    pub fn shown(text: &str) -> Option<Self> {
        let text = nfc(text);
        (text.chars().count() <= LONGEST).then_some(Self(text))
    }

    pub fn as_bytes(&self) -> &[u8] {
        self.0.as_bytes()
    }
}

impl fmt::Debug for Password {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Password(…)")
    }
}

fn nfc(text: &str) -> String {
    text.nfc().collect()
}

fn is_common(text: &str) -> bool {
    let text = text.to_lowercase();
    COMMON.lines().any(|common| common == text)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn passwords_are_long_enough_and_not_the_first_to_be_guessed() {
        for (text, expect) in [
            ("", Some("members-password-short")),
            ("가나다라마바사", Some("members-password-short")),
            ("가나다라마바사아", None),
            ("mango&&tree", None),
            ("        ", None),
            ("password1", Some("members-password-common")),
            ("PassWord1", Some("members-password-common")),
            ("qlalfqjsgh", Some("members-password-common")),
            ("1q2w3e4r", Some("members-password-common")),
        ] {
            let refused = Password::choose("password", text).err();
            assert_eq!(refused.as_ref().map(|e| e.key.as_ref()), expect, "{text:?}");
        }
        assert!(Password::choose("password", &"가".repeat(128)).is_ok());
        assert_eq!(
            Password::choose("password", &"a".repeat(129))
                .err()
                .map(|e| e.key.into_owned()),
            Some("members-password-long".to_owned())
        );
    }

    #[test]
    fn the_same_letters_are_the_same_password() {
        let composed = Password::shown("한글비밀번호").unwrap();
        let decomposed: String = "한글비밀번호".nfd().collect();
        assert_eq!(Password::shown(&decomposed), Some(composed));
        assert_eq!(Password::shown(&"a".repeat(129)), None);
    }

    #[test]
    fn the_list_is_in_order_without_doubles_and_nothing_in_it_is_too_short() {
        let lines: Vec<&str> = COMMON.lines().collect();
        assert!(lines.len() > 500);
        assert!(lines.windows(2).all(|pair| pair[0] < pair[1]));
        assert!(
            lines
                .iter()
                .all(|line| line.chars().count() >= SHORTEST && line.to_lowercase() == *line)
        );
    }
}
