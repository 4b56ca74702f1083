use kernel::MemberId;
use platform::db::Conn;

use super::Service;
use crate::domain::MembersError;
use crate::host::{audited, promoted};
use crate::store::members::{self, Member};

impl Service {
    /// The newest first.
    pub async fn members(
        &self,
        query: String,
        before: Option<MemberId>,
        limit: i64,
    ) -> Result<Vec<Member>, MembersError> {
        self.host
            .db
            .read(move |conn| Ok(members::list(conn, query.trim(), before, limit)?))
            .await
    }

    /// Gives or takes the role of administrator, with an audit row; the last one keeps it.
    pub async fn set_admin(
        &self,
        member: MemberId,
        is_admin: bool,
        by: MemberId,
    ) -> Result<Member, MembersError> {
        let (now, who) = (self.shell.now(), format!("member:{by}"));
        let write = move |conn: &mut Conn| {
            let mut changed = members::get(conn, member)?.ok_or(MembersError::Unknown)?;
            if changed.is_admin == is_admin {
                return Ok(changed);
            }
            if !is_admin && !members::another_admin(conn, member)? {
                return Err(MembersError::LastAdmin);
            }
            members::set_admin(conn, member, is_admin)?;
            if is_admin {
                promoted(conn, member, &who, now)?;
            } else {
                audited(conn, member, "member.demoted", (&who, now))?;
            }
            changed.is_admin = is_admin;
            Ok(changed)
        };
        self.host.db.write(write).await
    }
}
