//! What the plumbing reports, in the words of [`Problem`].

use std::time::Duration;

use actix_web::http::StatusCode;

use super::Problem;
use crate::db::DbError;
use crate::locale::BadTexts;
use crate::ports::Unavailable;

const SOON: Duration = Duration::from_secs(2);

impl From<askama::Error> for Problem {
    fn from(error: askama::Error) -> Self {
        Self::internal(error)
    }
}

impl From<serde_json::Error> for Problem {
    fn from(error: serde_json::Error) -> Self {
        Self::internal(error)
    }
}

impl From<BadTexts> for Problem {
    fn from(error: BadTexts) -> Self {
        Self::internal(error)
    }
}

/// 503 when it may work later, 421 where another process owns the data (which people are told as 503).
impl From<DbError> for Problem {
    fn from(error: DbError) -> Self {
        let status = match &error {
            DbError::NotOwner { .. } => StatusCode::MISDIRECTED_REQUEST,
            transient if transient.is_transient() => StatusCode::SERVICE_UNAVAILABLE,
            _ => return Self::internal(error),
        };
        Self::of(status).retry_after(SOON).because(error)
    }
}

impl From<Unavailable> for Problem {
    fn from(error: Unavailable) -> Self {
        let problem = Self::unavailable(error.context, SOON);
        if error.is_elsewhere {
            problem.with_status(StatusCode::MISDIRECTED_REQUEST)
        } else {
            problem
        }
        .because(error)
    }
}
