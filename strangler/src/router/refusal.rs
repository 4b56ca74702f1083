use actix_web::http::StatusCode;

use crate::path::BadPath;

/// Why the router itself answers. The words are for whoever sent the request.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Refusal {
    #[error("{0}")]
    BadPath(#[from] BadPath),
    #[error("{0}")]
    BadRequest(&'static str),
    #[error("nothing is at this path")]
    NoRoute,
    /// It went through more routers than there can be between a caller and a service.
    #[error("this request goes round in circles")]
    Loop,
    /// No instance is there, or none takes connections.
    #[error("the service \"{service}\" is not there")]
    NotThere { service: String },
    /// It broke off before the head of its answer, or what it said was no HTTP.
    #[error("the service \"{service}\" broke off")]
    Broken { service: String },
    #[error("the service \"{service}\" did not answer in time")]
    Late { service: String },
    /// The sender stopped in the middle of its request.
    #[error("the rest of the request did not come")]
    Stalled,
}

impl Refusal {
    pub fn status(&self) -> StatusCode {
        match self {
            Self::BadPath(_) | Self::BadRequest(_) => StatusCode::BAD_REQUEST,
            Self::NoRoute => StatusCode::NOT_FOUND,
            Self::Loop => StatusCode::LOOP_DETECTED,
            Self::NotThere { .. } => StatusCode::SERVICE_UNAVAILABLE,
            Self::Broken { .. } => StatusCode::BAD_GATEWAY,
            Self::Late { .. } => StatusCode::GATEWAY_TIMEOUT,
            Self::Stalled => StatusCode::REQUEST_TIMEOUT,
        }
    }

    /// The service's fault: another side may do better.
    pub fn is_of_service(&self) -> bool {
        matches!(
            self,
            Self::NotThere { .. } | Self::Broken { .. } | Self::Late { .. }
        )
    }
}
