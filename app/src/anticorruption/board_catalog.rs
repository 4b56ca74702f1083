use board::needs::{About, Shelf};
use catalog::api::ProductsBySku;
use kernel::Sku;
use platform::Fut;
use platform::ports::{Ctx, Port, Unavailable};

pub struct BoardShelf(pub Port<catalog::Host>);

impl Shelf for BoardShelf {
    fn product<'a>(
        &'a self,
        sku: Sku,
        ctx: &'a Ctx,
    ) -> Fut<'a, Result<Option<About>, Unavailable>> {
        Box::pin(async move {
            let offers = self.0.call(ProductsBySku { skus: vec![sku] }, ctx).await?;
            Ok(offers.into_iter().next().map(|offer| About {
                product: offer.product,
                sku: offer.sku,
                name_ko: offer.name.ko,
                name_en: offer.name.en,
            }))
        })
    }
}
