//! What ran, how long it took and how it ended.

use std::time::{Duration, Instant};

use anyhow::Result;

#[derive(Default)]
pub struct Phases(Vec<Phase>);

struct Phase {
    name: String,
    took: Duration,
    outcome: Outcome,
}

#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Outcome {
    Passed,
    Failed,
    /// Only for what needs something outside that could not be reached; the reason has been printed.
    NotPossible,
}

impl Phases {
    /// Announces the phase, runs it and keeps its outcome. An error ends the whole run: it is for what makes going on
    /// pointless, not for a check that fails.
    pub fn run(
        &mut self,
        name: impl Into<String>,
        work: impl FnOnce() -> Result<Outcome>,
    ) -> Result<Outcome> {
        let name = name.into();
        println!("\n==> {name}");
        let started = Instant::now();
        let outcome = work()?;
        self.0.push(Phase {
            name,
            took: started.elapsed(),
            outcome,
        });
        Ok(outcome)
    }

    pub fn passed(&self) -> bool {
        self.0.iter().all(|phase| phase.outcome != Outcome::Failed)
    }

    pub fn print(&self) {
        println!("\n==> summary");
        for Phase {
            name,
            took,
            outcome,
        } in &self.0
        {
            println!(
                "{:>8.1} s  {:<7} {name}",
                took.as_secs_f64(),
                outcome.word()
            );
        }
    }
}

impl Outcome {
    pub fn of(passed: bool) -> Self {
        if passed { Self::Passed } else { Self::Failed }
    }

    fn word(self) -> &'static str {
        match self {
            Self::Passed => "ok",
            Self::Failed => "FAILED",
            Self::NotPossible => "not run",
        }
    }
}
