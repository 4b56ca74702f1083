use members::needs::{Post, ResetLetter};
use notifications::api::{Message, Recipient, SendMail};
use platform::Fut;
use platform::ports::{Ctx, Port, Unavailable};

pub struct MembersPost(pub Port<notifications::Host>);

impl Post for MembersPost {
    fn send<'a>(&'a self, letter: ResetLetter, ctx: &'a Ctx) -> Fut<'a, Result<(), Unavailable>> {
        let to = Recipient {
            email: letter.email,
            name: letter.name,
            locale: letter.locale,
        };
        let mail = Message::PasswordReset { link: letter.link };
        Box::pin(self.0.call(
            SendMail {
                key: letter.key,
                to,
                mail,
            },
            ctx,
        ))
    }
}
