use kernel::OrderId;
use orders::needs::{Address, CalledBack, Courier, Ctx, Unavailable};
use platform::Fut;
use platform::ports::Port;
use shipping::api::{self, CancelDelivery, Dispatch, RequestDelivery};

pub struct OrdersCourier(pub Port<shipping::Host>);

impl Courier for OrdersCourier {
    fn request<'a>(
        &'a self,
        order: OrderId,
        to: Address,
        ctx: &'a Ctx,
    ) -> Fut<'a, Result<(), Unavailable>> {
        let address = api::Address {
            recipient: to.recipient,
            phone: to.phone,
            postcode: to.postcode,
            line1: to.line1,
            line2: to.line2,
        };
        Box::pin(self.0.call(RequestDelivery { order, address }, ctx))
    }

    fn dispatch<'a>(&'a self, order: OrderId, ctx: &'a Ctx) -> Fut<'a, Result<(), Unavailable>> {
        Box::pin(self.0.call(Dispatch { order }, ctx))
    }

    fn cancel<'a>(
        &'a self,
        order: OrderId,
        ctx: &'a Ctx,
    ) -> Fut<'a, Result<CalledBack, Unavailable>> {
        Box::pin(async move {
            Ok(match self.0.call(CancelDelivery { order }, ctx).await? {
                api::Cancellation::Cancelled => CalledBack::Yes,
                api::Cancellation::AlreadyShipped => CalledBack::TooLate,
            })
        })
    }
}
