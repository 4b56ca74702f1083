//! Moves of data as `banyan move` tells of them while they go on: for the console, in memory.

use std::collections::BTreeMap;
use std::sync::{Arc, PoisonError, RwLock};
use std::time::{Duration, Instant};

use actix_web::HttpResponse;
use actix_web::web::{self, Data, Json, Path, ServiceConfig};
use serde::{Deserialize, Serialize};

use super::Routing;
use super::registry::Neighbour;
use crate::readiness::Readiness;

/// Below it the context's name.
pub const PATH: &str = "/internal/moves/";

/// How long a move is still shown after its end.
const SHOWN: Duration = Duration::from_mins(10);
/// Whoever says nothing for this long may be gone.
const SILENT: Duration = Duration::from_mins(1);

/// Writes wait at the router for a mover that was heard of within this: one that died is not waited for.
const HEARD: Duration = Duration::from_secs(1);

/// Of every context the last one. Cheap to clone.
#[derive(Clone, Default)]
pub struct Moves(Arc<RwLock<BTreeMap<String, Moving>>>);

/// What the mover says after each step.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct News {
    /// Where the data goes.
    pub to: String,
    /// Steps done, of so many.
    pub done: u8,
    pub of: u8,
    /// Of the next step; 0 where only its end is told.
    pub percent: u8,
    /// The last one in the mover's words: what it was and what came of it.
    pub step: String,
    pub what: String,
    /// The mover gave up after it, and says why where it runs.
    pub stopped: bool,
}

/// How a move stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Standing {
    UnderWay,
    Done,
    Stopped,
    /// It is not done, and nothing was heard of it for long.
    Silent,
}

#[derive(Clone, Debug)]
pub struct Moving {
    pub context: String,
    pub news: News,
    pub begun: Instant,
    pub last: Instant,
}

impl Moves {
    /// Those under way, and those that ended a moment ago.
    pub fn list(&self, now: Instant) -> Vec<Moving> {
        let mut all = self.0.write().unwrap_or_else(PoisonError::into_inner);
        all.retain(|_, moving| now.duration_since(moving.last) < SHOWN);
        all.values().cloned().collect()
    }

    /// Whether nobody can write to a context just now, because a mover holds its fence or is about to.
    pub fn is_fenced(&self, context: &str, now: Instant) -> bool {
        let all = self.0.read().unwrap_or_else(PoisonError::into_inner);
        let moving = all.get(context).filter(|moving| !moving.news.is_last());
        moving.is_some_and(|moving| now.duration_since(moving.last) < HEARD)
    }

    fn tell(&self, context: String, news: News, now: Instant) {
        let mut all = self.0.write().unwrap_or_else(PoisonError::into_inner);
        let earlier = all
            .get(&context)
            .filter(|moving| news.done > 0 && moving.news.to == news.to);
        let begun = earlier.map_or(now, |moving| moving.begun);
        let moving = Moving {
            context: context.clone(),
            news,
            begun,
            last: now,
        };
        all.insert(context, moving);
    }
}

impl News {
    fn is_done(&self) -> bool {
        self.done >= self.of
    }

    fn is_last(&self) -> bool {
        self.stopped || self.is_done()
    }
}

impl Moving {
    pub fn standing(&self, now: Instant) -> Standing {
        if self.news.is_done() {
            Standing::Done
        } else if self.news.stopped {
            Standing::Stopped
        } else if now.duration_since(self.last) > SILENT {
            Standing::Silent
        } else {
            Standing::UnderWay
        }
    }

    pub fn percent(&self) -> u8 {
        let done = u32::from(self.news.done) * 100 + u32::from(self.news.percent);
        let percent = done / u32::from(self.news.of.max(1));
        u8::try_from(percent.min(100)).unwrap_or(100)
    }
}

/// Must come before the scope `/internal`.
pub fn routes(cfg: &mut ServiceConfig) {
    cfg.service(web::resource("/internal/moves/{context}").get(get).put(put));
}

/// Whether this very process serves a context's data, whatever the routes say.
#[derive(Debug, Serialize, Deserialize)]
pub struct Here {
    /// It has the context at all.
    pub is_held: bool,
    pub is_served: bool,
}

async fn get(_: Neighbour, context: Path<String>, readiness: Data<Readiness>) -> Json<Here> {
    let asked = readiness.standing_of(&context).await;
    Json(Here {
        is_held: asked.is_some(),
        is_served: asked == Some(true),
    })
}

/// When this is answered, the process knows what the news means to it: its routes are those of the file, and whoever has
/// lost the data has noticed.
async fn put(
    _: Neighbour,
    context: Path<String>,
    news: Json<News>,
    routing: Data<Routing>,
    readiness: Data<Readiness>,
) -> HttpResponse {
    let (context, news, moves) = (
        context.into_inner(),
        news.into_inner(),
        routing.moves.clone(),
    );
    readiness.standing_of(&context).await;
    if news.is_last() {
        routing.watch.refresh();
    }
    moves.tell(context, news, Instant::now());
    HttpResponse::NoContent().finish()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn news(done: u8) -> News {
        News {
            to: "there".to_owned(),
            done,
            of: 4,
            percent: 0,
            step: "copied".to_owned(),
            what: String::new(),
            stopped: false,
        }
    }

    #[test]
    fn a_move_is_followed_from_its_first_step_until_a_while_after_its_last() {
        let (moves, begun) = (Moves::default(), Instant::now());
        let later = |seconds| begun + Duration::from_secs(seconds);
        moves.tell("stock".to_owned(), news(0), begun);
        let copying = News {
            percent: 50,
            ..news(2)
        };
        moves.tell("stock".to_owned(), copying, later(4));
        assert_eq!(moves.list(later(4))[0].percent(), 62);
        moves.tell("stock".to_owned(), news(3), later(5));
        let moving = moves.list(later(5)).remove(0);
        assert_eq!((moving.begun, moving.percent()), (begun, 75));
        assert_eq!(moving.standing(later(60)), Standing::UnderWay);
        assert_eq!(moving.standing(later(66)), Standing::Silent);
        // a mover that is not heard of any more keeps nobody waiting
        assert!(moves.is_fenced("stock", later(5)) && !moves.is_fenced("stock", later(6)));
        assert!(!moves.is_fenced("orders", later(5)));
        moves.tell("stock".to_owned(), news(4), later(70));
        let moving = moves.list(later(200)).remove(0);
        assert_eq!(moving.standing(later(200)), Standing::Done);
        assert!(!moves.is_fenced("stock", later(70)));
        assert!(moves.list(later(671)).is_empty());
        // begun anew
        moves.tell("stock".to_owned(), news(4), later(700));
        moves.tell("stock".to_owned(), news(0), later(701));
        assert_eq!(moves.list(later(701))[0].begun, later(701));
        // one that gave up keeps nobody waiting either
        let stopped = News {
            stopped: true,
            ..news(1)
        };
        moves.tell("stock".to_owned(), stopped, later(702));
        let moving = moves.list(later(800)).remove(0);
        assert_eq!(moving.standing(later(800)), Standing::Stopped);
        assert!(!moves.is_fenced("stock", later(702)));
    }
}
