use kernel::{Id, MemberId, Sku};
use platform::db::{DbError, WriteError};

/// Markers for the ids of this context.
pub enum Post {}
pub enum Comment {}
pub type PostId = Id<Post>;
pub type CommentId = Id<Comment>;

pub const LONGEST_TITLE: usize = 120;
pub const LONGEST_BODY: usize = 10_000;
pub const LONGEST_COMMENT: usize = 2_000;
pub const LONGEST_REASON: usize = 500;

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Board {
    Notices,
    Qna,
    Reviews,
}

impl Board {
    pub const ALL: [Self; 3] = [Self::Notices, Self::Qna, Self::Reviews];

    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Notices => "notices",
            Self::Qna => "qna",
            Self::Reviews => "reviews",
        }
    }

    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|board| board.as_str() == text)
    }
}

/// Who writes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Writer {
    pub member: MemberId,
    pub is_admin: bool,
}

/// The product that a post is about, as it was called then.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct About {
    /// The product's code.
    pub product: Sku,
    /// Where its page is.
    pub sku: Sku,
    pub name_ko: String,
    pub name_en: String,
}

/// What somebody wrote, checked.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Text {
    pub title: String,
    pub body: String,
    /// Of notices, if they have one.
    pub english: Option<(String, String)>,
    /// Of reviews.
    pub stars: Option<i64>,
}

/// What somebody wrote, as it came.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Draft {
    pub title: String,
    pub body: String,
    pub title_en: String,
    pub body_en: String,
    pub stars: Option<i64>,
}

/// A field and the key of the text that says what is wrong with it.
pub type Flaw = (&'static str, &'static str);

impl Draft {
    pub fn check(&self, board: Board) -> Result<Text, Vec<Flaw>> {
        let mut flaws = Vec::new();
        let title = checked(&self.title, LONGEST_TITLE, ("title", "board-title-missing", "board-title-long"), &mut flaws);
        let body = checked(&self.body, LONGEST_BODY, ("body", "board-body-missing", "board-body-long"), &mut flaws);
        let english = self.english(board, &mut flaws);
        let stars = if board == Board::Reviews { self.stars } else { None };
        if board == Board::Reviews && !stars.is_some_and(|stars| (1..=5).contains(&stars)) {
            flaws.push(("stars", "board-stars-range"));
        }
        if flaws.is_empty() { Ok(Text { title, body, english, stars }) } else { Err(flaws) }
    }

    /// Both or neither, and only notices.
    fn english(&self, board: Board, flaws: &mut Vec<Flaw>) -> Option<(String, String)> {
        let nothing = self.title_en.trim().is_empty() && self.body_en.trim().is_empty();
        if board != Board::Notices || nothing {
            return None;
        }
        let title =
            checked(&self.title_en, LONGEST_TITLE, ("title_en", "board-title-missing", "board-title-long"), flaws);
        let body = checked(&self.body_en, LONGEST_BODY, ("body_en", "board-body-missing", "board-body-long"), flaws);
        Some((title, body))
    }
}

/// A comment's or reason's text.
pub fn check_line(field: &'static str, text: &str, most: usize) -> Result<String, Vec<Flaw>> {
    let mut flaws = Vec::new();
    let line = checked(text, most, (field, "board-body-missing", "board-body-long"), &mut flaws);
    if flaws.is_empty() { Ok(line) } else { Err(flaws) }
}

fn checked(text: &str, most: usize, (field, missing, long): (&'static str, &'static str, &'static str), flaws: &mut Vec<Flaw>) -> String {
    let text: String = text.replace("\r\n", "\n").trim().chars().filter(|c| !c.is_control() || *c == '\n').collect();
    if text.is_empty() {
        flaws.push((field, missing));
    } else if text.chars().count() > most {
        flaws.push((field, long));
    }
    text
}

#[derive(Debug, thiserror::Error)]
pub enum BoardError {
    #[error("there is no such post")]
    Unknown,
    /// Not theirs to do: somebody else's post, a notice, a product that they have not bought.
    #[error("not allowed: {0}")]
    Forbidden(&'static str),
    #[error("this member has reviewed this product already")]
    Twice,
    #[error("fields are wrong: {0:?}")]
    Invalid(Vec<Flaw>),
    #[error(transparent)]
    Unavailable(#[from] platform::ports::Unavailable),
    #[error(transparent)]
    Db(#[from] DbError),
}

impl From<diesel::result::Error> for BoardError {
    fn from(error: diesel::result::Error) -> Self {
        Self::Db(error.into())
    }
}

impl WriteError for BoardError {
    fn as_db(&self) -> Option<&DbError> {
        match self {
            Self::Db(e) => Some(e),
            _ => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn drafts_are_checked_per_board() {
        let fine = Draft { title: " t ".into(), body: "b\r\nc".into(), ..Draft::default() };
        let text = fine.check(Board::Qna).unwrap();
        assert_eq!((text.title.as_str(), text.body.as_str()), ("t", "b\nc"));
        let cases: [(Board, Draft, &[&str]); 5] = [
            (Board::Qna, Draft::default(), &["title", "body"]),
            (Board::Qna, Draft { title: "가".repeat(121), ..fine.clone() }, &["title"]),
            (Board::Reviews, fine.clone(), &["stars"]),
            (Board::Reviews, Draft { stars: Some(6), ..fine.clone() }, &["stars"]),
            (Board::Notices, Draft { title_en: "only a title".into(), ..fine.clone() }, &["body_en"]),
        ];
        for (board, draft, fields) in cases {
            let flaws = draft.check(board).unwrap_err();
            assert_eq!(flaws.iter().map(|(field, _)| *field).collect::<Vec<_>>(), fields, "{draft:?}");
        }
        assert_eq!(Draft { stars: Some(9), ..fine }.check(Board::Qna).unwrap().stars, None);
    }
}
