use kernel::MemberId;
use members::api::Contacts;
use notifications::needs::{Addressee, Recipients};
use platform::Fut;
use platform::ports::{Ctx, Port, Unavailable};

pub struct NotificationsRecipients(pub Port<members::Host>);

impl Recipients for NotificationsRecipients {
    fn recipients<'a>(
        &'a self,
        members: Vec<MemberId>,
        ctx: &'a Ctx,
    ) -> Fut<'a, Result<Vec<Addressee>, Unavailable>> {
        Box::pin(async move {
            let contacts = self.0.call(Contacts { members }, ctx).await?;
            let translated = contacts.into_iter().map(|contact| Addressee {
                member: contact.member,
                name: contact.name,
                email: contact.email,
                locale: contact.locale,
            });
            Ok(translated.collect())
        })
    }
}
