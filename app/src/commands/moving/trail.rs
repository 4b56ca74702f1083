//! Who owns a context's data now: the shop's own database says it, or says who knows better.

use platform::db::transfer::Side;
use platform::db::{NOBODY, Owner, Place};

use super::failed;
use crate::failure::Failure;

/// So many moves can lie between the shop's own database and the owner.
const LONGEST: usize = 32;

/// URLs with passwords: owners are named without.
pub struct Urls(pub Vec<String>);

pub enum State {
    Settled {
        owner: Side,
        epoch: i64,
    },
    /// `from` has handed over, and `to` does not say so yet.
    HalfDone {
        from: Side,
        to: Side,
        epoch: i64,
    },
}

pub struct Trail {
    pub home: Side,
    /// What each database on the way says.
    pub said: Vec<(Side, Owner)>,
    pub state: State,
}

impl Trail {
    pub fn follow(home: Side, urls: Urls) -> Result<Self, Failure> {
        let mut said: Vec<(Side, Owner)> = Vec::new();
        let mut next = home.clone();
        while said.len() < LONGEST {
            let owner = next.owner().map_err(failed)?.ok_or_else(|| {
                Failure::other(format!(
                    "there is no database at {}: start the shop first",
                    next.location()
                ))
            })?;
            if let Some((from, before)) = said.last() {
                if owner.epoch < before.epoch {
                    let state = State::HalfDone {
                        from: from.clone(),
                        to: next.clone(),
                        epoch: before.epoch,
                    };
                    said.push((next, owner));
                    return Ok(Self { home, said, state });
                }
                if owner.epoch == before.epoch && !next.is_meant_by(&owner.holder) {
                    return Err(Failure::other(format!(
                        "{} and {} name different owners of the same epoch, {} and {}",
                        from.location(),
                        next.location(),
                        before.holder,
                        owner.holder
                    )));
                }
            }
            let holder = owner.holder.clone();
            let is_owner = next.is_meant_by(&holder);
            let epoch = owner.epoch;
            said.push((next.clone(), owner));
            if is_owner {
                let state = State::Settled { owner: next, epoch };
                return Ok(Self { home, said, state });
            }
            if holder == NOBODY {
                return Err(Failure::other(format!(
                    "{} waits for data and has none; give --data or --database of the shop itself",
                    next.location()
                )));
            }
            next = urls.side_at(&holder, next.context())?;
        }
        Err(Failure::other("the owners name each other in a circle"))
    }

    /// The command that completes what is half done, or the routes' part of it.
    pub fn completing(&self) -> String {
        let (State::HalfDone { to, .. } | State::Settled { owner: to, .. }) = &self.state;
        let name = self.home.context();
        if to.location() == self.home.location() {
            return format!("banyan move {name} reverse");
        }
        match &to.place {
            Place::Folder(folder) => {
                format!("banyan move {name} switch --to {}", folder.display())
            }
            Place::Postgres(_) => format!("banyan move {name} switch --to postgres://…"),
        }
    }
}

impl Urls {
    fn side_at(&self, location: &str, context: &'static str) -> Result<Side, Failure> {
        if let Some(side) = Side::at(location, context) {
            return Ok(side);
        }
        for url in &self.0 {
            let side = Side::new(Place::Postgres(url.clone()), context);
            if side.location() == location {
                return Ok(side);
            }
        }
        // the server may ask for no password, or a file in the home folder may have it
        let url = location.split(" schema ").next().unwrap_or_default();
        let side = Side::new(Place::Postgres(url.to_owned()), context);
        match side.owner() {
            Ok(_) => Ok(side),
            Err(error) => Err(Failure::other(format!(
                "{location} owns the data of {context}; give its URL with the password as --from ({error})"
            ))),
        }
    }
}
