use actix_web::web::{Data, Json, Path, Query};
use kernel::MemberId;
use platform::identity::{Admin, Role};
use platform::page::{ListAnswer, Paging};
use platform::problem::{FieldError, Problem, ProblemDoc};
use serde::Deserialize;
use utoipa::{IntoParams, ToSchema};

use super::MemberDoc;
use crate::service::Service;

#[derive(Deserialize, IntoParams)]
pub struct Search {
    /// Part of an e-mail address or a name
    #[serde(default)]
    q: String,
}

#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ChangeRoles {
    /// `["shopper"]` or `["shopper", "admin"]`
    roles: Vec<String>,
}

/// All members, the newest first
#[utoipa::path(get, path = "/api/admin/members", tag = "admin", responses(
    (status = 200, body = ListAnswer<MemberDoc>), (status = 401, body = ProblemDoc), (status = 403, body = ProblemDoc)))]
pub async fn list(
    _: Admin,
    service: Data<Service>,
    search: Query<Search>,
    paging: Paging,
) -> Result<Json<ListAnswer<MemberDoc>>, Problem> {
    let found = service
        .members(search.into_inner().q, paging.after()?, paging.fetch())
        .await?;
    Ok(Json(
        paging
            .answer(found, |member| member.id)
            .map(MemberDoc::from),
    ))
}

/// Change what a member may do
#[utoipa::path(patch, path = "/api/admin/members/{id}", tag = "admin", request_body = ChangeRoles, responses(
    (status = 200, body = MemberDoc), (status = 401, body = ProblemDoc), (status = 403, body = ProblemDoc),
    (status = 404, body = ProblemDoc), (status = 409, body = ProblemDoc, description = "somebody must stay administrator"),
    (status = 422, body = ProblemDoc)))]
pub async fn change(
    by: Admin,
    service: Data<Service>,
    id: Path<MemberId>,
    body: Json<ChangeRoles>,
) -> Result<Json<MemberDoc>, Problem> {
    let roles: Option<Vec<Role>> = body.roles.iter().map(|name| Role::parse(name)).collect();
    // every member is a shopper
    let roles = roles.filter(|roles| roles.contains(&Role::Shopper));
    let roles = roles
        .ok_or_else(|| Problem::invalid(vec![FieldError::new("roles", "members-roles-wrong")]))?;
    Ok(Json(
        service
            .set_admin(id.into_inner(), roles.contains(&Role::Admin), by.0)
            .await?
            .into(),
    ))
}
