use platform::db::{DbError, WriteError};
use platform::ports::Unavailable;
use platform::problem::FieldError;

use super::PostId;

/// By what the caller can do about it.
#[derive(Debug, thiserror::Error)]
pub enum BoardError {
    /// Or hidden from whoever asks.
    #[error("no such post")]
    Unknown,
    #[error("not theirs to change")]
    NotTheirs,
    #[error("they have not bought it")]
    NotBought,
    #[error("they have reviewed it already")]
    Twice(PostId),
    #[error("more comments than anybody reads")]
    Full,
    /// The member has left.
    #[error("no such member")]
    Departed,
    #[error("it cannot be posted so: {0:?}")]
    Invalid(Vec<FieldError>),
    #[error(transparent)]
    Unavailable(#[from] Unavailable),
    #[error(transparent)]
    Db(#[from] DbError),
}

impl BoardError {
    pub fn field(field: &'static str, key: &'static str) -> Self {
        Self::Invalid(vec![FieldError::new(field, key)])
    }
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
