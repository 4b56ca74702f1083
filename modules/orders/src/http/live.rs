//! Server-sent events: an order as it changes.

use std::convert::Infallible;
use std::time::{Duration, Instant};

use actix_web::http::header::{CACHE_CONTROL, CONTENT_ENCODING, ContentEncoding};
use actix_web::web::{Bytes, Data};
use actix_web::{HttpRequest, HttpResponse};
use kernel::OrderId;

use crate::domain::Status;
use crate::service::{Orders, Shown};

/// Comments keep intermediaries from closing a quiet stream.
const HEARTBEAT: Duration = Duration::from_secs(15);
/// Then the client comes back: a stream must not outlive its session for long.
const LONGEST: Duration = Duration::from_mins(5);

pub struct Follow {
    pub shown: Shown,
    /// Sent when the order has ended, for clients that would come back otherwise.
    pub farewell: &'static str,
}

/// `write` gives the lines of one event, without its id.
pub fn answer(
    request: &HttpRequest,
    orders: Data<Orders>,
    Follow { shown, farewell }: Follow,
    write: impl Fn(&Shown) -> String + 'static,
) -> HttpResponse {
    let seen = last_event_id(request);
    if shown.order.is_ended() && seen >= shown.order.version {
        // the one answer after which clients do not come back
        return HttpResponse::NoContent().finish();
    }
    let stream = async_stream::stream! {
        let (begun, mut beat, mut seen) = (Instant::now(), Instant::now(), seen);
        let mut follower = orders.journal.hub.follow(shown.order.id);
        let mut shown = orders.show(shown.order.id).await.unwrap_or(shown);
        loop {
            if shown.order.version > seen {
                seen = shown.order.version;
                beat = Instant::now();
                yield Ok::<_, Infallible>(Bytes::from(format!("id: {seen}\n{}\n", write(&shown))));
            }
            if shown.order.is_ended() {
                yield Ok(Bytes::from_static(farewell.as_bytes()));
                break;
            }
            if begun.elapsed() > LONGEST {
                break;
            }
            if beat.elapsed() > HEARTBEAT {
                beat = Instant::now();
                yield Ok(Bytes::from_static(b":\n\n"));
            }
            match follower.news().await {
                Some(order) => shown.order = order,
                None => shown = orders.show(shown.order.id).await.unwrap_or(shown),
            }
        }
    };
    HttpResponse::Ok()
        .content_type("text/event-stream")
        .insert_header((CACHE_CONTROL, "no-store"))
        // compression would hold events back
        .insert_header((CONTENT_ENCODING, ContentEncoding::Identity))
        .insert_header(("x-accel-buffering", "no"))
        .streaming(stream)
}

/// A block of text as the data of an event.
pub fn data(text: &str) -> String {
    text.lines()
        .fold(String::with_capacity(text.len() + 64), |mut out, line| {
            out.push_str("data: ");
            out.push_str(line);
            out.push('\n');
            out
        })
}

/// The order as soon as it is no longer pending, or as it is when `patience` ends.
pub async fn decided(orders: &Orders, id: OrderId, patience: Duration) -> Option<Shown> {
    let mut follower = orders.journal.hub.follow(id);
    let until = Instant::now() + patience;
    let mut last = orders.show(id).await.ok();
    while last
        .as_ref()
        .is_none_or(|shown| shown.order.status == Status::Pending)
    {
        let news = tokio::time::timeout_at(until.into(), follower.news()).await;
        match (news, &mut last) {
            (Ok(Some(order)), Some(shown)) => shown.order = order,
            (Ok(_), _) => last = orders.show(id).await.ok().or(last),
            (Err(_), _) => break,
        }
    }
    last
}

fn last_event_id(request: &HttpRequest) -> i64 {
    let header = request
        .headers()
        .get("last-event-id")
        .and_then(|value| value.to_str().ok());
    header.and_then(|id| id.parse().ok()).unwrap_or(0)
}
