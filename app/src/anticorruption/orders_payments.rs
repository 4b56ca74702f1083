use kernel::{Money, OrderId};
use orders::needs::{Authorised, Captured, Ctx, Reversed, Till, Unavailable};
use payments::api::{self, Authorise, Capture, Reverse};
use platform::Fut;
use platform::ports::Port;

pub struct OrdersTill(pub Port<payments::Host>);

impl Till for OrdersTill {
    fn authorise<'a>(
        &'a self,
        order: OrderId,
        amount: Money,
        token: String,
        ctx: &'a Ctx,
    ) -> Fut<'a, Result<Authorised, Unavailable>> {
        Box::pin(async move {
            Ok(match self.0.call(Authorise { order, amount, token }, ctx).await? {
                api::Authorisation::Authorised => Authorised::Yes,
                api::Authorisation::Declined => Authorised::Declined,
                api::Authorisation::Pending => Authorised::Pending,
            })
        })
    }

    fn capture<'a>(&'a self, order: OrderId, ctx: &'a Ctx) -> Fut<'a, Result<Captured, Unavailable>> {
        Box::pin(async move {
            Ok(match self.0.call(Capture { order }, ctx).await? {
                api::Captured::Captured => Captured::Yes,
                api::Captured::Pending => Captured::Pending,
                api::Captured::NotAuthorised => Captured::Refused,
            })
        })
    }

    fn reverse<'a>(&'a self, order: OrderId, ctx: &'a Ctx) -> Fut<'a, Result<Reversed, Unavailable>> {
        Box::pin(async move {
            Ok(match self.0.call(Reverse { order }, ctx).await? {
                api::Reversal::Nothing => Reversed::Nothing,
                api::Reversal::Voided => Reversed::Voided,
                api::Reversal::Refunded => Reversed::Refunded,
                api::Reversal::Pending => Reversed::Pending,
            })
        })
    }
}
