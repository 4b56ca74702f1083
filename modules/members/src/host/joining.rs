//! New members: those who sign up, administrators, made-up ones.

use std::collections::HashSet;

use kernel::MemberId;
use platform::db::Conn;
use platform::events::publish;
use platform::ports::{Answers, Ctx, Unavailable};
use platform::problem::FieldError;

use super::{Host, failed, promoted, unable};
use crate::NAME;
use crate::api::{Address, CreateMember, Created, MakeAdmin, PutDemoMembers, Refusal};
use crate::domain::{self, Email, MembersError, Password};
use crate::events::MemberJoined;
use crate::store::addresses::Entry;
use crate::store::members::NewMember;
use crate::store::{self, members};

impl Host {
    /// Somebody joins: checked, hashed, written, told. `by` made an administrator.
    pub(crate) async fn create(
        &self,
        ask: &CreateMember,
        ctx: &Ctx,
    ) -> Result<NewMember, MembersError> {
        let checked = Checked::of(ask)?;
        let hash = self
            .passwords
            .hash(checked.password, self.shell.random_bytes())
            .await?;
        let stamp = self.stamp(ctx);
        let new = NewMember {
            id: self.shell.new_id(),
            email: checked.email,
            name: checked.name,
            password: Some(hash),
            locale: ask.locale,
            is_admin: ask.is_admin,
            joined_at: stamp.at,
        };
        let (written, who) = (new.clone(), ask.who.clone());
        self.db
            .write(move |conn| {
                members::insert(conn, &written)?;
                if written.is_admin {
                    promoted(conn, written.id, &who, stamp.at)?;
                }
                let joined = MemberJoined {
                    member: written.id,
                    locale: written.locale,
                };
                Ok::<_, MembersError>(publish(conn, &stamp, &joined)?)
            })
            .await?;
        Ok(new)
    }
}

impl Answers<CreateMember> for Host {
    async fn answer(&self, ask: CreateMember, ctx: &Ctx) -> Result<Created, Unavailable> {
        match self.create(&ask, ctx).await {
            Ok(new) => Ok(Created::Member(new.id)),
            Err(MembersError::Taken) => Ok(Created::Taken),
            Err(MembersError::Invalid(fields)) => {
                let refusal = |e: FieldError| Refusal {
                    field: e.field.into_owned(),
                    key: e.key.into_owned(),
                };
                Ok(Created::Refused(fields.into_iter().map(refusal).collect()))
            }
            Err(e) => Err(unable(e)),
        }
    }
}

impl Answers<MakeAdmin> for Host {
    async fn answer(&self, ask: MakeAdmin, _: &Ctx) -> Result<Option<MemberId>, Unavailable> {
        let Ok(email) = ask.email.parse::<Email>() else {
            return Ok(None);
        };
        let now = self.shell.now();
        let write = move |conn: &mut Conn| {
            let Some(member) = members::by_email(conn, &email)? else {
                return Ok(None);
            };
            if !member.is_admin {
                members::set_admin(conn, member.id, true)?;
                promoted(conn, member.id, &ask.who, now)?;
            }
            Ok(Some(member.id))
        };
        self.db.write(write).await.map_err(failed)
    }
}

impl Answers<PutDemoMembers> for Host {
    async fn answer(&self, ask: PutDemoMembers, _: &Ctx) -> Result<(), Unavailable> {
        let (mut new, mut addresses) = (Vec::with_capacity(ask.members.len()), Vec::new());
        for demo in ask.members {
            let email = demo
                .email
                .parse()
                .map_err(|e| Unavailable::new(NAME, format!("{}: {e}", demo.email)))?;
            if let Some(Address {
                recipient,
                phone,
                postcode,
                line1,
                line2,
            }) = demo.address
            {
                let address = domain::Address {
                    recipient,
                    phone,
                    postcode,
                    line1,
                    line2,
                };
                // its own id would be another at the next run: the first address has its member's
                addresses.push((
                    demo.member,
                    Entry {
                        id: demo.member.to_string(),
                        address,
                        is_default: true,
                    },
                ));
            }
            new.push(NewMember {
                id: demo.member,
                email,
                name: demo.name,
                password: demo.password_hash,
                locale: demo.locale,
                is_admin: false,
                joined_at: demo.joined_at,
            });
        }
        let ids: Vec<MemberId> = addresses.iter().map(|(member, _)| *member).collect();
        let write = move |conn: &mut Conn| {
            members::insert_missing(conn, &new)?;
            // who was left out gets no address either
            let there: HashSet<MemberId> = members::all(conn, &ids)?
                .iter()
                .map(|member| member.id)
                .collect();
            let theirs = addresses
                .iter()
                .filter(|(member, _)| there.contains(member));
            store::addresses::insert_missing(conn, &theirs.cloned().collect::<Vec<_>>())
        };
        self.db.write(write).await.map_err(failed)
    }
}

/// What somebody who joins has typed, found to be right.
struct Checked {
    email: Email,
    name: String,
    password: Password,
}

impl Checked {
    /// Every field that is wrong is named.
    fn of(ask: &CreateMember) -> Result<Self, MembersError> {
        let wrong = |field, key| FieldError::new(field, key);
        let email = ask
            .email
            .parse::<Email>()
            .map_err(|_| wrong("email", "members-email-wrong"));
        let password = Password::choose("password", &ask.password);
        let name = domain::name(&ask.name).ok_or_else(|| wrong("name", "members-name-wrong"));
        match (email, password, name) {
            (Ok(email), Ok(password), Ok(name)) => Ok(Self {
                email,
                name,
                password,
            }),
            (email, password, name) => Err(MembersError::Invalid(
                [email.err(), password.err(), name.err()]
                    .into_iter()
                    .flatten()
                    .collect(),
            )),
        }
    }
}
