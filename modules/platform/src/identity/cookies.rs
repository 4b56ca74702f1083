//! Cookies by the request's scheme: `__Host-` and `Secure` on https, plain names on http, where browsers would drop those.

use actix_web::HttpRequest;
use actix_web::cookie::time::Duration;
use actix_web::cookie::{Cookie, SameSite};
use actix_web::http::header::COOKIE;

use super::Client;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Jar {
    /// The secret of a session.
    Session,
    /// The id of someone who is not known.
    Guest,
    /// The language that somebody chose.
    Language,
    /// The key of a text that the next page shows once.
    Flash,
}

impl Jar {
    pub const fn name(self, https: bool) -> &'static str {
        match (self, https) {
            (Self::Session, true) => "__Host-banyan",
            (Self::Session, false) => "banyan",
            (Self::Guest, true) => "__Host-banyan-guest",
            (Self::Guest, false) => "banyan-guest",
            (Self::Language, true) => "__Host-banyan-language",
            (Self::Language, false) => "banyan-language",
            (Self::Flash, true) => "__Host-banyan-flash",
            (Self::Flash, false) => "banyan-flash",
        }
    }

    /// `None` as lifetime: until the browser is closed.
    pub fn build(
        self,
        https: bool,
        value: impl Into<String>,
        lifetime: Option<std::time::Duration>,
    ) -> Cookie<'static> {
        let mut cookie = Cookie::build(self.name(https), value.into())
            .path("/")
            .http_only(true)
            .same_site(SameSite::Lax)
            .secure(https)
            .finish();
        if let Some(lifetime) = lifetime {
            cookie.set_max_age(Duration::seconds(
                i64::try_from(lifetime.as_secs()).unwrap_or(i64::MAX),
            ));
        }
        cookie
    }

    pub fn clear(self, https: bool) -> Cookie<'static> {
        let mut cookie = self.build(https, "", None);
        cookie.make_removal();
        cookie
    }

    /// The cookie of the request's own scheme only: on https nobody can plant the plain one.
    pub fn read(self, request: &HttpRequest) -> Option<String> {
        let name = self.name(Client::of(request).https);
        let values = request.headers().get_all(COOKIE);
        // one cookie of another script's letters hides no other
        let pairs = values.flat_map(|value| value.as_bytes().split(|byte| *byte == b';'));
        let mut pairs =
            pairs.filter_map(|pair| std::str::from_utf8(pair).ok()?.trim().split_once('='));
        pairs
            .find(|(of, value)| *of == name && !value.is_empty())
            .map(|(_, value)| value.trim_matches('"').to_owned())
    }
}

#[cfg(test)]
mod tests {
    use actix_web::test::TestRequest;

    use super::*;

    #[test]
    fn the_scheme_decides_name_and_secure() {
        let day = Some(std::time::Duration::from_hours(24));
        assert_eq!(
            Jar::Session.build(true, "x", day).to_string(),
            "__Host-banyan=x; HttpOnly; SameSite=Lax; Secure; Path=/; Max-Age=86400"
        );
        assert_eq!(
            Jar::Guest.build(false, "x", None).to_string(),
            "banyan-guest=x; HttpOnly; SameSite=Lax; Path=/"
        );
        assert!(Jar::Session.clear(false).to_string().contains("Max-Age=0"));
    }

    #[test]
    fn a_cookie_in_other_letters_hides_no_other() {
        let value = actix_web::http::header::HeaderValue::from_bytes(
            b"a=\xed\x95\x9c; b=\xff; banyan=plain",
        );
        let request = TestRequest::default()
            .insert_header((COOKIE, value.unwrap()))
            .to_http_request();
        assert_eq!(Jar::Session.read(&request).as_deref(), Some("plain"));
    }

    #[test]
    fn the_cookie_of_the_other_scheme_is_not_read() {
        let request = TestRequest::default()
            .insert_header((COOKIE, "__Host-banyan=secure; banyan-guest=g; banyan=plain"))
            .to_http_request();
        assert_eq!(Jar::Session.read(&request).as_deref(), Some("plain"));
        assert_eq!(Jar::Guest.read(&request).as_deref(), Some("g"));
        assert_eq!(Jar::Language.read(&request), None);
    }
}
