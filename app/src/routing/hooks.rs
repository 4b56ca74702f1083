//! What the router asks the shop: who is there, what tells a service so, and how its own errors look.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use actix_web::dev::ServiceRequest;
use actix_web::http::header::{AUTHORIZATION, COOKIE, HeaderName, HeaderValue};
use actix_web::{HttpMessage as _, HttpRequest, HttpResponse};
use platform::identity::cookies::Jar;
use platform::identity::{self, Client, Identity, token};
use platform::problem::{self, Problem};
use platform::shell::Shell;
use platform::telemetry::{TRACEPARENT, Trace};
use strangler::{Authenticate, Live, LocalFut, Pages, Refusal, Route, Sticky, Vouched};

use crate::edge::{Authenticator, NewGuest, is_internal, is_plain};

const SOON: Duration = Duration::from_secs(2);

/// Finds out who asks, and vouches for it to services.
pub struct Vouching {
    pub authenticator: Arc<Authenticator>,
    pub shell: Arc<Shell>,
    pub live: Live,
}

impl Authenticate for Vouching {
    /// Neighbours have proved themselves and say for whom they ask.
    fn asks(&self, request: &ServiceRequest) -> bool {
        !is_internal(request.path())
    }

    /// Strangers say nothing of the kind.
    fn authenticate<'r>(&'r self, request: &'r mut ServiceRequest) -> LocalFut<'r, ()> {
        Box::pin(async move {
            request
                .headers_mut()
                .remove(HeaderName::from_static(identity::HEADER));
            if is_plain(request.path()) {
                return;
            }
            let (found, new_guest) = self.authenticator.identify(&self.shell, request).await;
            let mut extensions = request.extensions_mut();
            extensions.insert(found);
            if let Some(guest) = new_guest {
                extensions.insert(NewGuest(guest));
            }
        })
    }

    fn key(&self, request: &ServiceRequest, sticky: Sticky) -> Option<String> {
        super::key(request.extensions().get::<Identity>()?, sticky)
    }

    fn vouch(&self, request: &ServiceRequest, route: &Route, service: &str) -> Vec<Vouched> {
        let trace = request.extensions().get::<Trace>().map(Trace::traceparent);
        let mut vouched = vec![(HeaderName::from_static(TRACEPARENT), trace.and_then(header))];
        if is_internal(request.path()) {
            return vouched;
        }
        let token = request.extensions().get::<Identity>().map(|who| {
            let audience = self.audience(route, service);
            token::mint(&self.shell.key, who, audience, self.shell.now())
        });
        vouched.push((
            HeaderName::from_static(identity::HEADER),
            token.and_then(header),
        ));
        let client = Client::of(request.request()).address.to_string();
        vouched.push((HeaderName::from_static(identity::CLIENT), header(client)));
        if route.context != members::NAME {
            // secrets of members are for members alone
            vouched.push((AUTHORIZATION, None));
            vouched.push((COOKIE, cookies(request)));
        }
        vouched
    }
}

impl Vouching {
    /// Our own processes know themselves by their contexts, a foreign service by its name in the routes file.
    fn audience<'n>(&self, route: &'n Route, service: &'n str) -> &'n str {
        let current = self.live.current();
        let known = current.table.service(service);
        if known.is_some_and(|known| known.foreign) {
            service
        } else {
            &route.context
        }
    }
}

/// All cookies but the session's, as they came.
fn cookies(request: &ServiceRequest) -> Option<HeaderValue> {
    let names = [true, false].map(|https| Jar::Session.name(https).as_bytes());
    let is_secret = |pair: &&[u8]| {
        let name = pair.split(|byte| *byte == b'=').next().unwrap_or_default();
        names.contains(&name.trim_ascii())
    };
    let values = request.headers().get_all(COOKIE);
    let pairs: Vec<&[u8]> = values
        .flat_map(|value| value.as_bytes().split(|byte| *byte == b';'))
        .map(<[u8]>::trim_ascii)
        .filter(|pair| !pair.is_empty() && !is_secret(pair))
        .collect();
    if pairs.is_empty() {
        return None;
    }
    HeaderValue::from_bytes(&pairs.join(&b"; "[..])).ok()
}

fn header(text: String) -> Option<HeaderValue> {
    HeaderValue::try_from(text).ok()
}

/// The shop's own pages and problem documents.
#[derive(Default)]
pub struct ErrorPages {
    /// By service, when its failing was told last.
    told: Mutex<BTreeMap<String, Instant>>,
}

/// A service that is not there fails every request: it is told so often.
const TOLD: Duration = Duration::from_secs(1);

impl ErrorPages {
    fn tell(&self, service: &str, refusal: &Refusal) {
        let mut told = self.told.lock().unwrap_or_else(PoisonError::into_inner);
        if told.get(service).is_none_or(|last| last.elapsed() > TOLD) {
            told.insert(service.to_owned(), Instant::now());
            tracing::warn!(service, "{refusal}");
        }
    }
}

impl Pages for ErrorPages {
    fn page(&self, request: &HttpRequest, refusal: &Refusal) -> HttpResponse {
        let problem = match refusal {
            Refusal::NotThere { service }
            | Refusal::Broken { service }
            | Refusal::Late { service } => {
                self.tell(service, refusal);
                Problem::unavailable(service.clone(), SOON).with_status(refusal.status())
            }
            _ => Problem::of(refusal.status()),
        };
        let problem = problem.because(refusal);
        if refusal.is_of_service() {
            problem::answer_untold(request, &problem)
        } else {
            problem::answer(request, &problem)
        }
    }
}
