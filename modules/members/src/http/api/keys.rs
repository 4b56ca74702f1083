use actix_web::HttpResponse;
use actix_web::web::{Data, Json, Path};
use kernel::Timestamp;
use platform::identity::{Identity, SignedIn};
use platform::page::{ListAnswer, Paging};
use platform::problem::{Problem, ProblemDoc};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::page_of;
use crate::service::Service;
use crate::store::keys::ApiKey;

#[derive(Deserialize, ToSchema)]
pub struct NewKeyBody {
    /// What it is for, so that one knows it again.
    name: String,
}

#[derive(Serialize, ToSchema)]
pub struct NewKeyDoc {
    id: String,
    /// Shown this once: for `Authorization: Bearer`.
    key: String,
}

#[derive(Serialize, ToSchema)]
pub struct KeyDoc {
    id: String,
    name: String,
    #[schema(value_type = String, format = DateTime)]
    created_at: Timestamp,
    /// To the hour; null: never.
    #[schema(value_type = Option<String>, format = DateTime)]
    last_used_at: Option<Timestamp>,
}

impl From<ApiKey> for KeyDoc {
    fn from(key: ApiKey) -> Self {
        let ApiKey {
            id,
            name,
            created_at,
            last_used_at,
        } = key;
        Self {
            id,
            name,
            created_at,
            last_used_at,
        }
    }
}

/// Make an API key; not with one, so that a key that leaked cannot outlive its revocation
#[utoipa::path(post, path = "/api/keys", tag = "members", request_body = NewKeyBody, responses(
    (status = 201, body = NewKeyDoc), (status = 401, body = ProblemDoc), (status = 403, body = ProblemDoc),
    (status = 409, body = ProblemDoc, description = "there are 20 already"), (status = 422, body = ProblemDoc)))]
pub async fn add(
    member: SignedIn,
    identity: Identity,
    service: Data<Service>,
    body: Json<NewKeyBody>,
) -> Result<HttpResponse, Problem> {
    if identity.session.is_none() {
        return Err(Problem::forbidden().key("members-key-by-key"));
    }
    let new = service.add_key(member.0, &body.name).await?;
    Ok(HttpResponse::Created().json(NewKeyDoc {
        id: new.id,
        key: new.key.as_str().to_owned(),
    }))
}

/// My API keys, the newest first
#[utoipa::path(get, path = "/api/keys", tag = "members", responses(
    (status = 200, body = ListAnswer<KeyDoc>), (status = 401, body = ProblemDoc)))]
pub async fn list(
    member: SignedIn,
    service: Data<Service>,
    paging: Paging,
) -> Result<Json<ListAnswer<KeyDoc>>, Problem> {
    let all = service.keys(member.0).await?;
    Ok(Json(page_of(&paging, all, |key| &key.id, KeyDoc::from)?))
}

/// One of my API keys, without its secret
#[utoipa::path(get, path = "/api/keys/{id}", tag = "members", responses(
    (status = 200, body = KeyDoc), (status = 401, body = ProblemDoc), (status = 404, body = ProblemDoc)))]
pub async fn show(
    member: SignedIn,
    service: Data<Service>,
    id: Path<String>,
) -> Result<Json<KeyDoc>, Problem> {
    Ok(Json(service.key(member.0, &id).await?.into()))
}

/// Revoke one of my API keys
#[utoipa::path(delete, path = "/api/keys/{id}", tag = "members", responses(
    (status = 204), (status = 401, body = ProblemDoc), (status = 404, body = ProblemDoc)))]
pub async fn revoke(
    member: SignedIn,
    service: Data<Service>,
    id: Path<String>,
) -> Result<HttpResponse, Problem> {
    service.revoke_key(member.0, id.into_inner()).await?;
    Ok(HttpResponse::NoContent().finish())
}
