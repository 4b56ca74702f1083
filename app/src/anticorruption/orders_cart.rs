use cart::api::{CartOf, Line, RemoveOrdered};
use kernel::{GuestId, MemberId, OrderId};
use orders::needs::{CartLines, Ctx, Item, Unavailable};
use platform::Fut;
use platform::ports::Port;

pub struct OrdersCart(pub Port<cart::Host>);

impl CartLines for OrdersCart {
    fn lines<'a>(
        &'a self,
        member: MemberId,
        guest: Option<GuestId>,
        ctx: &'a Ctx,
    ) -> Fut<'a, Result<Vec<Item>, Unavailable>> {
        Box::pin(async move {
            let lines = self.0.call(CartOf { member, guest }, ctx).await?;
            Ok(lines
                .into_iter()
                .map(|line| Item {
                    sku: line.sku,
                    quantity: line.quantity,
                })
                .collect())
        })
    }

    fn remove_ordered<'a>(
        &'a self,
        order: OrderId,
        member: MemberId,
        items: Vec<Item>,
        ctx: &'a Ctx,
    ) -> Fut<'a, Result<(), Unavailable>> {
        let lines = items
            .into_iter()
            .map(|item| Line {
                sku: item.sku,
                quantity: item.quantity,
            })
            .collect();
        Box::pin(self.0.call(
            RemoveOrdered {
                order,
                member,
                lines,
            },
            ctx,
        ))
    }
}
