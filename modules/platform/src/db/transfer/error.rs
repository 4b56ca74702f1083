use crate::db::DbError;

/// Why data did not move. Says what and where; nothing was changed that counts.
#[derive(Debug, thiserror::Error)]
pub enum TransferError {
    #[error("{location}: {source}")]
    Db { location: String, source: DbError },
    #[error("{0}: there is no database of this context")]
    Missing(String),
    #[error("{location} is owned by {holder}")]
    NotOwner { location: String, holder: String },
    #[error("{location} has data of its own, served by {holder}; nothing was copied")]
    Occupied { location: String, holder: String },
    #[error("{location} knows a later owner, {holder}, than what would be copied into it")]
    Later { location: String, holder: String },
    #[error("the tables differ: {0}; both sides need the same version of banyan")]
    Shape(String),
    #[error("table {table}: {why}")]
    Value { table: String, why: String },
    #[error("the copy of {table} differs from what was read; nothing was moved")]
    Differs { table: String },
}

impl TransferError {
    pub(super) fn at<E: Into<DbError>>(location: &str) -> impl Fn(E) -> Self {
        move |source| Self::Db {
            location: location.to_owned(),
            source: source.into(),
        }
    }
}
