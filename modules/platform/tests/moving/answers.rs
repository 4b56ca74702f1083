//! What others are told by a process that does not own the data.

use std::sync::Arc;

use actix_web::http::header::RETRY_AFTER;
use actix_web::middleware::from_fn;
use actix_web::test::{TestRequest, call_service, init_service};
use actix_web::{App, HttpResponse, web};
use kernel::Timestamp;
use platform::db::{Conn, Db, DbError};
use platform::events::{Event, Inbound, InboundError, consume};
use platform::ports::Unavailable;
use platform::problem::{self, Problem};

use super::{Home, switch};

fn elsewhere() -> DbError {
    DbError::NotOwner {
        holder: "/there/stock.db".to_owned(),
    }
}

async fn page() -> Result<HttpResponse, Problem> {
    Err(elsewhere().into())
}

async fn call() -> Result<HttpResponse, Problem> {
    let unavailable: Unavailable = elsewhere().of("stock");
    Err(unavailable.into())
}

#[actix_web::test]
async fn neighbours_hear_421_and_everybody_else_503() {
    let app = App::new()
        .wrap(from_fn(problem::render))
        .route("/internal/stock/call", web::get().to(call))
        .default_service(web::to(page));
    let app = init_service(app).await;
    for (path, status) in [
        ("/internal/stock/call", 421),
        ("/internal/events/stock", 421),
        ("/admin/stock", 503),
        ("/api/admin/stock", 503),
    ] {
        let answer = call_service(&app, TestRequest::get().uri(path).to_request()).await;
        assert_eq!(answer.status().as_u16(), status, "{path}");
        assert!(answer.headers().contains_key(RETRY_AFTER), "{path}");
    }
}

struct Ear(Db);

impl Inbound for Ear {
    fn db(&self) -> &Db {
        &self.0
    }

    fn types(&self) -> &'static [&'static str] {
        &[]
    }

    fn apply(&self, _: &mut Conn, _: &Event, _: Timestamp) -> Result<(), InboundError> {
        Ok(())
    }
}

/// An error makes the relay wait; a rejection would park the event as a dead letter.
#[tokio::test]
async fn events_for_a_consumer_that_has_moved_wait() {
    let (from, to) = (Home::sqlite(), Home::sqlite());
    let old = from.founded();
    let event: Event = serde_json::from_value(serde_json::json!({
        "specversion": "1.0", "id": "1", "type": "a", "source": "/b", "subject": "c",
        "time": "2026-11-21T03:00:00Z", "data": {},
    }))
    .unwrap();
    let ear: Arc<dyn Inbound> = Arc::new(Ear(old));
    let now = Timestamp::from_micros(0);
    assert!(consume(&ear, vec![event.clone()], now).await.is_ok());
    switch(&from, &to).unwrap();
    let refused = consume(&ear, vec![event], now).await.unwrap_err();
    assert!(refused.is_not_owner(), "{refused}");
}
