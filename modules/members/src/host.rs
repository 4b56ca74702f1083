use std::collections::HashSet;
use std::sync::Arc;

use kernel::{MemberId, Timestamp};
use platform::audit;
use platform::db::{Conn, Db, DbError};
use platform::events::{Stamp, publish};
use platform::identity::Role;
use platform::ports::{Answers, Calls, Ctx, Unavailable};
use platform::shell::Shell;

use crate::NAME;
use crate::api::*;
use crate::domain::{self, Email, MembersError, Password, USE_NOTED};
use crate::events::MemberJoined;
use crate::passwords::Passwords;
use crate::secret::Secret;
use crate::store::addresses::Entry;
use crate::store::members::NewMember;
use crate::store::sessions::Found;
use crate::store::{self, members, sessions};

/// Answers what others ask about members. Asks nobody.
pub struct Host {
    pub db: Db,
    pub shell: Arc<Shell>,
    pub(crate) passwords: Passwords,
}

impl Host {
    pub fn new(db: Db, shell: Arc<Shell>) -> Self {
        Self {
            db,
            shell,
            passwords: Passwords::default(),
        }
    }

    pub fn calls(self: &Arc<Self>) -> Calls {
        Calls::default()
            .answer::<WhoIs, _>(self)
            .answer::<Contacts, _>(self)
            .answer::<AddressBook, _>(self)
            .answer::<MemberCount, _>(self)
            .answer::<CreateMember, _>(self)
            .answer::<MakeAdmin, _>(self)
            .answer::<PutDemoMembers, _>(self)
    }

    pub(crate) fn stamp(&self, ctx: &Ctx) -> Stamp {
        Stamp {
            id: self.shell.new_id::<Stamp>().as_uuid(),
            at: self.shell.now(),
            traceparent: ctx.traceparent.clone(),
        }
    }

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

    /// Written behind the answer, which does not wait for it; should it fail, the next use tries again.
    fn note_use(&self, found: &Found, hash: String, now: Timestamp) {
        if found
            .last_used
            .is_some_and(|used| now.since(used) < USE_NOTED)
        {
            return;
        }
        let (db, of_session) = (self.db.clone(), found.session.is_some());
        tokio::spawn(async move {
            let note = if of_session {
                sessions::note_use
            } else {
                sessions::note_key_use
            };
            let noted: Result<(), DbError> = db.write(move |conn| note(conn, &hash, now)).await;
            if let Err(error) = noted {
                tracing::debug!(%error, "a use could not be noted");
            }
        });
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
        let wrong = |field, key| platform::problem::FieldError::new(field, key);
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

pub(crate) fn promoted(
    conn: &mut Conn,
    member: MemberId,
    who: &str,
    at: Timestamp,
) -> Result<(), DbError> {
    audited(conn, member, "member.promoted", (who, at))
}

pub(crate) fn audited(
    conn: &mut Conn,
    member: MemberId,
    what: &'static str,
    by: (&str, Timestamp),
) -> Result<(), DbError> {
    let (who, at) = by;
    let entry = audit::Entry {
        at,
        who: who.to_owned(),
        what,
        subject: member.to_string(),
        detail: serde_json::json!({}),
    };
    audit::record(conn, &entry)
}

pub(crate) fn roles(is_admin: bool) -> Vec<Role> {
    if is_admin {
        vec![Role::Shopper, Role::Admin]
    } else {
        vec![Role::Shopper]
    }
}

fn failed(error: DbError) -> Unavailable {
    error.of(NAME)
}

fn unable(error: MembersError) -> Unavailable {
    match error {
        MembersError::Db(e) => failed(e),
        other => Unavailable::new(NAME, other),
    }
}

impl Answers<WhoIs> for Host {
    async fn answer(&self, ask: WhoIs, _: &Ctx) -> Result<Option<Who>, Unavailable> {
        let now = self.shell.now();
        let is_key = ask.api_key.is_some();
        let Some(secret) = ask
            .api_key
            .or(ask.session)
            .and_then(|text| Secret::shown(&text))
        else {
            return Ok(None);
        };
        let hash = secret.hash();
        let of = hash.clone();
        let read = self.db.read(move |conn| {
            if is_key {
                sessions::of_key(conn, &of)
            } else {
                sessions::of_token(conn, &of, now)
            }
        });
        let Some(found) = read.await.map_err(failed)? else {
            return Ok(None);
        };
        self.note_use(&found, hash, now);
        Ok(Some(Who {
            member: found.member,
            session_id: found.session,
            roles: roles(found.is_admin),
            locale: found.locale,
        }))
    }
}

impl Answers<Contacts> for Host {
    async fn answer(&self, ask: Contacts, _: &Ctx) -> Result<Vec<Contact>, Unavailable> {
        let found = self
            .db
            .read(move |conn| members::all(conn, &ask.members))
            .await
            .map_err(failed)?;
        let contact = |m: members::Member| Contact {
            member: m.id,
            name: m.name,
            email: m.email,
            locale: m.locale,
        };
        Ok(found.into_iter().map(contact).collect())
    }
}

impl Answers<AddressBook> for Host {
    async fn answer(&self, ask: AddressBook, _: &Ctx) -> Result<Vec<Address>, Unavailable> {
        let book = self
            .db
            .read(move |conn| store::addresses::list(conn, ask.member))
            .await
            .map_err(failed)?;
        let address = |entry: Entry| {
            let domain::Address {
                recipient,
                phone,
                postcode,
                line1,
                line2,
            } = entry.address;
            Address {
                recipient,
                phone,
                postcode,
                line1,
                line2,
            }
        };
        Ok(book.into_iter().map(address).collect())
    }
}

impl Answers<MemberCount> for Host {
    async fn answer(&self, _: MemberCount, _: &Ctx) -> Result<i64, Unavailable> {
        self.db.read(members::count).await.map_err(failed)
    }
}

impl Answers<CreateMember> for Host {
    async fn answer(&self, ask: CreateMember, ctx: &Ctx) -> Result<Created, Unavailable> {
        match self.create(&ask, ctx).await {
            Ok(new) => Ok(Created::Member(new.id)),
            Err(MembersError::Taken) => Ok(Created::Taken),
            Err(MembersError::Invalid(fields)) => {
                let refusal = |e: platform::problem::FieldError| Refusal {
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
