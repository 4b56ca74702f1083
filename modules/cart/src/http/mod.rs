//! Pages and JSON API, for guests and members alike.

mod api;
mod pages;
#[cfg(test)]
mod tests;

use std::time::Duration;

use actix_web::HttpRequest;
use actix_web::web::{self, ServiceConfig};
use platform::identity::Identity;
use platform::ports::Ctx;
use platform::problem::{FieldError, Problem};

pub use api::Docs;

use crate::domain::{CartError, MOST_LINES, MOST_OF_ONE, Visitor};

const PATIENCE: Duration = Duration::from_secs(3);

pub fn routes(cfg: &mut ServiceConfig) {
    cfg.route("/cart", web::get().to(pages::show))
        .route("/cart/count", web::get().to(pages::count))
        .route("/cart/items", web::post().to(pages::add))
        .route("/cart/items/{sku}", web::post().to(pages::set))
        .route("/cart/items/{sku}/remove", web::post().to(pages::remove))
        .route("/api/cart", web::get().to(api::show))
        .service(
            web::resource("/api/cart/items/{sku}")
                .route(web::put().to(api::put))
                .route(web::delete().to(api::delete)),
        );
}

/// 503 while nobody can say whose cart it is.
fn visitor(identity: &Identity) -> Result<Visitor, Problem> {
    identity.or_unknown()?;
    Ok(Visitor::of(identity))
}

fn ctx(request: &HttpRequest) -> Ctx {
    Ctx::of(request, PATIENCE)
}

fn wrong_quantity() -> FieldError {
    FieldError::new("quantity", "cart-quantity-range").arg("most", MOST_OF_ONE)
}

impl From<CartError> for Problem {
    fn from(error: CartError) -> Self {
        match error {
            CartError::Unknown => Self::not_found(),
            CartError::TooMany { available } => {
                Self::conflict("cart-too-many").arg("left", available)
            }
            CartError::Quantity => Self::invalid(vec![wrong_quantity()]),
            CartError::Full => Self::conflict("cart-full").arg("most", MOST_LINES),
            CartError::Nobody => Self::bad_request("cart-nobody"),
            CartError::Unavailable(e) => e.into(),
            CartError::Db(e) => e.into(),
        }
    }
}
