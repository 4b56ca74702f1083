use std::cell::{Cell, RefCell};
use std::io;
use std::rc::Rc;
use std::task::{Context, Poll};
use std::time::{Duration, Instant};

use actix_web::dev::Payload;
use bytes::Bytes;
use futures_util::StreamExt;

use crate::router::Refusal;

/// How far a request's body has come: what the time-outs and the way back need to know of it.
pub(super) struct Progress {
    payload: RefCell<Option<Payload>>,
    stage: Cell<Stage>,
    /// When it last came further.
    at: Cell<Instant>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Stage {
    /// There is none.
    None,
    /// The service is to take what is there.
    Offered,
    /// The sender is to send more.
    Awaited,
    Done,
    Failed,
}

/// The body as it goes to a service. Dropped and made again it goes on where it was.
pub(super) struct RequestBody {
    progress: Rc<Progress>,
    /// Bytes to come, where that is known.
    left: Option<u64>,
}

impl Progress {
    pub fn of(payload: Payload, now: Instant) -> Rc<Self> {
        let has_body = super::has_body(&payload);
        Rc::new(Self {
            payload: RefCell::new(has_body.then_some(payload)),
            stage: Cell::new(if has_body {
                Stage::Offered
            } else {
                Stage::None
            }),
            at: Cell::new(now),
        })
    }

    pub fn has_body(&self) -> bool {
        self.stage.get() != Stage::None
    }

    /// All of it is with the service.
    pub fn is_over(&self) -> bool {
        matches!(self.stage.get(), Stage::None | Stage::Done)
    }

    pub fn has_failed(&self) -> bool {
        self.stage.get() == Stage::Failed
    }

    /// Until when to wait on, after a wait of `limit`. A sender may stop for as long as a stream may.
    pub fn patience(&self, limit: Duration, idle: Duration) -> Result<Option<Instant>, Refusal> {
        let until = self.at.get()
            + if self.stage.get() == Stage::Awaited {
                idle
            } else {
                limit
            };
        if until > Instant::now() && self.has_body() {
            return Ok(Some(until));
        }
        if self.stage.get() == Stage::Awaited {
            Err(Refusal::Stalled)
        } else {
            Ok(None)
        }
    }

    fn reach(&self, stage: Stage) {
        self.stage.set(stage);
        self.at.set(Instant::now());
    }
}

impl RequestBody {
    pub fn new(progress: &Rc<Progress>, length: Option<u64>) -> Self {
        Self {
            progress: Rc::clone(progress),
            left: length,
        }
    }

    /// Nothing of it is to come.
    pub fn is_over(&self) -> bool {
        !self.progress.has_body() || self.left == Some(0)
    }

    pub fn poll_piece(&mut self, context: &mut Context<'_>) -> Poll<Option<io::Result<Bytes>>> {
        let polled = match self.progress.payload.borrow_mut().as_mut() {
            Some(payload) => payload.poll_next_unpin(context),
            None => Poll::Ready(None),
        };
        let piece = match polled {
            Poll::Pending => {
                if self.progress.stage.get() == Stage::Offered {
                    self.progress.reach(Stage::Awaited);
                }
                return Poll::Pending;
            }
            Poll::Ready(piece) => piece,
        };
        Poll::Ready(match piece {
            Some(Ok(piece)) => Some(self.count(piece)),
            Some(Err(error)) => Some(Err(self.fail(error.to_string()))),
            None if self.left.is_some_and(|left| left > 0) => {
                Some(Err(self.fail("shorter than it was said to be")))
            }
            None => {
                if self.progress.has_body() {
                    self.progress.reach(Stage::Done);
                }
                None
            }
        })
    }

    fn count(&mut self, piece: Bytes) -> io::Result<Bytes> {
        let left = self.left.map(|left| left.checked_sub(piece.len() as u64));
        if left == Some(None) {
            return Err(self.fail("longer than it was said to be"));
        }
        self.left = left.flatten();
        self.progress.reach(if self.left == Some(0) {
            Stage::Done
        } else {
            Stage::Offered
        });
        Ok(piece)
    }

    fn fail(&self, why: impl Into<Box<dyn std::error::Error + Send + Sync>>) -> io::Error {
        self.progress.reach(Stage::Failed);
        io::Error::other(why)
    }
}
