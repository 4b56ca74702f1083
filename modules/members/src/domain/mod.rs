//! The rules of membership: pure, without clock and I/O.

mod address;
mod email;
mod password;

use std::time::Duration;

use platform::db::{DbError, WriteError};
use platform::problem::FieldError;

pub use address::Address;
pub use email::Email;
pub use password::Password;

/// A session that is not used for so long has ended.
pub const SESSION: Duration = Duration::from_hours(14 * 24);
/// When something was last used is written down this often, not with every page.
pub const USE_NOTED: Duration = Duration::from_hours(1);
/// How long the link of a password reset works, and how long we try to send it.
pub const RESET: Duration = Duration::from_mins(30);
pub const MOST_ADDRESSES: usize = 20;
pub const MOST_KEYS: usize = 20;
pub const LONGEST_NAME: usize = 50;

/// What membership cannot do, by what the caller can do about it.
#[derive(Debug, thiserror::Error)]
pub enum MembersError {
    /// To be put right and sent again.
    #[error("{0:?}")]
    Invalid(Vec<FieldError>),
    #[error("a member has this e-mail address already")]
    Taken,
    /// Which of the two is wrong is not told.
    #[error("e-mail address and password do not belong together")]
    NoMatch,
    /// The session is of somebody who has left.
    #[error("this is no member any more")]
    Gone,
    /// Not there, or somebody else's: which of the two is not told.
    #[error("there is no such thing")]
    Unknown,
    #[error("this link was used, has expired or never was one")]
    StaleLink,
    #[error("somebody must stay administrator")]
    LastAdmin,
    /// An old one must go first; names the text that says so.
    #[error("too many: {0}")]
    Full(&'static str),
    #[error("a password could not be hashed: {0}")]
    Hash(String),
    #[error(transparent)]
    Db(#[from] DbError),
}

impl MembersError {
    pub fn invalid(field: &'static str, key: &'static str) -> Self {
        Self::Invalid(vec![FieldError::new(field, key)])
    }
}

impl From<diesel::result::Error> for MembersError {
    fn from(error: diesel::result::Error) -> Self {
        Self::Db(error.into())
    }
}

impl WriteError for MembersError {
    fn as_db(&self) -> Option<&DbError> {
        match self {
            Self::Db(e) => Some(e),
            _ => None,
        }
    }
}

/// One line of 1 to `longest` characters, without the blanks around it.
pub fn line(text: &str, longest: usize) -> Option<String> {
    let text = text.trim();
    let fits = (1..=longest).contains(&text.chars().count()) && !text.chars().any(char::is_control);
    fits.then(|| text.to_owned())
}

/// A person's or an API key's name.
pub fn name(text: &str) -> Option<String> {
    line(text, LONGEST_NAME)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_one_line_of_fifty_characters() {
        for (text, expect) in [
            (" 김서연 ", Some("김서연")),
            ("", None),
            ("  ", None),
            ("a\nb", None),
            ("Ann O'Neil-Kim", Some("Ann O'Neil-Kim")),
        ] {
            assert_eq!(name(text).as_deref(), expect, "{text:?}");
        }
        assert!(name(&"가".repeat(50)).is_some());
        assert!(name(&"가".repeat(51)).is_none());
    }
}
