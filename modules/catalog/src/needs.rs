//! What the catalogue's pages want to know of others, in its own words.

use kernel::Sku;
use platform::Fut;
use platform::ports::{Ctx, Unavailable};
use std::sync::Arc;

/// How many are left.
pub trait Shelf: Send + Sync {
    /// SKUs of which nothing is known may be absent: none are left of them.
    fn left<'a>(&'a self, skus: Vec<Sku>, ctx: &'a Ctx) -> Fut<'a, Result<Vec<Left>, Unavailable>>;
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Left {
    pub sku: Sku,
    /// How many one can order now.
    pub quantity: i64,
}

/// What people say of products. Products are named by their codes.
pub trait Opinions: Send + Sync {
    /// Products without a review may be absent.
    fn stars<'a>(
        &'a self,
        products: Vec<Sku>,
        ctx: &'a Ctx,
    ) -> Fut<'a, Result<Vec<Stars>, Unavailable>>;

    /// What is said of one, its stars with it.
    fn talk<'a>(
        &'a self,
        product: Sku,
        most: Most,
        ctx: &'a Ctx,
    ) -> Fut<'a, Result<Talk, Unavailable>>;
}

#[derive(Clone, Debug, PartialEq)]
pub struct Stars {
    pub product: Sku,
    /// 1 to 5, one decimal.
    pub average: f64,
    pub count: i64,
}

/// How many of the newest ones.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Most {
    pub reviews: i64,
    pub questions: i64,
}

#[derive(Clone, Debug, Default, PartialEq)]
pub struct Talk {
    pub reviews: Vec<Review>,
    pub questions: Vec<Question>,
    /// Of all its reviews; `None`: there is none.
    pub stars: Option<Stars>,
}

impl Talk {
    /// All there are.
    pub fn review_count(&self) -> i64 {
        self.stars.as_ref().map_or(0, |stars| stars.count)
    }
}

#[derive(Clone, Debug, PartialEq)]
pub struct Review {
    pub id: String,
    pub title: String,
    pub body: String,
    /// 1 to 5.
    pub stars: i64,
    /// `None`: someone who has left.
    pub author: Option<String>,
    pub at: kernel::Timestamp,
}

#[derive(Clone, Debug, PartialEq)]
pub struct Question {
    pub id: String,
    pub title: String,
    pub author: Option<String>,
    pub at: kernel::Timestamp,
    pub answered: bool,
}

#[derive(Clone)]
pub struct Needs {
    pub shelf: Arc<dyn Shelf>,
    pub opinions: Arc<dyn Opinions>,
}
