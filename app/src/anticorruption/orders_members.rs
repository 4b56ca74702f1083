use kernel::MemberId;
use members::api::AddressBook as Ask;
use orders::needs::{Address, AddressBook, Ctx, Unavailable};
use platform::Fut;
use platform::ports::Port;

pub struct OrdersAddressBook(pub Port<members::Host>);

impl AddressBook for OrdersAddressBook {
    fn addresses<'a>(
        &'a self,
        member: MemberId,
        ctx: &'a Ctx,
    ) -> Fut<'a, Result<Vec<Address>, Unavailable>> {
        Box::pin(async move {
            let known = self.0.call(Ask { member }, ctx).await?;
            let translated = known.into_iter().map(|address| Address {
                recipient: address.recipient,
                phone: address.phone,
                postcode: address.postcode,
                line1: address.line1,
                line2: address.line2,
            });
            Ok(translated.collect())
        })
    }
}
