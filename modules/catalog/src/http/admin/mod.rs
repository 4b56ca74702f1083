//! Where shopkeepers keep their products.

mod categories;
mod edit;
mod list;

pub use edit::{blank, create, delete, edit, save};
pub use list::list;

pub use categories::{save as save_categories, show as categories};

#[cfg(test)]
pub use categories::CategoriesPage;
#[cfg(test)]
pub use edit::EditPage;
#[cfg(test)]
pub use list::ListPage;

const PATH: &str = "/admin/products";
const NEW: &str = "/admin/products/_new";
const CATEGORIES: &str = "/admin/products/_categories";

#[cfg(test)]
fn sample_categories() -> Vec<crate::api::CategoryCard> {
    let name = crate::api::Both {
        ko: "의류".to_owned(),
        en: "Clothing".to_owned(),
    };
    vec![crate::api::CategoryCard {
        slug: "clothing".to_owned(),
        name,
        products: 2,
        picture: None,
    }]
}
