//! The front page: what catalog shows, with what stock and board know about it.

use std::collections::HashMap;
use std::time::Duration;

use actix_web::web::{self, Data, ServiceConfig};
use actix_web::{HttpRequest, HttpResponse};
use askama::Template;
use board::api::{LatestNotices, Notice, Rating, Stars};
use catalog::api::{Card, Display, Showcase};
use kernel::Sku;
use platform::page::{self, Area, Page, Section};
use platform::ports::Ctx;
use platform::problem::Problem;
use stock::api::Availability;

use super::OwnPages;

const PATIENCE: Duration = Duration::from_secs(3);
const SHOWN: i64 = 8;
const NOTICES: i64 = 3;

pub fn routes(cfg: &mut ServiceConfig) {
    cfg.route("/", web::get().to(home))
        .route("/", web::head().to(home));
}

#[derive(Template)]
#[template(path = "home.html")]
struct HomePage {
    page: Page,
    display: Section<Display>,
    /// Units left per product; empty when stock cannot be asked.
    left: HashMap<Sku, i64>,
    stars: HashMap<Sku, Rating>,
    notices: Section<Vec<Notice>>,
}

impl HomePage {
    /// Only what is known to be gone is called sold out.
    fn is_sold_out(&self, card: &Card) -> bool {
        self.left.get(&card.product).is_some_and(|left| *left == 0)
    }

    fn rating(&self, card: &Card) -> Option<&Rating> {
        self.stars
            .get(&card.product)
            .filter(|rating| rating.count > 0)
    }
}

async fn home(
    request: HttpRequest,
    page: Page,
    own: Data<OwnPages>,
) -> Result<HttpResponse, Problem> {
    let ctx = Ctx::of(&request, PATIENCE);
    let ports = &own.ports;
    let (display, notices) = tokio::join!(
        ports.catalog.call(Showcase { limit: SHOWN }, &ctx),
        ports.board.call(
            LatestNotices {
                limit: NOTICES,
                locale: page.locale()
            },
            &ctx
        ),
    );
    let cards: Vec<&Card> = display
        .iter()
        .flat_map(|d| d.newest.iter().chain(&d.popular))
        .collect();
    let (left, stars) = tokio::join!(left(&own, &cards, &ctx), stars(&own, &cards, &ctx));
    page::render(&HomePage {
        page: page.in_area(Area::Shop, "home"),
        left,
        stars,
        notices: notices.map_or(Section::Missing, Section::Here),
        display: display.map_or(Section::Missing, Section::Here),
    })
}

/// A product is there as long as one of its variants is.
async fn left(own: &OwnPages, cards: &[&Card], ctx: &Ctx) -> HashMap<Sku, i64> {
    let skus: Vec<Sku> = cards
        .iter()
        .flat_map(|card| card.skus.iter().cloned())
        .collect();
    let Ok(found) = own.ports.stock.call(Availability { skus }, ctx).await else {
        return HashMap::new();
    };
    let by_sku: HashMap<Sku, i64> = found.into_iter().map(|a| (a.sku, a.quantity)).collect();
    let total = |card: &&Card| card.skus.iter().filter_map(|sku| by_sku.get(sku)).sum();
    cards
        .iter()
        .map(|card| (card.product.clone(), total(card)))
        .collect()
}

async fn stars(own: &OwnPages, cards: &[&Card], ctx: &Ctx) -> HashMap<Sku, Rating> {
    let products = cards.iter().map(|card| card.product.clone()).collect();
    let found = own
        .ports
        .board
        .call(Stars { products }, ctx)
        .await
        .unwrap_or_default();
    found
        .into_iter()
        .map(|rating| (rating.product.clone(), rating))
        .collect()
}
