//! Asks the courier about parcels whose time has come, and writes what it says.

use std::sync::Arc;
use std::time::Duration;

use futures_util::future::join_all;
use kernel::{Clock, OrderId, Timestamp};
use platform::db::{Conn, Db, DbError};
use platform::events::{Stamp, publish};
use tokio::sync::Notify;
use tokio_util::sync::CancellationToken;

use crate::courier::{Courier, Tracking, Whereabouts};
use crate::domain::{ShippingError, State};
use crate::events::{Failure, ShipmentDelivered, ShipmentFailed, ShipmentShipped};
use crate::store::{self, Underway};

/// Between two looks at the usual speed, so that parcels that move together are written together.
pub const PAUSE: Duration = Duration::from_millis(250);
const SHORTEST_PAUSE: Duration = Duration::from_millis(5);
/// A look for parcels that another process has dispatched.
const LONGEST_PAUSE: Duration = Duration::from_secs(1);
/// After a courier that did not tell.
const ASK_AGAIN: Duration = Duration::from_secs(1);
const AT_ONCE: i64 = 256;

pub struct Clockwork {
    pub db: Db,
    pub clock: Arc<dyn Clock>,
    pub courier: Arc<dyn Courier>,
    /// Told of parcels that were dispatched.
    pub wake: Arc<Notify>,
    pub pause: Duration,
}

/// When to look next.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Next {
    /// There is more.
    AtOnce,
    At(Timestamp),
    /// No parcel is on its way.
    WhenWoken,
}

/// One parcel and what the courier said of it.
#[derive(Clone, Copy)]
struct News {
    order: OrderId,
    from: State,
    to: State,
    look_again: Option<Timestamp>,
}

impl Clockwork {
    pub async fn run(&self, stop: CancellationToken) {
        let pause = self.pause.max(SHORTEST_PAUSE);
        let longest = LONGEST_PAUSE.max(pause);
        while !stop.is_cancelled() {
            let wait = match self.tick().await {
                Ok(Next::AtOnce) => continue,
                Ok(Next::At(time)) => time.since(self.clock.now()).clamp(pause, longest),
                Ok(Next::WhenWoken) => longest,
                Err(error) => {
                    tracing::warn!(%error, "parcels cannot be followed");
                    longest
                }
            };
            let woken = async {
                self.wake.notified().await;
                tokio::time::sleep(pause).await;
            };
            tokio::select! {
                () = stop.cancelled() => {}
                () = woken => {}
                () = tokio::time::sleep(wait) => {}
            }
        }
    }

    /// One look at all parcels that are due.
    pub async fn tick(&self) -> Result<Next, ShippingError> {
        let now = self.clock.now();
        let underway = self
            .db
            .read(move |conn| store::underway(conn, AT_ONCE))
            .await?;
        let is_full = i64::try_from(underway.len()) == Ok(AT_ONCE);
        let (due, later): (Vec<_>, Vec<_>) =
            underway.into_iter().partition(|parcel| parcel.due <= now);
        let mut next = later.first().map(|parcel| parcel.due);
        if !due.is_empty() {
            let news = join_all(due.iter().map(|parcel| self.ask(parcel, now))).await;
            next = news
                .iter()
                .filter_map(|news| news.look_again)
                .chain(next)
                .min();
            self.write(news, now).await?;
        }
        Ok(match next {
            _ if is_full && later.is_empty() => Next::AtOnce,
            Some(time) => Next::At(time),
            None => Next::WhenWoken,
        })
    }

    async fn ask(&self, underway: &Underway, now: Timestamp) -> News {
        let Underway { parcel, state, .. } = underway;
        let stays = |look_again| News {
            order: parcel.order,
            from: *state,
            to: *state,
            look_again,
        };
        match self.courier.track(parcel.clone(), now).await {
            Ok(Tracking {
                whereabouts,
                look_again,
            }) => match whereabouts {
                Whereabouts::Waiting => stays(look_again),
                Whereabouts::OnTheWay => News {
                    to: State::Shipped,
                    ..stays(look_again)
                },
                Whereabouts::Delivered => News {
                    to: State::Delivered,
                    ..stays(None)
                },
                Whereabouts::CameBack => News {
                    to: State::Undeliverable,
                    ..stays(None)
                },
                Whereabouts::Lost => News {
                    to: State::Lost,
                    ..stays(None)
                },
            },
            Err(error) => {
                tracing::warn!(order = %parcel.order, %error, "a parcel cannot be followed");
                stays(Some(now.after(ASK_AGAIN)))
            }
        }
    }

    async fn write(&self, news: Vec<News>, now: Timestamp) -> Result<(), ShippingError> {
        let written: Result<(), DbError> = self
            .db
            .write(move |conn| news.iter().try_for_each(|news| record(conn, *news, now)))
            .await;
        fail::fail_point!("shipping::moved", |_| std::process::abort());
        Ok(written?)
    }
}

/// State and events together. A parcel that was called back meanwhile stays so.
fn record(conn: &mut Conn, news: News, now: Timestamp) -> Result<(), DbError> {
    let News {
        order,
        from,
        to,
        look_again,
    } = news;
    if !store::advance(conn, order, (from, to), (look_again, now))? {
        return Ok(());
    }
    let stamp = Stamp {
        id: order.as_uuid(),
        at: now,
        traceparent: None,
    };
    for step in from.steps_to(to) {
        match step {
            State::Shipped => publish(conn, &stamp, &ShipmentShipped { order })?,
            State::Delivered => publish(conn, &stamp, &ShipmentDelivered { order })?,
            State::Undeliverable => failed(conn, &stamp, order, Failure::Undeliverable)?,
            State::Lost => failed(conn, &stamp, order, Failure::Lost)?,
            State::Requested | State::Dispatched | State::Cancelled => {}
        }
    }
    Ok(())
}

fn failed(conn: &mut Conn, stamp: &Stamp, order: OrderId, reason: Failure) -> Result<(), DbError> {
    publish(conn, stamp, &ShipmentFailed { order, reason })
}
