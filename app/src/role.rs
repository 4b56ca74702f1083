//! What a process is: the whole shop, its front, or a service with some of its contexts.

use std::collections::BTreeSet;

use platform::db::Founding;

use crate::cli::Serve;
use crate::failure::Failure;
use crate::house::CONTEXTS;
use crate::settings::Settings;

/// What this process is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Role {
    Whole,
    /// The router and the app's own pages; every context is elsewhere.
    Front,
    /// An extracted service: some contexts; the others are behind `router`, if that is known.
    Service {
        only: Vec<&'static str>,
        router: Option<String>,
        /// The shop where it says that it is there.
        register: Option<String>,
    },
}

impl Role {
    pub fn of(settings: &Settings, flags: &Serve) -> Result<Self, Failure> {
        if flags.only.is_empty() {
            return Ok(Self::Whole);
        }
        let known = |name: &String| {
            CONTEXTS
                .iter()
                .map(|(known, _)| *known)
                .find(|known| known == name)
                .ok_or_else(|| {
                    let names: Vec<&str> = CONTEXTS.iter().map(|(name, _)| *name).collect();
                    Failure::usage(format!(
                        "--only {name}: there is no such context; there are {}",
                        names.join(", ")
                    ))
                })
        };
        let only: BTreeSet<&'static str> =
            flags.only.iter().map(known).collect::<Result<_, _>>()?;
        if !settings.named.data || !settings.named.service_key {
            return Err(Failure::usage(
                "--only needs --data and --service-key: the shop's own, so that both agree",
            ));
        }
        let register = base_url("--register", flags.register.as_deref())?;
        let router = base_url("--router", flags.router.as_deref())?;
        Ok(Self::Service {
            only: only.into_iter().collect(),
            router: router.or_else(|| register.clone()),
            register,
        })
    }

    /// Whoever registers with a shop finds the shop's data there or waits for them, and never begins with none.
    pub fn founding(&self) -> Founding {
        match self {
            Self::Service {
                register: Some(_), ..
            } => Founding::Never,
            _ => Founding::Claim,
        }
    }

    pub fn holds(&self, context: &str) -> bool {
        match self {
            Self::Whole => true,
            Self::Front => false,
            Self::Service { only, .. } => only.contains(&context),
        }
    }
}

/// Without a slash at its end.
fn base_url(flag: &str, given: Option<&str>) -> Result<Option<String>, Failure> {
    let Some(given) = given else { return Ok(None) };
    let url = given.trim_end_matches('/');
    match url.parse::<strangler::Endpoint>() {
        Ok(_) => Ok(Some(url.to_owned())),
        Err(why) => Err(Failure::usage(format!("{flag} {given}: {why}"))),
    }
}
