//! Which side of a route a request is on.

use actix_web::cookie::{Cookie, SameSite};
use actix_web::dev::ServiceRequest;

use super::Shared;
use crate::backend::Target;
use crate::decide::choose;
use crate::table::{Route, Sticky};

/// A service by its number in the table.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Side {
    Module,
    Service(usize),
}

/// The side, and the cookie that keeps the caller on it, if it is new; boxed, because hardly any request needs one.
pub(super) fn side<'r>(
    shared: &Shared,
    route: &'r Route,
    request: &ServiceRequest,
) -> (&'r Target, Option<Box<Cookie<'static>>>) {
    if let Some(sole) = route.backend.sole() {
        return (sole, None);
    }
    let known = match route.sticky {
        Sticky::None => None,
        sticky => shared.authenticate.key(request, sticky),
    };
    if let Some(key) = known {
        return (choose(route, &key), None);
    }
    let anything = || format!("{:032x}", rand::random::<u128>());
    if route.sticky != Sticky::Cookie {
        return (choose(route, &anything()), None);
    }
    let name = &shared.options.cookie;
    if let Some(shown) = request.cookie(name) {
        return (choose(route, shown.value()), None);
    }
    let key = anything();
    let target = choose(route, &key);
    let cookie = Cookie::build(name.clone(), key)
        .path("/")
        .http_only(true)
        .same_site(SameSite::Lax)
        .finish();
    (target, Some(Box::new(cookie)))
}
