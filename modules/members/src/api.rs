//! What others may ask about members.

use std::fmt;

use kernel::{Locale, MemberId, Timestamp};
use platform::identity::Role;
use platform::ports::Call;
use serde::{Deserialize, Serialize};

/// Whose session or API key this is; `None`: nobody's, not any more. Asked for nearly every request, so it is one indexed read.
#[derive(Serialize, Deserialize)]
pub struct WhoIs {
    /// The session's secret, as the cookie has it.
    pub session: Option<String>,
    /// The key, as `Authorization: Bearer` has it.
    pub api_key: Option<String>,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Who {
    pub member: MemberId,
    /// Names the session, is not its secret. `None`: it was a key.
    pub session_id: Option<String>,
    #[serde(with = "role_names")]
    pub roles: Vec<Role>,
    /// The language that the member chose.
    pub locale: Locale,
}

/// How to reach people. Those who have left are absent.
#[derive(Debug, Serialize, Deserialize)]
pub struct Contacts {
    pub members: Vec<MemberId>,
}

#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Contact {
    pub member: MemberId,
    pub name: String,
    pub email: String,
    pub locale: Locale,
}

/// A member's addresses, the default first.
#[derive(Debug, Serialize, Deserialize)]
pub struct AddressBook {
    pub member: MemberId,
}

#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Address {
    pub recipient: String,
    pub phone: String,
    pub postcode: String,
    pub line1: String,
    pub line2: String,
}

#[derive(Debug, Serialize, Deserialize)]
pub struct MemberCount {}

/// Somebody joins. Asked again, the answer is `Taken`.
#[derive(Serialize, Deserialize)]
pub struct CreateMember {
    pub email: String,
    pub name: String,
    pub password: String,
    pub locale: Locale,
    pub is_admin: bool,
    /// For the audit log, when an administrator is made: `command line`.
    pub who: String,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Created {
    Member(MemberId),
    Taken,
    Refused(Vec<Refusal>),
}

/// What is wrong with one field: the key of a text of this context.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Refusal {
    pub field: String,
    pub key: String,
}

/// Makes a member an administrator, and leaves the password alone. `None`: nobody has this e-mail address.
#[derive(Serialize, Deserialize)]
pub struct MakeAdmin {
    pub email: String,
    /// For the audit log: `command line`.
    pub who: String,
}

/// Made-up members, for a demo; those whose id or e-mail address is there already are left out. Nobody is told.
#[derive(Serialize, Deserialize)]
pub struct PutDemoMembers {
    pub members: Vec<DemoMember>,
}

#[derive(Clone, Serialize, Deserialize)]
pub struct DemoMember {
    pub member: MemberId,
    pub email: String,
    pub name: String,
    pub locale: Locale,
    /// Argon2id as a PHC string; without one nobody can log in.
    pub password_hash: Option<String>,
    pub joined_at: Timestamp,
    pub address: Option<Address>,
}

impl Call for WhoIs {
    type Answer = Option<Who>;
    const NAME: &'static str = "who-is";
    const SAFE: bool = true;
}
impl Call for Contacts {
    type Answer = Vec<Contact>;
    const NAME: &'static str = "contacts";
    const SAFE: bool = true;
}
impl Call for AddressBook {
    type Answer = Vec<Address>;
    const NAME: &'static str = "address-book";
    const SAFE: bool = true;
}
impl Call for MemberCount {
    type Answer = i64;
    const NAME: &'static str = "member-count";
    const SAFE: bool = true;
}
impl Call for CreateMember {
    type Answer = Created;
    const NAME: &'static str = "create-member";
    const SAFE: bool = false;
}
impl Call for MakeAdmin {
    type Answer = Option<MemberId>;
    const NAME: &'static str = "make-admin";
    const SAFE: bool = false;
}
impl Call for PutDemoMembers {
    type Answer = ();
    const NAME: &'static str = "put-demo-members";
    const SAFE: bool = false;
}

/// Logs and panics tell no names, addresses and secrets.
impl fmt::Debug for Contact {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Contact({})", self.member)
    }
}
impl fmt::Debug for Address {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Address(…)")
    }
}

mod role_names {
    use platform::identity::Role;
    use serde::{Deserialize, Deserializer, Serialize, Serializer};

    pub fn serialize<S: Serializer>(roles: &[Role], serializer: S) -> Result<S::Ok, S::Error> {
        let names: Vec<&str> = roles.iter().map(|role| role.as_str()).collect();
        names.serialize(serializer)
    }

    /// Roles of a later version, which we do not know, give no rights here.
    pub fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Vec<Role>, D::Error> {
        let names = Vec::<String>::deserialize(deserializer)?;
        Ok(names.iter().filter_map(|name| Role::parse(name)).collect())
    }
}
