use cart::needs::{Names, Offer, Shelf};
use catalog::api::ProductsBySku;
use kernel::Sku;
use platform::Fut;
use platform::ports::{Ctx, Port, Unavailable};

pub struct CartShelf(pub Port<catalog::Host>);

impl Shelf for CartShelf {
    fn offers<'a>(
        &'a self,
        skus: Vec<Sku>,
        ctx: &'a Ctx,
    ) -> Fut<'a, Result<Vec<Offer>, Unavailable>> {
        Box::pin(async move {
            let offers = self.0.call(ProductsBySku { skus }, ctx).await?;
            let translated = offers.into_iter().map(|offer| Offer {
                sku: offer.sku,
                name: Names {
                    ko: offer.name.ko,
                    en: offer.name.en,
                },
                price: offer.price,
                picture: offer.picture,
            });
            Ok(translated.collect())
        })
    }
}
