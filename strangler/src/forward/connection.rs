//! One connection to an instance: a request at a time, written as it comes, and the answer to it.
//!
//! A client of our own, because a router needs so little of one: headers go from one side's form into bytes and from
//! bytes into that form, nothing is handed from task to task, and whoever waits for the answer drives the request.

use std::io::{self, IoSlice, Write};
use std::pin::{Pin, pin};
use std::task::{Context, Poll, ready};

use actix_web::dev::ServiceRequest;
use bytes::{Buf, BufMut, Bytes, BytesMut};
use tokio::io::{AsyncReadExt, AsyncWrite};
use tokio::net::TcpStream;

use super::answer_head::{self, AnswerHead, Asked};
use super::framing::{Ending, Found, Framing};
use super::idle::Alarm;
use super::request_body::RequestBody;
use super::{Journey, headers};
use crate::table::Endpoint;

/// Dropped it is closed, whatever is under way on it.
pub(super) struct Connection {
    pub endpoint: Endpoint,
    stream: TcpStream,
    read: BytesMut,
    out: Out,
    pub alarm: Alarm,
    /// It may have been closed by the other side without our knowing yet.
    pub is_reused: bool,
}

/// What is to be written.
#[derive(Default)]
struct Out {
    /// A head, or what stands between chunks.
    words: BytesMut,
    piece: Bytes,
    /// What stands behind the piece.
    end: &'static [u8],
    body: Option<RequestBody>,
    is_chunked: bool,
    course: Course,
}

/// How far a request has come.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
enum Course {
    #[default]
    New,
    /// The head waits for the beginning of the body, to go along with it.
    Waiting,
    /// Something of it was written, or taken to be.
    Begun,
    /// The service took some of it and takes no more; it may have answered all the same.
    BrokenOff,
    /// The service took nothing of it.
    Refused,
}

/// The request did not reach the service, or no answer came back.
pub(super) struct Failed {
    pub error: io::Error,
    /// Not a byte of it was sent.
    pub is_unsent: bool,
}

/// As much is read at once of a body; of what may be a head and a short body a little.
const MOST: usize = 64 * 1024;
const LEAST: usize = 4 * 1024;

impl Connection {
    pub async fn open(endpoint: &Endpoint) -> io::Result<Self> {
        let host = endpoint.host.trim_start_matches('[').trim_end_matches(']');
        let stream = TcpStream::connect((host, endpoint.port)).await?;
        stream.set_nodelay(true)?;
        Ok(Self {
            endpoint: endpoint.clone(),
            stream,
            read: BytesMut::new(),
            out: Out::default(),
            alarm: Alarm::default(),
            is_reused: false,
        })
    }

    /// Nobody has closed it or said anything on it that was not asked for. Costs nothing unless something has come.
    pub fn is_quiet(&self) -> bool {
        let seen = self.stream.try_read(&mut [0]);
        self.read.is_empty() && seen.is_err_and(|error| error.kind() == io::ErrorKind::WouldBlock)
    }

    /// The whole request is with the service, and nothing came that does not belong to the answer.
    pub fn is_idle(&self) -> bool {
        self.read.is_empty() && self.is_sent()
    }

    /// To be sent by [`Self::poll_answer`].
    pub fn write(
        &mut self,
        journey: &Journey<'_>,
        request: &ServiceRequest,
        (framing, body): (Framing, RequestBody),
    ) {
        let out = &mut self.out;
        out.words.clear();
        headers::write_head(journey, request, (&self.endpoint, framing), &mut out.words);
        out.is_chunked = framing == Framing::Chunked;
        out.body = Some(body).filter(|body| !body.is_over());
        out.course = Course::New;
    }

    /// Sends what was [written](Self::write), until the head of the answer is there. The rest of the body goes
    /// on its way with [`Self::poll_body`].
    pub fn poll_answer(
        &mut self,
        context: &mut Context<'_>,
        asked: Asked,
    ) -> Poll<Result<AnswerHead, Failed>> {
        self.poll_head(context, asked).map_err(|error| Failed {
            error,
            is_unsent: !matches!(self.out.course, Course::Begun | Course::BrokenOff),
        })
    }

    /// The next piece of an answer's body; the rest of the request is sent meanwhile.
    pub fn poll_body(
        &mut self,
        context: &mut Context<'_>,
        ending: &mut Ending,
    ) -> Poll<Option<io::Result<Bytes>>> {
        if !self.is_sent()
            && let Poll::Ready(Err(error)) = self.poll_send(context)
        {
            return Poll::Ready(Some(Err(error)));
        }
        loop {
            match ending.find(&mut self.read) {
                Ok(Found::Data(data)) => return Poll::Ready(Some(Ok(data))),
                Ok(Found::End) => return Poll::Ready(None),
                Ok(Found::More) => {}
                Err(error) => return Poll::Ready(Some(Err(error))),
            }
            let wanted = ending.length().and_then(|left| usize::try_from(left).ok());
            let wanted = wanted.map_or(MOST, |left| left.clamp(LEAST, MOST));
            match ready!(self.poll_read(context, wanted)) {
                Ok(0) if ending.is_closing() => return Poll::Ready(None),
                Ok(0) => return Poll::Ready(Some(Err(io::ErrorKind::UnexpectedEof.into()))),
                Ok(_) => {}
                Err(error) => return Poll::Ready(Some(Err(error))),
            }
        }
    }

    /// After the handshake of a tunnel: the stream, and what came of it already.
    pub fn into_stream(self) -> (TcpStream, BytesMut) {
        (self.stream, self.read)
    }

    fn is_sent(&self) -> bool {
        self.out.is_written() && self.out.body.is_none() && !self.out.has_failed()
    }

    fn poll_head(
        &mut self,
        context: &mut Context<'_>,
        asked: Asked,
    ) -> Poll<io::Result<AnswerHead>> {
        if let Poll::Ready(Err(error)) = self.poll_send(context) {
            return Poll::Ready(Err(error));
        }
        loop {
            if let Some(head) = answer_head::parse(&mut self.read, asked)? {
                return Poll::Ready(Ok(head));
            }
            if ready!(self.poll_read(context, LEAST))? == 0 {
                return Poll::Ready(Err(io::ErrorKind::UnexpectedEof.into()));
            }
        }
    }

    fn poll_read(&mut self, context: &mut Context<'_>, wanted: usize) -> Poll<io::Result<usize>> {
        if self.read.capacity() - self.read.len() < LEAST / 2 {
            self.read.reserve(wanted);
        }
        pin!(self.stream.read_buf(&mut self.read)).poll(context)
    }

    /// An error is one of the request's body; that the service takes no more shows in what it answers, if it does.
    fn poll_send(&mut self, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        while !self.out.has_failed() {
            let is_next = self.out.poll_next_piece(context)?;
            if is_next.is_pending() && self.out.course == Course::New {
                // it is often here already, and comes as soon as the server goes on: one write instead of two
                self.out.course = Course::Waiting;
                context.waker().wake_by_ref();
                return Poll::Pending;
            }
            if ready!(self.out.poll_flush(&mut self.stream, context)).is_err() {
                self.out.fail();
            } else if !ready!(is_next) {
                break;
            }
        }
        Poll::Ready(Ok(()))
    }
}

impl Out {
    fn has_failed(&self) -> bool {
        matches!(self.course, Course::BrokenOff | Course::Refused)
    }

    fn fail(&mut self) {
        self.body = None;
        self.course = if self.course == Course::Begun {
            Course::BrokenOff
        } else {
            Course::Refused
        };
    }

    fn is_written(&self) -> bool {
        self.words.is_empty() && self.piece.is_empty() && self.end.is_empty()
    }

    /// Takes the next piece of the body, if the one before is written. `false`: there is none.
    fn poll_next_piece(&mut self, context: &mut Context<'_>) -> Poll<io::Result<bool>> {
        let Some(body) = &mut self.body else {
            return Poll::Ready(Ok(false));
        };
        if !(self.piece.is_empty() && self.end.is_empty()) {
            return Poll::Ready(Ok(true));
        }
        let piece = ready!(body.poll_piece(context)).transpose()?;
        let is_over = piece.is_none() || body.is_over();
        self.course = Course::Begun;
        if self.is_chunked {
            self.end = if is_over { b"0\r\n\r\n" } else { b"\r\n" };
        }
        if let Some(piece) = piece {
            if self.is_chunked {
                let _ = write!((&mut self.words).writer(), "{:x}\r\n", piece.len());
            }
            self.piece = piece;
        }
        if is_over {
            self.body = None;
        }
        Poll::Ready(Ok(true))
    }

    fn poll_flush(
        &mut self,
        stream: &mut TcpStream,
        context: &mut Context<'_>,
    ) -> Poll<io::Result<()>> {
        while !self.is_written() {
            let stream = Pin::new(&mut *stream);
            let written = if self.piece.is_empty() && self.end.is_empty() {
                stream.poll_write(context, &self.words)
            } else {
                let all: [&[u8]; 3] = [&self.words, &self.piece, self.end];
                stream.poll_write_vectored(context, &all.map(IoSlice::new))
            };
            let written = ready!(written)?;
            if written == 0 {
                return Poll::Ready(Err(io::ErrorKind::WriteZero.into()));
            }
            self.course = Course::Begun;
            let of_words = written.min(self.words.len());
            self.words.advance(of_words);
            let of_piece = (written - of_words).min(self.piece.len());
            self.piece.advance(of_piece);
            self.end = &self.end[written - of_words - of_piece..];
        }
        Poll::Ready(Ok(()))
    }
}
