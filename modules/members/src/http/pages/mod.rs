mod address;
mod admin;
mod enter;
mod profile;
mod reset;
#[cfg(test)]
mod tests;

use actix_web::web::{ServiceConfig, get, post, resource};
use platform::identity::local_path;

pub fn routes(cfg: &mut ServiceConfig) {
    const PROFILE: &str = "/my/profile";
    let under = |path: &str| resource(format!("{PROFILE}{path}"));
    cfg.service(
        resource("/join")
            .route(get().to(enter::join_form))
            .route(post().to(enter::join)),
    )
    .service(
        resource("/login")
            .route(get().to(enter::login_form))
            .route(post().to(enter::log_in)),
    )
    .service(
        resource("/logout")
            .route(get().to(enter::logout_form))
            .route(post().to(enter::log_out)),
    )
    .service(
        resource("/reset")
            .route(get().to(reset::ask_form))
            .route(post().to(reset::ask)),
    )
    .service(
        resource("/reset/{token}")
            .route(get().to(reset::choose_form))
            .route(post().to(reset::choose)),
    )
    .service(
        resource(PROFILE)
            .route(get().to(profile::show))
            .route(post().to(profile::change_details)),
    )
    .service(under("/password").route(post().to(profile::change_password)))
    .service(under("/keys").route(post().to(profile::add_key)))
    .service(under("/keys/{id}/revoke").route(post().to(profile::revoke_key)))
    .service(under("/withdrawal").route(post().to(profile::withdraw)))
    .service(
        under("/addresses")
            .route(get().to(address::new_form))
            .route(post().to(address::add)),
    )
    .service(
        under("/addresses/{id}")
            .route(get().to(address::form))
            .route(post().to(address::change)),
    )
    .service(under("/addresses/{id}/default").route(post().to(address::make_default)))
    .service(under("/addresses/{id}/remove").route(post().to(address::remove)))
    .service(resource("/admin/members").route(get().to(admin::list)))
    .service(resource("/admin/members/{id}/promote").route(post().to(admin::promote)))
    .service(resource("/admin/members/{id}/demote").route(post().to(admin::demote)));
}

/// Where a login leads: one of our own paths, else the home page.
fn back_to(asked: &str) -> String {
    let path = local_path(asked).unwrap_or("/");
    path.bytes()
        .map(|b| {
            if b.is_ascii_graphic() {
                char::from(b).to_string()
            } else {
                format!("%{b:02X}")
            }
        })
        .collect()
}

/// A value within a query string.
fn encoded(text: &str) -> String {
    let plain = |b: u8| b.is_ascii_alphanumeric() || b"-_.~/".contains(&b);
    text.bytes()
        .map(|b| {
            if plain(b) {
                char::from(b).to_string()
            } else {
                format!("%{b:02X}")
            }
        })
        .collect()
}
