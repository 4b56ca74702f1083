use kernel::{Locale, MemberId};
use platform::db::Conn;
use platform::events::publish;
use platform::ports::Ctx;

use super::Service;
use crate::api::CreateMember;
use crate::domain::{self, Email, MembersError, Password};
use crate::events::MemberWithdrawn;
use crate::host::audited;
use crate::secret::Secret;
use crate::store::members::{Member, NewMember};
use crate::store::sessions::NewSession;
use crate::store::{self, members, resets, sessions};

/// A session has begun; the secret belongs into its cookie.
pub struct LoggedIn {
    pub member: Member,
    pub session: Secret,
}

/// What a member may change of oneself; `None` stays.
#[derive(Clone, Debug, Default)]
pub struct Details {
    pub name: Option<String>,
    pub locale: Option<Locale>,
}

impl Service {
    pub async fn join(&self, ask: CreateMember, ctx: &Ctx) -> Result<NewMember, MembersError> {
        self.host.create(&ask, ctx).await
    }

    /// Begins a session and ends the one that the browser had, if any: whoever planted that one gains nothing.
    pub async fn log_in(
        &self,
        email: &str,
        password: &str,
        old: Option<Secret>,
    ) -> Result<LoggedIn, MembersError> {
        let email: Option<Email> = email.parse().ok();
        let read = move |conn: &mut Conn| -> Result<_, MembersError> {
            let Some(email) = email else { return Ok(None) };
            let Some(member) = members::by_email(conn, &email)? else {
                return Ok(None);
            };
            let stored = members::password(conn, member.id)?;
            Ok(Some((member, stored)))
        };
        let (member, stored) = self.host.db.read(read).await?.unzip();
        let stored = stored.flatten();
        let fits = self
            .host
            .passwords
            .verify(Password::shown(password), stored.clone())
            .await?;
        let Some(member) = member.filter(|_| fits) else {
            return Err(MembersError::NoMatch);
        };
        let session = self.begin_session(member.id, stored, old).await?;
        Ok(LoggedIn { member, session })
    }

    /// `stored`: the hash that was looked at; should another have taken its place meanwhile, no session begins.
    async fn begin_session(
        &self,
        member: MemberId,
        stored: Option<String>,
        old: Option<Secret>,
    ) -> Result<Secret, MembersError> {
        let secret = Secret::new(&self.shell);
        let new = NewSession {
            token_hash: secret.hash(),
            id: self.new_id(),
            member,
            at: self.shell.now(),
        };
        let old = old.map(|secret| secret.hash());
        let write = move |conn: &mut Conn| {
            if members::password(conn, member)? != stored {
                return Err(MembersError::NoMatch);
            }
            if let Some(old) = &old {
                sessions::end(conn, old)?;
            }
            Ok(sessions::begin(conn, &new)?)
        };
        self.host.db.write(write).await?;
        Ok(secret)
    }

    pub async fn log_out(&self, session: Secret) -> Result<(), MembersError> {
        let hash = session.hash();
        self.host
            .db
            .write(move |conn| Ok(sessions::end(conn, &hash)?))
            .await
    }

    pub async fn member(&self, member: MemberId) -> Result<Member, MembersError> {
        self.host
            .db
            .read(move |conn| members::get(conn, member)?.ok_or(MembersError::Gone))
            .await
    }

    pub async fn change_details(
        &self,
        member: MemberId,
        details: Details,
    ) -> Result<Member, MembersError> {
        let checked = details.name.map(|name| {
            domain::name(&name).ok_or(MembersError::invalid("name", "members-name-wrong"))
        });
        let name = checked.transpose()?;
        let write = move |conn: &mut Conn| {
            let mut changed = members::get(conn, member)?.ok_or(MembersError::Gone)?;
            if let Some(name) = &name {
                changed.name.clone_from(name);
            }
            changed.locale = details.locale.unwrap_or(changed.locale);
            members::set_details(conn, &changed)?;
            Ok(changed)
        };
        self.host.db.write(write).await
    }

    /// All sessions end but the one with the id `but`, and so do reset links.
    pub async fn change_password(
        &self,
        member: MemberId,
        change: (&str, &str),
        but: Option<&str>,
    ) -> Result<(), MembersError> {
        let (current, new) = change;
        let new = Password::choose("new_password", new)?;
        let stored = self.confirmed(member, current, "current_password").await?;
        let hash = self
            .host
            .passwords
            .hash(new, self.shell.random_bytes())
            .await?;
        let (but, now) = (but.map(str::to_owned), self.shell.now());
        let write = move |conn: &mut Conn| {
            if members::password(conn, member)?.as_ref() != Some(&stored) {
                return Err(MembersError::invalid(
                    "current_password",
                    "members-password-wrong",
                ));
            }
            members::set_password(conn, member, &hash)?;
            sessions::end_all(conn, member, but.as_deref())?;
            resets::forget(conn, member)?;
            Ok(audited(
                conn,
                member,
                "member.password_changed",
                (&format!("member:{member}"), now),
            )?)
        };
        self.host.db.write(write).await
    }

    /// Everything that we know of the member is erased, and the others are told in the same commit.
    pub async fn withdraw(
        &self,
        member: MemberId,
        password: &str,
        ctx: &Ctx,
    ) -> Result<(), MembersError> {
        let stored = self.confirmed(member, password, "password").await?;
        let stamp = self.host.stamp(ctx);
        let write = move |conn: &mut Conn| {
            if members::password(conn, member)?.as_ref() != Some(&stored) {
                return Err(MembersError::invalid("password", "members-password-wrong"));
            }
            store::erase(conn, member)?;
            publish(conn, &stamp, &MemberWithdrawn { member })?;
            Ok(audited(
                conn,
                member,
                "member.withdrawn",
                (&format!("member:{member}"), stamp.at),
            )?)
        };
        self.host.db.write(write).await
    }
}
