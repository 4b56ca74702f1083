//! Writes the letters that people wait for, and tidies up. Runs under the lease of the database.

use std::sync::Arc;
use std::time::Duration;

use platform::db::Conn;
use platform::ports::{Ctx, Unavailable};
use tokio_util::sync::CancellationToken;

use crate::domain::{MembersError, RESET};
use crate::needs::{Post, ResetLetter};
use crate::secret::Secret;
use crate::service::Service;
use crate::store::resets::Request;
use crate::store::{members, resets, sessions};

const AT_ONCE: i64 = 50;
/// Another process may have taken the request.
const POLL: Duration = Duration::from_secs(2);
const LONGEST_PAUSE: Duration = Duration::from_secs(30);
const PATIENCE: Duration = Duration::from_secs(10);
const TIDY: Duration = Duration::from_hours(1);

/// Sends what waits until `stop`; while the post cannot be reached, letters wait.
pub async fn run(service: Arc<Service>, post: Arc<dyn Post>, stop: CancellationToken) {
    let mut failures = 0;
    while !stop.is_cancelled() {
        let pause = match send_waiting(&service, &*post).await {
            Ok(0) => POLL,
            Ok(_) => Duration::ZERO,
            Err(error) => {
                failures += 1;
                tracing::debug!(%error, failures, "letters wait");
                (POLL * 2_u32.pow(failures.min(4))).min(LONGEST_PAUSE)
            }
        };
        if pause <= POLL {
            failures = 0;
        }
        tokio::select! {
            () = stop.cancelled() => {}
            () = service.letters.notified(), if failures == 0 => {}
            () = tokio::time::sleep(pause) => {}
        }
    }
}

#[derive(Debug, thiserror::Error)]
pub enum Unsent {
    #[error(transparent)]
    Members(#[from] MembersError),
    #[error(transparent)]
    Post(#[from] Unavailable),
}

/// Answers how many requests are settled.
pub async fn send_waiting(service: &Service, post: &dyn Post) -> Result<usize, Unsent> {
    let read = |conn: &mut Conn| Ok::<_, MembersError>(resets::waiting(conn, AT_ONCE)?);
    let waiting = service.host.db.read(read).await?;
    let settled = waiting.len();
    for request in waiting {
        if let Some(letter) = write(service, &request).await? {
            post.send(letter, &Ctx::background(PATIENCE)).await?;
        }
        let done =
            move |conn: &mut Conn| Ok::<_, MembersError>(resets::answered(conn, &request.id)?);
        service.host.db.write(done).await?;
    }
    Ok(settled)
}

/// `None`: the member has left, or the letter comes too late to be of use. Each try makes a link of its own, as only
/// hashes are kept; whichever letter arrives, its link works.
async fn write(service: &Service, request: &Request) -> Result<Option<ResetLetter>, MembersError> {
    let now = service.shell.now();
    if now.since(request.at) >= RESET {
        return Ok(None);
    }
    let token = Secret::new(&service.shell);
    let (hash, member) = (token.hash(), request.member);
    let link = move |conn: &mut Conn| {
        let Some(member) = members::get(conn, member)? else {
            return Ok::<_, MembersError>(None);
        };
        resets::add_link(conn, &hash, member.id, now.after(RESET))?;
        Ok(Some(member))
    };
    let member = service.host.db.write(link).await?;
    let shop = service
        .shell
        .public_url
        .as_deref()
        .unwrap_or_default()
        .trim_end_matches('/');
    Ok(member.map(|member| ResetLetter {
        key: request.id.clone(),
        email: member.email,
        name: member.name,
        locale: member.locale,
        link: format!("{shop}/reset/{}", token.as_str()),
    }))
}

/// Removes what has ended, now and then, until `stop`.
pub async fn tidy(service: Arc<Service>, stop: CancellationToken) {
    while !stop.is_cancelled() {
        match remove_ended(&service).await {
            Ok(0) => {}
            Ok(removed) => {
                tracing::debug!(removed, "what has ended is removed");
            }
            Err(error) => tracing::warn!(%error, "what has ended could not be removed"),
        }
        tokio::select! {
            () = stop.cancelled() => {}
            () = tokio::time::sleep(TIDY) => {}
        }
    }
}

pub async fn remove_ended(service: &Service) -> Result<usize, MembersError> {
    let now = service.shell.now();
    let write = move |conn: &mut Conn| {
        Ok(sessions::remove_ended(conn, now)? + resets::remove_expired(conn, now)?)
    };
    service.host.db.write(write).await
}
