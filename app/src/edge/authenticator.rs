//! Who a session or an API key is: members know, and this remembers for a while.

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, AtomicU64, Ordering};
use std::time::Duration;

use actix_web::HttpRequest;
use actix_web::dev::ServiceRequest;
use actix_web::http::Method;
use actix_web::http::header::{ACCEPT_LANGUAGE, AUTHORIZATION};
use kernel::{Clock, GuestId, Locale, Timestamp};
use members::api::{Who, WhoIs};
use platform::identity::cookies::Jar;
use platform::identity::{self, Identity};
use platform::ports::{Ctx, Port};
use platform::shell::Shell;

/// An answer is asked for again after this long.
const FRESH: Duration = Duration::from_secs(5);
/// While members cannot answer, the last answer holds for this long.
const KEPT: Duration = Duration::from_mins(15);
/// For somebody of whom nothing is known.
const PATIENCE: Duration = Duration::from_secs(2);
/// For somebody who is known from before: a slow answer is no reason to let everyone wait.
const IMPATIENCE: Duration = Duration::from_millis(250);
/// When members did not answer, they are left alone for so long: microseconds.
const PAUSE: i64 = 1_000_000;

/// A change at any of these may end a session or a role: from then on everyone is asked about again.
const MEMBERS_PATHS: [&str; 8] = [
    "/join",
    "/login",
    "/logout",
    "/reset",
    "/my/profile",
    "/api/members",
    "/api/session",
    "/api/keys",
];
const MEMBERS_ADMIN: [&str; 2] = ["/admin/members", "/api/admin/members"];

/// Asks members who a session or key is, and remembers for a while.
pub struct Authenticator {
    members: Port<members::Host>,
    clock: Arc<dyn Clock>,
    known: moka::sync::Cache<Credentials, Known>,
    /// Grows with every change at members: what is older is asked for again.
    generation: AtomicU64,
    /// Until when members are left alone, in microseconds.
    paused: AtomicI64,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash)]
enum Credentials {
    Session(String),
    ApiKey(String),
}

#[derive(Clone)]
struct Known {
    who: Option<Who>,
    at: Timestamp,
    generation: u64,
}

impl Authenticator {
    pub fn new(members: Port<members::Host>, clock: Arc<dyn Clock>) -> Self {
        let known = moka::sync::Cache::builder()
            .max_capacity(100_000)
            .time_to_live(KEPT)
            .build();
        Self {
            members,
            clock,
            known,
            generation: AtomicU64::default(),
            paused: AtomicI64::default(),
        }
    }

    /// Who asks, and the guest id if it is new.
    pub async fn identify(
        &self,
        shell: &Shell,
        request: &ServiceRequest,
    ) -> (Identity, Option<GuestId>) {
        let is_api = request.path().starts_with("/api/");
        let http = request.request();
        let shown = Jar::Guest.read(http).and_then(|id| id.parse().ok());
        let new_guest = if shown.is_none() {
            Some(shell.new_id())
        } else {
            None
        };
        let mut found = Identity {
            guest: shown.or(new_guest),
            ..Identity::default()
        };
        let mut preferred = None;
        if let Some(credentials) = credentials(shell, request, is_api) {
            match self.who(credentials, request.request()).await {
                Ok(Some(who)) => {
                    preferred = Some(who.locale);
                    found.member = Some(who.member);
                    found.session = who.session_id.map(Into::into);
                    found.roles = who.roles.into_iter().collect();
                }
                Ok(None) => {}
                Err(()) => found.certain = false,
            }
        }
        found.locale = locale(request, is_api, preferred);
        (found, new_guest)
    }

    /// `Err` when members cannot be asked and nothing is remembered.
    async fn who(
        &self,
        credentials: Credentials,
        request: &HttpRequest,
    ) -> Result<Option<Who>, ()> {
        let (now, generation) = (self.clock.now(), self.generation.load(Ordering::Acquire));
        let known = self.known.get(&credentials);
        if let Some(known) = &known
            && known.generation == generation
            && now.since(known.at) < FRESH
        {
            return Ok(known.who.clone());
        }
        if now.as_micros() < self.paused.load(Ordering::Relaxed) {
            return known.map(|known| known.who).ok_or(());
        }
        let patience = if known.is_some() {
            IMPATIENCE
        } else {
            PATIENCE
        };
        let ctx = Ctx::of(request, patience);
        match self.members.call(credentials.question(), &ctx).await {
            Ok(who) => {
                let answer = Known {
                    who: who.clone(),
                    at: now,
                    generation,
                };
                self.known.insert(credentials, answer);
                Ok(who)
            }
            Err(error) => {
                tracing::debug!(%error, "members cannot say who this is");
                let until = now.as_micros().saturating_add(PAUSE);
                self.paused.fetch_max(until, Ordering::Relaxed);
                known.map(|known| known.who).ok_or(())
            }
        }
    }

    /// After a request that succeeded: a change at members may have ended a session or a role. Whoever made it is
    /// forgotten, an administrator's change may be about anybody; of all others only the freshness goes, so that they
    /// stay who they are should members go down this moment.
    pub fn forget_after(&self, method: &Method, path: &str, who: Option<&Identity>) {
        let below = |root: &str| {
            path.strip_prefix(root)
                .is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
        };
        if method.is_safe() {
            return;
        }
        if MEMBERS_ADMIN.into_iter().any(below) {
            self.known.invalidate_all();
        } else if MEMBERS_PATHS.into_iter().any(below) {
            let member = who.and_then(|who| who.member);
            let theirs = self.known.iter().filter(|(_, known)| {
                member.is_some() && known.who.as_ref().map(|who| who.member) == member
            });
            for (credentials, _) in theirs {
                self.known.invalidate(&*credentials);
            }
        } else {
            return;
        }
        self.generation.fetch_add(1, Ordering::Release);
        // they have just answered
        self.paused.store(0, Ordering::Relaxed);
    }
}

impl Credentials {
    fn question(&self) -> WhoIs {
        let (session, api_key) = match self {
            Self::Session(session) => (Some(session.clone()), None),
            Self::ApiKey(key) => (None, Some(key.clone())),
        };
        WhoIs { session, api_key }
    }
}

fn credentials(shell: &Shell, request: &ServiceRequest, is_api: bool) -> Option<Credentials> {
    let given = request.headers().get(AUTHORIZATION);
    if given.is_some_and(|given| shell.key.is_bearer(given.as_bytes())) {
        // a neighbour is no member, and its key nobody's business
        return None;
    }
    let bearer = given.and_then(|value| value.to_str().ok());
    if let Some(key) = bearer
        .and_then(|header| header.strip_prefix("Bearer "))
        .filter(|_| is_api)
    {
        return Some(Credentials::ApiKey(key.trim().to_owned()));
    }
    Jar::Session
        .read(request.request())
        .map(Credentials::Session)
}

/// The API goes by `Accept-Language` alone; pages by the switch, then the browser, then the member's own language.
fn locale(request: &ServiceRequest, is_api: bool, preferred: Option<Locale>) -> Locale {
    let asked = identity::negotiated(request.headers());
    if is_api {
        return asked;
    }
    let chosen = Jar::Language
        .read(request.request())
        .and_then(|tag| Locale::parse(&tag));
    let says = request.headers().contains_key(ACCEPT_LANGUAGE);
    chosen
        .or_else(|| says.then_some(asked))
        .or(preferred)
        .unwrap_or(asked)
}
