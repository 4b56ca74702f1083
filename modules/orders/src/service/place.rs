use std::sync::Arc;

use kernel::{GuestId, Money, OrderId, Sku, Timestamp};
use platform::db::DbError;
use platform::problem::FieldError;

use super::{Basket, Claim, Orders, Shown};
use crate::OrdersError;
use crate::domain::{Address, Line, Number, Order, Placed, Wrong};
use crate::needs::Ctx;
use crate::saga::milestone;
use crate::store::{Placing, Underway};

/// Two orders of a day with the same six letters are one in a billion.
const OTHER_NUMBERS: u32 = 3;

/// What somebody decided at the till.
#[derive(Clone, Debug)]
pub struct Checkout {
    pub address: Address,
    /// The card, as the payment provider knows it.
    pub token: String,
    /// The total that they were shown, if they were.
    pub seen: Option<Money>,
}

impl Orders {
    /// Commits the order, and nothing else: the saga does the rest.
    pub async fn place(
        &self,
        claim: Claim,
        checkout: Checkout,
        guest: Option<GuestId>,
        ctx: &Ctx,
    ) -> Result<Shown, OrdersError> {
        let basket = self.basket(claim.member, guest, ctx).await?;
        if !basket.gone.is_empty() {
            let gone: Vec<&str> = basket.gone.iter().map(Sku::as_str).collect();
            return Err(OrdersError::Gone(gone.join(", ")));
        }
        if checkout.seen.is_some_and(|seen| seen != basket.total) {
            return Err(OrdersError::OtherTotal(basket.total.amount));
        }
        let stamp = self.journal.stamp(ctx.traceparent.clone());
        for _ in 0..=OTHER_NUMBERS {
            let order = self.new_order(&claim, &basket, stamp.at);
            let new = Arc::new(Placing {
                order,
                address: checkout.address.clone(),
                token: checkout.token.clone(),
                key: claim.key.clone(),
                fingerprint: claim.fingerprint.clone(),
                stamp: stamp.clone(),
            });
            match self.journal.place(new.clone()).await {
                Ok(()) => return Ok(self.placed(&new)),
                Err(OrdersError::Db(e)) if e.is_unique_violation() => {
                    if let Some(known) = self.placed_elsewhere(&claim).await? {
                        return self.show(known).await;
                    }
                }
                Err(e) => return Err(e),
            }
        }
        Err(OrdersError::Db(DbError::Conflict(
            "no free order number was found".to_owned(),
        )))
    }

    fn new_order(&self, claim: &Claim, basket: &Basket, now: Timestamp) -> Order {
        let lines: Vec<Line> = basket
            .lines
            .iter()
            .map(|basket| basket.line.clone())
            .collect();
        let number = Number::new(now, u32::from_be_bytes(self.journal.shell.random_bytes()));
        let placed = Placed {
            number,
            member: claim.member,
            lines,
            total: basket.total,
        };
        Order::place(self.journal.shell.new_id(), now, Arc::new(placed))
    }

    fn placed(&self, new: &Placing) -> Shown {
        milestone("orders::placed");
        self.journal.bell.hand(Underway {
            order: new.order.clone(),
            token: new.token.clone(),
            address: Some(new.address.clone()),
            attempts: 0,
            wake: new.stamp.at.as_micros(),
        });
        Shown {
            order: Arc::new(new.order.clone()),
            address: Some(new.address.clone()),
        }
    }

    /// Another process was quicker with the same key.
    async fn placed_elsewhere(&self, claim: &Claim) -> Result<Option<OrderId>, OrdersError> {
        match self.remembered(claim.member, &claim.key).await? {
            Some(kept) if kept.fingerprint == claim.fingerprint => Ok(Some(kept.order)),
            Some(kept) => Err(OrdersError::KeyReused(kept.order)),
            None => Ok(None),
        }
    }
}

/// The address that somebody typed, or what is wrong with it, in fields that begin with `prefix`.
pub fn typed_address(typed: Address, prefix: &str) -> Result<Address, Vec<FieldError>> {
    Address::parse(typed).map_err(|wrong| {
        let error = |(field, wrong): (&'static str, Wrong)| {
            let field = format!("{prefix}{field}");
            match wrong {
                Wrong::Missing => FieldError::new(field, "orders-field-missing"),
                Wrong::TooLong(most) => {
                    FieldError::new(field, "orders-field-too-long").arg("most", most)
                }
                Wrong::Phone => FieldError::new(field, "orders-field-phone"),
                Wrong::Postcode => FieldError::new(field, "orders-field-postcode"),
                Wrong::Characters => FieldError::new(field, "orders-field-characters"),
            }
        };
        wrong.into_iter().map(error).collect()
    })
}
