use std::fmt;
use std::process::ExitCode;

/// Why a command failed: one clear line, and the exit code that goes with it.
#[derive(Debug)]
pub enum Failure {
    /// Wrong settings, flags or routes: exit 64 (`EX_USAGE`).
    Usage(String),
    /// Everything else: exit 1.
    Other(String),
}

impl Failure {
    pub fn usage(why: impl ToString) -> Self {
        Self::Usage(why.to_string())
    }

    pub fn other(why: impl ToString) -> Self {
        Self::Other(why.to_string())
    }

    pub fn exit_code(&self) -> ExitCode {
        match self {
            Self::Usage(_) => ExitCode::from(64),
            Self::Other(_) => ExitCode::FAILURE,
        }
    }
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Usage(why) | Self::Other(why) => f.write_str(why),
        }
    }
}

impl From<platform::db::OpenError> for Failure {
    fn from(error: platform::db::OpenError) -> Self {
        match error {
            platform::db::OpenError::NotPostgres => Self::usage(error),
            _ => Self::other(error),
        }
    }
}

impl From<platform::ports::Unavailable> for Failure {
    fn from(error: platform::ports::Unavailable) -> Self {
        Self::other(error)
    }
}
