//! WebSockets: after the handshake two streams of bytes, each at its own pace.

use std::io;
use std::pin::Pin;
use std::task::{Context, Poll, ready};
use std::time::Instant;

use actix_web::HttpResponse;
use actix_web::body::{BodySize, BoxBody, MessageBody};
use actix_web::dev::{Payload, ServiceRequest};
use actix_web::http::header::{
    CONNECTION, CONTENT_LENGTH, HeaderValue, TRANSFER_ENCODING, UPGRADE,
};
use actix_web::http::{ConnectionType, Method, StatusCode, Version};
use actix_web::rt::spawn;
use bytes::{Bytes, BytesMut};
use futures_util::StreamExt;
use tokio::io::{AsyncRead, AsyncWriteExt, ReadBuf};
use tokio::net::tcp::{OwnedReadHalf, OwnedWriteHalf};
use tokio::task::JoinHandle;

use super::idle::{Idle, Moved};
use super::request_body::Progress;
use super::{Arrived, Journey, answer, headers};
use crate::router::Refusal;

const WEBSOCKET: &str = "websocket";
const CHUNK: usize = 16 * 1024;

/// Whether the request wants to become a tunnel. A request that half does is refused: what follows its head is a body to
/// some and a stream to others.
pub(super) fn is_asked(request: &ServiceRequest) -> Result<bool, Refusal> {
    let headers = request.headers();
    let is_websocket = |value: &HeaderValue| {
        value
            .as_bytes()
            .trim_ascii()
            .eq_ignore_ascii_case(WEBSOCKET.as_bytes())
    };
    if !headers.get_all(UPGRADE).any(is_websocket) {
        return Ok(false);
    }
    let has_body = headers.contains_key(CONTENT_LENGTH) || headers.contains_key(TRANSFER_ENCODING);
    let is_named = headers::tokens(headers.get_all(CONNECTION).map(HeaderValue::as_bytes))
        .any(|token| token.eq_ignore_ascii_case(b"upgrade"));
    if request.method() == Method::GET
        && request.version() == Version::HTTP_11
        && is_named
        && !has_body
    {
        return Ok(true);
    }
    Err(Refusal::BadRequest("this is no WebSocket handshake"))
}

/// The service's answer to the handshake: a tunnel, or why not.
pub(super) async fn open(
    journey: &Journey<'_>,
    arrived: Arrived,
    payload: Payload,
) -> Result<HttpResponse<BoxBody>, Refusal> {
    if arrived.head.response.status() != StatusCode::SWITCHING_PROTOCOLS {
        let mut response = answer::answer(
            journey,
            &Method::GET,
            arrived,
            Progress::of(Payload::None, journey.begin),
        )
        .await?;
        // the sender may have begun to speak as through a tunnel: nothing after this is a request
        response
            .head_mut()
            .set_connection_type(ConnectionType::Close);
        response.head_mut().no_chunking(true);
        return Ok(response);
    }
    let Arrived { head, connection } = arrived;
    let (stream, ahead) = connection.into_stream();
    let (back, there) = stream.into_split();
    let moved = Moved::at(Instant::now());
    let tunnel = Tunnel {
        back,
        ahead,
        buffer: BytesMut::new(),
        idle: Idle::new(journey.shared.options.idle, moved.clone()),
        task: spawn(carry(payload, there, moved)),
    };
    let mut answer = head.response.set_body(BoxBody::new(tunnel));
    answer
        .headers_mut()
        .insert(UPGRADE, HeaderValue::from_static(WEBSOCKET));
    answer
        .head_mut()
        .set_connection_type(ConnectionType::Upgrade);
    Ok(answer)
}

/// What comes back; while it lives, what goes there goes there.
struct Tunnel {
    back: OwnedReadHalf,
    /// What came with the head.
    ahead: BytesMut,
    buffer: BytesMut,
    idle: Idle,
    task: JoinHandle<()>,
}

impl Drop for Tunnel {
    fn drop(&mut self) {
        self.task.abort();
    }
}

async fn carry(mut payload: Payload, mut there: OwnedWriteHalf, moved: Moved) {
    while let Some(Ok(chunk)) = payload.next().await {
        moved.again();
        if there.write_all(&chunk).await.is_err() {
            // the way back tells what is wrong
            return;
        }
    }
    let _ = there.shutdown().await;
}

impl MessageBody for Tunnel {
    type Error = io::Error;

    fn size(&self) -> BodySize {
        BodySize::Stream
    }

    fn poll_next(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<io::Result<Bytes>>> {
        let this = &mut *self;
        if !this.ahead.is_empty() {
            return Poll::Ready(Some(Ok(this.ahead.split().freeze())));
        }
        this.buffer.resize(CHUNK, 0);
        let mut buffer = ReadBuf::new(&mut this.buffer);
        let read = match Pin::new(&mut this.back).poll_read(context, &mut buffer) {
            Poll::Ready(read) => read.map(|()| buffer.filled().len()),
            Poll::Pending => {
                ready!(this.idle.poll(context));
                Ok(0)
            }
        };
        Poll::Ready(match read {
            Ok(0) => None,
            Ok(length) => {
                this.idle.moved();
                Some(Ok(this.buffer.split_to(length).freeze()))
            }
            Err(error) => Some(Err(error)),
        })
    }
}
