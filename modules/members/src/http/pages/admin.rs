//! Members, as administrators see them.

use actix_web::HttpResponse;
use actix_web::web::{Data, Form, Path, Query};
use askama::Template;
use kernel::MemberId;
use platform::identity::Admin;
use platform::page::{self, Area, Page, Paging};
use platform::problem::Problem;
use serde::Deserialize;

use super::encoded;
use crate::service::Service;
use crate::store::members::Member;

const HERE: &str = "/admin/members";

#[derive(Default, Deserialize)]
#[serde(default)]
pub struct Search {
    pub q: String,
}

#[derive(Template)]
#[template(path = "members/admin.html")]
pub struct MembersPage {
    pub page: Page,
    pub members: Vec<Member>,
    pub search: Search,
    /// Empty: there is no such page.
    pub first: String,
    pub next: String,
}

pub async fn list(
    _: Admin,
    page: Page,
    service: Data<Service>,
    search: Query<Search>,
    paging: Paging,
) -> Result<HttpResponse, Problem> {
    let search = search.into_inner();
    let before: Option<MemberId> = paging.after()?;
    let found = service
        .members(search.q.clone(), before, paging.fetch())
        .await?;
    let found = paging.answer(found, |member| member.id);
    let here = here(&search);
    let next = found.next.map_or_else(String::new, |cursor| {
        format!(
            "{here}{}limit={}&cursor={cursor}",
            if search.q.is_empty() { '?' } else { '&' },
            paging.limit
        )
    });
    let first = before.map_or_else(String::new, |_| here);
    page::render(&MembersPage {
        page: page.in_area(Area::Admin, "members"),
        members: found.items,
        search,
        first,
        next,
    })
}

pub async fn promote(
    by: Admin,
    page: Page,
    service: Data<Service>,
    id: Path<MemberId>,
    search: Form<Search>,
) -> Result<HttpResponse, Problem> {
    service.set_admin(id.into_inner(), true, by.0).await?;
    Ok(page.redirect_saying(&here(&search), "members-promoted"))
}

pub async fn demote(
    by: Admin,
    page: Page,
    service: Data<Service>,
    id: Path<MemberId>,
    search: Form<Search>,
) -> Result<HttpResponse, Problem> {
    service.set_admin(id.into_inner(), false, by.0).await?;
    Ok(page.redirect_saying(&here(&search), "members-demoted"))
}

fn here(search: &Search) -> String {
    if search.q.is_empty() {
        HERE.to_owned()
    } else {
        format!("{HERE}?q={}", encoded(&search.q))
    }
}
