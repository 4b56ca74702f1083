//! Who is asking: found out once per request by the app, carried in the request's extensions and between
//! processes in a signed token.

mod client;
pub mod cookies;
pub mod csrf;
mod key;
pub mod token;

use std::fmt::Write;
use std::future::{Ready, ready};
use std::sync::Arc;
use std::time::Duration;

use actix_web::dev::Payload;
use actix_web::http::header::{ACCEPT_LANGUAGE, HeaderMap};
use actix_web::{FromRequest, HttpMessage, HttpRequest};
use kernel::{GuestId, Locale, MemberId};

use crate::problem::Problem;

pub use client::{Client, InvalidProxy, TrustedProxies};
pub use key::{KeyError, ServiceKey};

/// Carries the token between processes; stripped from strangers' requests.
pub const HEADER: &str = "x-banyan-identity";

/// Carries the address of whoever asks to a service, beside the token: the router knows which proxies to believe.
pub const CLIENT: &str = "x-banyan-client";

/// Who is asked about sessions, named when they cannot be.
const ASKED: &str = "members";
pub(crate) const LOGIN: &str = "/login";

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Identity {
    pub member: Option<MemberId>,
    pub guest: Option<GuestId>,
    /// Names the session, is not its secret.
    pub session: Option<Arc<str>>,
    pub roles: Roles,
    pub locale: Locale,
    /// `false`: a session or key was shown, and nobody could be asked whose it is.
    pub certain: bool,
}

/// Nobody in particular.
impl Default for Identity {
    fn default() -> Self {
        Self {
            member: None,
            guest: None,
            session: None,
            roles: Roles::default(),
            locale: Locale::default(),
            certain: true,
        }
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Role {
    Shopper,
    Admin,
}

impl Role {
    pub const ALL: [Self; 2] = [Self::Shopper, Self::Admin];

    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Shopper => "shopper",
            Self::Admin => "admin",
        }
    }

    pub fn parse(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|role| role.as_str() == name)
    }
}

/// A set of roles.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Roles(u8);

impl Roles {
    pub fn contains(self, role: Role) -> bool {
        self.0 & (1 << role as u8) != 0
    }

    pub fn iter(self) -> impl Iterator<Item = Role> {
        Role::ALL
            .into_iter()
            .filter(move |role| self.contains(*role))
    }
}

impl FromIterator<Role> for Roles {
    fn from_iter<I: IntoIterator<Item = Role>>(roles: I) -> Self {
        Self(
            roles
                .into_iter()
                .fold(0, |bits, role| bits | 1 << role as u8),
        )
    }
}

impl Identity {
    pub fn of_member(member: MemberId, roles: impl IntoIterator<Item = Role>) -> Self {
        Self {
            member: Some(member),
            roles: roles.into_iter().collect(),
            ..Self::default()
        }
    }

    pub fn of_guest(guest: GuestId) -> Self {
        Self {
            guest: Some(guest),
            ..Self::default()
        }
    }

    pub fn in_language(mut self, locale: Locale) -> Self {
        self.locale = locale;
        self
    }

    pub fn is_admin(&self) -> bool {
        self.member.is_some() && self.roles.contains(Role::Admin)
    }

    /// The member, or why there is none: 401, or 503 while it cannot be known.
    pub fn signed_in(&self) -> Result<MemberId, Problem> {
        self.or_unknown()?;
        self.member.ok_or_else(Problem::unauthenticated)
    }

    /// 503 while it cannot be known whether this is a guest or a member, for whom what a guest has is not theirs.
    pub fn or_unknown(&self) -> Result<(), Problem> {
        if self.certain || self.member.is_some() {
            Ok(())
        } else {
            Err(Problem::unavailable(ASKED, Duration::from_secs(5)))
        }
    }

    pub fn admin(&self) -> Result<MemberId, Problem> {
        let member = self.signed_in()?;
        if self.is_admin() {
            Ok(member)
        } else {
            Err(Problem::forbidden())
        }
    }

    /// As the app's middleware found it; nobody, in the caller's language, where none ran.
    pub fn of(request: &HttpRequest) -> Self {
        if let Some(identity) = request.extensions().get::<Self>() {
            return identity.clone();
        }
        Self::default().in_language(negotiated(request.headers()))
    }
}

/// By `Accept-Language` alone; the app lets people's own choice come first.
pub fn negotiated(headers: &HeaderMap) -> Locale {
    headers
        .get(ACCEPT_LANGUAGE)
        .and_then(|value| value.to_str().ok())
        .map_or_else(Locale::default, Locale::negotiate)
}

/// A path of ours that may follow a login or a form: never another site's address.
pub fn local_path(path: &str) -> Option<&str> {
    let is_local =
        path.starts_with('/') && !path.starts_with("//") && !path.contains(['\\', '\u{7f}']);
    (is_local && path.bytes().all(|b| b >= b' ')).then_some(path)
}

/// The login page, coming back to `path` afterwards.
pub fn login_for(path: &str) -> String {
    let mut back = String::with_capacity(path.len());
    for byte in path.bytes() {
        match byte {
            b'A'..=b'Z' | b'a'..=b'z' | b'0'..=b'9' | b'/' | b'-' | b'_' | b'.' | b'~' => {
                back.push(char::from(byte));
            }
            other => {
                // writing to a string cannot fail
                let _ = write!(back, "%{other:02X}");
            }
        }
    }
    if back.is_empty() || back == "/" {
        LOGIN.to_owned()
    } else {
        format!("{LOGIN}?back={back}")
    }
}

impl FromRequest for Identity {
    type Error = Problem;
    type Future = Ready<Result<Self, Problem>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        ready(Ok(Self::of(request)))
    }
}

/// For handlers that need a member: strangers get 401, or the login page.
#[derive(Clone, Copy, Debug)]
pub struct SignedIn(pub MemberId);

impl FromRequest for SignedIn {
    type Error = Problem;
    type Future = Ready<Result<Self, Problem>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        ready(Identity::of(request).signed_in().map(Self))
    }
}

/// For handlers that need an administrator: other members get 403.
#[derive(Clone, Copy, Debug)]
pub struct Admin(pub MemberId);

impl FromRequest for Admin {
    type Error = Problem;
    type Future = Ready<Result<Self, Problem>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        ready(Identity::of(request).admin().map(Self))
    }
}

#[cfg(test)]
mod tests {
    use actix_web::http::StatusCode;
    use kernel::Timestamp;

    use super::*;

    #[test]
    fn who_may_do_what() {
        let member = MemberId::new(Timestamp::from_micros(1), [1; 10]);
        let unknown = Identity {
            certain: false,
            ..Identity::default()
        };
        let status = |result: Result<MemberId, Problem>| {
            result.map_or_else(|problem| problem.status(), |_| StatusCode::OK)
        };
        for (identity, signed_in, admin) in [
            (Identity::default(), 401, 401),
            (unknown, 503, 503),
            (Identity::of_member(member, [Role::Shopper]), 200, 403),
            (
                Identity::of_member(member, [Role::Shopper, Role::Admin]),
                200,
                200,
            ),
            (
                Identity {
                    member: None,
                    ..Identity::of_member(member, [Role::Admin])
                },
                401,
                401,
            ),
        ] {
            assert_eq!(
                (
                    status(identity.signed_in()).as_u16(),
                    status(identity.admin()).as_u16()
                ),
                (signed_in, admin),
                "{identity:?}"
            );
        }
    }

    #[test]
    fn only_our_own_paths_are_returned_to() {
        for (path, ours) in [
            ("/my?a=b", true),
            ("/", true),
            ("//evil.example", false),
            ("/\\evil", false),
            ("https://evil", false),
            ("", false),
            ("/a\r\nb", false),
        ] {
            assert_eq!(local_path(path).is_some(), ours, "{path:?}");
        }
        assert_eq!(
            login_for("/boards/qna?x=1&y=가"),
            "/login?back=/boards/qna%3Fx%3D1%26y%3D%EA%B0%80"
        );
    }
}
