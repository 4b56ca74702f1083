use platform::problem::FieldError;

use super::line;

const LONGEST_RECIPIENT: usize = 50;
const LONGEST_LINE: usize = 200;

/// Where a parcel can go.
#[derive(Clone, PartialEq, Eq)]
pub struct Address {
    pub recipient: String,
    pub phone: String,
    /// Five digits.
    pub postcode: String,
    pub line1: String,
    /// May be empty.
    pub line2: String,
}

impl Address {
    /// Of what somebody typed; every field that is wrong is named.
    pub fn check(typed: &Self) -> Result<Self, Vec<FieldError>> {
        let line2 = if typed.line2.trim().is_empty() {
            Some(String::new())
        } else {
            line(&typed.line2, LONGEST_LINE)
        };
        let parts = [
            (
                "recipient",
                "members-recipient-wrong",
                line(&typed.recipient, LONGEST_RECIPIENT),
            ),
            ("phone", "members-phone-wrong", phone(&typed.phone)),
            (
                "postcode",
                "members-postcode-wrong",
                postcode(&typed.postcode),
            ),
            (
                "line1",
                "members-line-wrong",
                line(&typed.line1, LONGEST_LINE),
            ),
            ("line2", "members-line-wrong", line2),
        ];
        let wrong = parts.iter().filter(|(.., value)| value.is_none());
        let wrong: Vec<FieldError> = wrong
            .map(|(field, key, _)| FieldError::new(*field, *key))
            .collect();
        let [
            (.., Some(recipient)),
            (.., Some(phone)),
            (.., Some(postcode)),
            (.., Some(line1)),
            (.., Some(line2)),
        ] = parts
        else {
            return Err(wrong);
        };
        Ok(Self {
            recipient,
            phone,
            postcode,
            line1,
            line2,
        })
    }
}

/// 8 to 15 digits (E.164), with what people put between them.
fn phone(text: &str) -> Option<String> {
    let text = text.trim();
    let digits = text.bytes().filter(u8::is_ascii_digit).count();
    let rest = text.strip_prefix('+').unwrap_or(text);
    let fits = (8..=15).contains(&digits)
        && text.len() <= 24
        && rest
            .bytes()
            .all(|b| b.is_ascii_digit() || b"- ().".contains(&b));
    fits.then(|| text.to_owned())
}

fn postcode(text: &str) -> Option<String> {
    let text = text.trim();
    (text.len() == 5 && text.bytes().all(|b| b.is_ascii_digit())).then(|| text.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn typed(phone: &str, postcode: &str, line2: &str) -> Address {
        Address {
            recipient: " 김서연 ".to_owned(),
            phone: phone.to_owned(),
            postcode: postcode.to_owned(),
            line1: "서울특별시 마포구 느티나무길 12".to_owned(),
            line2: line2.to_owned(),
        }
    }

    #[test]
    fn every_field_that_is_wrong_is_named() {
        let checked = Address::check(&typed(" 010-1234-5678", "04071 ", "  "))
            .ok()
            .unwrap();
        assert_eq!(
            (
                checked.recipient.as_str(),
                checked.phone.as_str(),
                checked.postcode.as_str(),
                checked.line2.as_str()
            ),
            ("김서연", "010-1234-5678", "04071", "")
        );
        for (phone, postcode, line2, expect) in [
            ("+82 10 1234 5678", "00000", "3층", &[][..]),
            ("call me", "0407", "", &["phone", "postcode"]),
            (
                "010-1234",
                "０４０７１",
                "a\nb",
                &["phone", "postcode", "line2"],
            ),
            ("0101234567890123", "040711", "", &["phone", "postcode"]),
            ("10+1234 5678", "04071", "", &["phone"]),
        ] {
            let wrong = Address::check(&typed(phone, postcode, line2))
                .err()
                .unwrap_or_default();
            let fields: Vec<&str> = wrong.iter().map(|e| e.field.as_ref()).collect();
            assert_eq!(fields, expect, "{phone} {postcode}");
        }
    }
}
