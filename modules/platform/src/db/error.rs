use diesel::result::{DatabaseErrorKind, Error};

/// What a database could not do, by what the caller can do about it.
#[derive(Debug, thiserror::Error)]
pub enum DbError {
    /// Not reachable, or busy beyond patience: later it may work.
    #[error("the database cannot be reached: {0}")]
    Unavailable(String),
    /// Conflicting writes used up all retries: later it may work.
    #[error("too many writes at the same place: {0}")]
    Conflict(String),
    /// The disk is full or failing; nothing was written.
    #[error("the database cannot write: {0}")]
    Storage(String),
    #[error("{holder} owns this database now")]
    NotOwner { holder: String },
    #[error(transparent)]
    Query(Error),
    #[error("a database closure panicked: {0}")]
    Panicked(String),
}

/// The error of a write: a context's own, which can also be the database's.
pub trait WriteError: From<DbError> + Send + 'static {
    /// The database's part, if that is what it is: conflicts in it are retried.
    fn as_db(&self) -> Option<&DbError>;
}

impl WriteError for DbError {
    fn as_db(&self) -> Option<&DbError> {
        Some(self)
    }
}

impl DbError {
    pub(super) fn stopped() -> Self {
        Self::Unavailable("it was closed".to_owned())
    }

    /// Whether the same closure may succeed when it runs again at once.
    pub(super) fn is_conflict(&self) -> bool {
        matches!(self, Self::Conflict(_))
    }

    /// The same for another caller that waited for the same thing.
    pub(super) fn again(&self) -> Self {
        match self {
            Self::Conflict(why) => Self::Conflict(why.clone()),
            Self::Storage(why) => Self::Storage(why.clone()),
            Self::NotOwner { holder } => Self::NotOwner {
                holder: holder.clone(),
            },
            other => Self::Unavailable(other.to_string()),
        }
    }

    /// The data is served elsewhere: no failure of this process, and nothing that it could try again.
    pub fn is_not_owner(&self) -> bool {
        matches!(self, Self::NotOwner { .. })
    }

    pub fn is_transient(&self) -> bool {
        matches!(
            self,
            Self::Unavailable(_) | Self::Conflict(_) | Self::Storage(_)
        )
    }

    pub fn is_unique_violation(&self) -> bool {
        matches!(
            self,
            Self::Query(Error::DatabaseError(DatabaseErrorKind::UniqueViolation, _))
        )
    }
}

/// SQLite's BUSY, FULL and IOERR all arrive as `Unknown`: only the message tells them apart.
impl From<Error> for DbError {
    fn from(error: Error) -> Self {
        match &error {
            Error::DatabaseError(DatabaseErrorKind::SerializationFailure, info) => {
                Self::Conflict(info.message().to_owned())
            }
            Error::DatabaseError(DatabaseErrorKind::ClosedConnection, info) => {
                Self::Unavailable(info.message().to_owned())
            }
            Error::DatabaseError(DatabaseErrorKind::Unknown, info) => {
                let message = info.message();
                let has = |words: &[&str]| words.iter().any(|w| message.contains(w));
                if has(&["deadlock detected"]) {
                    Self::Conflict(message.to_owned())
                } else if has(&[
                    "is full",
                    "disk I/O error",
                    "out of memory",
                    "No space left",
                ]) {
                    Self::Storage(message.to_owned())
                } else if has(&[
                    "database is locked",
                    "lock timeout",
                    "server closed the connection",
                    "terminating connection",
                ]) {
                    Self::Unavailable(message.to_owned())
                } else {
                    Self::Query(error)
                }
            }
            _ => Self::Query(error),
        }
    }
}

impl From<diesel::ConnectionError> for DbError {
    fn from(error: diesel::ConnectionError) -> Self {
        Self::Unavailable(error.to_string())
    }
}
