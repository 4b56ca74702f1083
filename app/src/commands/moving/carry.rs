//! The steps of a move, each told with the time that it took.

use std::time::Instant;

use kernel::Clock as _;
use platform::audit::Entry;
use platform::db::transfer::{Fence, Progress, Side, finish};
use platform::db::{Databases, Founding, Owner, SHARED};

use super::super::import::bar;
use super::content::Content;
use super::report::Reporter;
use super::{failed, tell};
use crate::failure::Failure;
use crate::routing::moves::News;

/// Whether the new owner is the shop's own database, which any process of the shop may serve.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Direction {
    Out,
    Home,
}

impl Direction {
    fn holder(self, to: &Side) -> String {
        match self {
            Self::Out => to.location().to_owned(),
            Self::Home => SHARED.to_owned(),
        }
    }
}

const BEGUN: &str = "begun step";
const LAST: &str = "flipped";
/// Those of [`Walk::carry`], then ready and flipped.
const STEPS: u8 = 7;

/// A move under way.
pub struct Walk {
    to: String,
    done: u8,
    /// The step that was told last.
    at: String,
    last: Instant,
    /// Since when nobody can write.
    fenced: Option<Instant>,
    reporter: Reporter,
}

impl Walk {
    pub fn begin(name: &str, to: &Side, reporter: Reporter) -> Self {
        tell::begin(name, to.location());
        let walk = Self {
            to: to.location().to_owned(),
            done: 0,
            at: BEGUN.to_owned(),
            last: Instant::now(),
            fenced: None,
            reporter,
        };
        // from now on its router lets writes wait, rather than have them wait at the fence
        walk.reporter.tell_and_wait(walk.news(BEGUN, "", 0));
        walk
    }

    fn report(&self, step: &str, what: &str, percent: u8) {
        self.reporter.tell(self.news(step, what, percent));
    }

    fn news(&self, step: &str, what: &str, percent: u8) -> News {
        News {
            to: self.to.clone(),
            done: self.done,
            of: STEPS,
            percent,
            step: step.to_owned(),
            what: what.to_owned(),
            stopped: false,
        }
    }

    /// Tells of a step that is done. A test may stop the process dead after it (`FAILPOINTS=move::fenced=return`).
    pub fn step(&mut self, word: &str, what: &str, point: &str) {
        tell::step(word, what, self.last.elapsed());
        self.last = Instant::now();
        self.done = (self.done + 1).min(STEPS - 1);
        if word == LAST {
            self.done = STEPS;
        }
        word.clone_into(&mut self.at);
        self.report(word, what, 0);
        let _ = point;
        fail::fail_point!(point, |_| std::process::abort());
    }

    pub fn carry(
        &mut self,
        (from, to): (&Side, &Side),
        content: &Content,
        direction: Direction,
    ) -> Result<(), Failure> {
        for side in [from, to] {
            up_to_date(side, content)?;
        }
        let mut fence = Fence::raise(from).map_err(failed)?;
        self.fenced = Some(Instant::now());
        self.step("fenced", "writers wait", "move::fenced");
        let bar = bar("copying", 0);
        let mut tell = |progress: Progress| {
            bar.set_length(progress.of);
            bar.set_position(progress.done);
            let percent = progress.done * 100 / progress.of.max(1);
            self.report("copying", "", u8::try_from(percent).unwrap_or(100));
        };
        let copied = fence.copy(to, content.after_copy, &mut tell);
        bar.finish_and_clear();
        let copied = copied.map_err(failed)?;
        let amount = tell::amount(&copied.amounts);
        self.step("copied", &format!("{amount}, compared"), "move::copied");
        copied.keep(&entry(from, to, &fence)).map_err(failed)?;
        self.step("kept", "the copy is durable", "move::kept");
        let epoch = fence.hand_over(to).map_err(failed)?;
        let what = format!("epoch {epoch} belongs to {}", to.location());
        self.step("handed over", &what, "move::handed_over");
        self.complete(from.location(), to, epoch, direction)
    }

    /// What is left to do once the previous owner has handed over.
    pub fn complete(
        &mut self,
        previous: &str,
        to: &Side,
        epoch: i64,
        direction: Direction,
    ) -> Result<(), Failure> {
        let holder = direction.holder(to);
        finish(to, previous, &Owner { epoch, holder }).map_err(failed)?;
        self.step("taken", "the new owner knows it", "move::taken");
        Ok(())
    }

    pub fn end(mut self, flipped: &[String], backend: &str) {
        let what = if flipped.is_empty() {
            format!("all routes are {backend}'s already")
        } else {
            format!("{} → {backend}", flipped.join(", "))
        };
        self.step(LAST, &what, "move::flipped");
        tell::pause(self.fenced.map(|since| since.elapsed()));
    }
}

/// Whoever waits for a move that ends before its last step waits no longer.
impl Drop for Walk {
    fn drop(&mut self) {
        if self.done < STEPS {
            self.reporter.tell(News {
                stopped: true,
                ..self.news(&self.at, "", 0)
            });
        }
    }
}

/// Both ends have the tables of this version; a new target stays nobody's.
fn up_to_date(side: &Side, content: &Content) -> Result<(), Failure> {
    let databases = Databases::new(side.place.clone())?.founding(Founding::Never);
    databases.open(content.name, (content.migrations)())?;
    Ok(())
}

fn entry(from: &Side, to: &Side, fence: &Fence) -> Entry {
    Entry {
        at: platform::shell::SystemClock.now(),
        who: "command line".to_owned(),
        what: "context.moved",
        subject: to.context().to_owned(),
        detail: serde_json::json!({
            "from": from.location(),
            "to": to.location(),
            "epoch": fence.owner().epoch + 1,
        }),
    }
}
