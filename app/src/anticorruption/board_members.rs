use board::needs::Authors;
use kernel::MemberId;
use members::api::Contacts;
use platform::Fut;
use platform::ports::{Ctx, Port, Unavailable};

pub struct BoardAuthors(pub Port<members::Host>);

impl Authors for BoardAuthors {
    fn name<'a>(
        &'a self,
        member: MemberId,
        ctx: &'a Ctx,
    ) -> Fut<'a, Result<Option<String>, Unavailable>> {
        Box::pin(async move {
            let found = self
                .0
                .call(
                    Contacts {
                        members: vec![member],
                    },
                    ctx,
                )
                .await?;
            Ok(found.into_iter().next().map(|contact| contact.name))
        })
    }
}
