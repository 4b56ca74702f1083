mod joining;
mod who;

use std::sync::Arc;

use kernel::{MemberId, Timestamp};
use platform::audit;
use platform::db::{Conn, Db, DbError};
use platform::events::Stamp;
use platform::identity::Role;
use platform::ports::{Answers, Calls, Ctx, Unavailable};
use platform::shell::Shell;

use crate::NAME;
use crate::api::*;
use crate::domain::{self, MembersError};
use crate::passwords::Passwords;
use crate::store::addresses::Entry;
use crate::store::{self, members};

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
