//! What a product is and may be. No I/O, no clock.

mod flaw;
pub mod picture;
mod product;
pub mod words;

pub use flaw::{Flaw, Rule};
pub use product::{
    Bilingual, Category, MOST_OPTIONS, MOST_PICTURES, Product, Values, Variant, number, slug, text,
};
