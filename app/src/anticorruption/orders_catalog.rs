use catalog::api::ProductsBySku;
use kernel::Sku;
use orders::needs::{Ctx, Names, Offer, Shelf, Unavailable};
use platform::Fut;
use platform::ports::Port;

pub struct OrdersShelf(pub Port<catalog::Host>);

impl Shelf for OrdersShelf {
    fn offers<'a>(
        &'a self,
        items: Vec<Sku>,
        ctx: &'a Ctx,
    ) -> Fut<'a, Result<Vec<Offer>, Unavailable>> {
        Box::pin(async move {
            let offers = self.0.call(ProductsBySku { skus: items }, ctx).await?;
            let translated = offers.into_iter().map(|offer| Offer {
                sku: offer.sku,
                product: offer.product,
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
