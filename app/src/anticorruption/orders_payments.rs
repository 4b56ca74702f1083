use kernel::{Money, OrderId};
use orders::needs::{Authorised, Captured, Ctx, Reversed, Till, Unavailable};
use payments::api::{Authorisation, Authorise, Capture, Reversal, Reverse, Taken};
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
            Ok(
                match self
                    .0
                    .call(
                        Authorise {
                            order,
                            amount,
                            token,
                        },
                        ctx,
                    )
                    .await?
                {
                    Authorisation::Authorised => Authorised::Yes,
                    Authorisation::Declined => Authorised::Declined,
                    Authorisation::Pending => Authorised::Pending,
                },
            )
        })
    }

    fn capture<'a>(
        &'a self,
        order: OrderId,
        ctx: &'a Ctx,
    ) -> Fut<'a, Result<Captured, Unavailable>> {
        Box::pin(async move {
            Ok(match self.0.call(Capture { order }, ctx).await? {
                Taken::Captured => Captured::Yes,
                Taken::Pending => Captured::Pending,
                Taken::NotAuthorised => Captured::Refused,
            })
        })
    }

    fn reverse<'a>(
        &'a self,
        order: OrderId,
        ctx: &'a Ctx,
    ) -> Fut<'a, Result<Reversed, Unavailable>> {
        Box::pin(async move {
            Ok(match self.0.call(Reverse { order }, ctx).await? {
                Reversal::Nothing => Reversed::Nothing,
                Reversal::Voided => Reversed::Voided,
                Reversal::Refunded => Reversed::Refunded,
                Reversal::Pending => Reversed::Pending,
            })
        })
    }
}
