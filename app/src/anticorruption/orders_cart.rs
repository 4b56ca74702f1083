use cart::api::{CartOf, Line, RemoveOrdered};
use kernel::{GuestId, MemberId};
use orders::needs::{CartLines, Ctx, Item, Ordered, Unavailable};
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
        ordered: Ordered,
        ctx: &'a Ctx,
    ) -> Fut<'a, Result<(), Unavailable>> {
        let lines = ordered
            .items
            .into_iter()
            .map(|item| Line {
                sku: item.sku,
                quantity: item.quantity,
            })
            .collect();
        Box::pin(self.0.call(
            RemoveOrdered {
                order: ordered.order,
                member: ordered.member,
                lines,
                ordered_at: ordered.at,
            },
            ctx,
        ))
    }
}
