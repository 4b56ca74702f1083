//! Who is asking: the app's `Authenticate` hook and the middleware that puts the answer before every handler.

use std::sync::Arc;
use std::time::Duration;

use actix_web::body::MessageBody;
use actix_web::dev::{ServiceRequest, ServiceResponse};
use actix_web::http::Method;
use actix_web::http::header::{AUTHORIZATION, HeaderName};
use actix_web::middleware::Next;
use actix_web::web::Data;
use actix_web::{Error, HttpMessage};
use kernel::{Clock, GuestId, Locale, Timestamp};
use members::api::{Who, WhoIs};
use platform::identity::cookies::Jar;
use platform::identity::{self, Client, Identity, token};
use platform::ports::{Ctx, Port};
use platform::shell::Shell;

/// An answer is asked for again after this long.
const FRESH: Duration = Duration::from_secs(5);
/// While members cannot answer, the last answer holds for this long.
const KEPT: Duration = Duration::from_mins(15);
const PATIENCE: Duration = Duration::from_secs(2);
const GUEST_LIFETIME: Duration = Duration::from_hours(365 * 24);

/// A change at any of these may end a session or a role: everything that is known is asked for again.
const MEMBERS_PATHS: [&str; 9] = [
    "/join",
    "/login",
    "/logout",
    "/reset",
    "/my/profile",
    "/api/members",
    "/api/session",
    "/api/keys",
    "/admin/members",
];
const MEMBERS_ADMIN_API: &str = "/api/admin/members";

/// Asks members who a session or key is, and remembers for a while.
pub struct Authenticator {
    members: Port<members::Host>,
    clock: Arc<dyn Clock>,
    known: moka::sync::Cache<Credentials, Known>,
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
}

/// Where identity comes from in this process.
pub enum Edge {
    /// Browsers and API clients come here first.
    Front(Authenticator),
    /// An extracted service: the router has asked already, and signs what it found for one of these.
    Behind { audiences: Vec<String> },
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
        }
    }

    /// `Err` when members cannot be asked and nothing is remembered.
    async fn who(&self, credentials: Credentials) -> Result<Option<Who>, ()> {
        let now = self.clock.now();
        let known = self.known.get(&credentials);
        if let Some(known) = &known
            && now.since(known.at) < FRESH
        {
            return Ok(known.who.clone());
        }
        let ask = match &credentials {
            Credentials::Session(session) => WhoIs {
                session: Some(session.clone()),
                api_key: None,
            },
            Credentials::ApiKey(key) => WhoIs {
                session: None,
                api_key: Some(key.clone()),
            },
        };
        match self.members.call(ask, &Ctx::background(PATIENCE)).await {
            Ok(who) => {
                self.known.insert(
                    credentials,
                    Known {
                        who: who.clone(),
                        at: now,
                    },
                );
                Ok(who)
            }
            Err(error) => {
                tracing::debug!(%error, "members cannot say who this is");
                known.map(|known| known.who).ok_or(())
            }
        }
    }

    fn forget_after(&self, method: &Method, path: &str) {
        let below = |root: &str| {
            path.strip_prefix(root)
                .is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
        };
        let of_members = MEMBERS_PATHS
            .iter()
            .copied()
            .chain([MEMBERS_ADMIN_API])
            .any(below);
        if of_members && !method.is_safe() {
            self.known.invalidate_all();
        }
    }
}

/// The middleware. Puts [`Identity`] (and behind a router [`Client`]) into the request's extensions.
pub async fn identify(
    edge: Data<Edge>,
    mut request: ServiceRequest,
    next: Next<impl MessageBody>,
) -> Result<ServiceResponse<impl MessageBody>, Error> {
    if is_plain(request.path()) {
        return next.call(request).await;
    }
    let Some(shell) = request.app_data::<Data<Shell>>().cloned() else {
        return next.call(request).await;
    };
    let Edge::Front(authenticator) = &**edge else {
        behind(&edge, &shell, &request);
        return next.call(request).await;
    };
    request
        .headers_mut()
        .remove(HeaderName::from_static(identity::HEADER));
    let (found, new_guest) = front(authenticator, &shell, &request).await;
    request.extensions_mut().insert(found);
    let (method, path) = (request.method().clone(), request.path().to_owned());
    let mut response = next.call(request).await?;
    authenticator.forget_after(&method, &path);
    if let Some(guest) = new_guest {
        let https = Client::of(response.request()).https;
        let cookie = Jar::Guest.build(https, guest.to_string(), Some(GUEST_LIFETIME));
        // a cookie that cannot be a header does not exist: it is a UUID
        let _ = response.response_mut().add_cookie(&cookie);
    }
    Ok(response)
}

/// Paths that are the same for everyone.
fn is_plain(path: &str) -> bool {
    ["/static/", "/pictures/", "/internal/"]
        .iter()
        .any(|root| path.starts_with(root))
        || ["/livez", "/readyz"].contains(&path)
}

fn behind(edge: &Edge, shell: &Shell, request: &ServiceRequest) {
    let Edge::Behind { audiences } = edge else {
        return;
    };
    let token = request
        .headers()
        .get(identity::HEADER)
        .and_then(|value| value.to_str().ok());
    let now = shell.now();
    let known = |token: &str| {
        audiences
            .iter()
            .find_map(|to| token::verify(&shell.key, token, to, now).ok())
    };
    let Some(found) = token.and_then(known) else {
        return;
    };
    if let Some(peer) = request.peer_addr() {
        let client = Client::forwarded(peer.ip(), request.headers());
        request.extensions_mut().insert(client);
    }
    request.extensions_mut().insert(found);
}

/// Who it is, and the guest id if it is new.
async fn front(
    from: &Authenticator,
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
    if let Some(credentials) = credentials(request, is_api) {
        match from.who(credentials).await {
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

fn credentials(request: &ServiceRequest, is_api: bool) -> Option<Credentials> {
    let bearer = request
        .headers()
        .get(AUTHORIZATION)
        .and_then(|value| value.to_str().ok());
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
    let says = request
        .headers()
        .contains_key(actix_web::http::header::ACCEPT_LANGUAGE);
    chosen
        .or_else(|| says.then_some(asked))
        .or(preferred)
        .unwrap_or(asked)
}
