use cart::needs::Stock;
use kernel::Sku;
use platform::Fut;
use platform::ports::{Ctx, Port, Unavailable};
use stock::api::Availability;

pub struct CartStock(pub Port<stock::Host>);

impl Stock for CartStock {
    fn available<'a>(
        &'a self,
        skus: Vec<Sku>,
        ctx: &'a Ctx,
    ) -> Fut<'a, Result<Vec<(Sku, i64)>, Unavailable>> {
        Box::pin(async move {
            let available = self.0.call(Availability { skus }, ctx).await?;
            Ok(available
                .into_iter()
                .map(|found| (found.sku, found.quantity))
                .collect())
        })
    }
}
