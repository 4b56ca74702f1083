use std::cell::Cell;
use std::pin::Pin;
use std::rc::Rc;
use std::task::{Context, Poll, ready};
use std::time::{Duration, Instant};

use tokio::time::{Sleep, sleep_until};

/// A timer that may be set again and again: it is touched only when the old time comes too late.
#[derive(Default)]
pub(super) struct Alarm(Option<Pin<Box<Sleep>>>);

/// Ends a stream on which nothing moves. Counts only while one waits for it, not while nobody takes what is there.
pub(super) struct Idle {
    limit: Duration,
    moved: Moved,
    is_waiting: bool,
    alarm: Alarm,
}

/// When something last moved; both directions of a tunnel share one.
#[derive(Clone)]
pub(super) struct Moved(Rc<Cell<Instant>>);

impl Alarm {
    /// Ready when it is so late.
    pub fn poll(&mut self, context: &mut Context<'_>, until: Instant) -> Poll<()> {
        let timer = self
            .0
            .get_or_insert_with(|| Box::pin(sleep_until(until.into())));
        if timer.deadline() > until.into() {
            timer.as_mut().reset(until.into());
        }
        loop {
            ready!(timer.as_mut().poll(context));
            if until <= Instant::now() {
                return Poll::Ready(());
            }
            timer.as_mut().reset(until.into());
        }
    }
}

impl Moved {
    pub fn at(when: Instant) -> Self {
        Self(Rc::new(Cell::new(when)))
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
            alarm: Alarm::default(),
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
        self.alarm.poll(context, self.moved.0.get() + self.limit)
    }
}
