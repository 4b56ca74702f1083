use platform::db::transfer::Side;
use platform::db::{Databases, NOBODY};

use super::import::{block_on, shell};
use crate::cli::Demo;
use crate::demo::{Rooms, made_up};
use crate::failure::Failure;
use crate::hosts::Hosts;
use crate::house::CONTEXTS;
use crate::role::Role;
use crate::settings::Settings;

/// Fills the shop with made-up data, beside a running one or before its first start.
pub fn run(settings: &Settings, demo: Demo) -> Result<(), Failure> {
    block_on(fill(settings, demo))
}

async fn fill(settings: &Settings, demo: Demo) -> Result<(), Failure> {
    for (context, _) in CONTEXTS {
        served_here(settings, context)?;
    }
    let databases = Databases::new(settings.place())?;
    let shell = shell(settings)?;
    let hosts = Hosts::open(&databases, &Role::Whole, &shell)?;
    let (Some(rooms), Some(books)) = (Rooms::of(&hosts), made_up::Books::of(&hosts)) else {
        return Err(Failure::other("the whole shop is not here"));
    };
    made_up::fill(&rooms, &books, demo, shell.clock.now()).await?;
    for db in &hosts.databases {
        db.catch_up().await.map_err(Failure::other)?;
    }
    say(demo);
    Ok(())
}

/// Before anything is filled: it would break off in the middle.
fn served_here(settings: &Settings, context: &'static str) -> Result<(), Failure> {
    let side = Side::new(settings.place(), context);
    match side.owner().map_err(Failure::other)? {
        Some(owner) if owner.holder != NOBODY && !side.is_meant_by(&owner.holder) => {
            Err(Failure::other(format!(
                "the data of {context} is served elsewhere, by {}; bring it back first, with banyan move {context} reverse",
                owner.holder
            )))
        }
        _ => Ok(()),
    }
}

#[expect(clippy::print_stdout, reason = "the answer of the command")]
fn say(demo: Demo) {
    let Demo {
        products,
        members,
        orders,
        seed,
    } = demo;
    println!("Made up from seed {seed}: {products} products, {members} members, {orders} orders.");
}
