use actix_web::web::{Data, Json};
use actix_web::{HttpRequest, HttpResponse};
use kernel::{Locale, MemberId};
use platform::identity::{Identity, SignedIn};
use platform::problem::{Problem, ProblemDoc};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::MemberDoc;
use crate::api::CreateMember;
use crate::http::{ctx, login_allowed, no_session_cookie, sign_up_allowed};
use crate::service::{Details, Service};

#[derive(Deserialize, ToSchema)]
pub struct Join {
    email: String,
    /// 8 to 128 characters, and not a common one.
    password: String,
    name: String,
}

#[derive(Serialize, ToSchema)]
pub struct Joined {
    #[schema(value_type = String)]
    id: MemberId,
    email: String,
    name: String,
}

/// What is left out stays.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Change {
    name: Option<String>,
    /// `ko` or `en`
    #[schema(value_type = Option<String>)]
    locale: Option<Locale>,
}

#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ChangePassword {
    current_password: String,
    new_password: String,
}

#[derive(Deserialize, ToSchema)]
pub struct Withdraw {
    password: String,
}

/// Sign up
#[utoipa::path(post, path = "/api/members", tag = "members", request_body = Join, responses(
    (status = 201, body = Joined), (status = 409, body = ProblemDoc, description = "a member has this e-mail address"),
    (status = 422, body = ProblemDoc)))]
pub async fn join(
    request: HttpRequest,
    service: Data<Service>,
    body: Json<Join>,
) -> Result<HttpResponse, Problem> {
    sign_up_allowed(&service.shell, &request)?;
    let (
        ctx,
        Join {
            email,
            password,
            name,
        },
    ) = (ctx(&request), body.into_inner());
    let locale = ctx.identity.locale;
    let ask = CreateMember {
        email,
        name,
        password,
        locale,
        is_admin: false,
        who: String::new(),
    };
    let new = service.join(ask, &ctx).await?;
    Ok(HttpResponse::Created().json(Joined {
        id: new.id,
        email: new.email.as_str().to_owned(),
        name: new.name,
    }))
}

/// Who I am
#[utoipa::path(get, path = "/api/members/me", tag = "members", responses((status = 200, body = MemberDoc), (status = 401, body = ProblemDoc)))]
pub async fn show(member: SignedIn, service: Data<Service>) -> Result<Json<MemberDoc>, Problem> {
    Ok(Json(service.member(member.0).await?.into()))
}

/// Change my name or language
#[utoipa::path(patch, path = "/api/members/me", tag = "members", request_body = Change, responses(
    (status = 200, body = MemberDoc), (status = 401, body = ProblemDoc), (status = 422, body = ProblemDoc)))]
pub async fn change(
    member: SignedIn,
    service: Data<Service>,
    body: Json<Change>,
) -> Result<Json<MemberDoc>, Problem> {
    let Change { name, locale } = body.into_inner();
    Ok(Json(
        service
            .change_details(member.0, Details { name, locale })
            .await?
            .into(),
    ))
}

/// Change my password; all my other sessions end
#[utoipa::path(put, path = "/api/members/me/password", tag = "members", request_body = ChangePassword, responses(
    (status = 204), (status = 401, body = ProblemDoc), (status = 422, body = ProblemDoc)))]
pub async fn change_password(
    request: HttpRequest,
    member: SignedIn,
    identity: Identity,
    service: Data<Service>,
    body: Json<ChangePassword>,
) -> Result<HttpResponse, Problem> {
    login_allowed(&service.shell, &request, &member.0.to_string())?;
    let change = (body.current_password.as_str(), body.new_password.as_str());
    service
        .change_password(member.0, change, identity.session.as_deref())
        .await?;
    Ok(HttpResponse::NoContent().finish())
}

/// Leave the shop; what it knows of me is erased
#[utoipa::path(post, path = "/api/members/me/withdrawal", tag = "members", request_body = Withdraw, responses(
    (status = 202), (status = 401, body = ProblemDoc), (status = 422, body = ProblemDoc, description = "the password is wrong")))]
pub async fn withdraw(
    request: HttpRequest,
    member: SignedIn,
    service: Data<Service>,
    body: Json<Withdraw>,
) -> Result<HttpResponse, Problem> {
    login_allowed(&service.shell, &request, &member.0.to_string())?;
    service
        .withdraw(member.0, &body.password, &ctx(&request))
        .await?;
    Ok(HttpResponse::Accepted()
        .cookie(no_session_cookie(&request))
        .finish())
}
