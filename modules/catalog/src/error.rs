use platform::db::{DbError, WriteError};
use platform::problem::{FieldError, Problem};

use crate::domain::Flaw;

/// What the catalogue could not do, by what the caller can do about it.
#[derive(Debug, thiserror::Error)]
pub enum CatalogError {
    #[error("there is no such product")]
    Unknown,
    /// Somebody changed it since the caller looked.
    #[error("the product was changed meanwhile")]
    Stale,
    /// The product is not as it must be.
    #[error("{}", .0.first().map_or_else(String::new, |(_, flaw)| format!("{} {}", flaw.field, flaw.rule)))]
    Refused(Vec<(usize, Flaw)>),
    #[error(transparent)]
    Db(DbError),
}

impl WriteError for CatalogError {
    fn as_db(&self) -> Option<&DbError> {
        match self {
            Self::Db(error) => Some(error),
            _ => None,
        }
    }
}

impl From<DbError> for CatalogError {
    fn from(error: DbError) -> Self {
        Self::Db(error)
    }
}

impl From<diesel::result::Error> for CatalogError {
    fn from(error: diesel::result::Error) -> Self {
        Self::Db(error.into())
    }
}

impl From<CatalogError> for Problem {
    fn from(error: CatalogError) -> Self {
        match error {
            CatalogError::Unknown => Self::not_found(),
            CatalogError::Stale => Self::conflict("catalog-stale"),
            CatalogError::Refused(flaws) => {
                let is_conflict =
                    !flaws.is_empty() && flaws.iter().all(|(_, flaw)| flaw.rule.is_conflict());
                let problem =
                    Self::invalid(flaws.iter().map(|(_, flaw)| field_error(flaw)).collect());
                if is_conflict {
                    problem.with_status(actix_web::http::StatusCode::CONFLICT)
                } else {
                    problem
                }
            }
            CatalogError::Db(error) => error.into(),
        }
    }
}

pub fn field_error(flaw: &Flaw) -> FieldError {
    flaw.rule.args().into_iter().fold(
        FieldError::new(flaw.field.clone(), flaw.rule.key()),
        |error, (name, value)| error.arg(name, value),
    )
}
