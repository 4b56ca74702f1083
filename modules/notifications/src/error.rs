use platform::db::{DbError, WriteError};

/// What notifications could not do.
#[derive(Debug, thiserror::Error)]
pub enum MailError {
    #[error(transparent)]
    Db(#[from] DbError),
    /// A row that does not read back, or a template that fails: nothing that waiting would mend.
    #[error("the mail cannot be written: {0}")]
    Unwritable(String),
}

impl From<diesel::result::Error> for MailError {
    fn from(error: diesel::result::Error) -> Self {
        Self::Db(error.into())
    }
}

impl From<serde_json::Error> for MailError {
    fn from(error: serde_json::Error) -> Self {
        // the place alone: the text of the error may quote the letter
        Self::Unwritable(format!("column {} of its letter", error.column()))
    }
}

impl WriteError for MailError {
    fn as_db(&self) -> Option<&DbError> {
        match self {
            Self::Db(e) => Some(e),
            Self::Unwritable(_) => None,
        }
    }
}
