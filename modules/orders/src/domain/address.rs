/// Where a parcel goes. Only [`Address::parse`] makes one from what somebody typed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Address {
    pub recipient: String,
    pub phone: String,
    pub postcode: String,
    pub line1: String,
    /// May be empty.
    pub line2: String,
}

/// What is wrong with a field.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Wrong {
    Missing,
    /// More characters than this.
    TooLong(usize),
    Phone,
    Postcode,
    Characters,
}

pub const MOST_OF_A_NAME: usize = 50;
pub const MOST_OF_A_LINE: usize = 200;
const MOST_OF_A_PHONE: usize = 20;

impl Address {
    /// Trims every field; answers all that is wrong, by field.
    pub fn parse(typed: Self) -> Result<Self, Vec<(&'static str, Wrong)>> {
        let mut wrong = Vec::new();
        let mut take = |field: &'static str, text: &str, most: usize, optional: bool| {
            let text = text.trim();
            if text.is_empty() && !optional {
                wrong.push((field, Wrong::Missing));
            } else if text.chars().count() > most {
                wrong.push((field, Wrong::TooLong(most)));
            } else if text.chars().any(char::is_control) {
                wrong.push((field, Wrong::Characters));
            } else if field == "phone" && !is_phone(text) {
                wrong.push((field, Wrong::Phone));
            } else if field == "postcode" && !is_postcode(text) {
                wrong.push((field, Wrong::Postcode));
            }
            text.to_owned()
        };
        let address = Self {
            recipient: take("recipient", &typed.recipient, MOST_OF_A_NAME, false),
            phone: take("phone", &typed.phone, MOST_OF_A_PHONE, false),
            postcode: take("postcode", &typed.postcode, MOST_OF_A_LINE, false),
            line1: take("line1", &typed.line1, MOST_OF_A_LINE, false),
            line2: take("line2", &typed.line2, MOST_OF_A_LINE, true),
        };
        if wrong.is_empty() {
            Ok(address)
        } else {
            Err(wrong)
        }
    }

    pub fn empty() -> Self {
        Self {
            recipient: String::new(),
            phone: String::new(),
            postcode: String::new(),
            line1: String::new(),
            line2: String::new(),
        }
    }
}

/// Seven digits at least, as people write them: `010-1234-5678`, `+82 10 1234 5678`.
fn is_phone(text: &str) -> bool {
    let digits = text.chars().filter(char::is_ascii_digit).count();
    digits >= 7
        && text
            .chars()
            .all(|c| c.is_ascii_digit() || matches!(c, '-' | '+' | ' ' | '(' | ')'))
}

/// Korea's, since 2015: five digits.
fn is_postcode(text: &str) -> bool {
    text.len() == 5 && text.bytes().all(|b| b.is_ascii_digit())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn good() -> Address {
        Address {
            recipient: " 김하늘 ".to_owned(),
            phone: "010-1234-5678".to_owned(),
            postcode: "04524".to_owned(),
            line1: "서울특별시 중구 세종대로 110".to_owned(),
            line2: String::new(),
        }
    }

    #[test]
    fn every_field_is_looked_at() {
        type Spoil = fn(&mut Address);
        let cases: [(Spoil, Vec<(&str, Wrong)>); 8] = [
            (|_| {}, vec![]),
            (
                |a| a.recipient = "  ".to_owned(),
                vec![("recipient", Wrong::Missing)],
            ),
            (
                |a| a.recipient = "가".repeat(51),
                vec![("recipient", Wrong::TooLong(50))],
            ),
            (
                |a| a.phone = "010".to_owned(),
                vec![("phone", Wrong::Phone)],
            ),
            (
                |a| a.phone = "010-1234-567a".to_owned(),
                vec![("phone", Wrong::Phone)],
            ),
            (
                |a| a.postcode = "1234".to_owned(),
                vec![("postcode", Wrong::Postcode)],
            ),
            (
                |a| a.line1 = "a\0b".to_owned(),
                vec![("line1", Wrong::Characters)],
            ),
            (
                |a| (a.line1, a.line2) = (String::new(), "가".repeat(201)),
                vec![("line1", Wrong::Missing), ("line2", Wrong::TooLong(200))],
            ),
        ];
        for (spoil, expect) in cases {
            let mut typed = good();
            spoil(&mut typed);
            assert_eq!(
                Address::parse(typed.clone()).err().unwrap_or_default(),
                expect,
                "{typed:?}"
            );
        }
        assert_eq!(Address::parse(good()).unwrap().recipient, "김하늘");
    }
}
