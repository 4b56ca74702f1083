use catalog::needs::{Left, Shelf};
use kernel::Sku;
use platform::Fut;
use platform::ports::{Ctx, Port, Unavailable};
use stock::api::Availability;

pub struct CatalogStock(pub Port<stock::Host>);

impl Shelf for CatalogStock {
    fn left<'a>(&'a self, skus: Vec<Sku>, ctx: &'a Ctx) -> Fut<'a, Result<Vec<Left>, Unavailable>> {
        Box::pin(async move {
            let available = self.0.call(Availability { skus }, ctx).await?;
            Ok(available
                .into_iter()
                .map(|found| Left {
                    sku: found.sku,
                    quantity: found.quantity,
                })
                .collect())
        })
    }
}
