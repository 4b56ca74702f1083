use std::collections::HashMap;

use kernel::{GuestId, MemberId, Money, Sku};

use super::Orders;
use crate::OrdersError;
use crate::domain::Line;
use crate::needs::{Ctx, Item, Offer};

/// What an order of now would be.
#[derive(Clone, Debug)]
pub struct Basket {
    pub lines: Vec<BasketLine>,
    pub total: Money,
    /// In the cart, but no longer sold.
    pub gone: Vec<Sku>,
}

#[derive(Clone, Debug)]
pub struct BasketLine {
    /// Its quantity is what the cart says, or what is left if that is less.
    pub line: Line,
    pub subtotal: Money,
    pub picture: Option<String>,
    pub wanted: u32,
    /// `None` while stock cannot be asked.
    pub available: Option<i64>,
}

impl BasketLine {
    pub fn is_sold_out(&self) -> bool {
        self.available.is_some_and(|left| left <= 0)
    }

    pub fn is_capped(&self) -> bool {
        self.line.quantity < self.wanted
    }
}

impl Orders {
    pub async fn basket(
        &self,
        member: MemberId,
        guest: Option<GuestId>,
        ctx: &Ctx,
    ) -> Result<Basket, OrdersError> {
        let items = self.needs.cart.lines(member, guest, ctx).await?;
        if items.is_empty() {
            return Err(OrdersError::EmptyCart);
        }
        let skus: Vec<Sku> = items.iter().map(|item| item.sku.clone()).collect();
        let (offers, available) = futures_util::future::join(
            self.needs.shelf.offers(skus.clone(), ctx),
            self.needs.stock.available(skus, ctx),
        )
        .await;
        // what is left is asked for courtesy: the reservation decides
        let available = available
            .ok()
            .map(|left| left.into_iter().collect::<HashMap<Sku, i64>>());
        Basket::of(items, offers?, available.as_ref())
    }
}

impl Basket {
    pub fn is_stock_unknown(&self) -> bool {
        self.lines.iter().any(|line| line.available.is_none())
    }

    fn of(
        items: Vec<Item>,
        offers: Vec<Offer>,
        left: Option<&HashMap<Sku, i64>>,
    ) -> Result<Self, OrdersError> {
        let mut offers: HashMap<Sku, Offer> = offers
            .into_iter()
            .map(|offer| (offer.sku.clone(), offer))
            .collect();
        let (mut lines, mut gone) = (Vec::with_capacity(items.len()), Vec::new());
        for item in items {
            match offers.remove(&item.sku) {
                Some(offer) => {
                    let available = left.map(|left| left.get(&item.sku).copied().unwrap_or(0));
                    lines.push(BasketLine::of(item.quantity, offer, available)?);
                }
                None => gone.push(item.sku),
            }
        }
        let total =
            Money::sum(lines.iter().map(|line| line.subtotal)).map_err(|_| OrdersError::TooMuch)?;
        Ok(Self { lines, total, gone })
    }
}

impl BasketLine {
    fn of(wanted: u32, offer: Offer, available: Option<i64>) -> Result<Self, OrdersError> {
        // of what is sold out everything stays: the order then says so, instead of being about nothing
        let quantity = match available {
            Some(left) if left > 0 => wanted.min(u32::try_from(left).unwrap_or(u32::MAX)),
            _ => wanted,
        };
        let Offer {
            sku,
            product,
            name,
            price,
            picture,
        } = offer;
        let line = Line {
            sku,
            product,
            name,
            quantity,
            price,
        };
        let subtotal = line.subtotal().map_err(|_| OrdersError::TooMuch)?;
        Ok(Self {
            line,
            subtotal,
            picture,
            wanted,
            available,
        })
    }
}
