//! `banyan move`: a context's data leaves the shop and comes back; killed at every step, nothing is lost.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    reason = "a test that cannot go on ends"
)]

mod support;

#[path = "moves/copies.rs"]
mod copies;
#[cfg(feature = "failpoints")]
#[path = "moves/kills.rs"]
mod kills;
#[path = "moves/refusals.rs"]
mod refusals;
#[path = "moves/router.rs"]
mod router;

use std::path::{Path, PathBuf};

use platform::db::Place;
use platform::db::transfer::Side;
use support::{Finished, run};

use router::StandIn;

/// The folder of a shop, and the shop's own command on it.
pub struct Mover<'a> {
    pub folder: &'a Path,
    pub router: &'a StandIn,
    /// Of the shop itself, when it is not on SQLite.
    pub database: Option<String>,
}

impl Mover<'_> {
    pub fn moves(&self, args: &[&str], env: &[(&str, &str)]) -> Finished {
        let data = self.data();
        let routes = data.join("routes.toml");
        let mut all = vec!["move"];
        all.extend(args);
        all.extend(["--data", data.to_str().unwrap()]);
        all.extend(["--routes", routes.to_str().unwrap()]);
        all.extend(["--listen", self.router.address()]);
        if let Some(url) = &self.database {
            all.extend(["--database", url]);
        }
        run(self.folder, &all, env, "")
    }

    /// As [`Mover::moves`], and it must go well.
    #[track_caller]
    pub fn moved(&self, args: &[&str]) -> String {
        let finished = self.moves(args, &[]);
        assert_eq!(finished.code, Some(0), "{args:?}: {finished:?}");
        finished.out
    }

    pub fn data(&self) -> PathBuf {
        self.folder.join("data")
    }

    pub fn home(&self, context: &'static str) -> Side {
        let place = match &self.database {
            Some(url) => Place::Postgres(url.clone()),
            None => Place::Folder(self.data()),
        };
        Side::new(place, context)
    }

    /// Who answers for a context, as the routes file says.
    pub fn backends(&self, context: &str) -> Vec<String> {
        let table = strangler::load(&self.data().join("routes.toml")).unwrap();
        let routes = table.routes.iter().filter(|route| route.context == context);
        routes.map(|route| route.backend.to_string()).collect()
    }
}
