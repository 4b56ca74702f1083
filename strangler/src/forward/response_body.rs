use std::convert::Infallible;
use std::future::poll_fn;
use std::io;
use std::pin::Pin;
use std::rc::Rc;
use std::task::{Context, Poll, ready};

use actix_web::body::{BodySize, MessageBody};
use bytes::Bytes;

use super::Journey;
use super::answer_head::AnswerHead;
use super::connection::Connection;
use super::framing::Ending;
use super::idle::{Idle, Moved};
use super::pool::Pool;
use super::request_body::Progress;
use crate::router::Count;

/// The body of an answer on its way back. Dropped before its end it closes the connection it comes from.
pub(super) struct ResponseBody {
    /// `None`: the whole answer is here.
    connection: Option<Box<Connection>>,
    ending: Ending,
    /// The connection may serve another request.
    is_kept: bool,
    /// What was there with the head.
    ahead: Option<Bytes>,
    /// Why it broke off.
    error: Option<io::Error>,
    size: BodySize,
    idle: Idle,
    pool: Rc<Pool>,
    request: Rc<Progress>,
    /// Hears it if it breaks off.
    counter: Rc<dyn Count>,
}

/// Nothing, of a given size: what HEAD is answered with.
pub(super) struct Nothing(pub BodySize);

impl ResponseBody {
    pub fn new(
        journey: &Journey<'_>,
        head: &AnswerHead,
        connection: Box<Connection>,
        request: Rc<Progress>,
    ) -> Self {
        let size = head.ending.length();
        Self {
            connection: Some(connection),
            ending: head.ending,
            is_kept: head.is_kept,
            ahead: None,
            error: None,
            size: size.map_or(BodySize::Stream, BodySize::Sized),
            idle: Idle::new(journey.shared.options.idle, Moved::at(journey.begin)),
            pool: Rc::clone(journey.pool),
            request,
            counter: Rc::clone(journey.counter),
        }
    }

    /// Looks whether it has broken off already, while that can still be said.
    pub async fn look_ahead(&mut self) -> io::Result<()> {
        match poll_fn(|context| Poll::Ready(self.poll_chunk(context))).await {
            Poll::Ready(Some(chunk)) => self.ahead = Some(chunk?),
            // after its end there is only its end
            Poll::Ready(None) | Poll::Pending => {}
        }
        Ok(())
    }

    /// The whole answer is here. Where the service did not wait for the whole request, nothing more can be sent there.
    pub fn end(&mut self) {
        if let Some(connection) = self.connection.take()
            && self.is_kept
            && self.request.is_over()
            && connection.is_idle()
        {
            self.pool.give(connection);
        }
    }

    fn poll_chunk(&mut self, context: &mut Context<'_>) -> Poll<Option<io::Result<Bytes>>> {
        let Some(connection) = &mut self.connection else {
            return Poll::Ready(None);
        };
        let chunk = match connection.poll_body(context, &mut self.ending) {
            Poll::Ready(chunk) => chunk,
            Poll::Pending if self.idle.poll(context).is_pending() => return Poll::Pending,
            Poll::Pending => Some(Err(io::Error::other("nothing came for too long"))),
        };
        self.idle.moved();
        if chunk.is_none() {
            self.end();
        }
        Poll::Ready(chunk)
    }
}

impl MessageBody for ResponseBody {
    type Error = io::Error;

    fn size(&self) -> BodySize {
        self.size
    }

    fn poll_next(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<io::Result<Bytes>>> {
        if let Some(chunk) = self.ahead.take() {
            return Poll::Ready(Some(Ok(chunk)));
        }
        if let Some(error) = self.error.take() {
            return Poll::Ready(Some(Err(error)));
        }
        match ready!(self.poll_chunk(context)) {
            Some(Err(error)) => {
                self.counter.broken();
                // what came before it is sent first
                self.error = Some(error);
                context.waker().wake_by_ref();
                Poll::Pending
            }
            chunk => Poll::Ready(chunk),
        }
    }
}

impl MessageBody for Nothing {
    type Error = Infallible;

    fn size(&self) -> BodySize {
        self.0
    }

    fn poll_next(
        self: Pin<&mut Self>,
        _: &mut Context<'_>,
    ) -> Poll<Option<Result<Bytes, Infallible>>> {
        Poll::Ready(None)
    }
}
