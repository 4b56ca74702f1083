use platform::problem::FieldError;

use super::{Board, Text};

/// In characters, as people count them.
const LONGEST_TITLE: usize = 120;
const LONGEST_BODY: usize = 10_000;
const LONGEST_REASON: usize = 500;

/// What somebody typed.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Typed {
    pub title: String,
    pub body: String,
    /// Notices: the same in the other language, or nothing.
    pub other_title: String,
    pub other_body: String,
    pub stars: Option<i64>,
}

/// What can be posted.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Draft {
    pub text: Text,
    pub other: Option<Text>,
    pub stars: Option<i64>,
}

impl Draft {
    pub fn parse(board: Board, typed: &Typed) -> Result<Self, Vec<FieldError>> {
        let mut wrong = Vec::new();
        let text = text(("title", &typed.title), ("body", &typed.body), &mut wrong);
        let other = match board {
            Board::Notices
                if !(line(&typed.other_title).is_empty()
                    && lines(&typed.other_body).is_empty()) =>
            {
                Some(self::text(
                    ("other_title", &typed.other_title),
                    ("other_body", &typed.other_body),
                    &mut wrong,
                ))
            }
            _ => None,
        };
        match (board, typed.stars) {
            (Board::Reviews, Some(1..=5)) | (Board::Notices | Board::Qna, None) => {}
            (Board::Reviews, None) => wrong.push(FieldError::new("stars", "board-stars-missing")),
            (Board::Reviews, Some(_)) => wrong.push(FieldError::new("stars", "board-stars-range")),
            (Board::Notices | Board::Qna, Some(_)) => {
                wrong.push(FieldError::new("stars", "board-stars-elsewhere"));
            }
        }
        if wrong.is_empty() {
            Ok(Self {
                text,
                other,
                stars: typed.stars,
            })
        } else {
            Err(wrong)
        }
    }
}

/// What can be said to a post.
pub fn comment_body(typed: &str) -> Result<String, Vec<FieldError>> {
    let mut wrong = Vec::new();
    let body = lines(typed);
    measure("body", &body, LONGEST_BODY, &mut wrong);
    if wrong.is_empty() {
        Ok(body)
    } else {
        Err(wrong)
    }
}

/// Why something is hidden.
pub fn reason(typed: &str) -> Result<String, Vec<FieldError>> {
    let mut wrong = Vec::new();
    let reason = line(typed);
    measure("reason", &reason, LONGEST_REASON, &mut wrong);
    if wrong.is_empty() {
        Ok(reason)
    } else {
        Err(wrong)
    }
}

fn text(
    title: (&'static str, &str),
    body: (&'static str, &str),
    wrong: &mut Vec<FieldError>,
) -> Text {
    let text = Text {
        title: line(title.1),
        body: lines(body.1),
    };
    measure(title.0, &text.title, LONGEST_TITLE, wrong);
    measure(body.0, &text.body, LONGEST_BODY, wrong);
    text
}

fn measure(field: &'static str, text: &str, most: usize, wrong: &mut Vec<FieldError>) {
    if !text.chars().any(is_seen) {
        wrong.push(FieldError::new(field, "board-field-missing"));
    } else if text.chars().count() > most {
        wrong.push(FieldError::new(field, "board-field-long").arg("most", most));
    }
}

/// Without it, what looks empty could be posted.
fn is_seen(c: char) -> bool {
    let is_invisible = matches!(
        c,
        '\u{200b}'..='\u{200f}' | '\u{2060}' | '\u{3164}' | '\u{feff}' | '\u{00ad}'
    );
    !c.is_whitespace() && !c.is_control() && !is_invisible
}

/// One line: breaks and other control characters become spaces.
fn line(typed: &str) -> String {
    let plain: String = typed
        .chars()
        .map(|c| if c.is_control() { ' ' } else { c })
        .collect();
    plain.trim().to_owned()
}

/// Line breaks as one character, tabs; no other control characters (a NUL fits into no PostgreSQL text).
fn lines(typed: &str) -> String {
    let unix = typed.replace("\r\n", "\n").replace('\r', "\n");
    let plain: String = unix
        .chars()
        .filter(|c| !c.is_control() || matches!(c, '\n' | '\t'))
        .collect();
    plain.trim_end().trim_start_matches(['\n', ' ']).to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn wrong(board: Board, title: &str, body: &str, stars: Option<i64>) -> Vec<String> {
        let typed = Typed {
            title: title.to_owned(),
            body: body.to_owned(),
            stars,
            ..Typed::default()
        };
        let wrong = Draft::parse(board, &typed).err().unwrap_or_default();
        wrong
            .into_iter()
            .map(|error| format!("{}: {}", error.field, error.key))
            .collect()
    }

    #[test]
    fn what_can_be_posted() {
        let (long_title, long_body) = ("가".repeat(121), "글".repeat(10_001));
        for (board, title, body, stars, expect) in [
            (
                Board::Qna,
                "물어볼게요",
                "언제 오나요?\r\n급해요",
                None,
                vec![],
            ),
            (
                Board::Qna,
                &"가".repeat(120),
                &"글".repeat(10_000),
                None,
                vec![],
            ),
            (
                Board::Qna,
                " \u{200b} ",
                "\n\0\n",
                None,
                vec!["title: board-field-missing", "body: board-field-missing"],
            ),
            (
                Board::Qna,
                &long_title,
                &long_body,
                None,
                vec!["title: board-field-long", "body: board-field-long"],
            ),
            (
                Board::Qna,
                "a",
                "b",
                Some(3),
                vec!["stars: board-stars-elsewhere"],
            ),
            (Board::Reviews, "a", "b", Some(5), vec![]),
            (
                Board::Reviews,
                "a",
                "b",
                None,
                vec!["stars: board-stars-missing"],
            ),
            (
                Board::Reviews,
                "a",
                "b",
                Some(0),
                vec!["stars: board-stars-range"],
            ),
            (
                Board::Reviews,
                "a",
                "b",
                Some(6),
                vec!["stars: board-stars-range"],
            ),
        ] {
            assert_eq!(
                wrong(board, title, body, stars),
                expect,
                "{board:?} {stars:?}"
            );
        }
    }

    #[test]
    fn text_is_plain_and_keeps_its_lines() {
        let typed = Typed {
            title: " one\ntwo\0 ".to_owned(),
            body: "\n a\r\nb\0\tc\n\n".to_owned(),
            ..Typed::default()
        };
        let draft = Draft::parse(Board::Qna, &typed).unwrap();
        assert_eq!(
            (draft.text.title.as_str(), draft.text.body.as_str()),
            ("one two", "a\nb\tc")
        );
    }

    #[test]
    fn a_notice_says_all_in_the_other_language_or_nothing() {
        let typed = |other_title: &str, other_body: &str| Typed {
            title: "a".to_owned(),
            body: "b".to_owned(),
            other_title: other_title.to_owned(),
            other_body: other_body.to_owned(),
            stars: None,
        };
        assert_eq!(
            Draft::parse(Board::Notices, &typed("", " ")).unwrap().other,
            None
        );
        assert!(
            Draft::parse(Board::Notices, &typed("제목", "글"))
                .unwrap()
                .other
                .is_some()
        );
        assert_eq!(
            Draft::parse(Board::Notices, &typed("제목", "")).unwrap_err()[0].field,
            "other_body"
        );
        assert_eq!(
            Draft::parse(Board::Qna, &typed("제목", "글"))
                .unwrap()
                .other,
            None
        );
    }
}
