//! A flip, as somebody at the console or a program asks for it, and what they are told when it is refused.

use std::sync::Arc;

use actix_web::http::StatusCode;
use kernel::MemberId;
use platform::problem::{FieldError, Problem};
use serde_json::Value;
use strangler::{Backend, BadBackend, Flip, History, RouteTable, SetError, Target};

use crate::pages::OwnPages;
use crate::routing::{Routing, now};

/// Characters.
const LONGEST_REASON: usize = 500;

/// What is to become of a route.
#[derive(Clone, Debug)]
pub struct Wish {
    pub route: String,
    pub backend: Backend,
    pub why: String,
    /// The version of the file that whoever wishes it has seen.
    pub seen: Option<String>,
}

impl Wish {
    fn by(self, admin: MemberId) -> Flip {
        Flip {
            route: self.route,
            backend: self.backend,
            // personal data stays with members
            who: format!("member:{admin}"),
            why: self.why.trim().to_owned(),
            at: now(),
            seen: self.seen,
        }
    }
}

/// In effect when this answers.
pub async fn set(
    own: &OwnPages,
    admin: MemberId,
    wish: Wish,
) -> Result<Result<RouteTable, SetError>, Problem> {
    let flip = wish.by(admin);
    blocking(own, move |routing| {
        let table = routing.file.set(&flip)?;
        routing.watch.refresh();
        Ok(table)
    })
    .await
}

/// The table that it would lead to.
pub async fn preview(
    own: &OwnPages,
    admin: MemberId,
    wish: Wish,
) -> Result<Result<RouteTable, SetError>, Problem> {
    let flip = wish.by(admin);
    blocking(own, move |routing| routing.file.preview(&flip)).await
}

pub async fn history(own: &OwnPages) -> Result<History, Problem> {
    blocking(own, |routing| routing.file.history())
        .await?
        .map_err(Problem::internal)
}

async fn blocking<T: Send + 'static>(
    own: &OwnPages,
    work: impl FnOnce(&Routing) -> T + Send + 'static,
) -> Result<T, Problem> {
    let routing = Arc::clone(&own.routing);
    tokio::task::spawn_blocking(move || work(&routing))
        .await
        .map_err(Problem::internal)
}

/// The status, the text's key, and what stands in it as `why`.
pub fn refusal(error: &SetError) -> (StatusCode, &'static str, String) {
    let (status, key) = match error {
        SetError::NoSuchRoute { .. } => (StatusCode::NOT_FOUND, "app-route-none"),
        SetError::NoReason => (StatusCode::UNPROCESSABLE_ENTITY, "app-route-why-missing"),
        SetError::Changed => (StatusCode::CONFLICT, "app-route-changed"),
        SetError::Busy => (StatusCode::CONFLICT, "app-route-busy"),
        SetError::Refused(_) => (StatusCode::CONFLICT, "app-route-refused"),
        SetError::Unwritable { .. } => (StatusCode::INTERNAL_SERVER_ERROR, "app-route-unwritable"),
    };
    (status, key, error.to_string())
}

pub fn problem(error: &SetError) -> Problem {
    let (status, key, why) = refusal(error);
    let problem = Problem::of(status).key(key).arg("why", why.clone());
    if status.is_server_error() {
        problem.because(why)
    } else {
        problem
    }
}

/// As in the routes file, or as on the command line.
pub fn backend(written: &Value) -> Result<Backend, BadBackend> {
    let unreadable = || BadBackend::Unreadable(written.to_string());
    match written {
        Value::String(word) => word.trim().parse(),
        Value::Object(shares) => {
            let shares = shares.iter().map(|(name, share)| {
                let share = share.as_u64().ok_or_else(unreadable)?;
                Ok((Target::from(name.as_str()), share))
            });
            Backend::new(shares.collect::<Result<Vec<_>, BadBackend>>()?)
        }
        _ => Err(unreadable()),
    }
}

/// What is wrong with a field called `backend`.
pub fn bad_backend(error: &BadBackend) -> FieldError {
    match error {
        BadBackend::Sum(sum) => FieldError::new("backend", "app-route-bad-sum").arg("sum", sum),
        BadBackend::Twice(name) => {
            FieldError::new("backend", "app-route-bad-twice").arg("name", name)
        }
        BadBackend::Unreadable(text) => {
            FieldError::new("backend", "app-route-bad-backend").arg("text", text)
        }
    }
}

/// Services that the table does not know.
pub fn unknown_services(table: &RouteTable, backend: &Backend) -> Vec<FieldError> {
    let unknown = backend
        .services()
        .filter(|name| table.service(name).is_none());
    let known: Vec<&str> = table.services.iter().map(|s| s.name.as_str()).collect();
    unknown
        .map(|name| {
            FieldError::new("backend", "app-route-no-service")
                .arg("service", name)
                .arg("services", known.join(", "))
        })
        .collect()
}

pub fn bad_reason(why: &str) -> Option<FieldError> {
    let length = why.trim().chars().count();
    (length == 0 || length > LONGEST_REASON)
        .then(|| FieldError::new("why", "app-route-why-missing").arg("most", LONGEST_REASON))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_backend_is_read_as_the_file_and_as_the_command_line_write_it() {
        for (written, expect) in [
            (json!("module"), Some("module")),
            (json!(" catalog "), Some("catalog")),
            (json!("catalog=10"), Some("catalog=10,module=90")),
            (
                json!({ "module": 90, "catalog": 10 }),
                Some("catalog=10,module=90"),
            ),
            (json!({ "module": 0, "catalog": 100 }), Some("catalog")),
            (json!({ "module": 90 }), None),
            (json!({ "module": "90", "catalog": 10 }), None),
            (json!({ "module": 90.5, "catalog": 9.5 }), None),
            (json!({}), None),
            (json!(""), None),
            (json!("a b"), None),
            (json!(7), None),
            (json!(["module"]), None),
        ] {
            let read = backend(&written).ok().map(|backend| backend.to_string());
            assert_eq!(read.as_deref(), expect, "{written}");
        }
    }
}
