//! `banyan move CONTEXT status | switch | reverse`: a context's data leaves for a database of its own, and comes back.

mod carry;
mod content;
mod report;
mod routes;
mod tell;
mod trail;

use std::path::PathBuf;

use platform::db::transfer::{Side, TransferError, check};
use platform::db::{Place, SHARED};
use strangler::Backend;

use self::carry::{Direction, Walk};
use self::content::Content;
use self::routes::Routes;
use self::trail::{State, Trail};
use super::import::block_on;
use crate::cli::{LATER_MOVES, Move, MoveCommand};
use crate::failure::Failure;
use crate::settings::Settings;

pub fn run(settings: &Settings, command: Move) -> Result<(), Failure> {
    if let MoveCommand::Other(words) = &command.command {
        return Err(refused(words.first().map_or("", String::as_str)));
    }
    let content = content::of(&command.context)?;
    let home = Side::new(settings.place(), content.name);
    let to = match &command.command {
        MoveCommand::Switch { to, .. } if to.contains("://") => Some(to.clone()),
        _ => None,
    };
    let urls = [command.from.clone(), settings.database.clone(), to];
    let urls = trail::Urls(urls.into_iter().flatten().collect());
    let trail = Trail::follow(home, urls)?;
    let desk = Desk {
        settings,
        content,
        trail,
    };
    match command.command {
        MoveCommand::Status => {
            tell::status(&desk.trail);
            desk.tell_routes()
        }
        MoveCommand::Switch { to, dry_run } => {
            let to = place_of(&to)?;
            block_on(desk.switch(Side::new(to, desk.content.name), dry_run))
        }
        MoveCommand::Reverse { dry_run } => block_on(desk.reverse(dry_run)),
        MoveCommand::Other(_) => Ok(()),
    }
}

fn refused(word: &str) -> Failure {
    if LATER_MOVES.contains(&word) {
        Failure::usage(format!("move … {word} is not yet supported"))
    } else {
        Failure::usage(format!(
            "move … {word}: there are status, switch and reverse (see banyan move --help)"
        ))
    }
}

/// A folder, or a server.
fn place_of(to: &str) -> Result<Place, Failure> {
    match to.split_once("://") {
        Some(("postgres" | "postgresql", _)) => Ok(Place::Postgres(to.to_owned())),
        Some((scheme, _)) => Err(Failure::usage(format!(
            "--to {scheme}://…: must be a folder or a postgres:// URL"
        ))),
        None if to.is_empty() => Err(Failure::usage("--to names no folder")),
        None => Ok(Place::Folder(PathBuf::from(to))),
    }
}

/// What a command works with.
struct Desk<'a> {
    settings: &'a Settings,
    content: Content,
    trail: Trail,
}

impl Desk<'_> {
    /// Whoever was stopped before the flip has left the routes behind.
    fn tell_routes(&self) -> Result<(), Failure> {
        let State::Settled { owner, epoch } = &self.trail.state else {
            return Ok(());
        };
        let routes = Routes::open(self.settings)?;
        let is_home = owner.location() == self.trail.home.location();
        let behind = match (is_home, epoch) {
            // never moved: a service on the shop's own data is as good as the module
            (true, 0) => Vec::new(),
            (true, _) => routes.to_flip(self.content.name, &Backend::module())?,
            (false, _) => routes.with_module(self.content.name)?,
        };
        tell::behind(&behind, is_home, &self.trail.completing());
        Ok(())
    }

    async fn switch(&self, to: Side, dry_run: bool) -> Result<(), Failure> {
        let name = self.content.name;
        if to.location() == self.trail.home.location() {
            return Err(Failure::usage(format!(
                "--to is the shop's own database of {name}; `banyan move {name} reverse` brings it back there"
            )));
        }
        let from = self.source(&to)?;
        let routes = Routes::open(self.settings)?;
        if let Some(from) = &from {
            check(from, &to).map_err(failed)?;
            if dry_run {
                tell::plan(name, from, &to)?;
            }
        }
        let service = routes.service_at(name, to.location()).await?;
        let backend = Backend::only(service.name.as_str().into());
        if dry_run {
            tell::would_flip(&routes.to_flip(name, &backend)?, &service.name);
            return Ok(());
        }
        let mut walk = Walk::begin(name, &to, routes.reporter(name));
        self.carry(&mut walk, from.as_ref(), &to, Direction::Out)?;
        routes.wait_until_ready(name, &service).await?;
        walk.step(
            "ready",
            &format!("{} serves {name}", service.name),
            "move::ready",
        );
        let why = format!("moved to {}", to.location());
        let flipped = routes.flip(name, &backend, &why)?;
        walk.end(&flipped, &service.name);
        Ok(())
    }

    async fn reverse(&self, dry_run: bool) -> Result<(), Failure> {
        let name = self.content.name;
        let home = &self.trail.home;
        let from = self.source(home)?;
        let routes = Routes::open(self.settings)?;
        let backend = Backend::module();
        routes.must_have_a_module(name).await?;
        if let Some(from) = &from {
            check(from, home).map_err(failed)?;
        }
        if dry_run {
            if let Some(from) = &from {
                tell::plan(name, from, home)?;
            }
            tell::would_flip(&routes.to_flip(name, &backend)?, "module");
            return Ok(());
        }
        let mut walk = Walk::begin(name, home, routes.reporter(name));
        self.carry(&mut walk, from.as_ref(), home, Direction::Home)?;
        routes.wait_for_the_shop(name).await?;
        walk.step("ready", "the shop serves it itself", "move::ready");
        let flipped = routes.flip(
            name,
            &backend,
            &format!("moved back to {}", home.location()),
        )?;
        walk.end(&flipped, "module");
        Ok(())
    }

    /// Whence the data comes; `None` when it is at `to` already, or only has to be told so.
    fn source(&self, to: &Side) -> Result<Option<Side>, Failure> {
        match &self.trail.state {
            State::Settled { owner, .. } if owner.location() == to.location() => Ok(None),
            State::Settled { owner, .. } => Ok(Some(owner.clone())),
            State::HalfDone { to: named, .. } if named.location() == to.location() => Ok(None),
            State::HalfDone { to: named, .. } => Err(Failure::other(format!(
                "a move of {} to {} is half done; complete it first: {}",
                self.content.name,
                named.location(),
                self.trail.completing()
            ))),
        }
    }

    /// Everything up to the moment when `to` owns the data.
    fn carry(
        &self,
        walk: &mut Walk,
        from: Option<&Side>,
        to: &Side,
        direction: Direction,
    ) -> Result<(), Failure> {
        match (from, &self.trail.state) {
            (Some(from), _) => walk.carry((from, to), &self.content, direction)?,
            (None, State::HalfDone { from, epoch, .. }) => {
                walk.complete(from.location(), to, *epoch, direction)?;
            }
            (None, State::Settled { .. }) => {}
        }
        // a database that the data has passed by learns of it too
        let home = &self.trail.home;
        if home.location() != to.location()
            && from.is_some_and(|from| from.location() != home.location())
            && let Some(now) = to.owner().map_err(failed)?
        {
            let holder = match now.holder.as_str() {
                SHARED => to.location().to_owned(),
                _ => now.holder,
            };
            let now = platform::db::Owner { holder, ..now };
            platform::db::transfer::tell(home, &now).map_err(failed)?;
        }
        Ok(())
    }
}

fn failed(error: TransferError) -> Failure {
    Failure::other(error)
}
