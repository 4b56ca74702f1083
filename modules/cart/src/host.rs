use std::sync::Arc;

use kernel::Clock;
use platform::db::{Db, Isolation};
use platform::ports::{Answers, Calls, Ctx, Unavailable};
use platform::shell::Shell;

use crate::api::*;
use crate::domain::{self, CartError, Owner, Visitor};
use crate::{NAME, store};

/// Keeps the carts and answers what others ask of them. Asks nobody.
pub struct Host {
    pub db: Db,
    pub clock: Arc<dyn Clock>,
}

impl Host {
    pub fn new(db: Db, shell: Arc<Shell>) -> Self {
        Self {
            db,
            clock: shell.clock.clone(),
        }
    }

    pub fn calls(self: &Arc<Self>) -> Calls {
        Calls::default()
            .answer::<CartOf, _>(self)
            .answer::<RemoveOrdered, _>(self)
    }

    /// What lies in the visitor's cart, after merging. One read; a write only when there is something to merge.
    pub async fn lines(&self, visitor: Visitor) -> Result<Vec<domain::Line>, CartError> {
        self.merged(visitor, store::lines).await
    }

    /// How many things lie in it.
    pub async fn count(&self, visitor: Visitor) -> Result<i64, CartError> {
        self.merged(visitor, store::count).await
    }

    async fn merged<T: Default + Send + 'static>(
        &self,
        visitor: Visitor,
        look: fn(&mut platform::db::Conn, Owner) -> Result<T, platform::db::DbError>,
    ) -> Result<T, CartError> {
        let Some(owner) = visitor.owner() else {
            return Ok(T::default());
        };
        let left_behind = visitor.left_behind();
        let seen: Option<T> = self
            .db
            .read(move |conn| match left_behind {
                Some(guest) if store::has_lines(conn, guest)? => Ok::<_, CartError>(None),
                _ => Ok(Some(look(conn, owner)?)),
            })
            .await?;
        match (seen, left_behind) {
            (Some(seen), _) => Ok(seen),
            (None, None) => Ok(T::default()),
            (None, Some(guest)) => {
                let now = self.clock.now();
                let write = move |conn: &mut platform::db::Conn| {
                    store::merge(conn, guest, owner, now)?;
                    Ok(look(conn, owner)?)
                };
                self.db.write_with(Isolation::ReadCommitted, write).await
            }
        }
    }
}

fn failed(error: CartError) -> Unavailable {
    match error {
        CartError::Db(e) => e.of(NAME),
        other => Unavailable::new(NAME, other),
    }
}

impl Answers<CartOf> for Host {
    async fn answer(&self, ask: CartOf, _: &Ctx) -> Result<Vec<Line>, Unavailable> {
        let visitor = Visitor {
            member: Some(ask.member),
            guest: ask.guest,
        };
        let lines = self.lines(visitor).await.map_err(failed)?;
        Ok(lines
            .into_iter()
            .map(|line| Line {
                sku: line.sku,
                quantity: line.quantity,
            })
            .collect())
    }
}

impl Answers<RemoveOrdered> for Host {
    async fn answer(&self, ask: RemoveOrdered, _: &Ctx) -> Result<(), Unavailable> {
        let now = self.clock.now();
        let owner = Owner::Member(ask.member);
        let write = move |conn: &mut platform::db::Conn| {
            if store::first_removal(conn, ask.order, now)? {
                store::lock(conn, owner, now)?;
                for line in &ask.lines {
                    store::take(conn, owner, line, ask.ordered_at)?;
                }
            }
            Ok(())
        };
        self.db
            .write_with(Isolation::ReadCommitted, write)
            .await
            .map_err(failed)
    }
}
