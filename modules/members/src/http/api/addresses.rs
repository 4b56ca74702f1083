use actix_web::HttpResponse;
use actix_web::web::{Data, Json, Path};
use platform::identity::SignedIn;
use platform::page::{ListAnswer, Paging};
use platform::problem::{Problem, ProblemDoc};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::page_of;
use crate::domain::Address;
use crate::service::Service;
use crate::store::addresses::Entry;

#[derive(Serialize, ToSchema)]
pub struct AddressDoc {
    id: String,
    recipient: String,
    phone: String,
    /// Five digits.
    postcode: String,
    line1: String,
    line2: String,
    /// One address of a member is, unless there is none.
    is_default: bool,
}

#[derive(Deserialize, ToSchema)]
pub struct AddressBody {
    recipient: String,
    phone: String,
    postcode: String,
    line1: String,
    #[serde(default)]
    line2: String,
    #[serde(default)]
    is_default: bool,
}

impl AddressBody {
    fn into_parts(self) -> (Address, bool) {
        let Self {
            recipient,
            phone,
            postcode,
            line1,
            line2,
            is_default,
        } = self;
        (
            Address {
                recipient,
                phone,
                postcode,
                line1,
                line2,
            },
            is_default,
        )
    }
}

impl From<Entry> for AddressDoc {
    fn from(entry: Entry) -> Self {
        let Address {
            recipient,
            phone,
            postcode,
            line1,
            line2,
        } = entry.address;
        Self {
            id: entry.id,
            recipient,
            phone,
            postcode,
            line1,
            line2,
            is_default: entry.is_default,
        }
    }
}

/// My addresses, the default first
#[utoipa::path(get, path = "/api/members/me/addresses", tag = "members", responses(
    (status = 200, body = ListAnswer<AddressDoc>), (status = 401, body = ProblemDoc)))]
pub async fn list(
    member: SignedIn,
    service: Data<Service>,
    paging: Paging,
) -> Result<Json<ListAnswer<AddressDoc>>, Problem> {
    let all = service.addresses(member.0).await?;
    Ok(Json(page_of(
        &paging,
        all,
        |entry| &entry.id,
        AddressDoc::from,
    )?))
}

/// Add an address
#[utoipa::path(post, path = "/api/members/me/addresses", tag = "members", request_body = AddressBody, responses(
    (status = 201, body = AddressDoc), (status = 401, body = ProblemDoc),
    (status = 409, body = ProblemDoc, description = "there are 20 already"), (status = 422, body = ProblemDoc)))]
pub async fn add(
    member: SignedIn,
    service: Data<Service>,
    body: Json<AddressBody>,
) -> Result<HttpResponse, Problem> {
    let (address, is_default) = body.into_inner().into_parts();
    let entry = service.add_address(member.0, &address, is_default).await?;
    Ok(HttpResponse::Created().json(AddressDoc::from(entry)))
}

/// One of my addresses
#[utoipa::path(get, path = "/api/members/me/addresses/{id}", tag = "members", responses(
    (status = 200, body = AddressDoc), (status = 401, body = ProblemDoc), (status = 404, body = ProblemDoc)))]
pub async fn show(
    member: SignedIn,
    service: Data<Service>,
    id: Path<String>,
) -> Result<Json<AddressDoc>, Problem> {
    Ok(Json(
        service.address(member.0, id.into_inner()).await?.into(),
    ))
}

/// Replace one of my addresses
#[utoipa::path(put, path = "/api/members/me/addresses/{id}", tag = "members", request_body = AddressBody, responses(
    (status = 200, body = AddressDoc), (status = 401, body = ProblemDoc), (status = 404, body = ProblemDoc),
    (status = 422, body = ProblemDoc)))]
pub async fn change(
    member: SignedIn,
    service: Data<Service>,
    id: Path<String>,
    body: Json<AddressBody>,
) -> Result<Json<AddressDoc>, Problem> {
    let (address, is_default) = body.into_inner().into_parts();
    Ok(Json(
        service
            .change_address(member.0, id.into_inner(), (&address, is_default))
            .await?
            .into(),
    ))
}

/// Remove one of my addresses
#[utoipa::path(delete, path = "/api/members/me/addresses/{id}", tag = "members", responses(
    (status = 204), (status = 401, body = ProblemDoc), (status = 404, body = ProblemDoc)))]
pub async fn remove(
    member: SignedIn,
    service: Data<Service>,
    id: Path<String>,
) -> Result<HttpResponse, Problem> {
    service.remove_address(member.0, id.into_inner()).await?;
    Ok(HttpResponse::NoContent().finish())
}
