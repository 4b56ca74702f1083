use std::cell::Cell;
use std::pin::Pin;
use std::rc::Rc;
use std::task::{Context, Poll, ready};
use std::time::{Duration, Instant};

use tokio::time::{Sleep, sleep_until};

/// Ends a stream on which nothing moves. Counts only while one waits for it, not while nobody takes what is there.
pub(super) struct Idle {
    limit: Duration,
    moved: Moved,
    is_waiting: bool,
    timer: Option<Pin<Box<Sleep>>>,
}

/// When something last moved; both directions of a tunnel share one.
#[derive(Clone)]
pub(super) struct Moved(Rc<Cell<Instant>>);

impl Moved {
    pub fn now() -> Self {
        Self(Rc::new(Cell::new(Instant::now())))
    }

    pub fn again(&self) {
        self.0.set(Instant::now());
    }
}

impl Idle {
    pub fn new(limit: Duration, moved: Moved) -> Self {
        Self {
            limit,
            moved,
            is_waiting: false,
            timer: None,
        }
    }

    pub fn moved(&mut self) {
        self.is_waiting = false;
    }

    /// Ready when nothing has moved for as long as the limit.
    pub fn poll(&mut self, context: &mut Context<'_>) -> Poll<()> {
        if !self.is_waiting {
            self.is_waiting = true;
            self.moved.again();
        }
        loop {
            let until = self.moved.0.get() + self.limit;
            let timer = self
                .timer
                .get_or_insert_with(|| Box::pin(sleep_until(until.into())));
            ready!(timer.as_mut().poll(context));
            let until = self.moved.0.get() + self.limit;
            if until <= Instant::now() {
                return Poll::Ready(());
            }
            timer.as_mut().reset(until.into());
        }
    }
}
