use kernel::{OrderId, Sku};
use orders::needs::{Ctx, Item, Reserved, Stock, Unavailable};
use platform::Fut;
use platform::ports::Port;
use stock::api::{Availability, CommitReservation, Line, Release, Reservation, Reserve};

pub struct OrdersStock(pub Port<stock::Host>);

impl Stock for OrdersStock {
    fn available<'a>(
        &'a self,
        items: Vec<Sku>,
        ctx: &'a Ctx,
    ) -> Fut<'a, Result<Vec<(Sku, i64)>, Unavailable>> {
        Box::pin(async move {
            let available = self.0.call(Availability { skus: items }, ctx).await?;
            Ok(available
                .into_iter()
                .map(|found| (found.sku, found.quantity))
                .collect())
        })
    }

    fn reserve<'a>(
        &'a self,
        order: OrderId,
        items: Vec<Item>,
        ctx: &'a Ctx,
    ) -> Fut<'a, Result<Reserved, Unavailable>> {
        Box::pin(async move {
            let lines = items
                .into_iter()
                .map(|item| Line {
                    sku: item.sku,
                    quantity: item.quantity,
                })
                .collect();
            Ok(reserved(&self.0.call(Reserve { order, lines }, ctx).await?))
        })
    }

    fn commit<'a>(
        &'a self,
        order: OrderId,
        ctx: &'a Ctx,
    ) -> Fut<'a, Result<Reserved, Unavailable>> {
        Box::pin(async move {
            Ok(reserved(
                &self.0.call(CommitReservation { order }, ctx).await?,
            ))
        })
    }

    fn release<'a>(&'a self, order: OrderId, ctx: &'a Ctx) -> Fut<'a, Result<(), Unavailable>> {
        Box::pin(self.0.call(Release { order }, ctx))
    }
}

fn reserved(reservation: &Reservation) -> Reserved {
    match reservation {
        Reservation::Reserved => Reserved::Yes,
        Reservation::SoldOut(_) => Reserved::SoldOut,
    }
}
