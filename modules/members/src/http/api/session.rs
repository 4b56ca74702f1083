use actix_web::web::{Data, Json};
use actix_web::{HttpRequest, HttpResponse};
use kernel::MemberId;
use platform::problem::{Problem, ProblemDoc};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::host::roles;
use crate::http::{login_allowed, no_session_cookie, session_cookie, session_of};
use crate::service::Service;

#[derive(Deserialize, ToSchema)]
pub struct LogIn {
    email: String,
    password: String,
}

#[derive(Serialize, ToSchema)]
pub struct SessionDoc {
    member: SessionMember,
}

#[derive(Serialize, ToSchema)]
pub struct SessionMember {
    #[schema(value_type = String)]
    id: MemberId,
    email: String,
    name: String,
    /// `shopper`, `admin`
    roles: Vec<&'static str>,
}

/// Log in: the answer sets the session's cookie
#[utoipa::path(post, path = "/api/session", tag = "members", request_body = LogIn, responses(
    (status = 200, body = SessionDoc), (status = 401, body = ProblemDoc), (status = 429, body = ProblemDoc)))]
pub async fn begin(
    request: HttpRequest,
    service: Data<Service>,
    body: Json<LogIn>,
) -> Result<HttpResponse, Problem> {
    login_allowed(&service.shell, &request, &body.email)?;
    let logged_in = service
        .log_in(&body.email, &body.password, session_of(&request))
        .await?;
    let member = logged_in.member;
    let roles = roles(member.is_admin)
        .iter()
        .map(|role| role.as_str())
        .collect();
    let doc = SessionDoc {
        member: SessionMember {
            id: member.id,
            email: member.email,
            name: member.name,
            roles,
        },
    };
    Ok(HttpResponse::Ok()
        .cookie(session_cookie(&request, &logged_in.session))
        .json(doc))
}

/// Log out
#[utoipa::path(delete, path = "/api/session", tag = "members", responses((status = 204)))]
pub async fn end(request: HttpRequest, service: Data<Service>) -> Result<HttpResponse, Problem> {
    if let Some(session) = session_of(&request) {
        service.log_out(session).await?;
    }
    Ok(HttpResponse::NoContent()
        .cookie(no_session_cookie(&request))
        .finish())
}
