mod accounts;
mod addresses;
mod admin;
mod keys;
mod session;

use actix_web::web::{ServiceConfig, delete, get, patch, post, put, resource};
use kernel::{Locale, MemberId, Timestamp};
use platform::page::{ListAnswer, Paging};
use platform::problem::Problem;
use serde::Serialize;
use utoipa::ToSchema;

use crate::host::roles;
use crate::store::members::Member;

pub fn routes(cfg: &mut ServiceConfig) {
    const ADDRESSES: &str = "/api/members/me/addresses";
    cfg.service(resource("/api/members").route(post().to(accounts::join)))
        .service(
            resource("/api/members/me")
                .route(get().to(accounts::show))
                .route(patch().to(accounts::change)),
        )
        .service(resource("/api/members/me/password").route(put().to(accounts::change_password)))
        .service(resource("/api/members/me/withdrawal").route(post().to(accounts::withdraw)))
        .service(
            resource(ADDRESSES)
                .route(get().to(addresses::list))
                .route(post().to(addresses::add)),
        )
        .service(
            resource(format!("{ADDRESSES}/{{id}}"))
                .route(get().to(addresses::show))
                .route(put().to(addresses::change))
                .route(delete().to(addresses::remove)),
        )
        .service(
            resource("/api/session")
                .route(post().to(session::begin))
                .route(delete().to(session::end)),
        )
        .service(
            resource("/api/keys")
                .route(post().to(keys::add))
                .route(get().to(keys::list)),
        )
        .service(
            resource("/api/keys/{id}")
                .route(get().to(keys::show))
                .route(delete().to(keys::revoke)),
        )
        .service(resource("/api/admin/members").route(get().to(admin::list)))
        .service(resource("/api/admin/members/{id}").route(patch().to(admin::change)));
}

#[derive(utoipa::OpenApi)]
#[openapi(paths(
    accounts::join,
    accounts::show,
    accounts::change,
    accounts::change_password,
    accounts::withdraw,
    addresses::list,
    addresses::add,
    addresses::show,
    addresses::change,
    addresses::remove,
    session::begin,
    session::end,
    keys::add,
    keys::list,
    keys::show,
    keys::revoke,
    admin::list,
    admin::change,
))]
pub struct Docs;

/// A member, as that member and administrators see it.
#[derive(Serialize, ToSchema)]
pub struct MemberDoc {
    #[schema(value_type = String)]
    pub id: MemberId,
    pub email: String,
    pub name: String,
    /// `shopper`, `admin`
    pub roles: Vec<&'static str>,
    /// `ko` or `en`
    #[schema(value_type = String)]
    pub locale: Locale,
    #[schema(value_type = String, format = DateTime)]
    pub joined_at: Timestamp,
}

impl From<Member> for MemberDoc {
    fn from(member: Member) -> Self {
        let roles = roles(member.is_admin)
            .iter()
            .map(|role| role.as_str())
            .collect();
        let Member {
            id,
            email,
            name,
            locale,
            joined_at,
            ..
        } = member;
        Self {
            id,
            email,
            name,
            roles,
            locale,
            joined_at,
        }
    }
}

/// One page of a list that is short enough to be read whole; the cursor is the id of the last item shown.
fn page_of<T, U>(
    paging: &Paging,
    all: Vec<T>,
    id: impl Fn(&T) -> &str,
    doc: impl Fn(T) -> U,
) -> Result<ListAnswer<U>, Problem> {
    let after: Option<String> = paging.after()?;
    let skip = after
        .and_then(|after| all.iter().position(|item| id(item) == after))
        .map_or(0, |at| at + 1);
    let rest: Vec<T> = all.into_iter().skip(skip).collect();
    Ok(paging.answer(rest, |item| id(item).to_owned()).map(doc))
}
