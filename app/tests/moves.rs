//! `banyan move`: a context's data leaves a running shop and comes back. Whoever shops meanwhile loses nothing, also when
//! the mover is killed at any step.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::print_stderr,
    reason = "a test that cannot go on ends; pauses are for whoever reads the run"
)]

mod support;

#[path = "moves/copies.rs"]
mod copies;
#[cfg(feature = "failpoints")]
#[path = "moves/kills.rs"]
mod kills;
#[path = "promises/ledger.rs"]
mod ledger;
#[path = "moves/live.rs"]
mod live;
#[path = "moves/load.rs"]
mod load;
#[path = "moves/refusals.rs"]
mod refusals;

use platform::db::Place;
use platform::db::transfer::Side;
use support::{Caller, Finished, Service, TestShop, run};

/// The shop's own command, beside the running shop.
#[derive(Clone, Copy)]
pub struct Mover<'a> {
    pub shop: &'a TestShop,
}

impl Mover<'_> {
    pub fn moves(&self, args: &[&str], env: &[(&str, &str)]) -> Finished {
        let (data, address) = (self.shop.data(), self.shop.address());
        let mut all = vec!["move"];
        all.extend(args);
        all.extend(["--data", data.to_str().unwrap(), "--listen", &address]);
        if let Some(url) = self.shop.database() {
            all.extend(["--database", url]);
        }
        run(self.shop.folder(), &all, env, "")
    }

    /// As [`Mover::moves`], and it must go well.
    #[track_caller]
    pub fn moved(&self, args: &[&str]) -> String {
        let finished = self.moves(args, &[]);
        assert_eq!(finished.code, Some(0), "{args:?}: {finished:?}");
        assert_eq!(finished.err, "", "{args:?}");
        finished.out
    }

    pub fn home(&self, context: &'static str) -> Side {
        let place = match self.shop.database() {
            Some(url) => Place::Postgres(url.to_owned()),
            None => Place::Folder(self.shop.data()),
        };
        Side::new(place, context)
    }

    /// Who answers for a context, as the routes file says.
    pub fn backends(&self, context: &str) -> Vec<String> {
        let table = self.shop.routes().load().unwrap();
        let routes = table.routes.iter().filter(|route| route.context == context);
        routes.map(|route| route.backend.to_string()).collect()
    }

    /// A service of its own at `place`, which waits for the data of `contexts`: known, and asked for nothing.
    pub async fn waiting(&self, contexts: &[&'static str], place: &Place) -> Service {
        let there = match place {
            Place::Folder(folder) => (folder.clone(), None),
            Place::Postgres(url) => (self.shop.data(), Some(url.as_str())),
        };
        let service = self.shop.starts_service(contexts, &there.0, there.1);
        self.shop.registers(&service).await;
        let ready = own(&service).get("/readyz").await.is(503).text();
        assert!(ready.contains("not owner"), "{ready}");
        let known = self.shop.neighbour().get("/internal/registry").await;
        for entry in known.is(200).json().as_array().unwrap() {
            if entry["endpoint"] == service.base.as_str() {
                assert_eq!(entry["is_ready"], false, "{entry}");
            }
        }
        service
    }
}

/// Past the router.
pub fn own(service: &Service) -> Caller {
    Caller::new(reqwest::Client::new(), service.base.clone())
}

/// As `--to` and `--from` name it.
pub fn words(place: &Place) -> String {
    match place {
        Place::Folder(folder) => folder.to_str().unwrap().to_owned(),
        Place::Postgres(url) => url.clone(),
    }
}

/// Seconds, as a move tells at its end.
#[track_caller]
pub fn pause(told: &str) -> f64 {
    let (_, rest) = told.split_once("Writes waited for ").expect(told);
    rest.split(' ').next().unwrap().parse().expect(told)
}
