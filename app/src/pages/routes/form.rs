//! What somebody fills in to send a route elsewhere.

use platform::problem::FieldError;
use serde::Deserialize;
use strangler::{Backend, RouteTable, Target};

use super::change::{self, Wish};

#[derive(Clone, Debug, Default, Deserialize)]
pub struct FlipForm {
    /// `module`, `service` or `share`: how the backend is chosen.
    #[serde(default)]
    pub to: String,
    #[serde(default)]
    pub service: String,
    /// Percent.
    #[serde(default)]
    pub share: String,
    /// The backend in one word, when it was chosen already; over what is above.
    #[serde(default)]
    pub backend: String,
    #[serde(default)]
    pub why: String,
    /// The table that whoever fills this in has seen.
    #[serde(default)]
    pub version: String,
}

impl FlipForm {
    /// As the route is now.
    pub fn of(backend: &Backend, version: &str) -> Self {
        let service = backend.services().next().unwrap_or_default();
        let share = backend.share_of(&Target::from(service));
        let to = match (service, share) {
            ("", _) => "module",
            (_, 100) => "service",
            _ => "share",
        };
        Self {
            to: to.to_owned(),
            service: service.to_owned(),
            share: if to == "share" { share } else { 10 }.to_string(),
            version: version.to_owned(),
            ..Self::default()
        }
    }

    /// The wish, or all that is wrong with it.
    pub fn wish(&self, route: &str, table: &RouteTable) -> Result<Wish, Vec<FieldError>> {
        let mut wrong = Vec::new();
        let backend = self.chosen().map_err(|error| wrong.push(error)).ok();
        if let Some(backend) = &backend {
            wrong.extend(
                change::unknown_services(table, backend)
                    .into_iter()
                    .map(|error| FieldError {
                        field: "service".into(),
                        ..error
                    }),
            );
        }
        wrong.extend(change::bad_reason(&self.why));
        let wish = backend.map(|backend| Wish {
            route: route.to_owned(),
            backend,
            why: self.why.clone(),
            seen: (!self.version.is_empty()).then(|| self.version.clone()),
        });
        wish.filter(|_| wrong.is_empty()).ok_or(wrong)
    }

    fn chosen(&self) -> Result<Backend, FieldError> {
        if !self.backend.is_empty() {
            let parsed = self.backend.parse();
            return parsed.map_err(|error| change::bad_backend(&error));
        }
        let service = || Target::from(self.service.as_str());
        match self.to.as_str() {
            "module" => Ok(Backend::module()),
            "service" => Ok(Backend::only(service())),
            "share" => {
                let share: Option<u64> = self.share.trim().parse().ok();
                let share = share.filter(|share| (1..=99).contains(share));
                let bad = || FieldError::new("share", "app-route-share-bad");
                let share = share.ok_or_else(bad)?;
                Backend::new([(service(), share), (Target::Module, 100 - share)])
                    .map_err(|error| change::bad_backend(&error))
            }
            _ => Err(FieldError::new("to", "app-route-to-missing")),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn form(to: &str, service: &str, share: &str) -> FlipForm {
        FlipForm {
            to: to.to_owned(),
            service: service.to_owned(),
            share: share.to_owned(),
            why: "because".to_owned(),
            ..FlipForm::default()
        }
    }

    #[test]
    fn choices_become_a_backend_or_name_the_field_that_is_wrong() {
        let table = strangler::parse(strangler::BUILT_IN).unwrap();
        for (form, expect) in [
            (form("module", "", ""), Ok("module")),
            (form("service", "board", ""), Ok("board")),
            (form("share", "board", " 25 "), Ok("board=25,module=75")),
            (form("", "board", ""), Err("to")),
            (form("service", "baord", ""), Err("service")),
            (form("service", "", ""), Err("service")),
            (form("share", "board", "0"), Err("share")),
            (form("share", "board", "100"), Err("share")),
            (form("share", "board", "ten"), Err("share")),
            (
                FlipForm {
                    backend: "board=5".to_owned(),
                    ..form("", "", "")
                },
                Ok("board=5,module=95"),
            ),
            (
                FlipForm {
                    why: "  ".to_owned(),
                    ..form("module", "", "")
                },
                Err("why"),
            ),
        ] {
            let wish = form.wish("board", &table);
            let found = match &wish {
                Ok(wish) => Ok(wish.backend.to_string()),
                Err(wrong) => Err(wrong[0].field.to_string()),
            };
            let expect = expect.map(str::to_owned).map_err(str::to_owned);
            assert_eq!(found, expect, "{form:?}");
        }
    }

    #[test]
    fn a_form_begins_as_the_route_is() {
        for (backend, expect) in [
            ("module", ("module", "", "10")),
            ("board", ("service", "board", "10")),
            ("board=30", ("share", "board", "30")),
        ] {
            let form = FlipForm::of(&backend.parse().unwrap(), "v");
            let found = (form.to.as_str(), form.service.as_str(), form.share.as_str());
            assert_eq!(found, expect, "{backend}");
        }
    }
}
