//! What every HTML page needs: its texts, who reads it, its place in the frame, its headers, its static files.

mod headers;
mod paging;
mod section;
mod statics;

use std::borrow::Cow;
use std::future::{Ready, ready};
use std::sync::Arc;

use actix_web::dev::Payload;
use actix_web::http::header::{COOKIE, LOCATION};
use actix_web::http::{StatusCode, Uri};
use actix_web::web::Data;
use actix_web::{FromRequest, HttpRequest, HttpResponse};
use askama::Template;
use kernel::Locale;

use crate::identity::cookies::Jar;
use crate::identity::{Client, Identity, local_path};
use crate::locale::{Arg, AsArg};
use crate::problem::{FieldError, Problem};
use crate::shell::Shell;

pub use headers::{Nonce, finish};
pub use paging::{ListAnswer, Paging};
pub use section::Section;
pub use statics::{Assets, routes};

/// Which frame surrounds a page.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Area {
    #[default]
    Shop,
    My,
    Admin,
    Console,
}

impl Area {
    const fn as_str(self) -> &'static str {
        match self {
            Self::Shop => "shop",
            Self::My => "my",
            Self::Admin => "admin",
            Self::Console => "console",
        }
    }
}

/// The part of a page that is not its content. A handler takes it as an argument and puts it into its template as `page`.
#[derive(Clone)]
pub struct Page {
    shell: Arc<Shell>,
    identity: Identity,
    nonce: Nonce,
    uri: Uri,
    https: bool,
    flash: Option<String>,
    area: Area,
    section: &'static str,
}

impl Page {
    /// `None` where no [`Shell`] is registered.
    pub fn of(request: &HttpRequest) -> Option<Self> {
        let shell = request.app_data::<Data<Shell>>()?.clone().into_inner();
        let identity = Identity::of(request);
        Some(Self {
            nonce: Nonce::of(request, &shell),
            uri: request.uri().clone(),
            https: Client::of(request).https,
            flash: flash_of(request, &shell, identity.locale),
            shell,
            identity,
            area: Area::default(),
            section: "",
        })
    }

    /// For the `sample()` of a page, so that a test can render it.
    pub fn sample(shell: Arc<Shell>, identity: Identity) -> Self {
        Self {
            shell,
            identity,
            nonce: Nonce::from_bytes([0; 16]),
            uri: Uri::from_static("/"),
            https: false,
            flash: None,
            area: Area::default(),
            section: "",
        }
    }

    /// `section` is the menu's entry that this page belongs to.
    pub fn in_area(mut self, area: Area, section: &'static str) -> Self {
        (self.area, self.section) = (area, section);
        self
    }

    pub fn t<'a>(&'a self, key: &'a str) -> Cow<'a, str> {
        self.shell.texts.t(self.locale(), key)
    }

    /// Empty for `None`.
    pub fn t_opt<'a>(&'a self, key: Option<&'a str>) -> Cow<'a, str> {
        key.map_or(Cow::Borrowed(""), |key| self.t(key))
    }

    /// With one argument; a number chooses the plural form.
    pub fn tn(&self, key: &str, name: &str, value: impl AsArg) -> String {
        self.with(key, &[(name, value.as_arg())])
    }

    pub fn with(&self, key: &str, args: &[(&str, Arg<'_>)]) -> String {
        self.shell.texts.with(self.locale(), key, args)
    }

    /// Empty when there is nothing wrong with `field`: as the macros of forms want it.
    pub fn error(&self, errors: &[FieldError], field: &str) -> String {
        errors
            .iter()
            .find(|error| error.field == field)
            .map_or_else(String::new, |error| self.field_error(error))
    }

    pub fn field_error(&self, error: &FieldError) -> String {
        self.with(&error.key, &error.args)
    }

    pub fn lang(&self) -> &'static str {
        self.locale().as_str()
    }

    pub fn locale(&self) -> Locale {
        self.identity.locale
    }

    pub fn nonce(&self) -> &str {
        self.nonce.as_str()
    }

    /// The address of a static file, changing with its content.
    pub fn asset<'a>(&'a self, name: &'a str) -> &'a str {
        self.shell.assets.url(name)
    }

    /// Path and query of this page.
    pub fn path(&self) -> &str {
        self.uri.path_and_query().map_or("/", |path| path.as_str())
    }

    pub fn identity(&self) -> &Identity {
        &self.identity
    }

    pub fn is_member(&self) -> bool {
        self.identity.member.is_some()
    }

    pub fn is_admin(&self) -> bool {
        self.identity.is_admin()
    }

    /// What the frame calls the reader: identity carries no name.
    pub fn name(&self) -> Cow<'_, str> {
        self.t("frame-my")
    }

    pub fn area(&self) -> &'static str {
        self.area.as_str()
    }

    pub fn section(&self) -> &'static str {
        self.section
    }

    /// What the page before this one had to say.
    pub fn flash(&self) -> Option<Cow<'_, str>> {
        self.flash.as_deref().map(|key| self.t(key))
    }

    /// [`redirect`], and the next page shows the text of `key` once.
    pub fn redirect_saying(&self, to: &str, key: &'static str) -> HttpResponse {
        let mut response = redirect(to);
        let flash = Jar::Flash.build(self.https, key, Some(std::time::Duration::from_mins(1)));
        // a name and a key are always a valid cookie
        drop(response.add_cookie(&flash));
        response
    }
}

impl FromRequest for Page {
    type Error = Problem;
    type Future = Ready<Result<Self, Problem>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        ready(Self::of(request).ok_or_else(|| Problem::internal("no Shell is registered")))
    }
}

pub fn render(template: &impl Template) -> Result<HttpResponse, Problem> {
    render_status(StatusCode::OK, template)
}

/// A form that is shown again, for example, is 422.
pub fn render_status(
    status: StatusCode,
    template: &impl Template,
) -> Result<HttpResponse, Problem> {
    Ok(HttpResponse::build(status)
        .content_type("text/html; charset=utf-8")
        .body(template.render()?))
}

/// 303 to one of our own pages; anything else leads home.
pub fn redirect(to: &str) -> HttpResponse {
    let to = local_path(to).filter(|path| path.is_ascii()).unwrap_or("/");
    HttpResponse::SeeOther()
        .insert_header((LOCATION, to))
        .finish()
}

/// Only keys that exist: a cookie is what anybody wants it to be.
fn flash_of(request: &HttpRequest, shell: &Shell, locale: Locale) -> Option<String> {
    carries_flash(request)
        .then(|| Jar::Flash.read(request))
        .flatten()
        .filter(|key| shell.texts.has(locale, key))
}

fn carries_flash(request: &HttpRequest) -> bool {
    let name = Jar::Flash.name(false);
    request
        .headers()
        .get_all(COOKIE)
        .any(|value| value.to_str().is_ok_and(|value| value.contains(name)))
}

#[cfg(test)]
mod tests;
