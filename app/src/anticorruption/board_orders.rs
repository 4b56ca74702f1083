use board::needs::Purchases;
use kernel::{MemberId, Sku};
use orders::api::Bought;
use platform::Fut;
use platform::ports::{Ctx, Port, Unavailable};

pub struct BoardPurchases(pub Port<orders::Host>);

impl Purchases for BoardPurchases {
    fn has_bought<'a>(
        &'a self,
        member: MemberId,
        product: Sku,
        ctx: &'a Ctx,
    ) -> Fut<'a, Result<bool, Unavailable>> {
        Box::pin(self.0.call(Bought { member, product }, ctx))
    }
}
