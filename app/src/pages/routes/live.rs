//! Server-sent events: what of the overview has changed, once a second.

use std::collections::HashMap;
use std::convert::Infallible;
use std::fmt::Write as _;
use std::time::{Duration, Instant};

use actix_web::HttpResponse;
use actix_web::http::header::{CACHE_CONTROL, CONTENT_ENCODING, ContentEncoding};
use actix_web::web::{Bytes, Data};
use platform::identity::Admin;
use platform::page::Page;
use tokio::time::MissedTickBehavior;

use super::list::RoutesPage;
use crate::pages::OwnPages;

const INTERVAL: Duration = Duration::from_secs(1);
/// Then the browser comes back: a stream must not outlive its session for long.
const LONGEST: Duration = Duration::from_mins(5);

pub async fn follow(_: Admin, page: Page, own: Data<OwnPages>) -> HttpResponse {
    let stream = async_stream::stream! {
        let begun = Instant::now();
        let mut tick = tokio::time::interval(INTERVAL);
        tick.set_missed_tick_behavior(MissedTickBehavior::Skip);
        let mut told = HashMap::new();
        while begun.elapsed() < LONGEST {
            tick.tick().await;
            match news(&RoutesPage::of(page.clone(), &own), &mut told) {
                // a comment keeps intermediaries from closing a quiet stream
                Ok(news) if news.is_empty() => yield Ok::<_, Infallible>(Bytes::from_static(b":\n\n")),
                Ok(news) => yield Ok(Bytes::from(news)),
                Err(error) => {
                    tracing::error!(%error, "the routes cannot be shown");
                    break;
                }
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

/// The events of what is not as it was `told` last.
pub fn news(now: &RoutesPage, told: &mut HashMap<String, String>) -> askama::Result<String> {
    let mut events = String::new();
    for (name, piece) in now.pieces()? {
        if told.get(&name) == Some(&piece) {
            continue;
        }
        // writing to a string cannot fail
        let _ = writeln!(events, "event: {name}");
        for line in piece.lines() {
            let _ = writeln!(events, "data: {line}");
        }
        events.push('\n');
        told.insert(name, piece);
    }
    Ok(events)
}
