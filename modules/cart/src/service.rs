use std::collections::HashMap;
use std::sync::Arc;

use kernel::{Sku, Timestamp};
use platform::db::{Conn, Isolation};
use platform::ports::{Ctx, Unavailable};
use platform::shell::Shell;

use crate::Host;
use crate::domain::{CartError, Change, Line, Owner, Quantity, Visitor};
use crate::needs::{Needs, Offer};
use crate::shown::{Answers, SHELF, Shown};
use crate::store;

/// What shoppers do with their carts.
pub struct Service {
    pub host: Arc<Host>,
    pub shell: Arc<Shell>,
    pub needs: Needs,
}

/// What became of putting something in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Added {
    pub offer: Offer,
    /// In the cart now.
    pub quantity: u32,
    /// Fewer were left than were asked for.
    pub is_capped: bool,
}

impl Service {
    pub async fn show(&self, visitor: Visitor, ctx: &Ctx) -> Result<Shown, CartError> {
        let lines = self.host.lines(visitor).await?;
        let answers = self.ask(skus(&lines), ctx).await;
        Ok(Shown::of(lines, &answers))
    }

    pub async fn count(&self, visitor: Visitor) -> Result<i64, CartError> {
        self.host.count(visitor).await
    }

    /// Sets how many of it there are; none takes it out.
    pub async fn set(
        &self,
        visitor: Visitor,
        sku: Sku,
        quantity: i64,
        ctx: &Ctx,
    ) -> Result<Shown, CartError> {
        let quantity = Quantity::parse(quantity)?;
        let before = self.host.lines(visitor).await?;
        let mut asked = skus(&before);
        if !asked.contains(&sku) {
            asked.push(sku.clone());
        }
        let answers = self.ask(asked.clone(), ctx).await;
        let known = before.iter().find(|line| line.sku == sku);
        let line = match (named(&sku, &answers), known) {
            (Ok(offer), _) => line_of(&offer),
            // what is in the cart can be changed while nobody can say what it is, and taken out when it is no longer sold
            (Err(CartError::Unavailable(_)), Some(known)) => known.clone(),
            (Err(CartError::Unknown), Some(known)) if quantity.is_none() => known.clone(),
            (Err(refused), _) => return Err(refused),
        };
        let left = answers.left(&sku);
        let lines = self
            .change(visitor, line, Change::Set(quantity), left)
            .await?
            .lines;
        let is_covered = lines.iter().all(|line| asked.contains(&line.sku));
        let answers = if is_covered {
            answers
        } else {
            self.ask(skus(&lines), ctx).await
        };
        Ok(Shown::of(lines, &answers))
    }

    /// Puts so many more in, or as many as are left. Asks about this product alone.
    pub async fn add(
        &self,
        visitor: Visitor,
        sku: Sku,
        more: i64,
        ctx: &Ctx,
    ) -> Result<Added, CartError> {
        let more = Quantity::parse(more)?;
        let answers = self.ask(vec![sku.clone()], ctx).await;
        let offer = named(&sku, &answers)?;
        let changed = self
            .change(
                visitor,
                line_of(&offer),
                Change::Add(more),
                answers.left(&sku),
            )
            .await?;
        let is_capped = changed.now.is_some_and(|now| now < changed.wanted);
        Ok(Added {
            offer,
            quantity: changed.now.unwrap_or(0),
            is_capped,
        })
    }

    /// `false` when it was not in the cart.
    pub async fn remove(&self, visitor: Visitor, sku: Sku) -> Result<bool, CartError> {
        let (owner, left_behind, now) = self.prepare(visitor)?;
        self.host
            .db
            .write_with(Isolation::ReadCommitted, move |conn| {
                begin(conn, owner, left_behind, now)?;
                Ok(store::remove(conn, owner, sku.as_str())?)
            })
            .await
    }

    async fn change(
        &self,
        visitor: Visitor,
        line: Line,
        change: Change,
        left: Option<i64>,
    ) -> Result<Changed, CartError> {
        let (owner, left_behind, now) = self.prepare(visitor)?;
        self.host
            .db
            .write_with(Isolation::ReadCommitted, move |conn| {
                begin(conn, owner, left_behind, now)?;
                let lines = store::lines(conn, owner)?;
                let before = lines
                    .iter()
                    .find(|known| known.sku == line.sku)
                    .map_or(0, |known| known.quantity);
                let quantity = change.decide(before, lines.len(), left)?;
                let line = Line {
                    quantity,
                    ..line.clone()
                };
                if quantity == 0 {
                    store::remove(conn, owner, line.sku.as_str())?;
                } else if matches!(change, Change::Set(_)) {
                    store::state(conn, owner, &line, now)?;
                } else {
                    store::add(conn, owner, &line, now)?;
                }
                Ok(Changed::of(lines, line, change.wants(before)))
            })
            .await
    }

    fn prepare(&self, visitor: Visitor) -> Result<(Owner, Option<Owner>, Timestamp), CartError> {
        let owner = visitor.owner().ok_or(CartError::Nobody)?;
        Ok((owner, visitor.left_behind(), self.shell.now()))
    }

    /// One question to each neighbour, at the same time.
    async fn ask(&self, skus: Vec<Sku>, ctx: &Ctx) -> Answers {
        if skus.is_empty() {
            return Answers::default();
        }
        let (offers, left) = futures_util::future::join(
            self.needs.shelf.offers(skus.clone(), ctx),
            self.needs.stock.available(skus, ctx),
        )
        .await;
        Answers {
            offers: offers.ok().map(|offers| {
                offers
                    .into_iter()
                    .map(|o| (o.sku.clone(), o))
                    .collect::<HashMap<_, _>>()
            }),
            left: left.ok().map(|left| left.into_iter().collect()),
        }
    }
}

/// The cart after a change, without reading it again.
struct Changed {
    lines: Vec<Line>,
    now: Option<u32>,
    wanted: u32,
}

impl Changed {
    fn of(mut lines: Vec<Line>, changed: Line, wanted: u32) -> Self {
        let now = Some(changed.quantity).filter(|quantity| *quantity > 0);
        match lines.iter().position(|line| line.sku == changed.sku) {
            Some(at) if now.is_none() => drop(lines.remove(at)),
            Some(at) => lines[at].quantity = changed.quantity,
            None if now.is_some() => lines.push(changed),
            None => {}
        }
        Self { lines, now, wanted }
    }
}

/// Everything that changes a cart begins so: merged, and alone.
fn begin(
    conn: &mut Conn,
    owner: Owner,
    left_behind: Option<Owner>,
    now: Timestamp,
) -> Result<(), CartError> {
    if let Some(guest) = left_behind {
        store::merge(conn, guest, owner, now)?;
    }
    store::lock(conn, owner, now)?;
    Ok(())
}

fn skus(lines: &[Line]) -> Vec<Sku> {
    lines.iter().map(|line| line.sku.clone()).collect()
}

fn line_of(offer: &Offer) -> Line {
    Line {
        sku: offer.sku.clone(),
        quantity: 0,
        name: offer.name.clone(),
        price: offer.price,
    }
}

fn named(sku: &Sku, answers: &Answers) -> Result<Offer, CartError> {
    let offers = answers
        .offers
        .as_ref()
        .ok_or_else(|| Unavailable::new(SHELF, "nobody knows what this is"))?;
    offers.get(sku).cloned().ok_or(CartError::Unknown)
}
